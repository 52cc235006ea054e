"""Release, submissions good and bad, grading, manual grade, feedback, export: with nbgrader itself."""

import copy
import csv
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner

from course_admin import cli, reports
from course_admin.assignments import course_directory, open_gradebook
from course_admin.errors import CourseError
from course_admin.grading import audit, outcomes
from course_admin.grading.engine import grade
from course_admin.grading.feedback import feedback
from course_admin.release import release

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("bubblewrap"),
    pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning"),
]
DUE, LATE = "2030-05-01 12:00:00 UTC", "2030-05-02 12:00:00 UTC"


def with_answer(released, source):
    """The released notebook with this in the place of the stub."""
    notebook = copy.deepcopy(released)
    next(cell for cell in notebook.cells if cell.id == "double").source = source
    return notebook


@pytest.fixture(scope="module")
def course(new_course, toy_notebook_of):
    """A course with the toy assignment, released; short time limit; late work gets nothing."""
    root = new_course()
    nbformat.write(toy_notebook_of(), make(root / "solutions" / "toy" / "toy.ipynb"))
    (make(root / "solutions" / "toy" / "answers" / "double.py")).write_text(
        "# %% wrong: the answer is here\n"
    )
    with (root / "nbgrader_config.py").open("a") as config:
        config.write('c.GradingLimits.cell_seconds = 3\nc.LateSubmissionPlugin.penalty_method = "zero"\n')
    release(root, "toy")
    return root


def make(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


@pytest.fixture(scope="module")
def class_(course, submit):
    """Everybody hands in, everything is graded once; {student: outcome}."""
    released = nbformat.read(course / "exercises" / "toy" / "toy.ipynb", 4)
    good = "def double(x):\n    return 2 * x"
    submit(course, "ann", "toy", with_answer(released, good))
    submit(course, "bob", "toy", with_answer(released, "def double(x):\n    return x**2"))
    submit(course, "empty", "toy", released)
    submit(course, "gl[o]b", "toy", with_answer(released, good))
    submit(course, "late", "toy", with_answer(released, good)).with_name("timestamp.txt").write_text(LATE)
    submit(course, "loop", "toy", with_answer(released, "def double(x):\n    while True:\n        pass"))

    submit(course, "corrupt", "toy", released).write_text('{"cells": [')
    submit(course, "dead", "toy", with_answer(released, "import os\nos._exit(0)"))
    submit(course, "deleted", "toy", nbformat.v4.new_notebook(cells=with_answer(released, good).cells[:3]))
    submit(course, "linked", "toy", released).with_name("data").symlink_to("/etc")
    submit(course, "misnamed", "toy", released).rename(course / "submitted/misnamed/toy/toy (1).ipynb")
    submit(course, "notebook", "toy", released).unlink()
    submit(course, "stamp", "toy", released).with_name("timestamp.txt").write_text("yesterday")
    submit(course, "wrongname", "toy", released).parent.rename(course / "submitted/wrongname/Toy1")

    with open_gradebook(course_directory(course)) as gradebook:
        gradebook.update_or_create_assignment("toy", duedate=DUE)
        gradebook.add_student("absent", last_name="Absent", first_name="A.")
    return {outcome.student: outcome for outcome in grade(course, "toy")}


def rows(root):
    """{student: row of the exported table}."""
    table = reports.export(root, root / "exports" / "grades.csv")
    return {row["student"]: row for row in csv.DictReader(table.open())}


def test_what_students_get_holds_no_answers(course):
    files = [path for path in (course / "exercises").rglob("*") if path.is_file()]
    assert [path.name for path in files] == ["toy.ipynb"]
    text = files[0].read_text()
    for secret in (
        "the reference",
        "double(-7)",
        "distributive",
        "the answer is here",
        "HIDDEN",
        "MARK SCHEME",
    ):
        assert secret not in text
    assert "did you square it?" in text
    assert "not written yet" in text


def test_points_of_good_wrong_and_empty_submissions(course, class_):
    table = rows(course)
    points = {name: table[name]["points_so_far"] for name in ("ann", "bob", "empty", "loop")}
    assert points == {"ann": "60.0", "bob": "20.0", "empty": "0.0", "loop": "0.0"}
    assert {table[name]["status"] for name in points} == {"needs manual grade"}
    assert {table[name]["score"] for name in points} == {""}, "a score that is not final is blank"


@pytest.mark.parametrize(
    ("student", "reason"),
    [
        ("corrupt", "ends in the middle"),
        ("notebook", "expected toy.ipynb, found nothing"),
        ("wrongname", "Expected the folder toy, found Toy1"),
    ],
)
def test_what_cannot_be_graded_fails_with_a_reason_and_no_score(course, class_, student, reason):
    assert class_[student].failed
    assert reason in class_[student].reason
    row = rows(course)[student]
    assert (row["status"], row["score"], row["points_so_far"]) == ("failed", "", "")
    assert reason in row["reason"]
    with open_gradebook(course_directory(course)) as gradebook:
        assert student in [s.id for s in gradebook.students]
        assert student not in [s.student.id for s in gradebook.assignment_submissions("toy")]


@pytest.mark.parametrize(
    ("student", "points", "flag"),
    [
        ("dead", "0.0", "The kernel died in cell 'double'"),
        ("deleted", "60.0", "were missing and were put back: double-more-tests, why"),
        ("gl[o]b", "60.0", ""),
        ("linked", "0.0", "Left out: data, because it is a link to another place."),
        ("loop", "0.0", "The tests in 'double-tests' were stopped after 3 s"),
        ("misnamed", "0.0", "The notebook was called toy (1).ipynb"),
        ("stamp", "0.0", "whether it was late was not judged"),
    ],
)
def test_what_could_be_repaired_or_was_stopped_has_a_grade_and_a_flag(course, class_, student, points, flag):
    assert not class_[student].failed
    assert flag in " ".join(class_[student].flags)
    assert bool(class_[student].flags) == bool(flag)
    row = rows(course)[student]
    assert (row["status"], row["points_so_far"]) == ("needs manual grade", points)
    assert flag in row["flags"]


def test_who_handed_in_nothing_has_no_score(course, class_):
    row = rows(course)["absent"]
    assert (row["status"], row["score"], row["last_name"]) == ("not submitted", "", "Absent")


def test_what_is_graded_is_not_graded_again_unless_it_changed(course, class_):
    def graded_at(student):
        return (course / "autograded" / student / "toy" / "toy.ipynb").stat().st_mtime_ns

    before = {student: graded_at(student) for student in ("ann", "bob", "empty")}
    (course / "submitted" / "bob" / "toy" / "note.txt").write_text("I have changed something.")
    grade(course, "toy", ["ann", "bob", "empty"])
    assert graded_at("ann") == before["ann"]
    assert graded_at("bob") > before["bob"]
    grade(course, "toy", ["empty"], regrade=True)
    assert graded_at("empty") > before["empty"]


def test_manual_grade_feedback_and_export(course, class_):
    with open_gradebook(course_directory(course)) as gradebook:
        for student in ("ann", "late"):
            written = gradebook.find_grade("why", "toy", "toy", student)
            written.manual_score, written.needs_manual_grade = 30, False
            gradebook.find_comment("why", "toy", "toy", student).manual_comment = "Name the law."
        gradebook.db.commit()
    table = rows(course)
    assert (table["ann"]["status"], table["ann"]["score"]) == ("graded", "90.0")
    # The plug-in takes away what the tests gave, when they ran.
    assert (table["late"]["late_penalty"], table["late"]["score"]) == ("60.0", "30.0")

    pages = {page.parts[-3]: page.read_text() for page in feedback(course, "toy")}
    assert set(pages) == set(class_)
    assert "expected toy.ipynb, found nothing" in pages["notebook"]
    assert "The kernel died" in pages["dead"]
    assert "Name the law." in pages["ann"]
    assert "double of a negative number is wrong" in pages["bob"], "the message of a failed test"
    for page in pages.values():
        for secret in ("assert double(-7)", "the reference", "distributive", "HIDDEN TESTS"):
            assert secret not in page


def nbgrader(root, *arguments):
    """One of nbgrader's own commands in the course's folder."""
    command = [sys.executable, "-m", "nbgrader", *arguments]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(command, cwd=root, env={**os.environ, "PATH": path}, capture_output=True, text=True)


def test_nbgrader_s_own_commands_work_on_the_same_course(course, class_):
    run = nbgrader(course, "autograde", "toy", "--student=ann", "--force")
    assert run.returncode == 0, run.stderr
    assert rows(course)["ann"]["points_so_far"] == "90.0", "the manual grade is kept"

    before = rows(course)
    for student in ("bob", "deleted", "dead"):
        run = nbgrader(course, "autograde", "toy", f"--student={student}", "--force")
        assert run.returncode == 0, run.stderr
    assert rows(course) == before, "nbgrader's command gives the same grades"
    run = nbgrader(course, "autograde", "toy", "--student=corrupt", "--force")
    assert run.returncode != 0

    run = nbgrader(course, "export", "--to=theirs.csv")
    assert run.returncode == 0, run.stderr
    assert (course / "theirs.csv").read_text() == (course / "exports" / "grades.csv").read_text()


def test_ctrl_c_stops_the_run_and_loses_nothing(course, class_):
    def interrupted(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        grade(course, "toy", ["ann", "bob"], regrade=True, progress=interrupted)
    grade(course, "toy", ["ann", "bob"])
    assert rows(course)["ann"]["points_so_far"] == "90.0"
    assert rows(course)["bob"]["points_so_far"] == "20.0"


def test_after_a_test_was_fixed_all_are_graded_again_and_manual_grades_are_kept(course, class_, toy):
    path = course / "solutions" / "toy" / "toy.ipynb"
    fixed = copy.deepcopy(toy)
    next(cell for cell in fixed.cells if cell.id == "hidden").source = (
        "# When graded: other numbers.\n### BEGIN HIDDEN TESTS\n"
        'assert double(-7) in (-14, 49), "double of a negative number is wrong"\n### END HIDDEN TESTS'
    )
    before = rows(course)
    assert (before["bob"]["points_so_far"], before["ann"]["status"]) == ("20.0", "graded")
    try:
        nbformat.write(fixed, path)
        release(course, "toy")
        grade(course, "toy")
        after = rows(course)
        assert after["bob"]["points_so_far"] == "60.0"
        assert (after["ann"]["status"], after["ann"]["score"]) == ("graded", "90.0")
        changed = {
            e["student"]: e["changed"] for e in audit.read(course_directory(course)) if e.get("changed")
        }
        assert changed["bob"] == {"double-more-tests": [0.0, 40.0]}
        assert "ann" not in changed
    finally:
        nbformat.write(toy, path)
        release(course, "toy")
        grade(course, "toy")
    # nbgrader works out the penalty "zero" from the score of the moment: it now includes the manual points.
    after, late = rows(course), before.pop("late")
    assert after.pop("late")["points_so_far"] == late["points_so_far"]
    assert after == before


def test_a_new_answer_after_a_manual_grade_asks_for_a_person_again(course, class_, submit, toy):
    with open_gradebook(course_directory(course)) as gradebook:
        written = gradebook.find_grade("why", "toy", "toy", "empty")
        written.manual_score, written.needs_manual_grade = 5, False
        gradebook.db.commit()
    path = course / "submitted" / "empty" / "toy" / "toy.ipynb"
    notebook = nbformat.read(path, 4)
    grade(course, "toy", ["empty"], regrade=True)
    assert rows(course)["empty"]["status"] == "graded"
    notebook.cells[-1].source = "Because x + x = (1 + 1) x."
    nbformat.write(notebook, path)
    grade(course, "toy", ["empty"])
    row = rows(course)["empty"]
    assert (row["status"], row["points_so_far"]) == ("needs manual grade", "5.0")


def test_grading_by_outdated_tests_is_refused(course, class_, toy):
    path = course / "solutions" / "toy" / "toy.ipynb"
    changed = copy.deepcopy(toy)
    next(cell for cell in changed.cells if cell.id == "hidden").source += "\n# a new hidden test"
    nbformat.write(changed, path)
    try:
        with pytest.raises(
            CourseError, match=r"'double-more-tests' of toy has changed .* `course release toy`"
        ):
            grade(course, "toy")
    finally:
        nbformat.write(toy, path)


def test_commands_print_what_happened_and_exit_with_1_after_a_failure(course, class_, monkeypatch):
    monkeypatch.setattr(cli, "ROOT", course)
    run = CliRunner().invoke(cli.main, ["grade", "toy", "--student", "ann", "--student", "corrupt"])
    assert run.exit_code == 1
    shown = " ".join(run.output.split())
    for words in ("graded │ 1 │", "failed │ 1 │", "flagged │ 1 │", "corrupt: toy.ipynb is not a notebook"):
        assert words in shown
    assert "Unsandboxed" not in shown
    run = CliRunner().invoke(cli.main, ["grade", "toy", "--student", "ann"])
    assert run.exit_code == 0, run.output


def test_errors_of_the_commands_say_what_to_do(new_course, toy, monkeypatch):
    root = new_course()
    nbformat.write(toy, make(root / "solutions" / "toy" / "toy.ipynb"))
    monkeypatch.setattr(cli, "ROOT", root)

    def output(*arguments):
        run = CliRunner().invoke(cli.main, arguments)
        assert run.exit_code != 0
        return " ".join(run.output.split())

    assert "no assignment 'ps99' in solutions/. Known are: toy." in output("release", "ps99")
    assert "no assignment 'ps99'" in output("grade", "ps99")
    assert "Give either the name of an assignment or --all." in output("release")
    assert "Run `course release toy` first." in output("grade", "toy")
    assert "Run `course release toy` first." in output("feedback", "toy")
    assert CliRunner().invoke(cli.main, ["release", "--all"]).exit_code == 0
    assert "Run `course grade toy` first." in output("feedback", "toy")
    assert "Put each student's notebook at submitted/STUDENT/toy/toy.ipynb" in output("grade", "toy")
    (root / "submitted" / "ann" / "toy").mkdir(parents=True)
    assert "There is no submission of bob" in output("grade", "toy", "--student", "bob")


def test_unsandboxed_says_so_everywhere(course, class_, monkeypatch):
    monkeypatch.setattr(cli, "ROOT", course)
    run = CliRunner().invoke(cli.main, ["grade", "toy", "--student", "ann", "--unsandboxed"])
    assert run.exit_code == 0, run.output
    assert "Unsandboxed" in run.output
    assert outcomes.recorded(course_directory(course), "toy", "ann").sandboxed is False
    assert rows(course)["ann"]["points_so_far"] == "90.0"
    grade(course, "toy", ["ann"])  # another way of grading is another key
    assert outcomes.recorded(course_directory(course), "toy", "ann").sandboxed is True


def test_only_one_run_at_a_time(course, class_):
    def meanwhile(done, total):
        with pytest.raises(CourseError, match="Another `course grade` is at work"):
            grade(course, "toy", ["bob"])

    grade(course, "toy", ["ann"], progress=meanwhile)


def test_students_who_are_not_in_the_list(course, class_, submit, toy):
    with pytest.raises(CourseError, match=r"no submission of an: .* Did you mean ann"):
        grade(course, "toy", ["an"])
    submit(course, "stranger", "toy", toy)
    config = course / "nbgrader_config.py"
    before = config.read_text()
    try:
        config.write_text(before + "c.Autograde.create_student = False\n")
        [outcome] = grade(course, "toy", ["stranger"])
        assert outcome.failed
        assert "nbgrader db student add stranger" in outcome.reason
    finally:
        config.write_text(before)
    [outcome] = grade(course, "toy", ["stranger"])
    assert not outcome.failed


def test_a_locked_gradebook_is_an_error_that_says_what_to_do_and_nothing_is_lost(course, class_):
    before = rows(course)
    lock = sqlite3.connect(course / "gradebook.db", isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(CourseError, match=r"locked.*Another program is writing to it"):
            grade(course, "toy", ["ann"], regrade=True)
    finally:
        lock.rollback()
        lock.close()
    grade(course, "toy", ["ann"])
    assert rows(course) == before


def test_a_gradebook_of_another_version_is_an_error_that_says_what_to_do(new_course, toy, submit):
    root = new_course()
    nbformat.write(toy, make(root / "solutions" / "toy" / "toy.ipynb"))
    release(root, "toy")
    submit(root, "ann", "toy", toy)
    with sqlite3.connect(root / "gradebook.db") as database:
        database.execute("ALTER TABLE notebook RENAME COLUMN kernelspec TO kernel")
    with pytest.raises(CourseError, match="`nbgrader db upgrade`"):
        grade(root, "toy")


def test_an_assignment_that_is_tested_in_the_student_s_kernel_is_marked(new_course, toy, submit):
    root = new_course()
    toy.metadata["course"] = {"trusted": False}
    nbformat.write(toy, make(root / "solutions" / "toy" / "toy.ipynb"))
    release(root, "toy")
    submit(root, "ann", "toy", toy)
    [outcome] = grade(root, "toy")
    assert (outcome.failed, outcome.trusted, outcome.sandboxed) == (False, False, True)
    assert rows(root)["ann"]["points_so_far"] == "60.0"


def test_a_locked_cell_that_fails_stops_the_run(new_course, toy, submit):
    root = new_course()
    toy.cells.insert(
        1, nbformat.v4.new_code_cell("import os\nassert os.getcwd() != '/notebook', 'not here'", id="x")
    )
    toy.cells[1].metadata = {
        "nbgrader": toy.cells[2].metadata["nbgrader"] | {"grade_id": "x", "locked": True, "solution": False}
    }
    nbformat.write(toy, make(root / "solutions" / "toy" / "toy.ipynb"))
    with pytest.raises(CourseError, match="flagged: The locked cell 'x' failed: AssertionError: not here"):
        release(root, "toy")
