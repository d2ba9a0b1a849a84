"""The answer boxes of the built book, as a reader meets them: on a phone, offline, with the keyboard."""

import pytest
from browsing import CHAPTERS
from typed_answers import RIGHT, SHEETS

from helpers.book import BOXES, EXERCISES
from helpers.exercises import NumberExercise, SheetMistake


def boxes_of(chapter):
    return [id for id in BOXES if EXERCISES[id].chapter == chapter.rpartition("/")[2]]


def sheets(id):
    """What the sheet answers, as it is typed, and the beginning of each mistake's name."""
    typed = dict(SHEETS.get(id, {}))
    exercise = EXERCISES[id]
    if isinstance(exercise, NumberExercise):
        for name, mistake in exercise.mistakes.items():
            if isinstance(mistake, SheetMistake):
                typed["; ".join(map(str, mistake.answer))] = name
    return typed


def check_with_the_keyboard(page, id, typed):
    box = page.locator(f'[data-exercise="{id}"]')
    if BOXES[id].kind == "choice":
        box.locator(f'input[value="{typed}"]').focus()
        page.keyboard.press("Space")
    else:
        box.locator("[data-answer]").fill("")
        box.locator("[data-answer]").focus()
        page.keyboard.insert_text(typed)
    page.keyboard.press("Enter")
    status = box.get_by_role("status")
    return status.get_attribute("data-outcome"), status.get_attribute("data-mistake"), status.inner_text()


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_who_types_the_sheets_answers_hears_what_is_wrong(open_page, chapter):
    page = open_page(chapter, width=360)
    page.wait_for_function(
        f"document.querySelectorAll('[data-exercise][data-ready]').length === {len(boxes_of(chapter))}"
    )
    page.evaluate("document.fonts.load('italic 1em KaTeX_Main')")  # comes with the first formula
    page.context.set_offline(True)
    for id in boxes_of(chapter):
        box = page.locator(f'[data-exercise="{id}"]')
        for part in ("[data-answer]", "button[data-check]", "[role=status]"):
            assert box.locator(part).count() == 1
        assert box.get_by_role("status").get_attribute("data-outcome") == "unanswered"
        for typed, name in sheets(id).items():
            outcome, mistake, words = check_with_the_keyboard(page, id, typed)
            assert outcome == "not-yet", (id, typed, words)
            assert any(one.startswith(name) for one in mistake.split("; ")), (id, typed, mistake)
            assert "as the sheet does" in words
        if BOXES[id].kind == "choice":
            for number, option in enumerate(BOXES[id].exercise.options):
                outcome, mistake, words = check_with_the_keyboard(page, id, str(number))
                assert (outcome, mistake) == ("not-yet" if option.name else "right", option.name)
        assert check_with_the_keyboard(page, id, RIGHT[id][0])[:2] == ("right", "")
        assert page.locator(f"#{EXERCISES[id].anchor} .gc-tick").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") == 360


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_nobody_is_asked_to_run_a_cell_on_a_page_that_cannot(look_at, chapter):
    page = look_at(chapter)
    words = page.evaluate("document.querySelector('.bd-article').textContent")
    assert "run the cell again" not in words
    assert "Not answered yet" not in words
    folded = page.locator("details.in-notebook")
    assert folded.count() == page.locator(".tag_exercise").count() > 0
    assert folded.locator("[open]").count() == 0
