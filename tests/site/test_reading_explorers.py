"""Explorers as readers meet them: before scripts, from an address, with the pointer, and without it."""

import re
import urllib.parse

import pytest
from browsing import SITE
from drawn import MOVE, READ, check_drawn, setting_at
from every_explorer import CASES, EXPLORERS, made

from helpers.drawings import Grid, Products, Text
from helpers.drawings.formulas import plain
from helpers.numerics.formatting import format_number

PAGES = list(EXPLORERS)

SIZES = """() => [...document.querySelectorAll('.explorer')].map(explorer =>
  [explorer, ...explorer.querySelectorAll('.gc-panel')].map(part => {
    const {width, height} = part.getBoundingClientRect();
    return [width, height, part.getBoundingClientRect().top - explorer.getBoundingClientRect().top].map(Math.round);
  }))"""

SHIFTS = """window.shifted = 0;
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) window.shifted += entry.value;
}).observe({type: 'layout-shift', buffered: true})"""


@pytest.mark.parametrize(("name", "number"), CASES)
def test_without_scripts_a_static_picture_of_the_start(look_at, name, number):
    """It is drawn in Python, and updated in JavaScript: both must show what the functions return."""
    place = look_at(name, java_script_enabled=False).locator(".explorer").nth(number)
    explorer = made(name, number)
    assert place.locator("input").count() == 0
    read = place.evaluate(READ)
    read["values"] = [_position(kind) for kind in explorer.sliders.values()]
    check_drawn(read, explorer)
    rows = [row.split("\n") for row in place.locator(".widget-slider").all_inner_texts()]
    shown = [kind for kind in explorer.sliders.values() if kind.shown]
    assert rows == [[kind.label, kind.words[kind.position]] for kind in shown]
    assert not place.get_by_role("button", name="Reset").is_visible()


def _position(kind):
    _, first, step = kind.trait
    return first + step * kind.position


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("name", PAGES)
def test_the_live_explorer_is_as_large_as_its_static_picture(look_at, name, width):
    static = look_at(name, width=width, java_script_enabled=False).evaluate(SIZES)
    assert static == look_at(name, width=width).evaluate(SIZES)


@pytest.mark.parametrize("name", PAGES)
def test_an_explorer_fits_one_screen(look_at, name):
    heights = look_at(name, width=1440).evaluate(
        "[...document.querySelectorAll('.explorer')].map(explorer => explorer.offsetHeight)"
    )
    assert max(heights) <= 560


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("name", PAGES)
def test_cumulative_layout_shift(open_page, name, width):
    """The browser's own measure, while a reader looks at the first explorer."""
    page = open_page(name, width=width)  # afresh: what tests before have moved may be in the address still
    page.add_init_script(SHIFTS)
    page.locator(".explorer").first.scroll_into_view_if_needed()
    page.reload()  # the browser returns to where the reader was
    page.wait_for_function("document.documentElement.dataset.explorers === 'drawn'")
    page.wait_for_timeout(300)
    assert page.evaluate("scrollY") > 0
    assert page.evaluate("shifted") < 0.01


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("name", PAGES)
def test_the_page_below_an_explorer_keeps_its_place(move_on, name, width):
    """At every position of every slider, the others at their start."""
    page = move_on(name, width=width)
    heights = page.evaluate(
        """() => [...document.querySelectorAll('.explorer')].map(explorer => {
          const heights = new Set();
          for (const [name, {first, step, start, labels}] of Object.entries(explorer.model.get('sliders'))) {
            for (const position of labels.keys()) {
              explorer.model.set(name, first + step * position);
              heights.add(Math.round(explorer.getBoundingClientRect().height));
            }
            explorer.model.set(name, start);
          }
          return [...heights];
        })"""
    )
    assert all(len(of_one) == 1 for of_one in heights), heights


# The settings that a teacher might send: an address, and what it must open.
def test_a_setting_goes_into_the_address_and_comes_back(open_page):
    name = "notebooks/gated_rnn"
    page = open_page(name)
    for number, position in ((0, 0), (3, 2)):
        slider = page.locator(".explorer").nth(number).locator("input").nth(position)
        slider.focus()
        page.keyboard.press("End")
    page.wait_for_function("location.hash.includes('explorer-gradient-flow')")
    sent = page.evaluate("location.hash")
    kept = dict(urllib.parse.parse_qsl(sent[1:]))
    ends = {}
    for number, position in ((0, 0), (3, 2)):
        slider, kind = list(made(name, number).sliders.items())[position]
        ends[f"{made(name, number).place}.{slider}"] = kind.labels[-1]
    assert kept == ends

    opened = open_page(f"{name}{sent}")
    for number in (0, 3):
        read, before = (p.locator(".explorer").nth(number).evaluate(READ) for p in (opened, page))
        assert read == before
        check_drawn(read, made(name, number))
    assert opened.evaluate("document.querySelector('.explorer').getBoundingClientRect().top < innerHeight")

    for number in (0, 3):
        page.locator(".explorer").nth(number).get_by_role("button", name="Reset").click()
    page.wait_for_function("location.hash === ''")


@pytest.mark.parametrize(
    "address",
    [
        "explorer-gates.gate_bias=99",
        "explorer-gates.gate_bias=2.5&explorer-nobody.gain=1&explorer-gates.nobody=1",
        "explorer-gates.gate_bias=",
        "explorer-gates.%FF=%&explorer-gates.gate_bias=%E0",
    ],
)
def test_an_address_that_says_nothing_possible_opens_the_start(open_page, address):
    page = open_page(f"notebooks/gated_rnn#{address}")
    setting, _ = check_drawn(page.locator(".explorer").first.evaluate(READ), made("notebooks/gated_rnn", 0))
    assert setting == {name: kind.start for name, kind in made("notebooks/gated_rnn", 0).sliders.items()}


def test_a_new_address_on_an_open_page_and_an_impossible_setting_in_it(open_page):
    page = open_page("notebooks/convolution")
    explorer = made("notebooks/convolution", 0)
    page.evaluate(
        "location.hash = 'explorer-output-size.input_size=4&explorer-output-size.kernel_size=5&explorer-output-size.padding=0'"
    )
    page.wait_for_selector(".gc-impossible")
    start = {name: kind.start for name, kind in explorer.sliders.items()}
    last = start | {"input_size": 4}  # the sliders move one after the other: the kernel no longer fits
    setting, _ = check_drawn(
        page.locator(".explorer").first.evaluate(READ), explorer, last | {"kernel_size": 5}
    )
    assert setting == start | {"input_size": 4, "kernel_size": 5, "padding": 0}
    page.evaluate("location.hash = 'claim-1-1-a'")
    page.wait_for_timeout(100)
    assert page.locator(".gc-impossible").count() == 1, "the address of a heading changes no setting"


def test_opened_from_a_file(browser):
    page = browser.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{(SITE / 'notebooks/gated_rnn.html').as_uri()}#explorer-gates.gate_bias=3")
    page.wait_for_function("document.documentElement.dataset.explorers === 'drawn'")
    place = page.locator(".explorer").first
    setting, _ = check_drawn(place.evaluate(READ), made("notebooks/gated_rnn", 0))
    assert setting["gate_bias"] == 3
    place.locator("input").first.focus()
    page.keyboard.press("Home")
    page.wait_for_function("location.hash === '#explorer-gates.gate_bias=-3'")
    assert not errors
    page.close()


@pytest.mark.parametrize(("name", "number"), CASES)
def test_numbers_are_read_with_the_pointer_and_with_the_arrow_keys(move_on, name, number):
    page = move_on(name, width=1280)
    place, explorer = page.locator(".explorer").nth(number), made(name, number)
    tip = place.get_by_role("status")
    frame = explorer.frame()
    drawings = place.get_by_role("img")
    panels = [panel for panel in explorer.panels if not isinstance(panel, (Text, Products))]
    assert drawings.count() == len(panels)
    for position, panel in enumerate(panels):
        drawing = drawings.nth(position)
        if isinstance(panel, Grid):
            cell = drawing.locator("g").first
            cell.hover()
            frame = explorer.frame(**setting_at(explorer, place.evaluate(READ)["values"]))
            wanted = f"{_first_cell(panel, frame)} {cell.text_content()}".replace(":  ", ": ").strip()
            assert tip.inner_text().strip() == wanted
        elif panel.surface:
            drawing.hover()
            wanted = f"{panel.surface.along} "
            assert tip.text_content().startswith(wanted)
        else:
            first = next(i for i, x in enumerate(frame[panel.x]) if x == x)
            axis = plain(panel.x_axis.label)
            wanted = f"{axis} = {format_number(frame[panel.x][first])}: {plain(panel.lines[0].label)} "
            drawing.hover(position={"x": 1, "y": 5})
            assert tip.text_content().startswith(f"{axis} = ")
            wanted = f"{axis} = " if panel.sliders else wanted
        box, outer = tip.bounding_box(), place.bounding_box()
        assert outer["x"] <= box["x"]
        assert box["x"] + box["width"] <= outer["x"] + outer["width"] + 1
        page.keyboard.press("Tab")  # away from where the pointer has been
        page.mouse.move(0, 0)
        assert tip.text_content() == ""
        drawing.focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowLeft")
        assert tip.text_content().startswith(wanted)
        page.keyboard.press("Escape")
        assert tip.text_content() == ""
        frame = explorer.frame(**setting_at(explorer, place.evaluate(READ)["values"]))


def _first_cell(panel, frame):
    """Return what is said of the first cell: its headings and its role."""
    row, column = (
        re.sub("[_^]", "", plain(names[0])) if (names := panel.headings(frame, axis)) else f"{word} 0"
        for axis, word in enumerate(("row", "column"))
    )
    place = panel.positions(frame)[0][0]
    word = panel.legend_words[place] if panel.legend_words else panel.legend[place].replace("-", " ")
    return f"{row}, {column}: {word}"


@pytest.mark.parametrize(("name", "number"), CASES)
def test_the_words_follow_the_sliders(move_on, name, number):
    """Each drawing is described by sentences that are live, and these are other ones at another setting."""
    page = move_on(name)
    place, explorer = page.locator(".explorer").nth(number), made(name, number)
    ids = {
        id_
        for label in place.get_by_role("img").all()
        for id_ in label.get_attribute("aria-describedby").split()
    }
    assert ids
    words = " ".join(page.locator(f"#{id_}").inner_text() for id_ in sorted(ids))
    assert all(page.locator(f"#{id_}").get_attribute("aria-live") == "polite" for id_ in ids)
    ends = [kind.trait[1] + (len(kind.values) - 1) * kind.trait[2] for kind in explorer.sliders.values()]
    place.evaluate(MOVE, ends)
    assert " ".join(page.locator(f"#{id_}").inner_text() for id_ in sorted(ids)) != words


@pytest.mark.parametrize("name", PAGES)
def test_text_in_drawings_can_be_read_on_a_phone(look_at, name):
    sizes = look_at(name, width=360).evaluate(
        """() => [...document.querySelectorAll('.gc :is(text, .gc-label, .gc-title, .gc-legend, .gc-words)')]
          .filter(text => text.textContent && text.getBoundingClientRect().width)
          .map(text => {
            const svg = text.closest('svg');
            const scale = svg ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width : 1;
            return parseFloat(getComputedStyle(text).fontSize) * scale;
          })"""
    )
    assert sizes
    assert min(sizes) >= 11


@pytest.mark.parametrize("name", PAGES)
def test_labels_of_axes_do_not_overlap_on_a_phone(look_at, name):
    overlaps = look_at(name, width=360).evaluate(
        """() => [...document.querySelectorAll('.gc-plot')].flatMap(plot => {
          const labels = [...plot.querySelectorAll('.gc-label')].map(label => [label.textContent, label.getBoundingClientRect()]);
          return labels.flatMap(([a, p], i) => labels.slice(i + 1)
            .filter(([b, q]) => p.left < q.right && q.left < p.right && p.top < q.bottom && q.top < p.bottom)
            .map(([b]) => [a, b]));
        })"""
    )
    assert overlaps == []


def test_the_cell_whose_number_is_read_has_an_outline(move_on):
    drawing = move_on("notebooks/convolution").locator(".explorer .gc-grid").first
    current = drawing.locator("[data-current]")
    drawing.focus()
    drawing.page.keyboard.press("ArrowRight")
    drawing.page.keyboard.press("ArrowRight")
    assert current.count() == 1
    assert current.locator("rect").evaluate("rect => getComputedStyle(rect).strokeWidth") == "3px"
    drawing.page.keyboard.press("Escape")
    assert current.count() == 0


@pytest.mark.parametrize("width", [1280, 360])
def test_what_is_pressed_or_dragged_is_large_enough(look_at, width):
    heights = look_at("notebooks/convolution", width=width).evaluate(
        """() => [...document.querySelectorAll('.explorer input, .gc-reset, .fold > summary, .show-code')]
          .map(target => target.getBoundingClientRect().height)"""
    )
    assert min(heights) >= 24


def test_in_forced_colours_the_legend_keeps_those_of_the_drawing(open_page):
    page = open_page("notebooks/attention_rnn", forced_colors="active")
    swatches = page.locator(".explorer .gc-legend i").evaluate_all(
        "all => new Set(all.map(swatch => getComputedStyle(swatch).backgroundColor)).size"
    )
    assert swatches > 3


def test_a_moved_slider_leaves_the_address_of_the_section(open_page):
    page = open_page("notebooks/convolution#claim-1-1-b")
    top = page.evaluate("document.getElementById('claim-1-1-b').getBoundingClientRect().top")
    assert 0 <= top < 200
    page.locator("#explorer-output-size input").first.focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("location.hash.startsWith('#claim-1-1-b&explorer-output-size.')")
    page.reload()
    page.wait_for_function("document.documentElement.dataset.explorers === 'drawn'")
    page.wait_for_function("document.getElementById('claim-1-1-b').getBoundingClientRect().top < 300")
    page.locator("#explorer-output-size .gc-reset").click()
    page.wait_for_function("location.hash === '#claim-1-1-b'")
