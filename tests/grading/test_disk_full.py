"""A disk that fills up while a class is graded: a real one, a file system in memory of a few megabytes."""

import subprocess
import sys

import nbformat
import pytest

from course_admin.assignments import course_directory
from course_admin.grading import outcomes
from course_admin.release import release

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning")]
CLASS = 6
INSIDE = """
import shutil, sys
from pathlib import Path
from course_admin.errors import CourseError
from course_admin.grading.engine import grade


def main(disk, course, results):
    root = disk / "course"
    shutil.copytree(course, root)
    ballast = disk / "ballast"
    room = shutil.disk_usage(disk).free - 60_000
    ballast.write_bytes(bytes(room))
    try:
        grade(root, "toy", workers=1)
    except CourseError as error:
        print("refused:", error.message)
    partial = [str(path) for path in root.rglob("*.partial")]
    print("left half-written:", partial)
    ballast.unlink()
    grade(root, "toy", workers=1)
    shutil.copytree(root, results)


if __name__ == "__main__":  # workers import this file
    main(*map(Path, sys.argv[1:]))
"""


def test_a_full_disk_is_an_error_that_says_what_to_do_and_nothing_is_lost(
    bubblewrap, new_course, submit, toy_notebook_of, tmp_path
):
    root = new_course()
    (root / "solutions" / "toy").mkdir(parents=True)
    nbformat.write(toy_notebook_of(), root / "solutions" / "toy" / "toy.ipynb")
    released = nbformat.read(release(root, "toy") / "toy.ipynb", 4)
    next(
        cell for cell in released.cells if cell.id == "double"
    ).source = "def double(x):\n    return 2 * x\nprint('x' * 20_000)"
    for number in range(CLASS):
        submit(root, f"s{number}", "toy", released)

    disk, script = tmp_path / "disk", tmp_path / "inside.py"
    disk.mkdir()
    script.write_text(INSIDE)
    small = [bubblewrap, "--dev-bind", "/", "/", "--size", str(4 * 2**20), "--tmpfs", str(disk)]
    run = subprocess.run(
        [*small, sys.executable, script, disk, root, tmp_path / "results"], capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    assert "refused: " in run.stdout
    assert "The disk is full" in run.stdout
    assert "left half-written: []" in run.stdout
    course = course_directory(tmp_path / "results")
    for number in range(CLASS):
        outcome = outcomes.recorded(course, "toy", f"s{number}")
        assert (outcome.failed, outcome.reason) == (False, "")
