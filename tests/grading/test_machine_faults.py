"""Workers that are killed from outside: what the machine does wrong costs no student anything."""

import contextlib
import threading

import nbformat
import psutil
import pytest

from course_admin.assignments import course_directory
from course_admin.grading import audit, outcomes
from course_admin.grading.engine import ATTEMPTS, grade
from course_admin.release import release

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("bubblewrap"),
    pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning"),
]
SLOW = "import time\ntime.sleep(0.5)\ndef double(x):\n    return 2 * x"


@pytest.fixture
def course(new_course, submit, toy):
    root = new_course()
    (root / "solutions" / "toy").mkdir(parents=True)
    nbformat.write(toy, root / "solutions" / "toy" / "toy.ipynb")
    released = nbformat.read(release(root, "toy") / "toy.ipynb", 4)
    next(cell for cell in released.cells if cell.id == "double").source = SLOW
    for number in range(4):
        submit(root, f"s{number}", "toy", released)
    return root


@contextlib.contextmanager
def killing_workers(most):
    """Kill workers that have come so far as to run something, up to a number of them."""
    stop, killed = threading.Event(), []

    def kill():
        while not stop.wait(0.1) and len(killed) < most:
            for child in psutil.Process().children():
                with contextlib.suppress(psutil.NoSuchProcess):
                    if "spawn_main" in " ".join(child.cmdline()) and len(child.children()) > 1:
                        child.kill()
                        killed.append(child.pid)
                        break

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield killed
    finally:
        stop.set()
        thread.join()


def faults(root):
    return [entry for entry in audit.read(course_directory(root)) if entry["event"] == "fault"]


def test_a_worker_that_dies_is_replaced_and_its_submission_tried_again(course):
    with killing_workers(1) as killed:
        results = grade(course, "toy", workers=2)
    assert len(killed) == 1
    assert [(r.failed, r.flags) for r in results] == [(False, ())] * 4
    assert 1 <= len(faults(course)) <= 4
    assert "BrokenProcessPool" in faults(course)[0]["cause"]


def test_after_several_faults_it_is_said_and_the_next_run_tries_again(course):
    with killing_workers(ATTEMPTS):
        [result] = grade(course, "toy", ["s0"], workers=1)
    assert result.failed
    assert f"failed {ATTEMPTS} times" in result.reason
    assert "Your work is not at fault" in result.reason
    assert len(faults(course)) == ATTEMPTS
    [result] = grade(course, "toy", ["s0"], workers=1)
    assert not result.failed
    assert not outcomes.recorded(course_directory(course), "toy", "s0").reason
