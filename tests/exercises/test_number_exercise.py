"""Wrong numbers are answered in words."""

import pytest
from small_exercises import LOSS, SIZE

from helpers.exercises import Outcome


def test_wrong_numbers_are_answered():
    assert SIZE.check("5×3").sentences[0] == "(5, 3): this **rounds up**, as the sheet does."
    assert "read as (7, 7)." in SIZE.check((7, 7)).sentences[0]
    assert "two numbers are expected" in SIZE.check(10).sentences[0]
    assert "is close" in LOSS.check(1.39).sentences[0]
    assert "cannot be read as a number" in LOSS.check("many").sentences[0]
    assert not LOSS.check(float("nan")).right

    class Hostile:
        def __array__(self, *_, **__):
            raise RuntimeError("no")

    assert "cannot be read" in LOSS.check(Hostile()).sentences[0]


@pytest.mark.parametrize("nothing", [None, ..., "", " "])
def test_an_unanswered_number_says_so(nothing):
    assert SIZE.check(nothing).outcome is Outcome.UNANSWERED
