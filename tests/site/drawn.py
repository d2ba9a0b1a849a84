"""What an explorer on the page shows, held against what the reference implementations return now."""

import functools
import itertools
import re

import numpy as np

from helpers.drawings import Grid, Products, Text
from helpers.drawings.svg import sum_of_products
from helpers.numerics.formatting import format_number

READ = """explorer => ({
  values: Object.keys(explorer.model?.get('sliders') ?? {}).map(name => explorer.model.get(name)),
  controls: [...explorer.querySelectorAll('.widget-slider :is(input, select)')].map(control => Number(control.value)),
  panels: [...explorer.querySelectorAll('.gc-panel')].map(panel => panel.classList.contains('gc-text')
    ? {kind: 'text', sentences: [...panel.querySelectorAll('.gc-words span')].map(span => span.textContent)}
    : {kind: panel.querySelector('path.stroke') ? 'lines' : 'cells',
       faded: Number(getComputedStyle(panel.querySelector('[role=img]')).opacity) < 0.5,
       cells: [...panel.querySelectorAll('svg > g')].filter(cell => cell.getBoundingClientRect().width > 0)
         .map(cell => [cell.getAttribute('transform'), cell.getAttribute('class'), cell.textContent]),
       outline: panel.querySelector('path.span')?.getAttribute('d') ?? '',
       paths: [...panel.querySelectorAll('path.stroke')].map(path => path.getAttribute('d') ?? '')})
})"""


MOVE = """(explorer, values) => Object.keys(explorer.model.get('sliders'))
  .forEach((name, position) => explorer.model.set(name, values[position]))"""


READ_AT_EACH = f"(explorer, settings) => settings.map(values => {{ ({MOVE})(explorer, values); return ({READ})(explorer); }})"


FADED = "The faded picture is of the last possible one."


@functools.lru_cache(maxsize=100)
def _frame(explorer, *setting):
    return explorer.frame(**dict(setting))


def frame_at(explorer, setting):
    """Return the frame that the reference implementation computes now; called again, the same frame."""
    return _frame(explorer, *setting.items())


def expected(explorer, setting, last_possible):
    """Return the panels that the page should show at a setting."""
    frame = frame_at(explorer, setting)
    impossible = frame.get("impossible")
    excuse = [impossible, FADED]
    if impossible:
        frame = frame_at(explorer, last_possible)
    panels = []
    for panel in explorer.panels:
        if isinstance(panel, Text):
            sentences = excuse if impossible else [frame[name] for name in panel.sentences]
            panels.append({"kind": "text", "sentences": sentences})
            excuse = []  # said once
        elif isinstance(panel, Products):
            sentences = [] if impossible else [sum_of_products(panel, frame)]
            panels.append({"kind": "text", "sentences": sentences})
        elif isinstance(panel, Grid):
            cells = list(_cells(panel, frame))
            marks = [place for place, look, _ in cells if "marked" in look and not panel.marked]
            outline = _outline(marks, panel.unit)
            panels.append(
                {"kind": "cells", "faded": bool(impossible), "cells": cells, "outline": outline, "paths": []}
            )
        else:
            paths = [_points(panel, line, frame) for line in panel.lines]
            panels.append(
                {"kind": "lines", "faded": bool(impossible), "cells": [], "outline": "", "paths": paths}
            )
    return panels


def _points(panel, line, frame):
    """Return where a line goes, in pixels: a list for each piece of it, broken where a height is not finite."""

    def place(axis, values, length):
        scale = np.log if axis.logarithmic else np.asarray
        low, high = scale(axis.low), scale(axis.high)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = (scale(np.asarray(values, float)) - low) / (high - low)
        return np.clip(share, -0.01, 1.01) * length

    x, y = (np.asarray(frame[name], float) for name in (line.x or panel.x, line.values))
    across, up = place(panel.x_axis, x, panel.width), place(panel.y_axis, y, panel.height)
    pieces = [[]]
    for at, finite in enumerate(np.isfinite(x) & np.isfinite(y)):
        if finite:
            if line.steps and pieces[-1]:
                pieces[-1].append((across[at], pieces[-1][-1][1]))
            pieces[-1].append((across[at], panel.height - up[at]))
        elif pieces[-1]:
            pieces.append([])
    return [piece for piece in pieces if piece]


def _parsed(path):
    """Return the points of an SVG path, a list for each piece."""
    return [
        [tuple(map(float, point.split())) for point in piece.split("L")] for piece in path.split("M") if piece
    ]


def _cells(panel, frame):
    roles = np.asarray(frame[panel.roles]) if panel.roles else np.zeros(np.shape(frame[panel.numbers]), int)
    marked = np.zeros(roles.shape, bool)
    if panel.marked_rows or panel.marked_columns:
        rows = frame[panel.marked_rows] if panel.marked_rows else range(roles.shape[0])
        columns = frame[panel.marked_columns] if panel.marked_columns else range(roles.shape[1])
        marked[np.ix_(rows, columns)] = True
    if panel.marked:
        marked |= np.asarray(frame[panel.marked]) != 0
    for (row, column), role in np.ndenumerate(roles):
        name = panel.legend[role]
        number = (
            ""
            if panel.numbers is None or name in panel.unnumbered
            else format_number(np.asarray(frame[panel.numbers])[row, column])
        )
        yield [
            f"translate({column * panel.unit} {row * panel.unit})",
            f"cell {name}" + " marked" * bool(marked[row, column]),
            number,
        ]


def _outline(places, unit):
    """Return the path around cells, a pixel outside of them, from their transforms."""
    if not places:
        return ""
    corners = np.array([re.findall(r"\d+", place) for place in places], int)
    (left, top), (right, bottom) = corners.min(axis=0) - 1, corners.max(axis=0) + unit + 1
    return f"M{left} {top}H{right}V{bottom}H{left}z"


def setting_at(explorer, positions):
    """Return the values of the sliders at these positions of the browser's."""
    return {
        name: kind.values[position] if kind.trait[0] == "index" else position
        for (name, kind), position in zip(explorer.sliders.items(), positions, strict=True)
    }


def last_on_the_way(explorer, now, positions, last_possible):
    """Return the last possible setting as one slider after the other moves."""
    for moved in range(len(positions), 0, -1):
        setting = setting_at(explorer, [*positions[:moved], *now[moved:]])
        if "impossible" not in frame_at(explorer, setting):
            return setting
    return last_possible


def check_drawn(read, explorer, last_possible=None):
    """Raise unless the page shows what it should; return the setting, and the last possible one until now."""
    setting = setting_at(explorer, read["values"])
    shown = [slider.shown for slider in explorer.sliders.values()]
    assert read.pop("controls") in ([], list(itertools.compress(read["values"], shown)))
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
