"""What each known mistake answers, and how its hint begins and ends: a mistake's function, name and hint belong together.

``python tests/exercises/known_mistakes.py`` adds to known_mistakes.json the mistakes that are not in it, for somebody to read, changes
none that is, and leaves out those that are no more. A function's answer is that to the first case that the fewest others answer alike.
"""

import json
import sys
from pathlib import Path

import numpy as np

from helpers.book import EXERCISES
from helpers.exercises import Condition, FunctionExercise

FILE = Path(__file__).with_suffix(".json")
FIRST, LAST = 3, 10


def answered(function, case):
    """Return what a function answers to a case, rounded, as lists and numbers; or the error that it raises."""
    try:
        with np.errstate(all="ignore"):
            value = function(*case)
        rounded = np.round(np.asarray(value, float), 9)
        return np.where(np.isnan(rounded), None, rounded).tolist()
    except Exception as error:
        return type(error).__name__


def of_function(exercise, name, number=None):
    """Return the number of a case, and what a mistake answers to it."""
    cases = exercise.ordered_cases()
    if number is None:
        others = [exercise.reference, *(m.answer for n, m in exercise.mistakes.items() if n != name)]
        own = exercise.mistakes[name].answer
        alike = [[answered(f, case) for f in others].count(answered(own, case)) for case in cases]
        number = alike.index(min(alike))
    return [number, answered(exercise.mistakes[name].answer, cases[number])]


def entry(exercise, name, known=None):
    """Return a mistake's answer, and how its hint begins and ends."""
    mistake = exercise.mistakes[name]
    words = mistake.hint.split()
    hint = " ".join([*words[:FIRST], "…", *words[-LAST:]])
    if isinstance(exercise, FunctionExercise):
        return [*of_function(exercise, name, known and known[0]), hint]
    if isinstance(mistake.answer, Condition):
        return [mistake.answer.formula, hint]
    return [mistake.answer if isinstance(mistake.answer, str) else np.ravel(mistake.answer).tolist(), hint]


def known():
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}


def add_new():
    found, of_before = {}, known()
    for exercise in EXERCISES:
        own = found[exercise.id] = {}
        for name in exercise.mistakes:
            before = of_before.get(exercise.id, {}).get(name)
            own[name] = before or entry(exercise, name)
            if before is None:
                print(f"{exercise.id}, {name}: {own[name]}")
    lines = (
        f'"{id}": {{\n'
        + ",\n".join(
            f"  {json.dumps(name, ensure_ascii=False)}: {json.dumps(of, ensure_ascii=False)}"
            for name, of in mistakes.items()
        )
        + "\n}"
        for id, mistakes in found.items()
    )
    FILE.write_text("{" + ",\n".join(lines) + "}\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(add_new())
