"""Do the tests see faults? Plant many small ones in the numerical modules, and run the tests against each.

    python tests/repository/mutants.py                      every mutant of every module: half an hour on one core
    python tests/repository/mutants.py gated_rnn.reference          every mutant of these modules
    python tests/repository/mutants.py --sample 60          the same 60 on every machine: for CI

A *mutant* is a module with one small change: a + becomes −, a number grows by 1, an argument is left out. The changes
are those of mutmut (https://mutmut.readthedocs.io). Its own runner changes the bodies of functions only, and takes
each through a trampoline that hides its signature; so the mutants are run here, and constants, properties and
default values are changed as well. A mutant is *killed* if a test fails, if it hangs, or if it cannot be imported; it
*survives* if all tests pass; and if they are not run to one of these ends, the run stops. TESTS says which modules are
covered, and which are not.

Survivors are listed with reasons in survivors.toml. One that is not listed fails the run, and so does one that is
listed and was killed. By rule, and without a list, these are not mutants: a change of text alone (docstrings, names
and sentences of messages, annotations, __all__); the guard strict=True of a zip left out; the question whether a
module is run as a program, since that program would run instead of the tests; None in the place of something, which is
nearly always killed by its first use and would only make the share look better.
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

CLAIMS = "tests/claims/test_ledger.py"
TESTS = {
    "numerics.arrays": ["tests/numerics/test_arrays.py"],
    "numerics.compare": ["tests/numerics/test_arrays.py"],
    "numerics.formatting": ["tests/numerics/test_formatting.py"],
    "numerics.functions": ["tests/gated_rnn/test_reference.py"],
    "numerics.oracle": ["tests/numerics/test_oracle.py"],
    "numerics.bootstrap": ["tests/loss_curves/test_spikes.py"],
    "convolution.reference": ["tests/convolution/test_reference.py", CLAIMS],
    "gated_rnn.reference": ["tests/gated_rnn/test_reference.py", CLAIMS],
    "gated_rnn.exponents": ["tests/gated_rnn/test_exponents.py"],
    "attention_rnn.reference": ["tests/attention_rnn/test_reference.py", CLAIMS],
    "loss_curves.temporal_order": ["tests/loss_curves/test_temporal_order.py"],
    "loss_curves.spikes": ["tests/loss_curves/test_spikes.py"],
    "loss_curves.cliff": ["tests/loss_curves/lab/test_experiments.py::TestCliff"],
    "loss_curves.untrained": ["tests/loss_curves/lab/test_experiments.py::TestUntrained"],
    "loss_curves.recorded_census": [
        "tests/loss_curves/test_recorded_census.py::TestMeasures",
        "tests/loss_curves/test_recorded_census.py::TestCommitted",
        "tests/loss_curves/test_recorded_census.py::test_unknown_names_are_refused",
    ],
    "loss_curves.recorded_replay": ["tests/loss_curves/lab/test_experiments.py::TestReplayRecord"],
    "loss_curves.lab.settings": ["tests/loss_curves/lab/test_training.py"],
    "loss_curves.lab.interventions": ["tests/loss_curves/lab/test_training.py"],
    "loss_curves.lab.networks": ["tests/loss_curves/lab/test_training.py"],
    "loss_curves.lab.optimisers": ["tests/loss_curves/lab/test_training.py"],
    "loss_curves.lab.training": ["tests/loss_curves/lab/test_training.py"],
    "loss_curves.lab.replay": [
        "tests/loss_curves/lab/test_experiments.py::TestReplay",
        "tests/loss_curves/lab/test_experiments.py::TestReplayRecord",
    ],
}
"""The tests that are meant for each module, after its own doctests; of the claims, those of its chapter.

What computes what the book states is here. What is not: the explorers, diagrams, drawings and exercises, and
records, lab/census.py and lab/condense.py, which run, write and find records; the claims themselves, since their transcripts of the sheet are wrong on purpose, and a verdict that
differs fails a test.
"""


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
            self.scope, self.found = [], []

        def on_visit(self, node):
            if type(node).__name__ in ("FunctionDef", "ClassDef"):
                self.scope.append(node.name.value)
            span = self.get_metadata(WhitespaceInclusivePositionProvider, node)
            start, end = (starts[place.line - 1] + place.column for place in (span.start, span.end))
            for kind, change in mutation_operators:
                if isinstance(node, kind):
                    for changed in change(node):
                        code = tree.code_for_node(changed)
                        if code.count("None") <= source[start:end].count("None"):
                            self.found.append((".".join(self.scope), source[:start] + code + source[end:]))
            return True

        def on_leave(self, node):
            if type(node).__name__ in ("FunctionDef", "ClassDef"):
                self.scope.pop()

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


def difference(before, after):
    """The lines that differ, on one line."""
    before, after = before.splitlines(), after.splitlines()
    while before and after and before[0] == after[0]:
        del before[0], after[0]
    while before and after and before[-1] == after[-1]:
        del before[-1], after[-1]
    return " → ".join(" ".join(" ".join(lines).split()) for lines in (before, after))


@functools.lru_cache(maxsize=4)
def meaning(source):
    """The program, without what is text alone. Two of the same meaning do the same, whatever they say."""
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
    """So many faults, the same on every machine; a change elsewhere does not change the choice."""
    in_order = sorted(chosen, key=lambda mutant: hashlib.sha256(mutant.name.encode()).digest())
    return list(itertools.islice(filter(is_fault, in_order), count))


# ---------------------------------------------------------------- running them


def path_of(module):
    return ROOT / "src" / "helpers" / f"{module.replace('.', '/')}.py"


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
    """The module as it is, and without anything: no faults, but tried in the same way."""
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

    def __init__(self, chapter):
        self.chapter, self.failed = chapter, False

    def pytest_collectreport(self, report):
        self.failed |= report.failed

    def pytest_runtest_logreport(self, report):
        self.failed |= report.failed

    def pytest_collection_modifyitems(self, items):
        items[:] = [item for item in items if CLAIMS not in item.nodeid or self.measures(item)]

    def measures(self, item):
        return (
            item.originalname == "test_verdict_is_what_the_evidence_says"
            and item.callspec.params["claim"].chapter == self.chapter
        )


# ---------------------------------------------------------------- holding them against the list


def reasons():
    """The survivors that are known, and why each survives: a dictionary."""
    groups = tomllib.loads(SURVIVORS.read_text(encoding="utf-8"))["group"]
    names = Counter(name for group in groups for name in group["survivors"])
    if twice := [name for name, count in names.items() if count > 1]:
        raise ValueError(f"{SURVIVORS.name} lists twice: {', '.join(twice)}")
    return {name: group["reason"] for group in groups for name in group["survivors"]}


def complaints(killed, known, *, complete):
    """What is wrong: survivors without a reason, and reasons without a survivor.

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
    """How many of each module's mutants were killed."""
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
            said = "killed  " if killed[mutant.name] else "SURVIVES"
            print(f"{len(killed):5}/{len(chosen)}  {said}  {mutant.name}", flush=True)
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
