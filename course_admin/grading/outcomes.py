"""What became of each submission: a small file for each says how its last grading ended.

nbgrader keeps grades, but no failures: a submission whose notebook cannot be run leaves nothing, and its
exporter prints 0.0 for it. So the engine writes outcomes/ASSIGNMENT/STUDENT.json, and `standing` puts the two
together.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from rich.markup import escape
from rich.table import Table

from course_admin.assignments import course_directory, folder, open_gradebook
from course_admin.notebooks import write_atomically

GRADED = "graded"
MANUAL = "needs manual grade"
FAILED = "failed"
WAITING = "not graded yet"
ABSENT = "not submitted"


@dataclass(frozen=True)
class Outcome:
    """How one grading run of one submission ended."""

    student: str
    failed: bool  # no grade could be had
    reason: str  # why it failed, and how to mend it; "" otherwise
    flags: tuple[
        str, ...
    ] = ()  # what the student and the grader should know: what was repaired, what was stopped
    key: str = ""  # digest of what was handed in, of the assignment and of the settings; "": try again
    sandboxed: bool = True
    trusted: bool = True  # the tests ran outside the student's process


@dataclass(frozen=True)
class Standing:
    """Where one student stands in one assignment. A score is None as long as it is not final."""

    status: str
    score: float | None
    points_so_far: float | None
    max_score: float
    late_penalty: float | None
    reason: str


def record_path(course: CourseDirectory, name: str, student: str) -> Path:
    return Path(course.root) / "outcomes" / name / f"{student}.json"


def record(course: CourseDirectory, name: str, outcome: Outcome) -> None:
    write_atomically(record_path(course, name, outcome.student), json.dumps(asdict(outcome), indent=1) + "\n")


def recorded(course: CourseDirectory, name: str, student: str) -> Outcome | None:
    path = record_path(course, name, student)
    if not path.exists():
        return None
    fields = json.loads(path.read_text(encoding="utf-8"))
    return Outcome(**fields | {"flags": tuple(fields["flags"])})


def forget(course: CourseDirectory, name: str, student: str) -> None:
    record_path(course, name, student).unlink(missing_ok=True)


def missing_grades(gradebook: Gradebook, name: str, student: str) -> list[str]:
    """The test cells for which the gradebook holds no grade, which is not the same as the grade 0."""
    notebooks = gradebook.find_submission(name, student).notebooks
    return [
        grade.name
        for notebook in notebooks
        for grade in notebook.grades
        if grade.cell_type == "code" and grade.auto_score is None and grade.manual_score is None
    ]


def is_graded(course: CourseDirectory, gradebook: Gradebook, name: str, student: str) -> bool:
    """Whether the tests of a submission ran to the end, by `course grade` or by nbgrader itself.

    nbgrader writes the autograded notebook before it runs it, so the file alone proves nothing.
    """
    if not (folder(course, "autograded", name, student) / f"{name}.ipynb").exists():
        return False
    try:
        return not missing_grades(gradebook, name, student)
    except MissingEntry:
        return False


def standing(course: CourseDirectory, gradebook: Gradebook, name: str, student: str) -> Standing:
    """Status and score of one student, from the gradebook, the folders and the last outcome."""
    max_score = gradebook.find_assignment(name).max_score
    outcome = recorded(course, name, student)
    if is_graded(course, gradebook, name, student):
        submission = gradebook.find_submission(name, student)
        penalty = submission.late_submission_penalty or 0.0
        points = submission.score
        final = None if submission.needs_manual_grade else max(0.0, points - penalty)
        status = MANUAL if submission.needs_manual_grade else GRADED
        return Standing(status, final, points, max_score, penalty, outcome.reason if outcome else "")
    if outcome is not None and outcome.failed:
        return Standing(FAILED, None, None, max_score, None, outcome.reason)
    status = WAITING if folder(course, "submitted", name, student).exists() else ABSENT
    return Standing(status, None, None, max_score, None, "")


def summary(root: Path, name: str, students: list[str]) -> Table:
    """How many submissions ended how, and for each that failed, why."""
    course = course_directory(root)
    with open_gradebook(course) as gradebook:
        standings = {student: standing(course, gradebook, name, student) for student in students}
    table = Table("outcome", "number", "who, and why", title=name)
    for status in (GRADED, MANUAL, FAILED, WAITING):
        those = {student: s for student, s in standings.items() if s.status == status}
        if those:
            why = "\n".join(f"{student}: {s.reason}" for student, s in those.items() if s.reason)
            table.add_row(status, str(len(those)), escape(why))
    return table
