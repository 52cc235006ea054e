"""Grades as CSV: the full table, and files that the grade imports of Canvas and Moodle take.

The full table is also a plug-in of nbgrader, so that `nbgrader export` writes the same as `course export`.

In the files for an LMS a score stands only where it is final. A student without any final score has no row,
because an import may read a blank cell as "take the grade away"; with one assignment a file, as the option
--assignment makes it, nothing is blank.
"""

import csv
import io
from collections.abc import Collection, Iterable
from pathlib import Path

from nbgrader.api import Assignment, Gradebook, Student
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import ExportPlugin
from sqlalchemy import select

from course_admin.assignments import course_directory
from course_admin.errors import CourseError
from course_admin.grading.standings import Standing, everybody, existing_gradebook, standings
from course_admin.notebooks import write_atomically

COLUMNS = ["student", "last_name", "first_name", "assignment", "score", "max_score", "late_penalty"]
COLUMNS += ["status", "points_so_far", "reason", "flags"]

Row = list[str | float | None]
Class = dict[str, Student | None]
Grades = dict[str, dict[str, Standing]]  # assignment -> student -> standing


def export(root: Path, path: Path, format: str = "table", assignments: Collection[str] = ()) -> Path:
    """Write everybody's grades, in every released assignment or in those named, to path.

    `format` is "table", "canvas" or "moodle".
    """
    course = course_directory(root)
    with existing_gradebook(course) as gradebook:
        content = FORMATS[format](*read(course, gradebook, assignments=assignments))
    return write(path, content)


class GradeTable(ExportPlugin):
    """What `nbgrader export` runs here, with its options --to, --student and --assignment."""

    def export(self, gradebook: Gradebook) -> None:
        people, grades = read(self.parent.coursedir, gradebook, self.student, self.assignment)
        write(Path(self.to or "grades.csv"), table(people, grades))


def read(
    course: CourseDirectory,
    gradebook: Gradebook,
    students: Collection[str] = (),
    assignments: Collection[str] = (),
) -> tuple[Class, Grades]:
    """Everybody and their standings, or those named; a student who was never graded has no record: None."""
    names = list(gradebook.db.scalars(select(Assignment.name).order_by(Assignment.duedate, Assignment.name)))
    if not names:
        raise CourseError("No assignment is released yet, so there are no grades. Run `course release NAME`.")
    if unknown := sorted(set(assignments) - set(names)):
        raise CourseError(
            f"The gradebook does not know {', '.join(unknown)}. Released are: {', '.join(names)}."
        )
    records = {student.id: student for student in gradebook.db.scalars(select(Student))}
    ids = sorted(set(students) or everybody(course, gradebook))
    people = {student: records.get(student) for student in ids}
    wanted = [name for name in names if not assignments or name in assignments]
    return people, {name: standings(course, gradebook, name, ids) for name in wanted}


def table(people: Class, grades: Grades) -> str:
    """One row for each assignment and student; a score that is not final is blank, never 0."""
    rows = (
        [
            student,
            person.last_name if person else None,
            person.first_name if person else None,
            name,
            row.score,
            row.max_score,
            row.late_penalty,
            row.status,
            row.points_so_far,
            row.reason,
            " ".join(row.flags),
        ]
        for name, class_ in grades.items()
        for student, row in class_.items()
        for person in [people[student]]
    )
    return as_csv([COLUMNS, *rows])


def canvas(people: Class, grades: Grades) -> str:
    """The file for "Import" in Canvas' gradebook.

    nbgrader's id of a student goes into "SIS Login ID"; lms_user_id, where it is a number as Canvas' own ids
    are, into "ID", which Canvas looks at first. Canvas finds an assignment by its name, or makes it.
    """
    final = final_scores(people, grades)
    header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *grades]
    points = ["    Points Possible", None, None, None, None, *(highest(grades[name]) for name in grades)]
    rows = [
        [full_name(student, people[student]), canvas_id(people[student]), None, student, None, *scores]
        for student, scores in final.items()
    ]
    return as_csv([header, points, *rows])


def moodle(people: Class, grades: Grades) -> str:
    """The file for "Import > CSV file" in Moodle, which asks which column says who a row is about.

    Username is nbgrader's id, User ID is lms_user_id. Those two columns and the address stand here only when
    nobody lacks them: a row without an identifier would give its scores to the student of the row before.
    """
    final = final_scores(people, grades)
    who = [people[student] for student in final]
    columns = {
        "Username": list(final),
        "User ID": [person.lms_user_id if person else None for person in who],
        "Email address": [person.email if person else None for person in who],
    }
    columns = {title: column for title, column in columns.items() if all(column)}
    columns["First name"] = [person.first_name if person else None for person in who]
    columns["Last name"] = [person.last_name if person else None for person in who]
    columns |= {name: [scores[i] for scores in final.values()] for i, name in enumerate(grades)}
    return as_csv([list(columns), *(list(row) for row in zip(*columns.values(), strict=True))])


FORMATS = {"table": table, "canvas": canvas, "moodle": moodle}


def final_scores(people: Class, grades: Grades) -> dict[str, list[float | None]]:
    """{student: one score an assignment, None where it is not final}, for who has at least one."""
    scores = {student: [grades[name][student].score for name in grades] for student in people}
    return {student: row for student, row in scores.items() if any(score is not None for score in row)}


def highest(class_: dict[str, Standing]) -> float | None:
    return next((row.max_score for row in class_.values()), None)


def full_name(student: str, person: Student | None) -> str:
    """ "Last, First" as Canvas sorts names, or the id of who has no name in the gradebook."""
    names = [person.last_name, person.first_name] if person else []
    return ", ".join(name for name in names if name) or student


def canvas_id(person: Student | None) -> str | None:
    number = (person.lms_user_id or "") if person else ""
    return number if number.isascii() and number.isdigit() else None


def as_csv(rows: Iterable[Row]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([harmless(value) if isinstance(value, str) else value for value in row] for row in rows)
    return out.getvalue()


def harmless(text: str) -> str:
    """Text that a spreadsheet would take for a formula gets an apostrophe in front; numbers never come here.

    The characters are those of the OWASP page on CSV injection.
    """
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else text


def write(path: Path, content: str) -> Path:
    try:
        write_atomically(path, content)
    except OSError as error:
        raise CourseError(
            f"{path} could not be written ({error.strerror}). "
            "Name a file in a folder that you may write to, on a disk with space left."
        ) from error
    return path
