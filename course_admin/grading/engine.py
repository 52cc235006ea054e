"""Run nbgrader's autograder over what students handed in, one submission after the other.

Student code runs with the rights of whoever calls this: there is no sandbox yet.
"""

import glob
import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import parse_utc

from course_admin import notebooks
from course_admin.assignments import (
    CourseError,
    course_directory,
    folder,
    known,
    open_gradebook,
    run_converter,
    source_notebook,
)
from course_admin.grading import outcomes
from course_admin.grading.outcomes import Outcome

# What nbgrader and nbclient raise, in words that say what to do. Anything else is reported as it stands.
CAUSES = {
    "DeadKernelError": "the kernel died while it ran the notebook (os._exit, out of memory, or a crash)",
    "UnresponsiveKernelError": "a cell ran without end and could not be interrupted",
}


def grade(
    root: Path,
    name: str,
    students: list[str] | None = None,
    regrade: bool = False,
    progress: Callable[[list[str]], list[str]] = iter,
) -> list[Outcome]:
    """Autograde submitted/STUDENT/NAME for everybody, or for the students named; return every outcome.

    What is graded already and has not changed is left alone, so an interrupted run goes on where it stopped;
    failures are tried again. `progress` wraps the list of students, like rich.progress.track.
    """
    course = course_directory(root)
    path = source_notebook(course, name)
    with open_gradebook(course) as gradebook:
        require_release(gradebook, path, name)
    todo = submitted(course, name, students)

    results = []
    for student in progress(todo):
        digest = fingerprint(course, name, student)
        before = outcomes.recorded(course, name, student)
        with open_gradebook(course) as gradebook:
            done = outcomes.is_graded(course, gradebook, name, student)
        if done and not regrade and before is not None and before.submission == digest and not before.failed:
            results.append(before)
            continue
        # From here until the new outcome is written, an interruption leaves "not graded yet".
        outcomes.forget(course, name, student)
        outcome = grade_one(course, name, student, digest)
        outcomes.record(course, name, outcome)
        results.append(outcome)
    return results


def require_release(gradebook: Gradebook, path: Path, name: str) -> None:
    """The tests that nbgrader runs are those in the gradebook; they must be the ones in solutions/."""
    remedy = f"Run `course release {name}` first."
    try:
        released = {cell.name: cell.source for cell in gradebook.find_notebook(name, name).source_cells}
    except MissingEntry:
        raise CourseError(f"The gradebook does not know {name}: it was not released here. {remedy}") from None
    for cell in notebooks.read(path).cells:
        meta = cell.metadata.get("nbgrader", {})
        if meta.get("locked") and released.get(meta["grade_id"]) != cell.source:
            raise CourseError(
                f"The cell {meta['grade_id']!r} of {name} has changed in {path.parent.parent.name}/ since it "
                f"was released, so the gradebook would grade by the old tests. {remedy}"
            )


def submitted(course: CourseDirectory, name: str, students: list[str] | None) -> list[str]:
    """Whose work is to be graded: everybody with a folder for NAME, or with none of a known name."""
    top = Path(course.root) / course.submitted_directory
    names = set(known(course))
    found = []
    for student in sorted(path for path in top.glob("[!.]*") if path.is_dir()):
        inside = {path.name for path in student.glob("[!.]*")}
        if name in inside or (inside and not inside & names):
            found.append(student.name)
    where = f"{course.submitted_directory}/STUDENT/{name}/{name}.ipynb"
    if not found:
        raise CourseError(
            f"Nothing to grade for {name}. Put each student's notebook at {where}, "
            f"or fetch them with `nbgrader collect {name}` or `nbgrader zip_collect {name}`."
        )
    unknown = sorted(set(students or []) - set(found))
    if unknown:
        raise CourseError(f"There is no submission of {', '.join(unknown)}: expected {where}.")
    return students or found


def fingerprint(course: CourseDirectory, name: str, student: str) -> str:
    """One digest of every file of a submission, so that a new version is noticed."""
    top = folder(course, "submitted", name, student)
    digest = hashlib.sha256()
    for path in sorted(path for path in top.rglob("*") if path.is_file()):
        try:
            content = path.read_bytes()
        except OSError as error:  # it cannot be graded either, and grade_one will say so
            content = str(error).encode()
        digest.update(str(path.relative_to(top)).encode() + b"\0" + hashlib.sha256(content).digest())
    return digest.hexdigest()


def grade_one(course: CourseDirectory, name: str, student: str, digest: str) -> Outcome:
    """Grade one submission, whatever it is; nothing in it stops the others."""
    with open_gradebook(course) as gradebook:
        gradebook.update_or_create_student(student)
    reason = problem(course, name, student)
    if not reason:
        try:
            autograde(course, name, student)
        except Exception as error:  # a submission must not end the run; Ctrl-C is no Exception and does
            reason = explain(error)
    with open_gradebook(course) as gradebook:
        if not reason and (missing := outcomes.missing_grades(gradebook, name, student)):
            reason = f"no grade was recorded for {', '.join(missing)}"
        if reason:
            remove_traces(course, gradebook, name, student)
            return Outcome(student, failed=True, reason=reason, submission=digest)
    return Outcome(student, failed=False, reason="", submission=digest)


def problem(course: CourseDirectory, name: str, student: str) -> str:
    """Why a submission cannot be graded at all, or an empty text."""
    top = folder(course, "submitted", name, student)
    if not top.is_dir():
        there = ", ".join(sorted(path.name for path in top.parent.iterdir()))
        return f"expected the folder {name}, found {there}"
    if student != glob.escape(student):
        return "the name of its folder holds *, ? or [, which nbgrader takes for a pattern: rename the folder"
    if any(path.is_symlink() for path in [top, *top.rglob("*")]):
        return "it holds a symbolic link, which could point anywhere"
    path = top / f"{name}.ipynb"
    if not path.is_file():
        there = ", ".join(sorted(path.name for path in top.iterdir())) or "nothing"
        return f"expected {name}.ipynb, found {there}"
    try:
        cells = notebooks.read(path).cells
    except Exception as error:  # nbformat raises whatever the damage leads to
        return f"{name}.ipynb is not a notebook: {type(error).__name__}: {str(error).splitlines()[0][:100]}"
    ids = {cell.metadata.get("nbgrader", {}).get("grade_id") for cell in cells}
    with open_gradebook(course) as gradebook:
        released = gradebook.find_notebook(name, name)
        wanted = {cell.name for cell in [*released.grade_cells, *released.task_cells]}
    if missing := sorted(wanted - ids):
        return f"graded cells are missing, so it may be another notebook: {', '.join(missing)}"
    try:
        stamp = top / "timestamp.txt"
        parse_utc(stamp.read_text().strip()) if stamp.exists() else None
    except (ValueError, UnicodeDecodeError):
        return "timestamp.txt holds no date that can be read"
    return ""


def autograde(course: CourseDirectory, name: str, student: str) -> None:
    """nbgrader's own autograder on one submission. It makes the student in the gradebook if there is none."""
    course.assignment_id, course.student_id = name, student
    converter = Autograde(coursedir=course, config=course.config)
    converter.force = True
    run_converter(converter)


def explain(error: Exception) -> str:
    message = error.message if isinstance(error, CourseError) else f"{type(error).__name__}: {error}"
    return next((words for cause, words in CAUSES.items() if cause in message), message)


def remove_traces(course: CourseDirectory, gradebook: Gradebook, name: str, student: str) -> None:
    """After a failure, take away what nobody should read as a grade.

    nbgrader makes the entry of a submission before it runs anything. Without a single grade in it, formgrader
    would show it as 0 points. Grades of an earlier version of the submission stay in the gradebook.
    """
    shutil.rmtree(folder(course, "autograded", name, student), ignore_errors=True)
    try:
        submission = gradebook.find_submission(name, student)
    except MissingEntry:
        return
    grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
    if all(grade.auto_score is None and grade.manual_score is None for grade in grades):
        gradebook.remove_submission(name, student)
