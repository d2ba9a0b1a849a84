"""The laboratory of the chapter on loss curves: all that trains, and so needs PyTorch.

A :class:`Training` holds the settings; :func:`train` trains from many seeds at once, and records the loss, the accuracy,
and the lengths of the gradient and of the change of the weights at each step. A bad setting raises TypeError or
ValueError when it is made, with its name, its value and what was expected; so do other arguments, before any work.
"""

from .interventions import (
    CosineDecay,
    Dropout,
    IdentityStart,
    LabelNoise,
    NormClipping,
    OrthogonalStart,
    StepDecay,
    ValueClipping,
    WarmUp,
)
from .networks import Network
from .optimisers import SGD, Adam, AdamW, RMSprop
from .training import Curves, Training, train

__all__ = [
    "SGD",
    "Adam",
    "AdamW",
    "CosineDecay",
    "Curves",
    "Dropout",
    "IdentityStart",
    "LabelNoise",
    "Network",
    "NormClipping",
    "OrthogonalStart",
    "RMSprop",
    "StepDecay",
    "Training",
    "ValueClipping",
    "WarmUp",
    "train",
]
