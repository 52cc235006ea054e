"""The table of grades, as a plug-in of nbgrader: `course export` and `nbgrader export` write the same."""

import csv
import io
from collections.abc import Collection
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import ExportPlugin

from course_admin.assignments import course_directory, open_gradebook
from course_admin.grading.outcomes import standing
from course_admin.notebooks import write_atomically

COLUMNS = ["student", "last_name", "first_name", "assignment", "score", "max_score", "late_penalty"]
COLUMNS += ["status", "points_so_far", "reason"]


def export(root: Path, path: Path) -> Path:
    """Write the table of everybody's grades in every released assignment to path."""
    course = course_directory(root)
    with open_gradebook(course) as gradebook:
        write_atomically(path, table(course, gradebook))
    return path


class GradeTable(ExportPlugin):
    """What `nbgrader export` runs here, with its options --to, --student and --assignment."""

    def export(self, gradebook: Gradebook) -> None:
        content = table(self.parent.coursedir, gradebook, self.student, self.assignment)
        write_atomically(Path(self.to or "grades.csv"), content)


def table(
    course: CourseDirectory,
    gradebook: Gradebook,
    only_students: Collection[str] = (),
    only_assignments: Collection[str] = (),
) -> str:
    """One CSV row for each assignment and student; a score that is not final is blank, never 0.

    `score` is after the late penalty; `points_so_far` is what the gradebook holds, before it.
    """
    # Who handed something in that was never graded is not in the gradebook yet.
    people = {
        path.name: None for path in sorted((Path(course.root) / course.submitted_directory).glob("[!.]*/"))
    }
    people |= {student.id: student for student in gradebook.students}
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for assignment in gradebook.assignments:
        for student_id, student in sorted(people.items()):
            if only_assignments and assignment.name not in only_assignments:
                continue
            if only_students and student_id not in only_students:
                continue
            row = standing(course, gradebook, assignment.name, student_id)
            writer.writerow(
                {
                    "student": student_id,
                    "last_name": student.last_name if student else None,
                    "first_name": student.first_name if student else None,
                    "assignment": assignment.name,
                    "score": row.score,
                    "max_score": row.max_score,
                    "late_penalty": row.late_penalty,
                    "status": row.status,
                    "points_so_far": row.points_so_far,
                    "reason": row.reason,
                }
            )
    return out.getvalue()
