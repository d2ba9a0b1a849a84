"""The reference implementations behind *Gradients, Checked*.

``import helpers`` loads NumPy and nothing heavier. PyTorch is loaded by what is checked against it or trained with it:
:mod:`helpers.numerics.oracle` and :mod:`helpers.loss_curves.lab`. Widgets are loaded by :mod:`helpers.explorers` alone.
"""

from . import attention_rnn, convolution, gated_rnn

__all__ = ["attention_rnn", "convolution", "gated_rnn"]
