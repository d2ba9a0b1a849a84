"""Every explorer of the book, found by its name: in a chapter's module `explorers`, a function `…_explorer`."""

import functools
import importlib
from pathlib import Path

from hypothesis import strategies as st

import helpers

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"


def makers_in(module):
    """Return the functions of a chapter's module that make its explorers, in the order of the page."""
    return [maker for name, maker in vars(module).items() if name.endswith("_explorer") and name[0] != "_"]


EXPLORERS = {
    f"notebooks/{module.parent.name}": makers_in(
        importlib.import_module(f"helpers.{module.parent.name}.explorers")
    )
    for module in sorted(Path(helpers.__file__).parent.glob("*/explorers.py"))
}
CASES = [(page, number) for page, makers in EXPLORERS.items() for number in range(len(makers))]


@functools.cache
def made(page, number):
    """Return an explorer, made once for all tests."""
    return EXPLORERS[page][number]()


def settings_of(page, number):
    """Return a Hypothesis strategy for settings of an explorer's sliders. The explorer is made when the test begins."""
    return st.deferred(
        lambda: st.fixed_dictionaries(
            {
                name: st.sampled_from(list(slider.values))
                for name, slider in made(page, number).sliders.items()
            }
        )
    )
