"""Drawings show the numbers they are given."""

import re
from xml.etree import ElementTree

import pytest

from helpers.drawings import Cells, Levels, Text, picture, written

PANEL = Cells(
    "title <1>", "roles", ("zero", "input"), numbers="x", marked_rows="rows", marked_columns="columns"
)
FRAME = {"roles": [[0, 1], [1, 1]], "x": [[7, 2], [-3, 0.5]], "rows": [1], "columns": [0]}


def test_cells_by_hand():
    html = picture(PANEL, **FRAME, alt="two by two")._repr_html_()
    (svg,) = re.findall(r"<svg.*?</svg>", html, re.DOTALL)
    cells = ElementTree.fromstring(svg)
    found = [(cell.get("class"), cell.get("transform"), cell.find("text").text) for cell in cells]
    assert found == [
        ("cell zero", "translate(0 0)", None),
        ("cell input", "translate(22 0)", "2"),
        ("cell input marked", "translate(0 22)", "−3"),
        ("cell input", "translate(22 22)", "0.5"),
    ]
    assert "title &lt;1&gt;" in html
    assert 'aria-label="two by two"' in html


def test_one_marked_axis_marks_whole_columns():
    panel = Cells("t", "roles", ("zero", "input"), marked_columns="columns")
    html = picture(panel, **FRAME, alt="a")._repr_html_()
    assert html.count(" marked") == 2 + html[: html.index("</style>")].count(" marked")


def test_text_and_alt():
    drawn = picture(Text(("first",)), first="a < b", alt="one sentence")
    assert "<span>a &lt; b</span>" in drawn._repr_html_()
    assert repr(drawn) == "one sentence"


@pytest.mark.parametrize(
    ("number", "text"), [(3.0, "3"), (-1, "−1"), (1 / 3, "0.333"), (float("nan"), "nan")]
)
def test_written(number, text):
    assert written(number) == text


def test_bad_frames_are_refused():
    with pytest.raises(ValueError, match=r"frame must have \['x'"):
        picture(PANEL, roles=[[0]], alt="")
    with pytest.raises(ValueError, match="roles must be a matrix of positions"):
        picture(PANEL, **FRAME | {"roles": [[0, 2], [1, 1]]}, alt="")
    with pytest.raises(ValueError, match="roles must be a matrix"):
        picture(PANEL, **FRAME | {"roles": [0, 1]}, alt="")


LEVELS = Levels("exponents", "table", x=(1, 2), x_label="scale", y=(0.5, 4), y_label="gain", edges=(-1, 0, 1))


def test_levels_by_hand():
    drawn = picture(LEVELS, table=[[-float("inf"), -0.5], [0, 2.25]], alt="a table")._repr_html_()
    (svg,) = re.findall(r"<svg.*?</svg>", drawn, re.DOTALL)
    image = ElementTree.fromstring(svg)
    found = [(cell.get("class"), cell.get("transform"), cell.find("text").text) for cell in image.iter("g")]
    assert found == [
        ("cell level-0", "translate(0 26)", "−∞"),
        ("cell level-1", "translate(46 26)", "−0.5"),
        ("cell level-2", "translate(0 0)", "0"),
        ("cell level-3", "translate(46 0)", "2.25"),
    ]
    labels = [(label.text, label.get("x"), label.get("y")) for label in image.findall("text")]
    assert labels[2:] == [("1", "23", "64"), ("2", "69", "64"), ("0.5", "-6", "39"), ("4", "-6", "13")]
    assert "below −1" in drawn
    assert "from 1" in drawn


def test_levels_of_the_wrong_shape_are_refused():
    with pytest.raises(ValueError, match=r"table must have shape \(2, 2\), got shape \(1, 2\)"):
        picture(LEVELS, table=[[0, 1]], alt="")
