"""The laboratory of the chapter on loss curves: all that trains, and so needs PyTorch.

A :class:`Training` says what is trained and how; :func:`train` trains it from many seeds at once, and records
of each step the loss, the accuracy, the length of the gradient, and that of the step taken.
"""

from .interventions import IdentityStart, LabelNoise, NormClipping, OrthogonalStart, ValueClipping, WarmUp
from .networks import Network
from .optimisers import SGD, Adam, AdamW, RMSprop
from .training import Curves, Training, train

__all__ = [
    "SGD",
    "Adam",
    "AdamW",
    "Curves",
    "IdentityStart",
    "LabelNoise",
    "Network",
    "NormClipping",
    "OrthogonalStart",
    "RMSprop",
    "Training",
    "ValueClipping",
    "WarmUp",
    "train",
]
