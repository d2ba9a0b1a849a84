"""The reference implementations behind *Gradients, Checked*.

``import helpers`` loads NumPy and nothing heavier. PyTorch is loaded by what is checked
against it or trained with it: :mod:`helpers.oracle`, :mod:`helpers.loss_curves`, and claims when they are measured.
Widgets are loaded by :mod:`helpers.explorers` alone.
"""

from . import attention_rnn, checks, convolution, gated_rnn, sequence_task

__all__ = ["attention_rnn", "checks", "convolution", "gated_rnn", "sequence_task"]
