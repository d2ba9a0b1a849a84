"""The reader's functions: check, hints, progress."""

import subprocess
import sys

import pytest

from helpers import exercises
from helpers.book import EXERCISES
from helpers.exercises import Outcome


def test_ids_are_read_generously():
    for id in ("1.1.c.iv", "1.1.C.IV", " 1.1 (c) (iv) ", "1.1.c.(iv)"):
        assert exercises.check(id, ...).id == "1.1.c.iv"


def test_an_unknown_id_is_answered_with_the_nearest():
    answer = exercises.check("1.1.c.iv.likely", ...)
    assert answer.outcome is Outcome.NOT_YET
    assert "Did you mean 1.1.c.iv.likeness?" in answer.sentences[0]
    assert "The exercises are 1.1.a, 1.1.a.fit," in answer.sentences[0]
    assert "number of the exercise first" in exercises.check(lambda x: x, "1.1.a").sentences[0]


@pytest.mark.parametrize("id", ["1.3.3", "1.1.c", "1.1", "1.2.2"])
def test_the_beginning_of_an_id_is_completed(id):
    meant = exercises.check(id, ...).sentences[0].partition("Did you mean ")[2].partition("?")[0]
    assert meant.split(" or ") == [known for known in EXERCISES.exercises if known.startswith(f"{id}.")]


def test_folded_hints_need_no_script():
    page = exercises.hints("1.1.b")._repr_html_()
    assert page.count("<details") == page.count("<summary>") == 3
    assert "<details open" not in page
    assert "no exercise" in repr(exercises.hints("9.9"))


def test_only_a_right_answer_of_the_reader_is_kept(home):
    exercises.check("1.1.a", ...)
    exercises.check("1.1.a", (5, 3))
    exercises.check("1.1.a", (5, 2), save=False)
    assert not home.exists()
    assert "1.1.a –" in repr(exercises.progress())
    assert exercises.check("1.1.a", (5, 2)).right
    assert sorted(path.name for path in home.iterdir()) == [".progress.lock", "progress.json"]
    assert "1.1.a ✓" in repr(exercises.progress())
    assert repr(exercises.progress()).startswith(f"1 of {len(EXERCISES)} exercises are solved.")


def test_no_torch_is_needed_to_check_an_answer(tmp_path):
    program = (
        "import sys\n"
        "from helpers import exercises\n"
        "from helpers.book import EXERCISES\n"
        "for exercise in EXERCISES:\n"
        "    names = ('reference', 'answer', 'example', 'explanation')\n"
        "    right = next((getattr(exercise, name) for name in names if hasattr(exercise, name)), None)\n"
        "    right = exercise.right.text if right is None else right\n"
        "    assert exercises.check(exercise.id, right, save=False).right, exercise.id\n"
        "assert not {'torch', 'IPython', 'ipywidgets', 'matplotlib'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
