"""Numbers as readers read them; ``drawing.js`` writes them alike."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from vendor import with_node

import helpers
from helpers.numerics.formatting import count, fixed, format_number, listed, signed

DRAWING = Path(helpers.__file__).parent / "explorers" / "drawing.js"


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (3.0, "3"),
        (-1, "−1"),
        (-0.0, "0"),
        (1 / 3, "0.333"),
        (0.0123, "0.0123"),
        (9.6e-4, "0.00096"),
        (1e-4, "0.0001"),
        (9.6e-5, "9.6 · 10⁻⁵"),
        (-1e-6, "−10⁻⁶"),
        (1.1e-6, "1.1 · 10⁻⁶"),
        (-2.4, "−2.4"),
        (2.125, "2.13"),
        (999.9, "1000"),
        (1971.3, "1970"),
        (9999.9, "10⁴"),
        (12345.0, "12345"),
        (12345.6, "1.23 · 10⁴"),
        (1e15, "10¹⁵"),
        (float("inf"), "∞"),
        (-float("inf"), "−∞"),
        (float("nan"), "NaN"),
    ],
)
def test_numbers(number, text):
    assert format_number(number) == text
    assert format_number(np.float64(number)) == text


@pytest.mark.parametrize(
    ("digits", "text"), [(1, "10³"), (2, "1.2 · 10³"), (3, "1230"), (4, "1235"), (6, "1234.56")]
)
def test_digits(digits, text):
    assert format_number(1234.56, digits) == text


def test_digits_that_are_none():
    assert format_number(0.25, 4) == "0.25"


def test_a_fixed_number_of_decimals():
    assert [fixed(x) for x in (0.5, -0.004, -1.005, 1e6)] == ["0.50", "0.00", "−1.00", "1000000.00"]
    assert fixed(-15.66, 1) == "−15.7"


def test_words():
    assert [signed(x) for x in (2, -2, 0, -0.5)] == ["2", "(−2)", "0", "(−0.5)"]
    assert [count(n, "row") for n in (0, 1, 2)] == ["no rows", "1 row", "2 rows"]
    assert [listed(items) for items in ("a", "ab", (1, 2, 3))] == ["a", "a and b", "1, 2 and 3"]


def written_by_javascript(numbers):
    """Return what the drawing writes for each number."""
    values = f"new Float64Array(Uint8Array.from({[*np.array(numbers).tobytes()]}).buffer)"
    program = (
        f"{DRAWING.read_text(encoding='utf-8')}\nconsole.log(JSON.stringify([...{values}].map(formatNumber)))"
    )
    done = subprocess.run(
        ["node", "--input-type=module", "-"],
        **{"input": program, "env": with_node(), "capture_output": True, "encoding": "utf-8", "check": True},
    )
    return json.loads(done.stdout)


def test_javascript_writes_the_same():
    """On numbers of float32, which explorers pack, of all sizes; on ties; and where the way of writing changes."""
    random = np.random.default_rng(0)
    sizes = 10.0 ** random.uniform(-40, 38, 2000)
    ordinary = random.normal(size=2000) * 10.0 ** random.integers(-6, 7, 2000)
    ties = np.arange(-4000, 4000) / 16
    powers = 10.0 ** np.arange(-12, 20)
    special = [0.0, -0.0, np.nan, np.inf, -np.inf]
    numbers = (
        np.concatenate([sizes, -sizes, ordinary, ties, powers, special]).astype(np.float32).astype(float)
    )
    numbers = np.concatenate([numbers, powers, -powers, np.nextafter(powers, 0)])
    assert written_by_javascript(numbers) == [format_number(number) for number in numbers]
