"""AttentionRNN: the reference, its claims, exercises and explorers."""

from .reference import AttentionRNN, Gradients, Run, UnboundedAttentionRNN

__all__ = ["AttentionRNN", "Gradients", "Run", "UnboundedAttentionRNN"]
