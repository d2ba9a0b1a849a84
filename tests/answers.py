"""What an exercise expects, and what it says of an answer that a reader types."""

from helpers import exercises
from helpers.book import EXERCISES


def reference(id):
    return EXERCISES[id].reference


def wrong_answer(id, answer):
    """Return what is said of an answer that is not right."""
    judged = exercises.check(id, answer, save=False)
    assert not judged.right
    return judged
