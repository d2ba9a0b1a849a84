"""Right calls of the public functions of helpers.exercises, for tests/repository/test_bad_input.py."""

from fuzzing import Call, call_of
from hypothesis import strategies as st

from helpers import exercises

EXEMPT = {
    r"exercises\.(collection\.Collection(\.progress|\.keep)?|progress_file\..*)": "the reader's own folder: tests/exercises",
    r"exercises\.(?!collection\.|progress_file\.).*": "what check is made of; it is given anything",
}


@call_of(
    "exercises.collection.Collection.check",
    "exercises.collection.Collection.hints",
)
def readers_answers(draw, name):
    id = draw(st.sampled_from(["1.1.a", "1.1.c.iii"]))
    arguments = {
        "check": {"id": id, "answer": draw(st.sampled_from(["5 × 3", (5, 2), len, ...])), "save": False},
        "hints": {"id": id},
    }[name]
    return Call(getattr(exercises, name), arguments, lambda y, **_: isinstance(repr(y), str))
