"""Bad input: every public function of the package, called with arguments that are not what it asks for.

Each function has a call that is right, drawn at random, and what is documented of its result. Then arguments are
spoilt: one to two of them become something else. The function must refuse with ValueError or TypeError and name an
argument, or return what is documented for the arguments it was given. It never crashes, hangs, changes what it was
given, or makes NaN out of finite numbers.

FUZZ_EXAMPLES=2000 looks deeper, and elsewhere each time.
"""

import contextlib
import dataclasses
import importlib
import inspect
import os
import pkgutil
import re
import signal
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import attrs
import numpy as np
import pytest
import torch
from fuzzing import CALLS, read_calls
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import helpers

DEEPER = "FUZZ_EXAMPLES" in os.environ
fuzz = settings(
    deadline=None,
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", 25)),
    derandomize=not DEEPER,
    phases=list(Phase) if DEEPER else [Phase.generate],
    database=None,
    suppress_health_check=list(HealthCheck),
)
SECONDS = 10
"""The longest that one call may take, in seconds of the processor: what else the machine is busy with does not count."""

HUGE = (2**40, 2**59, 2**63 - 1, 2**63, 2**64, 10**30, 10**400)
"""Sizes for which no machine has the memory: the first fit NumPy's integers, and the last no float."""


# ---------------------------------------------------------------- what is public


EXEMPT = {
    r"\w+\.claims\.\w+": "evidence: takes a generator, and the ledger's tests call it with many",
    r"\w+\.explorers\.\w+": "takes the values of its sliders, and is called with all of them",
    r"\w+\.diagrams\.\w+": "takes diagrams and functions that this package makes for each other",
    r"(?!numerics\.)\w+\.oracle\.\w+": "takes tensors, and leaves them to PyTorch",
    r"\w+\.exercises\..*": "the right answers, and what readers do wrong",
} | read_calls()
"""What is public and not fuzzed, and why."""

FOR_READERS = ("records", *(path.parent.name for path in Path(helpers.__file__).parent.glob("*/claims.py")))
"""The modules whose refusals name an argument; the others are for those who write chapters."""


def public():
    """The public functions and classes of the package, and the classes' own methods, by name."""
    for found in pkgutil.walk_packages(helpers.__path__, "helpers."):
        if found.name.endswith("__main__"):
            continue
        module = importlib.import_module(found.name)
        for name in getattr(module, "__all__", None) or [name for name in vars(module) if name[0] != "_"]:
            thing = getattr(module, name)
            if not callable(thing) or getattr(thing, "__module__", None) != found.name:
                continue
            if isinstance(thing, type) and issubclass(thing, Exception):
                continue
            path = f"{found.name}.{name}".removeprefix("helpers.").replace(".reference.", ".")
            yield path
            if isinstance(thing, type):
                yield from (
                    f"{path}.{own}"
                    for own, value in vars(thing).items()
                    if own[0] != "_" and inspect.isfunction(value)
                )


def test_every_public_function_is_fuzzed():
    names = set(public())
    missing = {name for name in names - set(CALLS) if not any(re.fullmatch(rule, name) for rule in EXEMPT)}
    assert not missing, "draw a call for these in tests/FOLDER/calls.py, or say in its EXEMPT why not"
    assert not set(CALLS) - names, "these are no longer there"
    for rule in EXEMPT:
        assert any(re.fullmatch(rule, name) for name in names), f"{rule} exempts nothing"


# ---------------------------------------------------------------- how arguments are spoilt


class Subclass(np.ndarray):
    """An array of a kind of its own."""


def read_only(array):
    array = array.copy()
    array.flags.writeable = False
    return array


def strided(array):
    """The same numbers, in memory that runs backwards and with gaps."""
    gaps = np.zeros(tuple(2 * length for length in array.shape), array.dtype)
    view = gaps[tuple(slice(None, None, -2) for _ in array.shape)]
    view[...] = array
    return view


HARMLESS = {
    "a list": lambda array: array.tolist(),
    "a subclass": lambda array: array.view(Subclass),
    "read-only": read_only,
    "strided": strided,
    "in Fortran's order": np.asfortranarray,
    "of another byte order": lambda array: array.astype(array.dtype.newbyteorder()),
}
"""What an array may also be: the result stays the same."""

ANYTHING = [None, True, "text", b"bytes", "", 1j, np.nan, np.inf, -1, 0, 2.5, object(), len, np.float16(1)]
ANYTHING += [Decimal(1), Fraction(1, 2), (), {}, {1, 2}, [[1, 2], [3]], [None], ["a"], [[[[1.0]]]], slice(3)]
ANYTHING += [
    np.array(None),
    np.array("text"),
    np.array(2.0),
    np.array([]),
    np.zeros((0, 3)),
    np.ones((1,) * 9),
]
ANYTHING += [
    np.array([1, 2], "datetime64[s]"),
    np.zeros(2, [("a", int)]),
    np.ma.array([1.0, 2.0], mask=[0, 1]),
]
ANYTHING += [torch.ones(2), torch.ones(2, requires_grad=True)]

OF_AN_ARRAY = {
    "complex": lambda array: array + 0j,
    "boolean": lambda array: array > 0,
    "objects": lambda array: array.astype(object),
    "text": lambda array: array.astype(str),
    "whole numbers": lambda array: array.astype(np.int8),
    "half precision": lambda array: array.astype(np.float16),
    "transposed": lambda array: array.T,
    "one axis more": lambda array: array[..., None],
    "one axis more in front": lambda array: array[None],
    "one axis less": lambda array: array[0] if array.ndim else array,
    "its last axis shorter": lambda array: array[..., :-1] if array.ndim else array,
    "its first axis shorter": lambda array: array[:-1] if array.ndim else array,
    "its last axis longer": lambda array: np.repeat(array, 2, axis=-1) if array.ndim else array,
    "NaN": lambda array: array * np.nan,
    "infinite": lambda array: array * np.inf,
    "vast": lambda array: array * 1e300,
    "tiny": lambda array: array * 1e-300,
}

OF_A_NUMBER = [
    lambda number: -number,
    lambda number: 0,
    lambda number: number + 1,
    lambda number: float(number),
    lambda number: np.int8(number),
    lambda number: np.array(number),
    lambda number: [number],
    lambda number: (number,) * 5,
    lambda number: str(number),
    *(lambda number, huge=huge: huge for huge in HUGE),
]


@st.composite
def spoilt(draw, value):
    """Something else in an argument's place: anything at all, or something much like it."""
    options = [st.sampled_from(ANYTHING)]
    if isinstance(value, np.ndarray):
        options += [st.sampled_from(list(OF_AN_ARRAY.values())).map(lambda change: change(value))] * 2
    elif isinstance(value, (int, float)):
        options.append(st.sampled_from(OF_A_NUMBER).map(lambda change: change(value)))
    elif isinstance(value, (tuple, list)) and value and isinstance(value[0], int):
        at = draw(st.integers(0, len(value) - 1))
        one = st.sampled_from([*OF_A_NUMBER[:7], *OF_A_NUMBER[-2:]]).map(lambda change: change(value[at]))
        options.append(one.map(lambda other: type(value)([*value[:at], other, *value[at + 1 :]])))
        options.append(
            st.sampled_from([value[:-1], [*value, value[0]], np.array(value), np.array(value, float)])
        )
    return draw(st.one_of(options))


# ---------------------------------------------------------------- what must hold


@contextlib.contextmanager
def limited(seconds):
    """Raise TimeoutError in what takes longer, where the system can interrupt it."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def interrupt(*_):
        raise TimeoutError(f"took longer than {seconds} s")

    before = signal.signal(signal.SIGPROF, interrupt)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def floats_in(thing):
    """Every array of floats in a result."""
    if isinstance(thing, torch.Tensor):
        thing = thing.detach().numpy()
    if isinstance(thing, (float, np.floating, np.ndarray)):
        array = np.asarray(thing)
        if array.dtype.kind == "f":
            yield array
    elif isinstance(thing, dict):
        for value in thing.values():
            yield from floats_in(value)
    elif isinstance(thing, (tuple, list)):
        for value in thing:
            yield from floats_in(value)
    elif not isinstance(thing, type) and (dataclasses.is_dataclass(thing) or attrs.has(type(thing))):
        for field in (
            dataclasses.fields(thing) if dataclasses.is_dataclass(thing) else attrs.fields(type(thing))
        ):
            yield from floats_in(getattr(thing, field.name))


def is_moderate(arguments):
    """Whether every number is finite and of a size that leaves room to calculate with."""
    return all(
        array.size == 0
        or (np.isfinite(array).all() and np.abs(array).max() < 1e4 and array.dtype != np.float16)
        for array in floats_in(arguments)
    )


def same(one, other):
    """Up to rounding: a sum over memory in another order may end in other digits."""
    pairs = zip(floats_in(one), floats_in(other), strict=True)
    return all(np.allclose(a, b, rtol=1e-10, atol=1e-10, equal_nan=True) for a, b in pairs)


def check(name, call, arguments):
    """Call with these arguments; whether they were accepted."""
    before = [array.copy() for array in floats_in(list(arguments.values()))]
    refusals = (ValueError, TypeError, *call.raises)
    try:
        with limited(SECONDS):
            result = call(arguments)
    except refusals as refusal:
        result, accepted = refusal, False
    else:
        accepted = True
    after = list(floats_in(list(arguments.values())))
    assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(before, after, strict=True)), (
        "it changed an argument"
    )
    if not accepted and name.startswith(FOR_READERS) and type(result) in (ValueError, TypeError):
        words = [*arguments, *call.parts]
        assert any(word in str(result) for word in words), f"refused without naming an argument: {result!r}"
    if accepted:
        assert call.fits(result, **arguments), f"returned what is not documented: {result}"
        if is_moderate(arguments) and not call.may_be_nan:
            assert not any(np.isnan(array).any() for array in floats_in(result)), (
                f"made NaN of finite numbers: {result}"
            )
    return accepted, result


@pytest.mark.parametrize("name", sorted(CALLS))
def test_bad_input(name):
    @fuzz
    @given(st.data())
    def spoil(data):
        call = data.draw(CALLS[name], "call")
        accepted, result = check(name, call, call.arguments)
        assert accepted, f"refused a call that is right: {result}"
        chosen = data.draw(
            st.lists(st.sampled_from(sorted(call.arguments)), min_size=1, max_size=2, unique=True)
        )
        arguments = dict(call.arguments)
        for argument in chosen:
            arguments[argument] = data.draw(spoilt(arguments[argument]), argument)
        check(name, call, arguments)

    spoil()


def with_one_huge(value):
    """The argument with each of its numbers, in turn, replaced by each of :data:`HUGE`."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        yield from HUGE
    elif isinstance(value, (tuple, list)):
        for at, number in enumerate(value):
            for other in with_one_huge(number):
                yield type(value)([*value[:at], other, *value[at + 1 :]])


@pytest.mark.parametrize("name", sorted(CALLS))
def test_numbers_too_large_to_be_sizes(name):
    """They are refused by name before memory is taken, or harmless; OverflowError and MemoryError are failures."""

    @settings(fuzz, max_examples=3)
    @given(st.data())
    def enlarge(data):
        call = data.draw(CALLS[name], "call")
        for argument, value in call.arguments.items():
            for huge in with_one_huge(value):
                check(name, call, {**call.arguments, argument: huge})

    enlarge()


@pytest.mark.parametrize("name", sorted(CALLS))
def test_harmless_input(name):
    """An array is the same array as a list, read-only, or scattered in memory."""

    @fuzz
    @given(st.data())
    def change(data):
        call = data.draw(CALLS[name], "call")
        arrays = [argument for argument, value in call.arguments.items() if isinstance(value, np.ndarray)]
        for argument in arrays:
            how = data.draw(st.sampled_from(sorted(HARMLESS)), argument)
            arguments = {**call.arguments, argument: HARMLESS[how](call.arguments[argument])}
            accepted, result = check(name, call, arguments)
            assert accepted, result
            assert same(result, call(call.arguments))

    change()
