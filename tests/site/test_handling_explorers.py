"""Explorers in a reader's hand: a question first, cells and lines that set sliders, menus, playing, impossible settings."""

import itertools
import re

import numpy as np
import pytest
from box_page import write_page
from browsing import AXE, SHOW, serving

from helpers.drawings import Axis, Grid, Line, Lines, Surface, Text
from helpers.explorers import Explorer, Prediction, Slider
from helpers.numerics.arrays import DoesNotFit


def table_frame(size, row, column, sign):
    factor = {"plus": 1, "minus": -1}[sign]
    if size == 5:
        raise DoesNotFit("five is not allowed")
    table = factor * np.multiply.outer(np.arange(1, size + 1), np.arange(1, size + 1))
    row, column = min(row, size - 1), min(column, size - 1)
    return {
        "table": table,
        "names": [f"{n} ·" for n in range(1, size + 1)],
        "chosen_row": [row],
        "chosen_column": [column],
        "product": f"{row + 1} · {column + 1} is {table[row, column]}",
    }


def table():
    return Explorer(
        table_frame,
        name="table",
        panels=[
            Grid(
                "products $m_i n$",
                numbers="table",
                row_names="names",
                column_names=("$n_1$", "$n_2$", "$n_3$", "$n_4$", "$n_5$", "$n_6$"),
                marked_rows="chosen_row",
                marked_columns="chosen_column",
                row_slider="row",
                column_slider="column",
                play=50,
            ),
            Text(("product",)),
        ],
        predict=Prediction("Is 2 · 3 even?", ("yes", "no"), right="yes", because="It is 6."),
        size=Slider("size", range(2, 7), start=3),
        row=Slider("row", range(6), start=1, shown=False),
        column=Slider("column", range(6), start=2, shown=False),
        sign=Slider("sign", ["plus", "minus"], start="plus", names={"plus": "as it is", "minus": "turned"}),
    )


TIME = Axis("time $t$", 0, 10, (0, 5, 10))


def curve_frame(t):
    return {
        "times": np.arange(11.0),
        "square": np.arange(11.0) ** 2,
        "steps": np.arange(11.0) // 3 * 10,
        "ghost": np.full(11, 50.0),
        "now": t,
        "words": f"t is {t}",
    }


def curves():
    lines = (
        Line("square", "$t^2$", "output"),
        Line("steps", "steps", "input", steps=True),
        Line("ghost", "untreated", "ghost"),
    )
    panel = Lines(
        "a square over $t$",
        x="times",
        lines=lines,
        x_axis=TIME,
        y_axis=Axis("$t_{max}$", 0, 100, (0, 50, 100)),
        height=150,
        label_width=80,
        cursor="now",
        x_slider="t",
    )
    other = Lines(
        "again", x="times", lines=lines[:1], x_axis=TIME, y_axis=Axis("", 0, 100, (0, 100)), height=80
    )
    return Explorer(
        curve_frame,
        name="curves",
        panels=[panel, other, Text(("words",))],
        t=Slider("time t", range(11), start=4, shown=False, play=30),
    )


def way_frame(w, b):
    steps = np.arange(6.0)
    return {
        "w": w * 0.5**steps,
        "b": b * 0.5**steps,
        "steps": steps,
        "loss": w * 0.25**steps,
        "words": f"from {w}, {b}",
    }


def surface():
    across, up = np.meshgrid(np.linspace(-1, 1, 40), np.linspace(-1, 1, 30))
    return Explorer(
        way_frame,
        name="surface",
        panels=[
            Lines(
                "the surface",
                x="w",
                lines=(Line("b", "the way", "gradient", dots=True),),
                x_axis=Axis("weight", -1, 1, (-1, 0, 1)),
                y_axis=Axis("bias", -1, 1, (-1, 0, 1)),
                width=300,
                height=200,
                x_slider="w",
                y_slider="b",
                surface=Surface(across**2 + up**2, (0.1, 0.3, 0.6, 1), along="step"),
            ),
            Lines(
                "the loss",
                x="steps",
                lines=(Line("loss", "loss", "output"),),
                x_axis=Axis("step", 0, 5, (0, 5)),
                y_axis=Axis("", -1, 1, (-1, 1)),
                height=80,
            ),
            Text(("words",)),
        ],
        w=Slider("w", np.linspace(-1, 1, 21).round(1).tolist(), start=0.8, shown=False),
        b=Slider("b", np.linspace(-1, 1, 21).round(1).tolist(), start=-0.6, shown=False),
    )


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    path = write_page(tmp_path_factory.mktemp("site"), [table(), curves(), surface()])
    with serving(path.parent) as server:
        yield f"{server}/{path.name}"


@pytest.fixture
def open_at(browser, address):
    pages = []

    def open_(fragment="", **options):
        page = browser.new_page(**options)
        page.set_default_timeout(4000)
        page.goto(f"{address}#{fragment}")
        page.wait_for_function("document.documentElement.dataset.explorers === 'drawn'")
        pages.append(page)
        return page

    yield open_
    for page in pages:
        page.close()


def values(page, name):
    """Return the sliders of an explorer, by name, as its model has them."""
    return page.locator(f"#explorer-{name}").evaluate(
        "({model}) => Object.fromEntries(Object.keys(model.get('sliders')).map(name => [name, model.get(name)]))"
    )


def answer(page, words):
    page.get_by_role("button", name=words).click()


def height(page, name):
    return page.locator(f"#explorer-{name}").bounding_box()["height"]


def is_seen(page):
    return page.locator("#explorer-table .gc-grid g").first.evaluate(
        "cell => getComputedStyle(cell).visibility === 'visible'"
    )


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ("yes", "Right. It is 6."),
        ("no", "No. The answer: yes. It is 6."),
        ("Just show me", "The answer: yes. It is 6."),
    ],
)
def test_a_drawing_is_veiled_until_its_question_is_answered(open_at, words, verdict):
    page = open_at()
    before, question = height(page, "table"), page.get_by_role("group", name="Predict first")
    assert not is_seen(page)
    assert "2 · 3 is 6" not in page.locator("#explorer-table").inner_text()
    page.get_by_role("button", name=words).focus()
    page.keyboard.press("Enter")
    assert is_seen(page)
    assert question.inner_text() == verdict
    assert page.evaluate("document.activeElement.textContent") == verdict
    assert height(page, "table") == before


def test_nothing_of_a_veiled_drawing_is_read(open_at):
    page = open_at()
    page.locator("#explorer-table .gc-grid").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("#explorer-table .gc-tip").inner_text() == ""
    assert values(page, "table")["column"] == 2


def test_without_scripts_on_paper_and_from_an_address_nothing_is_veiled(open_at, browser, address):
    page = open_at("explorer-table.size=4")
    assert is_seen(page)
    page = open_at()
    page.emulate_media(media="print")
    assert is_seen(page)
    page = browser.new_page(java_script_enabled=False)
    page.goto(address)
    assert is_seen(page)
    assert not page.get_by_role("button", name="yes").is_visible()
    page.close()


def test_a_cell_sets_sliders_that_have_no_control(open_at):
    page = open_at()
    answer(page, "Just show me")
    place = page.locator("#explorer-table")
    assert place.locator("input").count() == 1
    place.locator("g", has_text="9").hover()
    assert values(page, "table")["row"] == values(page, "table")["column"] == 2
    assert place.locator(".gc-words").inner_text() == "3 · 3 is 9"
    assert place.locator(".marked").text_content() == "9"
    place.locator(".gc-grid").focus()
    for key in ("ArrowLeft", "ArrowUp"):
        page.keyboard.press(key)
    assert place.locator(".marked").text_content() == "4"
    assert place.locator(".gc-tip").inner_text() == "2 ·, n_2: plain 4".replace("n_2", "n2")
    page.wait_for_function("location.hash === '#explorer-table.column=1'")
    page.get_by_role("button", name="Reset").first.click()
    assert values(page, "table")["column"] == 2


def test_a_menu_of_names_keeps_values_in_the_address(open_at):
    page = open_at("explorer-table.sign=minus")
    menu = page.get_by_label("sign")
    assert menu.locator("option").all_inner_texts() == ["as it is", "turned"]
    assert menu.input_value() == "1"
    assert page.locator("#explorer-table .gc-words").inner_text() == "2 · 3 is -6"
    menu.select_option("as it is")
    page.wait_for_function("location.hash === ''")


def test_impossible_positions_are_marked_on_the_slider(open_at):
    page = open_at()
    slider = page.get_by_label("size")
    assert slider.evaluate("slider => slider.style.background").count("linear-gradient") == 1
    slider.fill("5")
    assert slider.get_attribute("aria-valuetext") == "5, impossible"
    assert page.locator("#explorer-table .gc-impossible").count() == 1


def test_headings_follow_the_frame(open_at):
    page = open_at("explorer-table.size=2")
    names = page.locator("#explorer-table :is(.row-name, .column-name):visible")
    assert names.all_text_contents() == ["1 ·", "2 ·", "n1", "n2"]
    page.get_by_label("size").fill("3")
    assert names.all_text_contents() == ["1 ·", "2 ·", "3 ·", "n1", "n2", "n3"]


def test_play_goes_through_the_cells_and_ends_with_the_last(open_at):
    page = open_at("explorer-table.row=0&explorer-table.column=0")
    button = page.locator("#explorer-table .gc-play")
    button.click()
    page.wait_for_function("document.querySelector('#explorer-table').model.get('row') > 0")
    page.wait_for_function("document.querySelector('#explorer-table .gc-play').textContent.includes('Play')")
    assert page.locator("#explorer-table .marked").text_content() == "9"


def test_play_stops_at_any_input(open_at):
    page = open_at("explorer-curves.t=0")
    page.locator("#explorer-curves .gc-play").click()
    page.wait_for_function("document.querySelector('#explorer-curves').model.get('t') > 0")
    page.locator("#explorer-curves .gc-plot").first.dispatch_event("pointerdown", {"pointerId": 1})
    assert page.locator("#explorer-curves .gc-play").inner_text() == "▶ Play"
    at = values(page, "curves")
    page.wait_for_timeout(200)
    assert values(page, "curves") == at


def test_under_reduced_motion_one_step_at_a_time(open_at):
    page = open_at("explorer-curves.t=9", reduced_motion="reduce")
    page.get_by_role("button", name="Next step").first.click()
    cells = page.locator("#explorer-table .gc-grid g")
    assert cells.nth(12).get_attribute("class") == "cell plain marked", "after 2 · 3 comes 3 · 1"
    button = page.get_by_role("button", name="Next step").last
    button.click()
    assert values(page, "curves")["t"] == 10
    button.click()
    assert values(page, "curves")["t"] == 0
    page.wait_for_timeout(150)
    assert values(page, "curves")["t"] == 0


def test_a_cursor_is_dragged_and_moved_with_arrow_keys(open_at):
    page = open_at()
    plot = page.locator("#explorer-curves .gc-plot").first
    box = plot.bounding_box()
    plot.hover(position={"x": box["width"] * 0.1, "y": 50})
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.72, box["y"] + 200)
    page.mouse.up()
    assert values(page, "curves")["t"] == 7
    assert plot.locator(".gc-now").evaluate("line => line.style.left") == "70%"
    plot.focus()
    page.keyboard.press("ArrowRight")
    assert values(page, "curves")["t"] == 8
    assert page.locator("#explorer-curves .gc-words").inner_text() == "t is 8"


def test_values_stand_beside_the_lines_of_all_panels_at_once(open_at):
    page = open_at()
    plot = page.locator("#explorer-curves .gc-plot").first
    plot.hover(position={"x": plot.bounding_box()["width"] * 0.6, "y": 50})
    read = [
        each.locator(".gc-cursor b").all_inner_texts()
        for each in page.locator("#explorer-curves .gc-plot").all()
    ]
    assert read == [["36", "20", "50"], ["36"]]
    assert (
        page.locator("#explorer-curves .gc-tip").text_content()
        == "time t = 6: t^2 36; steps 20; untreated 50"
    )
    tops = plot.locator(".gc-cursor b").evaluate_all("all => all.map(one => one.getBoundingClientRect().top)")
    assert min(abs(a - b) for a, b in itertools.combinations(tops, 2)) >= 13


def test_a_point_on_a_surface_is_dragged_and_its_steps_are_read(open_at):
    page = open_at()
    plot = page.locator("#explorer-surface .gc-plot").first
    box = plot.bounding_box()
    plot.click(position={"x": box["width"] * 0.25, "y": box["height"] * 0.75})
    assert page.locator("#explorer-surface .gc-words").inner_text() == "from -0.5, -0.5"
    plot.focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    assert page.locator("#explorer-surface .gc-words").inner_text() == "from -0.4, -0.4"
    plot.hover(position={"x": box["width"] * (0.5 - 0.05), "y": box["height"] * (0.5 + 0.05)})
    read = page.locator("#explorer-surface .gc-cursor b").all_inner_texts()
    assert read == ["step 2", "−0.025"]


def test_labels_at_the_ends_of_lines_do_not_touch(open_at):
    page = open_at()
    tops = page.locator("#explorer-curves .gc-end").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().top)"
    )
    assert len(tops) == 3
    assert min(abs(a - b) for a, b in itertools.combinations(tops, 2)) >= 13


@pytest.mark.parametrize("width", [1280, 360])
def test_what_python_draws_is_what_the_script_draws(browser, address, open_at, width):
    read = "() => [...document.querySelectorAll('.gc-panel svg, .gc-label, .gc-now')].map(part => part.outerHTML.replace(/(: |;)/g, ':'))"
    static = browser.new_page(java_script_enabled=False)
    static.goto(address)
    live = open_at()
    for page in (static, live):
        page.set_viewport_size({"width": width, "height": 900})
    cleaned = [
        [re.sub(r"\d+\.\d+", lambda number: f"{float(number[0]):.1f}", part) for part in page.evaluate(read)]
        for page in (static, live)
    ]
    assert cleaned[0] == cleaned[1]
    static.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_nothing_bars_the_way(open_at, theme, width):
    page = open_at(viewport={"width": width, "height": 740}, color_scheme=theme)
    for _ in range(2):
        page.add_script_tag(path=str(AXE))
        found = page.evaluate("axe.run('.explorer')")["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
        page.evaluate(SHOW)
