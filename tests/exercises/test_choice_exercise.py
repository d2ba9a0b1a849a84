"""A choice is answered in its own words, in Python and on the page."""

from dataclasses import replace

import pytest
from small_exercises import COLOUR

from helpers.exercises import Outcome
from helpers.exercises.boxes import ChoiceBox

SHOWN = [option.text for option in COLOUR.shown]
BLUE = SHOWN.index("It is `blue`.") + 1
BOX = ChoiceBox(exercise=COLOUR, question="?", label="The sky")


@pytest.mark.parametrize(
    "answer", [BLUE, str(BLUE), "abc"[BLUE - 1], f"({'ABC'[BLUE - 1]})", "it is blue", "It is `blue`."]
)
def test_an_option_by_number_letter_or_words(answer):
    judged = COLOUR.check(answer)
    assert judged.right
    assert judged.sentences == ("It is `blue`. Seen from below.",)


def test_a_wrong_option_is_named_and_answered():
    judged = COLOUR.check("It is green.")
    assert (judged.outcome, judged.mistake) == (Outcome.NOT_YET, "takes it for grass")
    assert "Of 4 people nobody says so." in judged.sentences[0]
    assert {name: mistake.hint for name, mistake in COLOUR.mistakes.items()} == {
        "takes it for grass": "Of 4 people nobody says so.",
        "looks on a day with clouds": "On some days.",
    }


@pytest.mark.parametrize("answer", [0, 4, -1, "d", "It is", "", True, 1.0, [1], "9" * 5000, object()])
def test_what_is_no_option_is_answered_with_those_there_are(answer):
    judged = COLOUR.check(answer)
    assert judged.outcome is (Outcome.UNANSWERED if answer == "" else Outcome.NOT_YET)
    assert judged.sentences[1:] == tuple(f"{number}. {text}" for number, text in enumerate(SHOWN, 1))


def test_the_page_shows_the_same_order_and_packs_the_same_words():
    page = BOX.html()
    assert page.index("green") > 0
    found = sorted(SHOWN, key=lambda text: page.index(text.replace("`blue`", "<code>blue</code>")))
    assert found == SHOWN
    assert [option["reply"] for option in BOX.pack()["options"]] == [
        option.words for option in COLOUR.options
    ]
    assert BOX.pack()["options"][0]["right"]


def test_the_right_option_is_not_always_the_first():
    exercises = (replace(COLOUR, id=str(n)) for n in range(9))
    places = {ChoiceBox(exercise=one, question="", label="").html().index("blue") for one in exercises}
    assert len(places) >= 3
