"""Every slider of every explorer, moved from the keyboard on the built page: what is drawn is what Python says."""

import copy
import functools

import numpy as np
import pytest
from every_explorer import CASES, EXPLORERS, made

from helpers.drawings import EMPTY_ROLES, written
from helpers.explorers import Explorer

READ = """explorer => ({
  values: [...explorer.querySelectorAll('input[type=range]')].map(input => Number(input.value)),
  panels: [...explorer.querySelectorAll('.gc-panel')].map(panel => panel.classList.contains('gc-text')
    ? {kind: 'text', sentences: [...panel.querySelectorAll('.gc-words span')].map(span => span.textContent)}
    : {kind: panel.querySelector('path.stroke') ? 'lines' : 'cells',
       faded: Number(getComputedStyle(panel.querySelector('[role=img]')).opacity) < 0.5,
       cells: [...panel.querySelectorAll('svg > g')].filter(cell => cell.getBoundingClientRect().width > 0)
         .map(cell => [cell.getAttribute('transform'), cell.getAttribute('class'), cell.textContent]),
       paths: [...panel.querySelectorAll('path.stroke')].map(path => path.getAttribute('d') ?? '')})
})"""


MOVE = """(explorer, values) => explorer.querySelectorAll('input[type=range]').forEach((input, position) => {
  input.value = values[position];
  input.dispatchEvent(new Event('input'));
})"""


READ_AT_EACH = f"(explorer, settings) => settings.map(values => {{ ({MOVE})(explorer, values); return ({READ})(explorer); }})"


FADED = "The faded picture is of the last possible one."


@functools.lru_cache(maxsize=100)
def _frame(explorer, *setting):
    return explorer.frame(**dict(setting))


def frame_at(explorer, setting):
    """What the reference implementation, called now, makes of a setting; asked for it again, it is what it was."""
    return _frame(explorer, *setting.items())


def expected(explorer, setting, last_possible):
    """What the page should show at a setting."""
    frame = frame_at(explorer, setting)
    impossible = frame.get("impossible")
    excuse = [impossible, FADED]
    if impossible:
        frame = frame_at(explorer, last_possible)
    panels = []
    for panel in explorer.panels:
        if panel.kind == "text":
            sentences = excuse if impossible else [frame[name] for name in panel.sentences]
            panels.append({"kind": "text", "sentences": sentences})
            excuse = []  # said once
        elif panel.kind == "cells":
            cells = list(_cells(panel, frame))
            panels.append({"kind": "cells", "faded": bool(impossible), "cells": cells, "paths": []})
        else:
            paths = [_points(panel, frame[line.x or panel.x], frame[line.values]) for line in panel.lines]
            panels.append({"kind": "lines", "faded": bool(impossible), "cells": [], "paths": paths})
    return panels


def _points(panel, x, y):
    """Where a line goes, in pixels: a list for each piece of it, broken where a height is not finite."""

    def place(axis, values, length):
        scale = np.log if axis.logarithmic else np.asarray
        low, high = scale(axis.low), scale(axis.high)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = (scale(np.asarray(values, float)) - low) / (high - low)
        return np.clip(share, -0.01, 1.01) * length

    across, up = place(panel.x_axis, x, panel.width), place(panel.y_axis, y, panel.height)
    pieces = [[]]
    for at, finite in enumerate(np.isfinite(np.asarray(x, float)) & np.isfinite(np.asarray(y, float))):
        if finite:
            pieces[-1].append((across[at], panel.height - up[at]))
        elif pieces[-1]:
            pieces.append([])
    return [piece for piece in pieces if piece]


def _parsed(path):
    """The points of an SVG path, a list for each piece."""
    return [
        [tuple(map(float, point.split())) for point in piece.split("L")] for piece in path.split("M") if piece
    ]


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
            ""
            if panel.numbers is None or name in EMPTY_ROLES
            else written(np.asarray(frame[panel.numbers])[row, column])
        )
        yield [
            f"translate({column * panel.unit} {row * panel.unit})",
            f"cell {name}" + " marked" * bool(marked[row, column]),
            number,
        ]


def setting_at(explorer, positions):
    """The values of the sliders at these positions of the browser's."""
    return {
        name: kind.values[position] if kind.linked[0] == "index" else position
        for (name, kind), position in zip(explorer.sliders.items(), positions, strict=True)
    }


def last_on_the_way(explorer, now, positions, last_possible):
    """The last possible setting as one slider after the other moves."""
    for moved in range(len(positions), 0, -1):
        setting = setting_at(explorer, [*positions[:moved], *now[moved:]])
        if "impossible" not in frame_at(explorer, setting):
            return setting
    return last_possible


def check_drawn(read, explorer, last_possible=None):
    """Raise unless the page shows what it should; return the setting, and the last possible one until now."""
    setting = setting_at(explorer, read["values"])
    wanted_panels = expected(explorer, setting, last_possible or {})
    for number, (got, wanted) in enumerate(zip(read["panels"], wanted_panels, strict=True)):
        where = f"panel {number} at {setting}"
        if got["kind"] == "lines":
            paths, right = [_parsed(path) for path in got.pop("paths")], wanted.pop("paths")
            assert [[len(p) for p in path] for path in paths] == [[len(p) for p in path] for path in right], (
                where
            )
            for path, right_path in zip(paths, right, strict=True):
                for piece, right_piece in zip(path, right_path, strict=True):
                    np.testing.assert_allclose(piece, right_piece, atol=0.05, err_msg=where)
        assert got == wanted, where
    return setting, (last_possible if "impossible" in frame_at(explorer, setting) else setting)


@pytest.mark.parametrize(("name", "number"), CASES)
def test_every_slider_from_the_keyboard(move_on, name, number):
    explorer = made(name, number)
    page = move_on(name)
    places = page.locator(".explorer")
    assert places.count() == len(EXPLORERS[name])
    reset = places.nth(number).get_by_role("button", name="Reset").element_handle()
    place = places.nth(number).element_handle()
    handles = place.query_selector_all("input[type=range]")
    setting, last = check_drawn(place.evaluate(READ), explorer)
    assert setting == {slider: kind.start for slider, kind in explorer.sliders.items()}
    for position, (slider, kind) in enumerate(explorer.sliders.items()):
        handles[position].focus()
        page.keyboard.press("Home")
        seen, pictures = [], set()
        for _ in kind.values:
            read = place.evaluate(READ)
            setting, last = check_drawn(read, explorer, last)
            seen.append(setting[slider])
            pictures.add(str(read["panels"]))
            page.keyboard.press("ArrowRight")
        assert seen == list(kind.values)
        assert len(pictures) > 1, f"slider {slider} moves and changes nothing"
        reset.click()
        setting, last = check_drawn(place.evaluate(READ), explorer, last)
        assert setting[slider] == kind.start


@pytest.mark.parametrize(("name", "number"), CASES)
def test_random_settings(move_on, name, number):
    """Positions of all sliders at once; where they are impossible, a sentence and the last picture, faded."""
    explorer = made(name, number)
    page = move_on(name)
    place = page.locator(".explorer").nth(number)
    random = np.random.default_rng(0)
    kinds = explorer.sliders.values()
    settings = [
        [int(random.integers(len(kind.values))) * kind.linked[2] + kind.linked[1] for kind in kinds]
        for _ in range(30)
    ]
    last, now = None, place.evaluate(READ)["values"]
    for values, read in zip(settings, place.evaluate(READ_AT_EACH, settings), strict=True):
        last = last_on_the_way(explorer, now, values, last)
        now = read["values"]
        assert now == values
        check_drawn(read, explorer, last)


@pytest.mark.parametrize(("number", "setting"), [(0, [4, 5, 1, 0, 3, 0, 0]), (1, [5, 4, 1, 3, 0, 0])])
def test_an_impossible_setting_shows_a_sentence_and_the_last_picture_faded(open_page, number, setting):
    page = open_page("notebooks/convolution")
    place = page.locator(".explorer").nth(number)
    now = place.evaluate(READ)["values"]
    last = last_on_the_way(made("notebooks/convolution", number), now, setting, None)
    (read,) = place.evaluate(READ_AT_EACH, [setting])
    check_drawn(copy.deepcopy(read), made("notebooks/convolution", number), last)
    assert read["panels"][0]["sentences"][0].startswith("This setting is impossible: kernel_size ")
    assert all(panel["faded"] and panel["cells"] for panel in read["panels"] if panel["kind"] == "cells")


def test_every_chapter_has_explorers():
    assert "notebooks/convolution" in EXPLORERS
    for name, makers in EXPLORERS.items():
        assert makers, f"{name} has none"
        assert all(isinstance(made(name, number), Explorer) for number in range(len(makers)))


def test_a_planted_fault_in_a_drawing_is_caught(open_page):
    page = open_page("notebooks/convolution")
    place = page.locator(".explorer").first
    place.evaluate("explorer => explorer.querySelector('.marked').classList.remove('marked')")
    with pytest.raises(AssertionError, match="panel 1"):
        check_drawn(place.evaluate(READ), made("notebooks/convolution", 0))
