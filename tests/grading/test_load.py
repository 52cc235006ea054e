"""500 submissions with faults sprinkled in, killed twice and resumed, against an undisturbed run."""

import collections
import copy
import random
import signal
import subprocess
import sys
import time

import nbformat
import pytest

from course_admin.assignments import course_directory, open_gradebook
from course_admin.grading import audit, outcomes
from course_admin.grading.engine import grade
from course_admin.release import release

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("bubblewrap"),
    pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning"),
]
CLASS = 500
LIMITS = "c.GradingLimits.cell_seconds = 5\nc.GradingLimits.processes = 20\nc.GradingLimits.memory_mb = 300\n"
GRADE = "import sys; from course_admin.grading.engine import grade; grade(sys.argv[1], 'toy', workers=2)"
ANSWERS = {  # the answer, and the points that it must get: of 20 for the visible, of 40 for the hidden test
    "right": ("def double(x):\n    return 2 * x", [20, 40]),
    "wrong": ("def double(x):\n    return x * x", [20, 0]),
    "dead": ("import os\nos._exit(1)", [0, 0]),
    "dies": ("import os\ndef double(x):\n    if x < 0: os._exit(1)\n    return 2 * x", [20, 0]),
    "loops": ("def double(x):\n    while x < 0: pass\n    return 2 * x", [20, 0]),
    "forks": ("import os\ndef double(x):\n    while True: os.fork()", [0, 0]),
    "eats": ("def double(x):\n    return [bytearray(10**8) for _ in range(100)]", [0, 0]),
    "shouts": ("def double(x):\n    print('x' * 10**7)\n    return 2 * x", [20, 40]),
    "kills": ("import os, signal\nos.kill(os.getppid() or 1, 9)\ndef double(x):\n    return 2 * x", [20, 40]),
}
RARE = ["dead", "dies", "loops", "forks", "eats", "shouts", "kills", "corrupt", "empty", "absent"]


def kind_of(number):
    """Every 25th submission is faulty, one kind after the other; of the rest a third is wrong."""
    if number % 25 == 7:
        return RARE[number // 25 % len(RARE)]
    return "wrong" if number % 3 == 0 else "right"


@pytest.fixture(scope="module")
def courses(new_course, submit, toy_notebook_of):
    """Two courses with the same class."""
    made = []
    for _ in range(2):
        root = new_course()
        (root / "solutions" / "toy").mkdir(parents=True)
        nbformat.write(toy_notebook_of(), root / "solutions" / "toy" / "toy.ipynb")
        with (root / "nbgrader_config.py").open("a") as config:
            config.write(LIMITS)
        released = nbformat.read(release(root, "toy") / "toy.ipynb", 4)
        for number in range(CLASS):
            kind = kind_of(number)
            notebook = copy.deepcopy(released)
            if kind in ANSWERS:
                next(cell for cell in notebook.cells if cell.id == "double").source = ANSWERS[kind][0]
            path = submit(root, f"s{number:03}", "toy", notebook)
            if kind == "corrupt":
                path.write_text('{"cells": [')
            elif kind == "absent":
                path.unlink()
        made.append(root)
    return made


def results(root):
    """{student: the points of both tests}."""
    course, found = course_directory(root), {}
    with open_gradebook(course) as gradebook:
        for submission in gradebook.assignment_submissions("toy"):
            [notebook] = submission.notebooks
            points = {g.name: g.auto_score for g in notebook.grades if g.cell_type == "code"}
            found[submission.student.id] = [points["double-tests"], points["double-more-tests"]]
    return found


def test_killed_twice_and_resumed_every_submission_is_accounted_for(courses):
    disturbed, undisturbed = courses
    rng = random.Random(20)
    log = audit.path(course_directory(disturbed))
    for kill_after in (rng.randrange(40, 200), rng.randrange(220, 400)):
        grading = subprocess.Popen([sys.executable, "-c", GRADE, disturbed])
        while not log.exists() or log.read_bytes().count(b"\n") < kill_after:
            assert grading.poll() is None, "grading ended before it was killed"
            time.sleep(rng.random() / 20)
        grading.send_signal(signal.SIGKILL)
        grading.wait()
    subprocess.run([sys.executable, "-c", GRADE, disturbed], check=True)
    grade(undisturbed, "toy", workers=1)

    points = results(disturbed)
    assert points == results(undisturbed)
    course = course_directory(disturbed)
    recorded = {n: outcomes.recorded(course, "toy", f"s{n:03}") for n in range(CLASS)}
    for number, outcome in recorded.items():
        kind = kind_of(number)
        assert outcome is not None, f"s{number:03} ({kind}) has no outcome"
        assert outcome.failed == (kind in ("corrupt", "absent"))
        assert bool(outcome.reason) == outcome.failed
        if kind in ANSWERS:
            assert points[f"s{number:03}"] == ANSWERS[kind][1], kind
        if kind in ("dead", "dies", "loops", "forks", "eats"):
            assert outcome.flags, f"{kind}: what happened should be said"
    saved = [e["student"] for e in audit.read(course) if e["event"] in ("graded", "failed")]
    times = collections.Counter(saved)
    assert set(times.values()) == {1}, "a submission was saved twice"
    assert len(times) >= CLASS - 2, "a kill can take away one line of the log at most"


def test_a_second_run_is_free(courses):
    root = courses[0]
    before = audit.path(course_directory(root)).read_text().count("graded")
    outcomes_ = grade(root, "toy", workers=1)
    assert len(outcomes_) == CLASS
    assert audit.path(course_directory(root)).read_text().count("graded") == before
