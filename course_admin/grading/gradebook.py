"""The one writer: puts what a worker brings back into nbgrader's gradebook and into autograded/."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook, InvalidEntry, MissingEntry, SubmittedNotebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties, LimitOutput, SaveAutoGrades
from nbgrader.utils import is_grade, is_solution, parse_utc
from sqlalchemy.exc import DatabaseError

from course_admin.assignments import folder, open_gradebook
from course_admin.errors import CourseError
from course_admin.notebooks import write_atomically


@dataclass(frozen=True)
class Written:
    """The points that the tests gave, and what they had given before: {grade_id: points}."""

    points: dict[str, float]
    before: dict[str, float]


def write(
    course: CourseDirectory, name: str, student: str, notebook: NotebookNode, timestamp: str | None
) -> Written:
    """Save one executed notebook, by nbgrader's own preprocessors.

    Points, comments and the mark "graded by hand" that a person gave stay, unless the answers have changed.
    """
    path = folder(course, "autograded", name, student) / f"{name}.ipynb"
    unchanged = path.exists() and answers(nbformat.read(path, 4)) == answers(notebook)
    # nbgrader upgrades the text "..." to a time; None would keep an earlier version's time.
    when = parse_utc(timestamp) if timestamp else None
    resources = {
        "nbgrader": {"notebook": name, "assignment": name, "student": student, "db_url": course.db_url}
    }

    with explained(course), open_gradebook(course) as gradebook:
        gradebook.update_or_create_student(student)
        gradebook.update_or_create_submission(name, student, timestamp=when)
        submission_notebook = gradebook.find_submission_notebook(name, name, student)
        before = points(submission_notebook)
        by_hand = {
            g.name
            for g in submission_notebook.grades
            if g.manual_score is not None and not g.needs_manual_grade
        }

        LimitOutput(config=course.config).preprocess(notebook, resources)
        SaveAutoGrades(config=course.config).preprocess(notebook, resources)
        # nbgrader asks for a person again after every grading of a test cell, and never for a question.
        gradebook.db.expire_all()
        for grade in gradebook.find_submission_notebook(name, name, student).grades:
            if grade.manual_score is not None:
                grade.needs_manual_grade = not (unchanged and grade.name in by_hand)
        gradebook.db.commit()
        AssignLatePenalties(config=course.config).preprocess(notebook, resources)
        gradebook.db.expire_all()
        after = points(gradebook.find_submission_notebook(name, name, student))
    # Last: if this is killed before, the old answers still say what the manual grades are for.
    write_atomically(path, nbformat.writes(notebook) + "\n")
    stamp = path.with_name("timestamp.txt")
    if timestamp:
        write_atomically(stamp, timestamp)
    else:
        stamp.unlink(missing_ok=True)
    return Written(after, before)


def points(notebook: SubmittedNotebook) -> dict[str, float]:
    return {grade.name: grade.auto_score for grade in notebook.grades if grade.auto_score is not None}


def answers(notebook: NotebookNode) -> list[tuple[str, str]]:
    """Everything in a notebook that is not a test."""
    return [(c.cell_type, c.source) for c in notebook.cells if not is_grade(c) or is_solution(c)]


def remove(course: CourseDirectory, name: str, student: str) -> None:
    """After a submission that could not be graded: no entry of it that someone could read as a grade of 0.

    A grade of an earlier version stays in the gradebook, with the manual points and comments that it holds.
    """
    path = folder(course, "autograded", name, student) / f"{name}.ipynb"
    path.unlink(missing_ok=True)
    with explained(course), open_gradebook(course) as gradebook:
        gradebook.update_or_create_student(student)
        try:
            submission = gradebook.find_submission(name, student)
        except MissingEntry:
            return
        grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
        if all(grade.auto_score is None and grade.manual_score is None for grade in grades):
            gradebook.remove_submission(name, student)


def is_complete(gradebook: Gradebook, name: str, student: str) -> bool:
    """Whether the gradebook holds a grade for every test."""
    try:
        notebooks = gradebook.find_submission(name, student).notebooks
    except MissingEntry:
        return False
    return not any(
        g.cell_type == "code" and g.auto_score is None and g.manual_score is None
        for nb in notebooks
        for g in nb.grades
    )


@contextlib.contextmanager
def explained(course: CourseDirectory) -> Iterator[None]:
    """Errors of the database, in words that say what to do."""
    try:
        yield
    except (DatabaseError, InvalidEntry) as error:  # nbgrader makes the second of some of the first
        cause = str(getattr(error, "orig", error))
        if "locked" in cause:
            remedy = "Another program is writing to it: close that one, then grade again."
        elif "full" in cause or "I/O" in cause:
            remedy = "The disk is full, or broken. Make room, then grade again."
        else:
            remedy = "If another version of nbgrader made it, keep a copy and run `nbgrader db upgrade`."
        raise CourseError(
            f"The gradebook {course.db_url} cannot be used: {cause}. {remedy} What was graded is kept."
        ) from error
