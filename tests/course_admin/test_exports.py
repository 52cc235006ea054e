"""Grades as CSV, against nbgrader's own scores and the rules by which Canvas and Moodle read a file."""

import csv
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Grade, SubmittedAssignment

from benchmarks.export import make_course
from course_admin.assignments import course_directory, folder, open_gradebook
from course_admin.errors import CourseError
from course_admin.grading import outcomes
from course_admin.grading.outcomes import Outcome
from course_admin.grading.standings import everybody, standings
from course_admin.reports import export
from course_admin.reports.exports import harmless

pytestmark = pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning")


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Thirty students, two assignments, chance scores; and some whose work met with accidents."""
    root = tmp_path_factory.mktemp("course")
    course = make_course(root, students=30, assignments=2, tests=3, seed=1)
    with open_gradebook(course) as gradebook:
        of = {s.student.id: s for s in gradebook.assignment_submissions("ps00")}
        half_graded, gone, failed, late = sorted(of)[:4]
        # A test that has not run is no test that gave 0.
        grade = next(g for g in of[half_graded].notebooks[0].grades if g.cell_type == "code")
        grade.auto_score = None
        of[late].notebooks[0].late_submission_penalty = 1000.0
        for grade in of[late].notebooks[0].grades:
            grade.needs_manual_grade = False
        gradebook.add_student(
            "=cmd()", last_name="@SUM(1)", first_name='-"x", y', email="e@x.org", lms_user_id="17"
        )
        gradebook.db.commit()
    for student in (gone, failed):
        (folder(course, "autograded", "ps00", student) / "ps00.ipynb").unlink()
    reason = "the kernel died\n=HYPERLINK(1)"
    outcomes.record(course, "ps00", Outcome(failed, failed=True, reason=reason))
    outcomes.record(course, "ps00", Outcome(late, failed=False, reason="", flags=("+1 cell.", "-2 cells.")))
    folder(course, "submitted", "ps01", "newcomer").mkdir(parents=True)
    return course, {"half_graded": half_graded, "gone": gone, "failed": failed, "late": late}


def rows_of(course, tmp_path, format="table", **options):
    path = export(Path(course.root), tmp_path / f"{format}.csv", format, **options)
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def records_of(course, tmp_path):
    header, *rows = rows_of(course, tmp_path)
    return {(row[0], row[3]): dict(zip(header, row, strict=True)) for row in rows}


def test_scores_penalties_and_waiting_are_those_that_nbgrader_computes(course):
    course, odd = course
    with open_gradebook(course) as gradebook:
        for name in ("ps00", "ps01"):
            ours = standings(course, gradebook, name)
            theirs = {s.student.id: s for s in gradebook.assignment_submissions(name)}
            assert len(theirs) > 20
            for student, submission in theirs.items():
                if name == "ps00" and student in (odd["half_graded"], odd["gone"], odd["failed"]):
                    continue
                row = ours[student]
                assert row.points_so_far == pytest.approx(submission.score)
                assert row.late_penalty == pytest.approx(submission.late_submission_penalty)
                assert row.max_score == submission.max_score == 25
                assert (row.score is None) == submission.needs_manual_grade
                assert row.status == ("needs manual grade" if submission.needs_manual_grade else "graded")
                if row.score is not None:
                    assert row.score == pytest.approx(
                        max(0.0, submission.score - submission.late_submission_penalty)
                    )


def test_one_student_and_the_whole_class_get_the_same_standing(course):
    course, _ = course
    with open_gradebook(course) as gradebook:
        together = standings(course, gradebook, "ps00")
        assert set(together) == everybody(course, gradebook)
        for student, row in together.items():
            assert standings(course, gradebook, "ps00", [student]) == {student: row}


def test_what_has_no_grade_is_blank_and_says_why(course, tmp_path):
    course, odd = course
    rows = records_of(course, tmp_path)
    assert rows["newcomer", "ps01"]["status"] == "not graded yet"
    assert rows["newcomer", "ps00"]["status"] == "not submitted"
    assert rows[odd["half_graded"], "ps00"]["status"] == "not graded yet"
    assert rows[odd["gone"], "ps00"]["status"] == "not graded yet"
    assert rows[odd["failed"], "ps00"]["status"] == "failed"
    assert rows[odd["failed"], "ps00"]["reason"] == "the kernel died\n=HYPERLINK(1)"
    for student in ("newcomer", odd["half_graded"], odd["gone"], odd["failed"]):
        row = rows[student, "ps00"]
        assert (row["score"], row["points_so_far"], row["late_penalty"]) == ("", "", "")
    assert rows[odd["late"], "ps00"]["flags"] == "'+1 cell. -2 cells."
    assert rows[odd["late"], "ps00"]["score"] == "0.0", "a penalty never makes a score negative"


def test_the_number_of_queries_does_not_grow_with_the_class(course, monkeypatch):
    course, _ = course
    from sqlalchemy import event

    with open_gradebook(course) as gradebook:
        asked = []
        event.listen(gradebook.engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
        standings(course, gradebook, "ps00")
        assert 0 < len(asked) <= 6
        asked.clear()
        for submission in gradebook.db.query(SubmittedAssignment).all():
            _ = submission.score  # the way that does grow
        assert len(asked) > 30


# --- Formulas ---


def test_no_text_cell_starts_a_formula(course, tmp_path):
    course, _ = course
    for format in ("table", "canvas", "moodle"):
        for row in rows_of(course, tmp_path, format):
            for cell in row:
                assert not re.match(r"[=+@\t\r]|-(?!\d)", cell), f"{format}: {cell!r} in {row}"
    names = {(r["student"], r["last_name"], r["first_name"]) for r in records_of(course, tmp_path).values()}
    assert ("'=cmd()", "'@SUM(1)", '\'-"x", y') in names


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_formulas_are_made_harmless(text):
    assert harmless(text) == "'" + text


def test_ordinary_text_is_left_alone():
    assert [harmless(text) for text in ("", "a=b", "O'Neill, J.", "1-2")] == ["", "a=b", "O'Neill, J.", "1-2"]


# --- Canvas: the rules of its importer, lib/gradebook_importer.rb, in the words of a test ---


def check_canvas(rows):
    """What the importer demands of header and rows; returns {login: {assignment: grade}}."""
    header, *rows = rows
    assert len(header) > 3
    assert "Student" in header[0]
    assert "ID" in header[1]
    assert re.search(r"SIS\s+User\s+ID", header[2])
    assert re.search(r"SIS\s+Login\s+ID", header[3])
    assert "Section" in header[4]
    reserved = "Current|Final|Override|Read Only"
    assert not [title for title in header[5:] if re.search(f"({reserved}) (Score|Points|Grade)", title)]
    points = [row for row in rows if "Points Possible" in row[0]]
    assert len(points) == 1
    assert all(float(cell) > 0 for cell in points[0][5:])
    grades = {}
    for row in rows:
        assert len(row) == len(header)
        if row is points[0]:
            continue
        assert row[1] == "" or row[1].isdigit(), (
            "Canvas reads the leading digits of an ID as somebody's number"
        )
        assert row[1] or row[2] or row[3], "a row about nobody"
        assert all(cell == "" or re.fullmatch(r"-?[0-9.]+", cell) for cell in row[5:])
        grades[row[3]] = dict(zip(header[5:], row[5:], strict=True))
    return grades


def final_scores(course):
    """{student: {assignment: score}}, of what is final, by nbgrader's models."""
    final = {}
    with open_gradebook(course) as gradebook:
        for name in ("ps00", "ps01"):
            for student, row in standings(course, gradebook, name).items():
                if row.status == "graded":
                    final.setdefault(student, {})[name] = row.score
    return final


def as_numbers(grades):
    return {
        who: {name: float(cell) for name, cell in row.items() if cell != ""} for who, row in grades.items()
    }


def test_canvas_takes_the_file_and_reads_the_final_scores(course, tmp_path):
    course, _ = course
    grades = check_canvas(rows_of(course, tmp_path, "canvas"))
    assert as_numbers(grades) == final_scores(course)
    assert any(cell == "" for row in grades.values() for cell in row.values())


def test_with_one_assignment_nothing_is_blank(course, tmp_path):
    course, _ = course
    final = {who: row["ps01"] for who, row in final_scores(course).items() if "ps01" in row}
    for format, check in (("canvas", check_canvas), ("moodle", check_moodle)):
        grades = as_numbers(check(rows_of(course, tmp_path, format, assignments=["ps01"])))
        assert {who: row["ps01"] for who, row in grades.items()} == final


@pytest.mark.parametrize(
    "rows",
    [
        [["Name", "ID", "SIS User ID", "SIS Login ID", "Section", "ps"], ["Points Possible", *"    1"]],
        [["Student", "ID", "SIS User ID", "SIS Login ID", "ps"], ["Points Possible", *"   1"]],
        [["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "ps"], ["Ann", "", "", "ann", "", "1"]],
        [
            ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "ps"],
            ["Points Possible", "", "", "", "", "1"],
            ["Ann", "12ann", "", "ann", "", "1"],
        ],
    ],
)
def test_the_check_of_canvas_files_rejects(rows):
    with pytest.raises((AssertionError, ValueError)):
        check_canvas(rows)


# --- Moodle: the rules of grade/import/csv ---


def check_moodle(rows):
    """Which columns identify, and that no identifier is blank; returns {username: {assignment: grade}}."""
    header, *rows = rows
    assert len(set(header)) == len(header)
    identifiers = {"Username", "User ID", "ID number", "Email address"} & set(header)
    assert "Username" in identifiers
    grades = {}
    for row in rows:
        record = dict(zip(header, row, strict=True))
        assert all(record[title] for title in identifiers), "its scores would go to the student before"
        ignored = {*identifiers, "First name", "Last name"}
        grades[record["Username"]] = {name: cell for name, cell in record.items() if name not in ignored}
        for cell in grades[record["Username"]].values():
            assert cell == "" or re.fullmatch(r"[0-9.]+", cell)
    return grades


def test_moodle_takes_the_file_and_reads_the_final_scores(course, tmp_path):
    course, _ = course
    rows = rows_of(course, tmp_path, "moodle")
    assert as_numbers(check_moodle(rows)) == final_scores(course)
    assert "Email address" not in rows[0], "most have none"


def test_address_and_number_stand_there_when_everybody_has_them(tmp_path):
    course = make_course(tmp_path, students=4, assignments=1, tests=1)
    with open_gradebook(course) as gradebook:
        for number, student in enumerate(gradebook.students):
            student.email, student.lms_user_id = f"{student.id}@x.org", str(100 + number)
        for grade in gradebook.db.query(Grade).all():
            grade.needs_manual_grade = False
        gradebook.db.commit()
    header, first, *_ = rows_of(course, tmp_path, "moodle")
    assert header[:3] == ["Username", "User ID", "Email address"]
    assert (first[1], first[2]) == (str(100 + int(first[0][-4:])), f"{first[0]}@x.org")
    check_moodle(rows_of(course, tmp_path, "moodle"))
    canvas = rows_of(course, tmp_path, "canvas")
    assert [row[1] for row in canvas[2:]] == [row[1] for row in rows_of(course, tmp_path, "moodle")[1:]]


def test_the_check_of_moodle_files_rejects():
    with pytest.raises(AssertionError, match="student before"):
        check_moodle([["Username", "Email address", "ps"], ["ann", "a@x", "1"], ["bob", "", "2"]])


# --- Bad input ---


def empty_course(new):
    new.mkdir()
    (new / "nbgrader_config.py").write_text("c = get_config()\n")
    return new


def test_without_a_gradebook_the_export_says_so_and_makes_none(tmp_path):
    root = empty_course(tmp_path / "course")
    with pytest.raises(CourseError, match=r"There is no gradebook yet: .* `course release NAME`"):
        export(root, tmp_path / "grades.csv")
    assert sorted(path.name for path in root.iterdir()) == ["nbgrader_config.py"]


def test_nothing_released_and_unknown_assignments_are_errors(tmp_path, course):
    root = empty_course(tmp_path / "course")
    with open_gradebook(course_directory(root)):
        pass
    with pytest.raises(CourseError, match="No assignment is released yet"):
        export(root, tmp_path / "grades.csv")
    with pytest.raises(CourseError, match=r"does not know ps99\. Released are: ps00, ps01\."):
        export(Path(course[0].root), tmp_path / "grades.csv", assignments=["ps99"])
    assert not (tmp_path / "grades.csv").exists()


def test_a_broken_gradebook_is_an_error_with_a_remedy(tmp_path):
    root = empty_course(tmp_path / "course")
    (root / "gradebook.db").write_text("this is no database, whatever its name says" * 50)
    with pytest.raises(CourseError, match=r"could not be read .*nbgrader db upgrade"):
        export(root, tmp_path / "grades.csv")


def test_a_target_that_cannot_be_written_is_an_error_and_leaves_nothing(course, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CourseError, match=r"/file/grades\.csv could not be written"):
        export(Path(course[0].root), tmp_path / "file" / "grades.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.slow
def test_nbgrader_export_writes_the_same_table(course, tmp_path):
    ours = export(Path(course[0].root), tmp_path / "ours.csv")
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    command = [sys.executable, "-m", "nbgrader", "export", f"--to={tmp_path / 'theirs.csv'}"]
    run = subprocess.run(command, cwd=course[0].root, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert (tmp_path / "theirs.csv").read_text() == ours.read_text()
