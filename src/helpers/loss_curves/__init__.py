"""Debugging loss curves, as a laboratory. Chapter 1.3 of the book.

A :class:`Training` says what is trained and how; :func:`train` trains it from many seeds at once, and records
of each step the loss, the accuracy, the length of the gradient, and that of the step taken. PyTorch is loaded with
what trains; :mod:`helpers.loss_curves.cliff` and :mod:`helpers.loss_curves.initial` do without.
"""

from importlib import import_module
from typing import Any

_MODULES = {
    "interventions": (
        "IdentityStart",
        "LabelNoise",
        "NormClipping",
        "OrthogonalStart",
        "ValueClipping",
        "WarmUp",
    ),
    "networks": ("Network",),
    "optimisers": ("SGD", "Adam", "AdamW", "RMSprop"),
    "training": ("Curves", "Training", "train"),
}
__all__ = sorted(name for names in _MODULES.values() for name in names)


def __getattr__(name: str) -> Any:
    """Load what is asked for, and only then the module that has it."""
    for module, names in _MODULES.items():
        if name in names:
            return getattr(import_module(f".{module}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
