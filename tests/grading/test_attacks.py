"""Attacks from end to end: each in corpus/*.toml is one submission of a class, and ends as it says there.

The last tests switch a defence off and see the attacks succeed; without them the others would prove nothing.
"""

import contextlib
import copy
import ctypes
import hashlib
import os
import re
import shutil
import socket
import subprocess
import sys
import textwrap
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

import nbformat
import psutil
import pytest
from bs4 import BeautifulSoup
from nbconvert.filters import strip_ansi
from nbformat.v4 import new_code_cell

from course_admin import notebooks
from course_admin.assignments import course_directory, open_gradebook
from course_admin.grading import outcomes
from course_admin.grading.engine import grade
from course_admin.grading.feedback import feedback
from course_admin.grading.standings import standings
from course_admin.release import release

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("bubblewrap"),
    pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning"),
]
CORPUS = Path(__file__).with_name("corpus")
NAME = "attacked"
SECRET = "the-grader-s-own-secret"
LEFT = "91736451"  # on the command line of processes that are left behind
LIMITS = """
c.GradingLimits.cell_seconds = 2
c.GradingLimits.total_seconds = 25
c.GradingLimits.memory_mb = 300
c.GradingLimits.processes = 20
c.GradingLimits.threads = 80
c.GradingLimits.scratch_mb = 40
c.GradingLimits.files = 400
c.GradingLimits.output_mb = 1
"""

ATTACKS = {
    name: attack | {"group": group}
    for group in ("forgers", "escapes", "floods")
    for name, attack in tomllib.loads((CORPUS / f"{group}.toml").read_text(encoding="utf-8")).items()
}
HONEST = ["a-honest", "escapes-honest", "floods-honest", "z-honest"]
FULL = {
    "double": {"double-tests": 10, "double-hidden": 10},
    "scale": {"scale-tests": 10, "scale-hidden": 10},
    "apply_twice": {"twice-tests": 5, "twice-hidden": 10},
    "Counter": {"counter-tests": 5, "counter-hidden": 10},
    "triples": {"triples-count": 5, "triples-distance": 5, "triples-list": 5},
}
POINTS = {test: points for tests in FULL.values() for test, points in tests.items()}
ANSWERS = {
    "double": "def double(x):\n    return 2 * x",
    "scale": "def scale(v, c):\n    return np.array([c * x for x in v])",
    "apply_twice": "def apply_twice(f, x):\n    once = f(x)\n    return f(once)",
    "Counter": "class Counter:\n    def __init__(self):\n        self.total = 0\n\n"
    "    def add(self, n):\n        self.total = self.total + n",
    "triples": "def triples(v):\n    return v + v + v",
    "answer": "By the distributive law.",
}


def expected(attack):
    """{test cell: points} that the honest part of a submission deserves."""
    lost = attack.get("lost", ["double"] if "escape" in attack else [])
    zero = {test for task in lost for test in FULL.get(task, [task])}
    assert zero <= POINTS.keys()
    return {test: 0 if test in zero else points for test, points in POINTS.items()} | attack.get(
        "partial", {}
    )


def notebook(released, attack, places):
    """The submission of an attack: the released notebook, with honest answers where the attack has none."""
    escape = textwrap.indent(attack.get("escape", "").strip(), "    ")
    answers = ANSWERS | attack.get("answers", {})
    if escape:
        answers["double"] = (
            f"try:\n{escape}\n    escaped = True\nexcept BaseException as error:\n    print(repr(error))\n"
            "    escaped = False\n\n\ndef double(x):\n    return 2 * x if escaped else 0"
        )
    filled = copy.deepcopy(released)
    for cell in filled.cells:
        cell.source = answers.get(cell.id, cell.source)
    if "before" in attack:
        filled.cells.insert(0, new_code_cell(attack["before"], id="own"))
    if "after_scale" in attack:
        here = [cell.id for cell in filled.cells].index("scale-hidden") + 1
        filled.cells.insert(here, new_code_cell(attack["after_scale"], id="after"))
    for cell in filled.cells:
        for place, value in places.items():
            cell.source = cell.source.replace(f"@{place}@", str(value))
    return filled


@dataclass(frozen=True)
class Result:
    """What became of one submission: points of each test cell, outcome, and all that the student reads."""

    points: dict
    outcome: outcomes.Outcome
    text: str


def result(root, outcome):
    course, student = course_directory(root), outcome.student
    text = [outcome.reason, *outcome.flags]
    points = {}
    if not outcome.failed:
        with open_gradebook(course) as gradebook:
            [graded] = gradebook.find_submission(NAME, student).notebooks
            points = {g.name: g.auto_score for g in graded.grades if g.name in POINTS}
        for cell in nbformat.read(root / "autograded" / student / NAME / f"{NAME}.ipynb", 4).cells:
            for output in cell.get("outputs", []):
                if output.output_type == "error":
                    text.append(
                        strip_ansi(f"{output.ename}: {output.evalue}\n" + "\n".join(output.traceback))
                    )
    return Result(points, outcome, "\n".join(text))


def make_course(new_course, trusted=True):
    """A course with the assignment, released, with tight limits; and the notebook that students get."""
    root = new_course()
    (root / "solutions").mkdir()
    shutil.copytree(CORPUS / NAME, root / "solutions" / NAME)
    source = root / "solutions" / NAME / f"{NAME}.ipynb"
    if not trusted:
        untrusted = notebooks.read(source)
        untrusted.metadata.course["trusted"] = False
        nbformat.write(untrusted, source)
    with (root / "nbgrader_config.py").open("a") as config:
        config.write(LIMITS)
    return root, nbformat.read(release(root, NAME) / f"{NAME}.ipynb", 4)


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    """What attacks aim at: files outside the course, servers of this machine, a secret in the environment."""
    outside = tmp_path_factory.mktemp("outside")
    (outside / "canary").write_text("untouched")
    canary = Path.home() / f".canary-{os.getpid()}"
    canary.write_text("untouched")
    with contextlib.ExitStack() as stack:
        servers = [socket.socket(), socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)]
        abstract = f"canary-{os.getpid()}"
        for server, address in zip(
            servers, [("127.0.0.1", 0), f"{outside}/socket", f"\0{abstract}"], strict=True
        ):
            stack.enter_context(server).bind(address)
            server.listen(50)
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("SECRET_OF_THE_GRADER", SECRET)
        stack.callback(canary.unlink)
        yield {
            "OUTSIDE": outside,
            "HOME": Path.home(),
            "CANARY": canary.name,
            "SECRET": SECRET,
            "PORT": servers[0].getsockname()[1],
            "SOCKET": f"{outside}/socket",
            "ABSTRACT": abstract,
        }


def untouchable(root, places):
    """{path: hash} of all that no submission may change."""
    allowed = {root / "autograded", root / "outcomes", root / "gradebook.db"}
    files = [places["HOME"] / places["CANARY"]]
    for folder in (root, places["OUTSIDE"], CORPUS.parents[2] / "course_lib"):
        files += [
            path
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not allowed & {path, *path.parents}
        ]
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@contextlib.contextmanager
def adopting():
    """Processes that lose their parent become children of this one, as long as this lasts."""
    prctl = ctypes.CDLL(None).prctl
    prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER of <linux/prctl.h>
    try:
        yield
    finally:
        prctl(36, 0, 0, 0, 0)


def left_behind(seconds=10):
    """The command lines of children of this process that are alive, after some seconds at most."""
    for _ in range(10 * seconds):
        alive = []
        for child in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                command = " ".join(child.cmdline())
                if child.status() != psutil.STATUS_ZOMBIE and "resource_tracker" not in command:
                    alive.append(command)
        if not alive:
            break
        time.sleep(0.1)
    return alive


@dataclass(frozen=True)
class Class:
    root: Path
    results: dict
    before: dict  # the contents of what grading must not touch
    after: dict
    alive: list  # the command lines of processes that were left


@pytest.fixture(scope="module")
def class_(new_course, submit, places):
    """Every attack, and honest students before, between and after them, graded in one run by two workers."""
    root, released = make_course(new_course)
    here = places | {"COURSE": root}
    for name, attack in ATTACKS.items():
        path = submit(root, f"{attack['group']}-{name}", NAME, notebook(released, attack, here))
        path.rename(path.with_name(attack.get("file", path.name)))
    for student in HONEST:
        submit(root, student, NAME, notebook(released, {}, here))
    before = untouchable(root, places)
    with adopting():
        graded = grade(root, NAME, workers=2)
        alive = left_behind()
    after = untouchable(root, places)
    results = {outcome.student: result(root, outcome) for outcome in graded}
    return Class(root, results, before, after, alive)


@pytest.mark.parametrize("name", ATTACKS)
def test_attack_ends_as_the_corpus_says(class_, name):
    attack = ATTACKS[name]
    got = class_.results[f"{attack['group']}-{name}"]
    assert not got.outcome.failed, got.outcome.reason
    assert got.points == expected(attack), got.text
    says = attack.get("says", r"double\(2\) should be 4" if "escape" in attack else "")
    assert re.search(says, got.text), got.text
    assert got.outcome.sandboxed
    assert got.outcome.trusted


@pytest.mark.parametrize("student", HONEST)
def test_honest_neighbours_get_all_their_points_and_no_flag(class_, student):
    got = class_.results[student]
    assert (got.points, got.text) == (POINTS, "")


def test_every_submission_has_an_outcome_and_a_standing(class_):
    assert len(class_.results) == len(ATTACKS) + len(HONEST)
    course = course_directory(class_.root)
    with open_gradebook(course) as gradebook:
        now = standings(course, gradebook, NAME, class_.results)
    assert {standing.status for standing in now.values()} == {outcomes.MANUAL}  # for the written answer


def test_grading_changed_nothing_but_its_own_files(class_):
    assert class_.after == class_.before


def test_no_process_is_left(class_):
    assert class_.alive == []
    assert LEFT not in " ".join(" ".join(p.info["cmdline"] or []) for p in psutil.process_iter(["cmdline"]))


def test_no_hidden_test_was_displayed_by_a_cell_of_a_student(class_):
    for path in (class_.root / "autograded").glob(f"*/{NAME}/{NAME}.ipynb"):
        cells = nbformat.read(path, 4).cells
        shown = [
            str(cell.outputs) for cell in cells if cell.cell_type == "code" and cell.id in (*ANSWERS, "own")
        ]
        assert len(shown) >= 5
        assert "of a large number is wrong" not in "".join(shown), path


def test_feedback_pages_run_nothing(class_):
    pages = feedback(class_.root, NAME)
    assert len(pages) == len(class_.results)
    for page in pages:
        assert running_parts(page.read_text(encoding="utf-8")) == [], page


def running_parts(page):
    """The elements of a page that would run a script or fetch something."""
    return [
        str(element)[:200]
        for element in BeautifulSoup(page, "html.parser").find_all(True)
        if element.name in ("script", "iframe", "object", "embed", "link", "base")
        or any(name.startswith("on") for name in element.attrs)
        or re.match(
            r"\s*(javascript|data:text|//)",
            str(element.get("href") or element.get("src") or ""),
            re.IGNORECASE,
        )
    ]


@pytest.mark.parametrize(
    "part",
    ["<script>x</script>", "<b onclick='x'>", "<a href='JavaScript:x'>", "<img src='//host/x'>", "<iframe>"],
)
def test_the_check_of_pages_rejects(part):
    assert running_parts(f"<p>text {part}</p>")


def test_the_check_for_processes_finds_one():
    with adopting():
        child = subprocess.Popen(
            [sys.executable, "-c", "import os, time\nif os.fork(): os._exit(0)\ntime.sleep(60)"]
        )
        child.wait()
        alive = left_behind(seconds=1)
        for orphan in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                if "time.sleep(60)" in " ".join(orphan.cmdline()):
                    orphan.kill()
    assert any("time.sleep(60)" in command for command in alive)


# With a defence switched off


def graded_openly(new_course, submit, places, group, **off):
    """The attacks of a group that the defence is for, without it: {name: (points, points deserved)}."""
    root, released = make_course(new_course, trusted=off.get("trusted", True))
    names = [name for name, attack in ATTACKS.items() if attack["group"] == group and attack.get("open")]
    for name in names:
        submit(root, name, NAME, notebook(released, ATTACKS[name], places | {"COURSE": root}))
    graded = grade(root, NAME, workers=2, sandboxed=off.get("sandboxed", True))
    results = {outcome.student: result(root, outcome) for outcome in graded}
    return root, results


@pytest.fixture(scope="module")
def untrusted(new_course, submit, places):
    return graded_openly(new_course, submit, places, "forgers", trusted=False)[1]


@pytest.mark.parametrize("name", [n for n, a in ATTACKS.items() if a["group"] == "forgers" and a.get("open")])
def test_without_trusted_tests_the_attack_gains_points(untrusted, name):
    got = untrusted[name]
    assert sum(got.points.values()) > sum(expected(ATTACKS[name]).values()), got.text
    assert not got.outcome.trusted


@pytest.fixture(scope="module")
def unsandboxed(new_course, submit, places):
    outside = {"OUTSIDE": places["OUTSIDE"] / "reached"}
    outside["OUTSIDE"].mkdir()
    return graded_openly(new_course, submit, places | outside, "escapes", sandboxed=False)


@pytest.mark.parametrize("name", [n for n, a in ATTACKS.items() if a["group"] == "escapes" and a.get("open")])
def test_without_the_sandbox_the_escape_succeeds(unsandboxed, name):
    got = unsandboxed[1][name]
    assert got.points["double-hidden"] == 10, got.text
    assert not got.outcome.sandboxed


def test_without_the_sandbox_files_are_changed(unsandboxed, places):
    assert (unsandboxed[0] / "left-by-write-gradebook").exists()
    assert (places["OUTSIDE"] / "reached" / "canary").exists()
