"""Where a whole class stands in an assignment, from a few queries instead of a few for each student.

nbgrader computes scores in subqueries of its models, one student at a time: a thousand students with ten
assignments would take minutes. The sums below are the same sums, grouped by student.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import (
    Assignment,
    BaseCell,
    Grade,
    Gradebook,
    GradeCell,
    MissingEntry,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import and_, case, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError

from course_admin.assignments import folder, open_gradebook
from course_admin.errors import CourseError
from course_admin.grading.outcomes import ABSENT, FAILED, GRADED, MANUAL, WAITING, recorded


@dataclass(frozen=True)
class Standing:
    """Where one student stands in one assignment. A score is None as long as it is not final.

    `score` is after the late penalty; `points_so_far` is what the gradebook holds, before it.
    """

    status: str
    score: float | None
    points_so_far: float | None
    max_score: float
    late_penalty: float | None
    reason: str
    flags: tuple[str, ...] = ()
    sandboxed: bool = True
    trusted: bool = True


@dataclass(frozen=True)
class Recorded:
    """What the gradebook holds for one submission."""

    points: float
    penalty: float
    needs_manual_grade: bool
    ungraded_tests: int  # test cells without a grade, which is not the same as the grade 0


@contextmanager
def existing_gradebook(course: CourseDirectory) -> Iterator[Gradebook]:
    """The gradebook for reading. Where there is none yet, an error: nbgrader would make an empty one."""
    url = make_url(course.db_url)
    if url.drivername.startswith("sqlite") and not Path(url.database or "").exists():
        raise CourseError(
            f"There is no gradebook yet: expected {Path(url.database or '').name} in the course's folder. "
            "Run `course release NAME` first."
        )
    try:
        with open_gradebook(course) as gradebook:
            yield gradebook
    except DatabaseError as error:
        raise CourseError(
            f"The gradebook could not be read ({error.orig}). If another program writes to it, wait until "
            "that has ended. If it was made by another version of nbgrader, keep a copy of it and run "
            "`nbgrader db upgrade`."
        ) from error


def standings(
    course: CourseDirectory, gradebook: Gradebook, name: str, students: Collection[str] | None = None
) -> dict[str, Standing]:
    """Status and score of the students named, or of everybody who is known, in the order of their names."""
    max_score = gradebook.db.scalar(select(Assignment.max_score).where(Assignment.name == name))
    if max_score is None:
        raise MissingEntry(f"No such assignment: {name}")
    submissions = read_submissions(gradebook, name, students)
    return {
        student: judge(course, name, student, max_score, submissions.get(student))
        for student in sorted(everybody(course, gradebook) if students is None else students)
    }


def everybody(course: CourseDirectory, gradebook: Gradebook) -> set[str]:
    """The students in the gradebook, and who handed something in that was never graded."""
    top = Path(course.root) / course.submitted_directory
    return {path.name for path in top.glob("[!.]*/")} | set(gradebook.db.scalars(select(Student.id)))


def judge(
    course: CourseDirectory, name: str, student: str, max_score: float, submission: Recorded | None
) -> Standing:
    """The one place that decides what a status is, from the gradebook, the folders and the last outcome.

    nbgrader writes the autograded notebook before it runs it, so that file alone proves nothing, and the
    grades of an earlier version stay in the gradebook after a failure has removed it.
    """
    outcome = recorded(course, name, student)
    about = {}
    if outcome is not None:
        about = {"flags": outcome.flags, "sandboxed": outcome.sandboxed, "trusted": outcome.trusted}
    autograded = folder(course, "autograded", name, student) / f"{name}.ipynb"
    if submission is not None and not submission.ungraded_tests and autograded.exists():
        reason = outcome.reason if outcome else ""
        if submission.needs_manual_grade:
            return Standing(MANUAL, None, submission.points, max_score, submission.penalty, reason, **about)
        score = max(0.0, submission.points - submission.penalty)
        return Standing(GRADED, score, submission.points, max_score, submission.penalty, reason, **about)
    if outcome is not None and outcome.failed:
        return Standing(FAILED, None, None, max_score, None, outcome.reason, **about)
    status = WAITING if folder(course, "submitted", name, student).exists() else ABSENT
    return Standing(status, None, None, max_score, None, "")


def read_submissions(
    gradebook: Gradebook, name: str, students: Collection[str] | None = None
) -> dict[str, Recorded]:
    """{student: what the gradebook holds for the assignment}."""
    assignment_id = gradebook.db.scalar(select(Assignment.id).where(Assignment.name == name))
    submission, notebook = SubmittedAssignment, SubmittedNotebook
    cell, test = BaseCell.__table__, GradeCell.__table__
    mine = [submission.assignment_id == assignment_id]
    if students is not None and len(students) == 1:  # longer lists are not worth a longer query
        mine.append(submission.student_id.in_(students))

    # Tables are indexed by what a row is a version of: without naming that, a query would read all rows.
    sources = select(Notebook.id).where(Notebook.assignment_id == assignment_id)
    of_submission = and_(notebook.assignment_id == submission.id, notebook.notebook_id.in_(sources))
    # Two queries: joined with the grades, a penalty would count once for each of them.
    papers = (
        select(submission.student_id, func.coalesce(func.sum(notebook.late_submission_penalty), 0.0))
        .outerjoin(notebook, of_submission)
        .where(*mine)
        .group_by(submission.student_id)
    )
    ungraded = and_(test.c.cell_type == "code", Grade.auto_score.is_(None), Grade.manual_score.is_(None))
    grades = (
        select(
            submission.student_id,
            func.sum(Grade.score),
            func.max(case((Grade.needs_manual_grade, 1), else_=0)),
            func.sum(case((ungraded, 1), else_=0)),
        )
        .select_from(submission)
        .join(notebook, of_submission)
        .join(Grade, Grade.notebook_id == notebook.id)
        .join(cell, cell.c.id == Grade.cell_id)
        .outerjoin(test, test.c.id == Grade.cell_id)
        .where(*mine, cell.c.notebook_id.in_(sources))
        .group_by(submission.student_id)
    )
    graded = {row[0]: row[1:] for row in gradebook.db.execute(grades)}
    read = {}
    for student, penalty in gradebook.db.execute(papers):
        points, manual, missing = graded.get(student, (0.0, 0, 0))
        read[student] = Recorded(points, penalty, bool(manual), missing)
    return read
