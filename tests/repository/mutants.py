"""Do the tests see faults? Plant many small ones in the numerical modules, and run the tests against each.

    python tests/repository/mutants.py                          every mutant of every module: half an hour on one core
    python tests/repository/mutants.py gated_rnn.reference      every mutant of these modules
    python tests/repository/mutants.py --sample 60              the same 60 on every machine: for CI

A *mutant* is a module with one small change: a + becomes −, a number grows by 1, an argument is left out. The changes
are those of mutmut (https://mutmut.readthedocs.io). Its own runner changes the bodies of functions only, and takes
each through a trampoline that hides its signature; so the mutants are run here, and constants, properties and
default values are changed as well. A mutant is *killed* if a test fails, if it hangs, or if it cannot be imported; it
*survives* if all tests pass; and if they are not run to one of these ends, the run stops.

Survivors are listed with reasons in survivors.toml, by module, function and change, such as
``convolution.reference: conv: 16384 → 16385``; of several such changes in one function, the second has a (2). One that is
not listed fails the run, and so does one that is listed and was killed. By rule, and without a list, these are not
mutants: a change of text alone (docstrings, names and sentences of messages, annotations, __all__); the guard strict=True
of a zip left out; the question whether a module is run as a program, since that program would run instead of the tests;
None in the place of something, which is nearly always killed by its first use and would only make the share look better.
"""

from __future__ import annotations

import argparse
import ast
import functools
import gc
import hashlib
import importlib
import itertools
import os
import re
import signal
import subprocess
import sys
import tomllib
import traceback
from collections import Counter
from dataclasses import dataclass
from importlib.machinery import SourceFileLoader
from pathlib import Path

ROOT = Path(__file__).parents[2]
SURVIVORS = Path(__file__).with_name("survivors.toml")
SECONDS = 60
"""What keeps the processor busy for longer than this hangs, which somebody would see: killed."""

LEAST_SHARE_KILLED = 0.95

SURVIVES, KILLED = 0, 100
"""What a process that has run the tests of a mutant ends with. Python and pytest end with small numbers if they fail."""

HELPERS = ROOT / "src" / "helpers"
CHAPTERS = {path.parent.name for path in HELPERS.glob("*/claims.py")}
WITHOUT_MUTANTS = {
    *(
        "__init__",
        "__main__",
        "boxes",
        "claims",
        "exercises",
        "explorers",
        "diagrams",
        "without_pytorch",
        "census",
        "condense",
    )
}
"""What computes nothing that the book states, or runs, writes and finds records. The transcripts of the sheet in the claims
are wrong on purpose, and a verdict that differs fails a test."""

CLAIMS = "tests/claims/test_ledger.py"
"""Of these tests, a reference is run against those of its chapter's claims."""

LAB = "tests/loss_curves/lab"
RECORDED_CENSUS = "tests/loss_curves/test_recorded_census.py"
ELSEWHERE = {
    "numerics.compare": ["tests/numerics/test_arrays.py"],
    "numerics.formatting": ["tests/numerics/test_formatting.py"],
    "numerics.functions": ["tests/gated_rnn/test_reference.py"],
    "attention_rnn.linear_time": ["tests/attention_rnn/test_reference.py"],
    "loss_curves.recorded_census": [
        *(
            f"{RECORDED_CENSUS}::{name}"
            for name in ("TestMeasures", "TestRatios", "TestCommitted", "test_unknown_names_are_refused")
        )
    ],
    **{
        f"loss_curves.lab.{name}": [f"{LAB}/test_{each}.py" for each in (name, "settings", "training")]
        for name in ("interventions", "networks", "optimisers")
    },
    "loss_curves.lab.training": [f"{LAB}/test_training.py", f"{LAB}/test_settings.py"],
}
"""The tests of a module where they are not only at the same place below tests/ as the module is below helpers."""


def tests_by_module():
    """Return the tests that are meant for each module, after its own doctests."""
    found = {}
    for path in sorted(
        path for folder in ("numerics", *CHAPTERS) for path in (HELPERS / folder).rglob("*.py")
    ):
        *folders, name = path.relative_to(HELPERS).with_suffix("").parts
        if name not in WITHOUT_MUTANTS:
            module = ".".join((*folders, name))
            own = ELSEWHERE.get(module, [f"tests/{'/'.join(folders)}/test_{name}.py"])
            found[module] = [*own, CLAIMS] if name == "reference" else own
    return found


TESTS = tests_by_module()


@dataclass(frozen=True)
class Mutant:
    """A module with one change."""

    module: str
    name: str
    """Where it is and what it does; it stays the same when other lines change."""
    source: str


# ---------------------------------------------------------------- making them


def mutants(module):
    """Every change to a module of helpers, in the order of its lines. Not all of them are faults."""
    from libcst import CSTVisitor, parse_module
    from libcst.metadata import MetadataWrapper, WhitespaceInclusivePositionProvider
    from mutmut.mutation.mutators import mutation_operators

    source = path_of(module).read_text(encoding="utf-8")
    lines = source.splitlines(keepends=True)
    starts = [sum(map(len, lines[:number])) for number in range(len(lines) + 1)]

    class Changes(CSTVisitor):
        METADATA_DEPENDENCIES = (WhitespaceInclusivePositionProvider,)

        def __init__(self):
            super().__init__()
            self.inside, self.found = [], []

        def on_visit(self, node):
            self.inside.append(node)
            span = self.get_metadata(WhitespaceInclusivePositionProvider, node)
            start, end = (starts[place.line - 1] + place.column for place in (span.start, span.end))
            for kind, change in mutation_operators:
                if isinstance(node, kind):
                    for changed in change(node):
                        code = tree.code_for_node(changed)
                        if code.count("None") <= source[start:end].count("None"):
                            self.found.append((self.scope(), source[:start] + code + source[end:]))
            return True

        def on_leave(self, node):
            self.inside.pop()

        def scope(self):
            """Return the names of the classes and functions around, or else of what is assigned."""
            names = []
            for node in self.inside:
                kind = type(node).__name__
                if kind in ("FunctionDef", "ClassDef"):
                    names.append(node.name.value)
                if kind == "FunctionDef":
                    break
                if kind in ("Assign", "AnnAssign"):
                    target = node.target if kind == "AnnAssign" else node.targets[0].target
                    names.append(tree.code_for_node(target))
            return ".".join(names)

    wrapper = MetadataWrapper(parse_module(source))
    tree, changes = wrapper.module, Changes()
    wrapper.visit(changes)
    names = Counter()
    for scope, mutated in dict.fromkeys(changes.found):
        name = f"{module}: {scope}: {difference(source, mutated)}"
        names[name] += 1
        yield Mutant(module, name + f" ({names[name]})" * (names[name] > 1), mutated)


def is_fault(mutant):
    """Whether the mutant is a program, and another one."""
    try:
        return meaning(mutant.source) != meaning(path_of(mutant.module).read_text(encoding="utf-8"))
    except SyntaxError:
        return False


TOKEN = re.compile(r"[\w.]+|\*\*|//|[<>=!]=|->|:=|<<|>>|[-+*/%&|^@]=|\S")


def difference(before, after):
    """Return the tokens that differ, of each program some 40 characters at most."""
    lines = without_common_ends(before.splitlines(), after.splitlines())
    tokens = without_common_ends(
        *([*TOKEN.finditer("\n".join(each))] for each in lines), key=lambda token: token[0]
    )
    return " → ".join(map(_text, tokens))


def without_common_ends(one, other, key=str):
    same = itertools.takewhile(lambda pair: key(pair[0]) == key(pair[1]), zip(one, other, strict=False))
    first = sum(1 for _ in same)
    one, other = one[first:], other[first:]
    while one and other and key(one[-1]) == key(other[-1]):
        one, other = one[:-1], other[:-1]
    return one, other


def _text(tokens):
    """Return the text from the first token to the last, on one line."""
    if not tokens:
        return "nothing"
    text = " ".join(tokens[0].string[tokens[0].start() : tokens[-1].end()].split()).strip(", ")
    return text if len(text) <= 40 else f"{text[:40]}…"


@functools.lru_cache(maxsize=4)
def meaning(source):
    """Return the program without what is text alone. Two of the same meaning do the same, whatever they print."""
    return ast.dump(_WithoutText().visit(ast.parse(source)))


class _WithoutText(ast.NodeTransformer):
    def visit_Constant(self, node):
        return ast.Constant("") if isinstance(node.value, str) else node

    def visit_JoinedStr(self, node):
        return ast.Constant("")

    def visit_Raise(self, node):
        return ast.Raise(node.exc.func if isinstance(node.exc, ast.Call) else node.exc)

    def visit_Call(self, node):
        if isinstance(node.func, ast.Name) and node.func.id == "zip":
            node.keywords = []
        return self.generic_visit(node)

    def visit_Assign(self, node):
        return None if ast.unparse(node.targets[0]) == "__all__" else self.generic_visit(node)

    def visit_If(self, node):
        if ast.unparse(node.test).startswith("__name__ "):
            node.test = ast.Constant("")
        return self.generic_visit(node)

    def visit_arg(self, node):
        return ast.arg(node.arg)

    def visit_FunctionDef(self, node):
        node.returns = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node):
        node.annotation = ast.Constant("")
        return self.generic_visit(node)


def sample(chosen, count):
    """Return some faults, the same on every machine; a change elsewhere does not change the choice."""
    in_order = sorted(chosen, key=lambda mutant: hashlib.sha256(mutant.name.encode()).digest())
    return list(itertools.islice(filter(is_fault, in_order), count))


# ---------------------------------------------------------------- running them


def path_of(module):
    return HELPERS / f"{module.replace('.', '/')}.py"


def is_killed(mutant, *, fork=True):
    """Whether a test fails on the mutant, in a copy of this process where all but helpers is loaded already."""
    if not (fork and hasattr(os, "fork")):
        command = [sys.executable, __file__, "--only", mutant.name]
        try:
            ended = subprocess.run(command, stdout=subprocess.DEVNULL, timeout=20 * SECONDS)
        except subprocess.TimeoutExpired:
            return True
        return verdict(mutant, ended.returncode)
    child = os.fork()
    if child == 0:
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        signal.alarm(20 * SECONDS)
        try:
            os._exit(outcome(mutant.module, mutant.source))
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        # A copy may crash through no fault of the mutant's: a fresh process decides.
        return os.WTERMSIG(status) in (signal.SIGPROF, signal.SIGALRM) or is_killed(mutant, fork=False)
    return verdict(mutant, os.WEXITSTATUS(status))


def verdict(mutant, ended):
    """Whether the process that ended so has seen the mutant killed. Stop if it says neither that nor the contrary."""
    if ended not in (KILLED, SURVIVES):
        sys.exit(
            f"the tests were not run to their end (code {ended}), so nothing is known of\n    {mutant.name}"
        )
    return ended == KILLED


def extremes(module):
    """Return the module as it is, and without anything: no faults, but tried in the same way."""
    source = path_of(module).read_text(encoding="utf-8")
    return Mutant(module, f"{module}: unchanged", source), Mutant(module, f"{module}: emptied", "")


def check_tests_of(module, *, passing):
    """Stop unless the module's tests fail without it; and, if that is to be tried, pass on it as it is."""
    unchanged, emptied = extremes(module)
    if passing and is_killed(unchanged):
        sys.exit(f"the tests of {module} fail as it is: mend that first")
    if not is_killed(emptied):
        sys.exit(f"the tests of {module} pass without it: the mutants are not what they test")


def outcome(module, source):
    """Run the module's tests with this source in its place: SURVIVES if all pass, KILLED if one fails.

    Anything else that may happen to tests (there are none, the options are wrong, pytest itself fails) says nothing
    of the mutant: what pytest then ends with is returned.
    """
    import hypothesis
    import pytest

    path, get_code = str(path_of(module)), SourceFileLoader.get_code

    def planted_code(loader, name):
        return compile(source, path, "exec") if loader.path == path else get_code(loader, name)

    SourceFileLoader.get_code = planted_code
    sys.path.insert(0, str(ROOT / "src"))
    try:
        importlib.import_module(f"helpers.{module}")  # before pytest, which loads it in its own way
    except (Exception, SystemExit):
        return KILLED
    # The same examples for every mutant, and none made smaller: it is enough to know that one fails.
    phases = [hypothesis.Phase.explicit, hypothesis.Phase.generate]
    hypothesis.settings.register_profile("mutants", derandomize=True, database=None, phases=phases)
    hypothesis.settings.load_profile("mutants")
    os.chdir(ROOT)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    options = ["--quiet", "--exitfirst", "--tb=no", "--doctest-modules", "-p", "no:cacheprovider"]
    own, *others = TESTS[module]
    for tests in ([path, own], *([file] for file in others)):
        seen = _Seen(module)
        code = pytest.main([*options, *tests], plugins=[seen])
        if seen.failed and code in (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED):
            return KILLED
        if code != pytest.ExitCode.OK:
            return int(code)
    return SURVIVES


class _Seen:
    """Whether a test failed, or a file of tests could not be loaded. Of the claims, only the module's chapter's are run."""

    def __init__(self, module):
        self.chapter, self.failed = module.partition(".")[0], False

    def pytest_collectreport(self, report):
        self.failed |= report.failed

    def pytest_runtest_logreport(self, report):
        self.failed |= report.failed

    def pytest_collection_modifyitems(self, items):
        items[:] = [item for item in items if CLAIMS not in item.nodeid or self.measures(item)]

    def measures(self, item):
        return (
            item.originalname == "test_verdict_does_not_depend_on_the_random_input"
            and item.callspec.params["claim"].chapter == self.chapter
        )


# ---------------------------------------------------------------- holding them against the list


def reasons():
    """Return why each survivor that is known survives, by its name."""
    groups = tomllib.loads(SURVIVORS.read_text(encoding="utf-8"))["group"]
    names = Counter(name for group in groups for name in group["survivors"])
    if twice := [name for name, count in names.items() if count > 1]:
        raise ValueError(f"{SURVIVORS.name} lists twice: {', '.join(twice)}")
    return {name: group["reason"] for group in groups for name in group["survivors"]}


def complaints(killed, known, *, complete):
    """Return what is wrong: survivors without a reason, and reasons without a survivor.

    Parameters
    ----------
    killed : dict of str to bool
        Of each mutant that was run.
    known : dict of str to str
        The reasons.
    complete : sequence of str
        The modules of which every mutant was run, so that a name that did not occur is out of date.
    """
    found = [
        f"survives, and is not listed:\n    {name}"
        for name in killed
        if not killed[name] and name not in known
    ]
    found += [f"is listed, and was killed:\n    {name}" for name in known if killed.get(name)]
    found += [
        f"is listed, and there is no such mutant:\n    {name}"
        for name in known
        if name not in killed and name.partition(":")[0] in complete
    ]
    return found


def table(killed):
    """Return how many of each module's mutants were killed, as text."""
    modules = Counter(name.partition(":")[0] for name in killed)
    survivors = Counter(name.partition(":")[0] for name in killed if not killed[name])
    rows = [("module", "mutants", "killed", "survive", "share")]
    for module, count in [*modules.items(), ("all", len(killed))]:
        survive = survivors.total() if module == "all" else survivors[module]
        rows.append((module, count, count - survive, survive, f"{1 - survive / count:.1%}"))
    return "\n".join("{:28}{:>8}{:>8}{:>8}{:>8}".format(*row) for row in rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("modules", nargs="*", help=f"of {', '.join(TESTS)}; left out, all of them")
    parser.add_argument("--sample", type=int, metavar="COUNT", help="run only so many, the same everywhere")
    parser.add_argument(
        "--only", metavar="NAME", help=f"run the tests on one mutant, and exit with {KILLED} if one fails"
    )
    options = parser.parse_args()
    modules = options.modules or list(TESTS)
    if unknown := set(modules) - set(TESTS):
        parser.error(f"no tests are named for {', '.join(unknown)}")
    if options.only:
        module = options.only.partition(":")[0]
        every = itertools.chain(extremes(module), mutants(module)) if module in TESTS else ()
        named = [mutant for mutant in every if mutant.name == options.only]
        if not named:
            parser.error(f"--only must be the name of a mutant, as this prints it, got {options.only!r}")
        return outcome(module, named[0].source)

    chosen = [mutant for module in modules for mutant in mutants(module)]
    chosen = sample(chosen, options.sample) if options.sample else list(filter(is_fault, chosen))
    # Loaded once, for all; and what is there before the copies are made, they need not search for garbage.
    import hypothesis.extra.numpy  # noqa: F401
    import pytest  # noqa: F401
    import torch  # noqa: F401

    gc.freeze()

    killed = {}
    for module in modules:
        ours = [mutant for mutant in chosen if mutant.module == module]
        if ours:
            check_tests_of(module, passing=not options.sample)  # `make test` runs them itself
        for mutant in ours:
            killed[mutant.name] = is_killed(mutant)
            fate = "killed  " if killed[mutant.name] else "SURVIVES"
            print(f"{len(killed):5}/{len(chosen)}  {fate}  {mutant.name}", flush=True)
    print(table(killed))
    found = complaints(killed, reasons(), complete=[] if options.sample else modules)
    share = sum(killed.values()) / len(killed)
    if share < LEAST_SHARE_KILLED and not options.sample:
        found.append(f"killed are {share:.1%}, and must be {LEAST_SHARE_KILLED:.0%}")
    print(*found, sep="\n")
    return bool(found)


if __name__ == "__main__":
    for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[threads] = "1"  # a process with threads cannot be copied safely
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    sys.exit(main())
