"""See that a test catches a fault that is planted."""

import contextlib

import pytest


@contextlib.contextmanager
def caught(test, *arguments, **named):
    """Run a test, which has to pass, and again after the block that plants a fault: it has to fail."""
    test(*arguments, **named)
    yield
    with pytest.raises(AssertionError):
        test(*arguments, **named)
