"""Each task has a title of its own, which the list of all exercises shows."""

import re
from pathlib import Path

import pytest

from helpers.book import CLAIMS, EXERCISES

ROOT = Path(__file__).parents[2]
CHAPTERS = {exercise.chapter for exercise in EXERCISES}


def titles():
    """Return the titles on the pages of the chapters, by anchor, with the pattern of the list of all exercises."""
    listing = (ROOT / "book/exercises.md").read_text(encoding="utf-8")
    pattern = re.search(r'TITLED = re.compile\(r"(.*)"\)', listing).group(1)
    texts = [(ROOT / f"notebooks/{chapter}.md").read_text(encoding="utf-8") for chapter in CHAPTERS]
    return dict(found for text in texts for found in re.findall(pattern, text))


def test_no_two_have_the_same_title():
    assert len(set(titles().values())) == len(titles()) > 40


@pytest.mark.parametrize(
    "exercise",
    list(EXERCISES),
    ids=lambda exercise: exercise.id,
)
def test_a_title_is_not_the_sheets_question(exercise):
    title = titles()[exercise.anchor]
    assert title.endswith((".", "?"))
    assert title not in [claim.question_as_sentence for claim in CLAIMS]
