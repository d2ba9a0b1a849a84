"""Right calls of public functions, drawn at random. A folder's are in its `calls.py`."""

import dataclasses
import importlib.util
from pathlib import Path

import numpy as np
from hypothesis import strategies as st


@dataclasses.dataclass
class Call:
    """A function with arguments that it accepts, and what is documented of it."""

    function: object
    arguments: dict
    fits: object = lambda result, **arguments: True
    """Whether a result is what is documented for the arguments."""
    positional: str = ""
    """The name of an argument that is spread, as in *arguments."""
    raises: tuple = ()
    """Errors other than ValueError and TypeError that a docstring names."""
    may_be_nan: bool = False
    parts: tuple = ()
    """What a message may name in an argument's place: parts of it."""

    def __call__(self, arguments):
        arguments = dict(arguments)
        spread = arguments.pop(self.positional, ())
        return self.function(*spread, **arguments)


CALLS = {}
"""By the name of the function below helpers: something that draws a Call."""


def call_of(*names):
    def register(draw_call):
        for name in names:
            CALLS[name] = st.composite(lambda draw, name=name: draw_call(draw, name.rpartition(".")[2]))()
        return draw_call

    return register


def normal(draw, *shape):
    return np.random.default_rng(draw(st.integers(0, 2**32 - 1))).normal(size=shape)


sizes = st.integers(1, 3)
batches = st.lists(st.integers(1, 2), max_size=2)


def read_calls():
    """Read every folder's calls, and return what its public functions are exempt for."""
    exempt = {}
    for path in sorted(Path(__file__).parent.glob("*/calls.py")):
        spec = importlib.util.spec_from_file_location(f"calls_of_{path.parent.name}", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        exempt |= getattr(module, "EXEMPT", {})
    return exempt
