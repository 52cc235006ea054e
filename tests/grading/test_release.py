"""What `course release` refuses, and that exercises/ is what it makes from solutions/."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from course_admin import notebooks
from course_admin.assignments import course_directory, known
from course_admin.errors import CourseError
from course_admin.release import leaks, release, secret_lines, structure_problems

ROOT = Path(__file__).resolve().parents[2]
ASSIGNMENTS = known(course_directory(ROOT))
pytestmark = pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning")


def cell(notebook, id):
    return next(cell for cell in notebook.cells if cell.id == id)


def without_secrets(notebook):
    """The text of a notebook as students may get it, made here by hand: the regions cut out."""
    cell(notebook, "double").source = "def double(x):\n    raise NotImplementedError"
    cell(notebook, "hidden").source = "# When graded: other numbers."
    cell(notebook, "question").source = "Why is twice x the same as x + x?"
    return notebooks.text(notebook)


def test_the_structure_of_a_good_assignment_is_accepted(toy):
    assert structure_problems(toy) == []


def test_points_must_add_up(toy):
    cell(toy, "visible").metadata.nbgrader.points = 25
    assert structure_problems(toy) == ["the points of its graded cells should add up to 100, but give 105"]


def test_ids_must_be_unique(toy):
    cell(toy, "visible").metadata.nbgrader.grade_id = "double"
    assert structure_problems(toy) == ["the grade_id 'double' stands in 2 cells: give each its own"]


def test_regions_must_end(toy):
    cell(toy, "hidden").source = cell(toy, "hidden").source.replace("### END HIDDEN TESTS", "")
    assert structure_problems(toy) == ["cell 3 has 1 'BEGIN HIDDEN TESTS' but 0 'END HIDDEN TESTS'"]


def test_solutions_must_be_marked(toy):
    cell(toy, "double").source = "def double(x):\n    return 2 * x"
    assert structure_problems(toy) == [
        "cell 1 is a solution cell without a region BEGIN SOLUTION ... END SOLUTION"
    ]


def test_secret_lines_are_those_of_the_three_kinds_of_region(toy):
    assert secret_lines(toy) == [
        "return x + x  # the reference",
        'assert double(-7) == -14, "double of a negative number is wrong"',
        "A full answer names the distributive law.",
    ]


def test_a_clean_release_leaks_nothing(toy):
    source = nbformat.from_dict(toy)
    assert leaks(source, {Path("toy.ipynb"): without_secrets(nbformat.from_dict(toy))}) == []


@pytest.mark.parametrize("place", ["double", "hidden", "question", "title"])
@pytest.mark.parametrize("line", [0, 1, 2])
def test_a_leaky_release_is_noticed(toy, place, line):
    secret = secret_lines(toy)[line]
    released = nbformat.reads(without_secrets(nbformat.from_dict(toy)), 4)
    cell(released, place).source += f"\n    {secret}"
    found = leaks(toy, {Path("toy.ipynb"): notebooks.text(released)})
    assert found == [f"toy.ipynb shows a line of a solution, a hidden test or a rubric: {secret}"]


def test_a_marker_that_is_left_over_and_a_leaky_second_file_are_noticed(toy):
    files = {Path("a.ipynb"): "### BEGIN SOLUTION", Path("data/b.txt"): "return x + x  # the reference"}
    assert [line.split(" ")[0] for line in leaks(toy, files)] == ["a.ipynb", "data/b.txt"]


def put(root, notebook):
    path = root / "solutions" / "toy" / "toy.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)
    return path


@pytest.mark.slow
def test_a_reference_that_fails_its_tests_is_not_released(new_course, toy):
    root = new_course()
    cell(toy, "double").source = cell(toy, "double").source.replace("x + x", "x * x")
    put(root, toy)
    with pytest.raises(
        CourseError, match=r"fails the tests in 'double-more-tests': AssertionError: double of"
    ):
        release(root, "toy")
    assert not (root / "exercises").exists()


@pytest.mark.slow
def test_a_solution_shown_in_the_text_is_not_released(new_course, toy):
    root = new_course()
    cell(toy, "title").source += "\nHint: return x + x  # the reference"
    put(root, toy)
    with pytest.raises(CourseError, match=r"toy.ipynb shows a line of a solution"):
        release(root, "toy")
    assert not (root / "exercises").exists()


@pytest.mark.slow
def test_other_files_go_along_and_old_ones_go_away(new_course, toy):
    root = new_course()
    source = put(root, toy).parent
    (source / "data.csv").write_text("1,2\n")
    (source / "answers").mkdir()
    (source / "answers" / "double.py").write_text("# %% wrong: anything\n")
    old = root / "exercises" / "toy" / "old.txt"
    old.parent.mkdir(parents=True)
    old.write_text("from an earlier release")
    target = release(root, "toy")
    assert sorted(path.name for path in target.rglob("*")) == ["data.csv", "toy.ipynb"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_exercises_are_what_solutions_give_and_what_nbgrader_gives(name, new_course):
    root = new_course(name)

    def files(top):
        return {
            path.relative_to(top): path.read_bytes()
            for path in top.rglob("*")
            if path.is_file() and ".ipynb_checkpoints" not in path.parts
        }

    made = files(release(root, name))
    assert made == files(ROOT / "exercises" / name), f"run: course release {name}"

    # nbgrader's own command, and so formgrader's button, writes the same bytes.
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", name, "--force"]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(command, cwd=root, env={**os.environ, "PATH": path}, check=True, capture_output=True)
    assert files(root / "exercises" / name) == made


def test_exercises_holds_nothing_else():
    found = {path.name for path in (ROOT / "exercises").iterdir() if not path.name.startswith(".")}
    assert found == set(ASSIGNMENTS), "exercises/ is generated: course release --all"


@pytest.mark.slow
def test_a_machine_without_bubblewrap_can_release(new_course, toy, monkeypatch):
    """The reference is the instructor's own code."""
    root = new_course()
    (root / "solutions" / "toy").mkdir(parents=True)
    nbformat.write(toy, root / "solutions" / "toy" / "toy.ipynb")
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    assert release(root, "toy").name == "toy"


@pytest.mark.slow
def test_a_reference_that_works_in_one_process_only_is_refused(new_course, toy):
    """Its function relies on a variable of a test cell, which a graded submission would not see."""
    cell(toy, "visible").source = "offset = 0\n" + cell(toy, "visible").source
    cell(toy, "double").source = cell(toy, "double").source.replace("x + x  #", "x + x + offset  #")
    root = new_course()
    (root / "solutions" / "toy").mkdir(parents=True)
    nbformat.write(toy, root / "solutions" / "toy" / "toy.ipynb")
    with pytest.raises(CourseError, match="'double-tests' when it is graded: NameError: name 'offset'"):
        release(root, "toy")
    assert not (root / "exercises").exists()
