"""Every slider of every explorer, moved from the keyboard on the built page: what is drawn is what Python says."""

import copy
import json
import re
from types import SimpleNamespace

import numpy as np
import pytest
from browsing import html
from docutils import nodes
from drawn import (
    READ,
    READ_AT_EACH,
    check_drawn,
    last_on_the_way,
)
from every_explorer import CASES, EXPLORERS, made
from static_explorers import keep_what_is_needed

from helpers.book import BOXES, EXERCISES
from helpers.explorers import Explorer


@pytest.mark.parametrize(("name", "number"), CASES)
def test_every_slider_from_the_keyboard(move_on, name, number):
    explorer = made(name, number)
    page = move_on(name)
    places = page.locator(".explorer")
    assert places.count() == len(EXPLORERS[name])
    reset = places.nth(number).get_by_role("button", name="Reset").element_handle()
    place = places.nth(number).element_handle()
    handles = place.query_selector_all(".widget-slider :is(input, select)")
    setting, last = check_drawn(place.evaluate(READ), explorer)
    assert setting == {slider: kind.start for slider, kind in explorer.sliders.items()}
    shown = ((slider, kind) for slider, kind in explorer.sliders.items() if kind.shown)
    for handle, (slider, kind) in zip(handles, shown, strict=True):
        handle.focus()
        page.keyboard.press("Home")
        seen, pictures = [], set()
        for _ in kind.values:
            read = place.evaluate(READ)
            pictures.add(str(read["panels"]))  # before the check, which takes it apart
            setting, last = check_drawn(read, explorer, last)
            seen.append(setting[slider])
            page.keyboard.press("ArrowDown" if kind.is_menu else "ArrowRight")
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
        [int(random.integers(len(kind.values))) * kind.trait[2] + kind.trait[1] for kind in kinds]
        for _ in range(30)
    ]
    last, now = None, place.evaluate(READ)["values"]
    for values, read in zip(settings, place.evaluate(READ_AT_EACH, settings), strict=True):
        last = last_on_the_way(explorer, now, values, last)
        now = read["values"]
        assert now == values
        check_drawn(read, explorer, last)


@pytest.mark.parametrize(("number", "setting"), [(0, [4, 5, 1, 0, 3, 0, 0]), (1, [0, 5, 4, 1, 3, 0, 0])])
def test_an_impossible_setting_shows_a_sentence_and_the_last_picture_faded(open_page, number, setting):
    page = open_page("notebooks/convolution")
    place = page.locator(".explorer").nth(number)
    now = place.evaluate(READ)["values"]
    last = last_on_the_way(made("notebooks/convolution", number), now, setting, None)
    (read,) = place.evaluate(READ_AT_EACH, [setting])
    check_drawn(copy.deepcopy(read), made("notebooks/convolution", number), last)
    sentences = [text for panel in read["panels"] if panel["kind"] == "text" for text in panel["sentences"]]
    assert sentences[0].startswith("This setting is impossible: kernel size K ")
    assert all(panel["faded"] and panel["cells"] for panel in read["panels"] if panel["kind"] == "cells")


def test_every_chapter_has_explorers():
    assert "notebooks/convolution" in EXPLORERS
    for name, makers in EXPLORERS.items():
        assert makers, f"{name} has none"
        assert all(isinstance(made(name, number), Explorer) for number in range(len(makers)))


@pytest.mark.parametrize(
    "fault", ["classList.remove('marked')", "closest('svg').querySelector('.span').setAttribute('d', '')"]
)
def test_a_planted_fault_in_a_drawing_is_caught(open_page, fault):
    page = open_page("notebooks/convolution")
    place = page.locator(".explorer").first
    place.evaluate(f"explorer => explorer.querySelector('.marked').{fault}")
    with pytest.raises(AssertionError, match="panel 0"):
        check_drawn(place.evaluate(READ), made("notebooks/convolution", 0))


@pytest.mark.parametrize("name", EXPLORERS)
def test_nothing_stands_on_the_page_twice(name):
    (saved,) = re.findall(
        r'<script id="widgets" type="application/json">(.*?)</script>', html(name), re.DOTALL
    )
    widgets = json.loads(saved)
    scripts = re.findall(r'<script defer="[^"]*" src="\.\./_static/(widget-\w+\.js)', html(name))
    ours = (id for id in BOXES if EXERCISES[id].chapter == name.rpartition("/")[2])
    boxes = {f"box-{id.replace('.', '-')}" for id in ours}
    assert len(scripts) == len(set(scripts)) == (2 if boxes else 1)  # that of explorers, and that of boxes
    assert {widget["script"] for widget in widgets} == set(scripts)
    places = [widget["state"]["place"] for widget in widgets]
    assert [place for place in places if place not in boxes] == [
        made(name, number).place for number in range(len(EXPLORERS[name]))
    ]
    assert len(places) == len(set(places)) == len(EXPLORERS[name]) + len(boxes)
    assert all(widget["state"].keys().isdisjoint({"html", "_css", "_esm"}) for widget in widgets)


def test_a_widget_that_needs_a_kernel_is_refused(caplog):
    app = SimpleNamespace(env=SimpleNamespace())
    page = nodes.container()
    keep_what_is_needed(app, "a page", "page.html", {}, page)
    assert not caplog.records
    page += nodes.raw(
        text='<script type="application/vnd.jupyter.widget-view+json">{}</script>', format="html"
    )
    keep_what_is_needed(app, "a page", "page.html", {}, page)
    assert "a widget must have HTML of its own" in caplog.text
