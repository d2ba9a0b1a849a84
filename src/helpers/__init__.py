"""The reference implementations behind *Gradients, Checked*.

``import helpers`` loads NumPy and nothing heavier. PyTorch is the oracle: it is loaded by
:mod:`helpers.oracle` alone. Widgets are loaded by :mod:`helpers.explorers` alone.
"""

from . import attention_rnn, checks, convolution, gated_rnn, sequence_task

__all__ = ["attention_rnn", "checks", "convolution", "gated_rnn", "sequence_task"]
