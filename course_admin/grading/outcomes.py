"""What became of each submission: a small file for each says how its last grading ended.

nbgrader keeps grades, but no failures: a submission whose notebook cannot be run leaves nothing, and its
exporter prints 0.0 for it. So the engine writes outcomes/ASSIGNMENT/STUDENT.json, and `standings` puts the
two together.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from nbgrader.coursedir import CourseDirectory

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
