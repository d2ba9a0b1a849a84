"""Every slider of every explorer, moved from the keyboard on the built page: what is drawn is what Python says."""

import functools
import inspect

import numpy as np
import pytest

from helpers.drawings import EMPTY_ROLES, UNIT, written
from helpers.explorers import Explorer
from helpers.explorers import convolution as convolution_explorers

EXPLORERS = {
    "notebooks/convolution": [
        convolution_explorers.output_size_explorer,
        convolution_explorers.layer_explorer,
    ],
}
CASES = [(page, number) for page, makers in EXPLORERS.items() for number in range(len(makers))]


@functools.cache
def made(name, number):
    return EXPLORERS[name][number]()


READ = """explorer => ({
  values: [...explorer.querySelectorAll('input[type=range]')].map(input => Number(input.value)),
  panels: [...explorer.querySelectorAll('.gc-panel')].map(panel => panel.classList.contains('gc-text')
    ? {kind: 'text', sentences: [...panel.querySelectorAll('span')].map(span => span.textContent)}
    : {kind: 'cells',
       visible: getComputedStyle(panel).visibility === 'visible' && panel.getBoundingClientRect().width > 0,
       cells: [...panel.querySelectorAll('svg > g')].filter(cell => cell.getBoundingClientRect().width > 0)
         .map(cell => [cell.getAttribute('transform'), cell.getAttribute('class'), cell.textContent])})
})"""


MOVE = """(explorer, values) => explorer.querySelectorAll('input[type=range]').forEach((input, position) => {
  input.value = values[position];
  input.dispatchEvent(new Event('input'));
})"""


def expected(explorer, setting):
    """What the page should show at a setting, from the reference implementation called now."""
    frame = explorer.frame(**setting)
    impossible = frame.get("impossible")
    panels = []
    for panel in explorer.panel_kinds:
        if panel.kind == "text":
            sentences = [impossible] if impossible else [frame[name] for name in panel.sentences]
            panels.append({"kind": "text", "sentences": sentences})
        elif impossible:
            panels.append({"kind": "cells", "visible": False})
        else:
            panels.append({"kind": "cells", "visible": True, "cells": list(_cells(panel, frame))})
    return panels


def _cells(panel, frame):
    roles = np.asarray(frame[panel.roles])
    marked = np.zeros(roles.shape, bool)
    if panel.marked_rows or panel.marked_columns:
        rows = frame[panel.marked_rows] if panel.marked_rows else range(roles.shape[0])
        columns = frame[panel.marked_columns] if panel.marked_columns else range(roles.shape[1])
        marked[np.ix_(rows, columns)] = True
    for (row, column), role in np.ndenumerate(roles):
        name = panel.legend[role]
        number = (
            "" if panel.numbers is None or name in EMPTY_ROLES else written(frame[panel.numbers][row, column])
        )
        yield [
            f"translate({column * UNIT} {row * UNIT})",
            f"cell {name}" + " marked" * bool(marked[row, column]),
            number,
        ]


def check_drawn(read, explorer):
    setting = dict(zip(explorer.slider_kinds, read["values"], strict=True))
    drawn = [
        {"kind": "cells", "visible": False} if panel.get("visible") is False else panel
        for panel in read["panels"]
    ]
    for number, (got, wanted) in enumerate(zip(drawn, expected(explorer, setting), strict=True)):
        assert got == wanted, f"panel {number} at {setting}"
    return setting


@pytest.mark.browser
@pytest.mark.parametrize(("name", "number"), CASES)
def test_every_slider_from_the_keyboard(open_page, name, number):
    explorer = made(name, number)
    page = open_page(name)
    page.wait_for_function("document.documentElement.dataset.explorers === 'drawn'")
    places = page.locator(".explorer")
    assert places.count() == len(EXPLORERS[name])
    place = places.nth(number)
    assert check_drawn(place.evaluate(READ), explorer) == {
        slider: kind.start for slider, kind in explorer.slider_kinds.items()
    }
    for position, (slider, kind) in enumerate(explorer.slider_kinds.items()):
        handle = place.locator("input[type=range]").nth(position)
        handle.focus()
        page.keyboard.press("Home")
        seen, pictures = [], set()
        for _ in kind.values:
            read = place.evaluate(READ)
            seen.append(check_drawn(read, explorer)[slider])
            pictures.add(str(read["panels"]))
            page.keyboard.press("ArrowRight")
        assert seen == list(kind.values)
        assert len(pictures) > 1, f"slider {slider} moves and changes nothing"
        page.keyboard.press("Home")
        for _ in range(list(kind.values).index(kind.start)):
            page.keyboard.press("ArrowRight")


@pytest.mark.browser
@pytest.mark.parametrize(("name", "number"), CASES)
def test_random_settings(open_page, name, number):
    """Positions of all sliders at once, impossible ones among them."""
    explorer = made(name, number)
    page = open_page(name)
    page.wait_for_function("document.documentElement.dataset.explorers === 'drawn'")
    place = page.locator(".explorer").nth(number)
    random = np.random.default_rng(0)
    impossible = 0
    for _ in range(30):
        values = [int(random.choice(kind.values)) for kind in explorer.slider_kinds.values()]
        place.evaluate(MOVE, values)
        read = place.evaluate(READ)
        check_drawn(read, explorer)
        impossible += not all(panel.get("visible", True) for panel in read["panels"])
    assert impossible


def test_every_explorer_of_the_package_is_on_a_page():
    made = {
        function
        for _, function in inspect.getmembers(convolution_explorers, inspect.isfunction)
        if function.__name__.endswith("_explorer")
    }
    assert made == {maker for makers in EXPLORERS.values() for maker in makers}
    assert all(isinstance(maker(), Explorer) for maker in made)


@pytest.mark.browser
def test_a_planted_fault_in_a_drawing_is_caught(open_page):
    page = open_page("notebooks/convolution")
    page.wait_for_function("document.documentElement.dataset.explorers === 'drawn'")
    place = page.locator(".explorer").first
    place.evaluate("explorer => explorer.querySelector('.marked').classList.remove('marked')")
    with pytest.raises(AssertionError, match="panel 1"):
        check_drawn(place.evaluate(READ), convolution_explorers.output_size_explorer())
