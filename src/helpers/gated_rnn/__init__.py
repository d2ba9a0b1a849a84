"""The gated recurrent network: the reference, its claims, exercises and explorers."""

from .reference import GatedRNN, Gradients, Run, exploding_instance, lyapunov_exponents

__all__ = ["GatedRNN", "Gradients", "Run", "exploding_instance", "lyapunov_exponents"]
