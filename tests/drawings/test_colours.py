"""The palette of drawings.css: told apart by every reader, and strong enough, in both themes.

A colour-blind reader's view is simulated as in Machado, Oliveira and Fernandes (2009), at full severity; distances are
those of the colour space OKLab, where 0.02 is about what can just be told apart side by side.
"""

import itertools
import re
from pathlib import Path

import numpy as np
import pytest

import helpers
from helpers.claims import Verdict

HELPERS = Path(helpers.__file__).parent
CSS = re.sub(
    r"/\*.*?\*/", "", (HELPERS / "drawings/drawings.css").read_text(encoding="utf-8"), flags=re.DOTALL
)
LIGHT, DARK = (dict(re.findall(r"--gc-([\w-]+): (#[0-9a-f]{6})", block)) for block in CSS.split("}")[:2])
PAGE = {"light": "#ffffff", "dark": "#121212"}  # the theme's --pst-color-background
THEMES = {"light": LIGHT, "dark": DARK}

LINES = ("input", "output", "gate", "gradient")
CELLS = {role: name for role, name in re.findall(r"\.gc \.([^\s{]+) \{ --cell: var\(--gc-([\w-]+)\)", CSS)}
DASHED = set(re.findall(r"\.gc \.([^\s{]+) \{[^}]*--border: dashed", CSS))

SEEN = {  # by each kind of eye, in linear RGB
    "all colours": np.eye(3),
    "no red cones": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no green cones": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "no blue cones": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}  # fmt: skip


def linear(colour):
    """Return the light of red, green and blue that a screen gives for a colour."""
    share = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def contrast(a, b):
    """Return the contrast of two colours, as WCAG 2.2 defines it: from 1 to 21."""
    dark, light = sorted(linear(colour) @ [0.2126, 0.7152, 0.0722] for colour in (a, b))
    return (light + 0.05) / (dark + 0.05)


def oklab(light):
    """Return a point of OKLab (Ottosson, 2020)."""
    cones = [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
             [0.0883024619, 0.2817188376, 0.6299787005]] @ np.clip(light, 0, 1)  # fmt: skip
    return [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660]] @ np.cbrt(cones)  # fmt: skip


def distance(a, b):
    """Return how far two colours are apart for the eye that tells them apart least."""
    return min(
        np.linalg.norm(oklab(seen @ linear(a)) - oklab(seen @ linear(b)))
        for seen in map(np.array, SEEN.values())
    )


def legends():
    """Yield the roles that stand side by side in some drawing, wherever one is made."""
    sources = [
        *HELPERS.glob("*/explorers.py"),
        *(HELPERS.parents[1] / "notebooks").glob("*.md"),
    ]
    for source in sources:
        text = source.read_text(encoding="utf-8")
        for roles in re.findall(r"(?:legend=|ROLES_\w+ = )\(([^)]*)\)", text):
            yield re.findall(r'"([^"]+)"', roles)


def test_contrast_and_distance_by_hand():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    np.testing.assert_allclose(oklab(np.ones(3)), [1, 0, 0], atol=1e-6)
    assert distance("#ff0000", "#ff0000") == 0
    assert (
        distance("#d5706f", "#8c8c6f")
        < 0.1
        < np.linalg.norm(oklab(linear("#d5706f")) - oklab(linear("#8c8c6f")))
    ), "red and olive: alike without one kind of cone"


@pytest.mark.parametrize("theme", THEMES)
def test_lines_stand_out_and_apart(theme):
    colours = THEMES[theme]
    for name in (*LINES, "edge", "mark", "faint"):
        assert contrast(colours[name], PAGE[theme]) >= 3, name
    for a, b in itertools.combinations(LINES, 2):  # a bound is told by its dashes
        assert distance(colours[a], colours[b]) >= 0.08, (a, b)


@pytest.mark.parametrize("theme", THEMES)
def test_text_can_be_read_on_every_cell(theme):
    colours = THEMES[theme]
    for text in ("ink", "faint"):
        assert contrast(colours[text], PAGE[theme]) >= 4.5
    assert len(CELLS) > 15
    for role, name in CELLS.items():
        assert contrast(colours["ink"], colours[name]) >= 4.5, role


@pytest.mark.parametrize("theme", THEMES)
def test_marks_stand_out_on_the_cells_they_surround(theme):
    for name in CELLS.values():
        assert contrast(THEMES[theme]["mark"], THEMES[theme][name]) >= 3, name


@pytest.mark.parametrize("theme", THEMES)
def test_cells_of_one_drawing_are_told_apart(theme):
    colours = THEMES[theme] | {"page": PAGE[theme]}
    checked = 0
    for legend in [*legends(), [f"level-{level}" for level in range(4)]]:
        for a, b in itertools.combinations(legend, 2):
            if (a in DASHED) == (b in DASHED):
                ours, other = (colours[CELLS.get(role, "page")] for role in (a, b))
                assert distance(ours, other) >= 0.03, (a, b)
                checked += 1
    assert checked > 20


def test_every_role_that_a_drawing_uses_has_a_colour():
    assert {role for legend in legends() for role in legend} <= {*CELLS, "zero", "plain", "below-⅛"}


@pytest.mark.parametrize("theme", THEMES)
def test_verdicts_stand_out_and_apart(theme):
    """Each has a sign and a word besides."""
    css = (HELPERS.parents[1] / "book/_static/book.css").read_text(encoding="utf-8")
    light, dark = (
        dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", line))
        for line in css.splitlines()
        if line.startswith("html") and "--confirmed:" in line
    )
    colours = {"light": light, "dark": dark}[theme]
    assert list(colours) == [verdict.value for verdict in Verdict]
    for verdict in colours:
        assert contrast(colours[verdict], PAGE[theme]) >= 3, verdict
        assert f".{verdict} {{ --verdict: var(--{verdict});" in css
    for a, b in itertools.combinations(colours, 2):
        assert distance(colours[a], colours[b]) >= 0.08, (a, b)
