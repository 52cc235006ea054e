"""The export of a large gradebook: seconds and memory of `course export` in a process of its own."""

import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from nbgrader.api import Grade, GradeCell, Student, SubmittedAssignment, SubmittedNotebook, TaskCell, new_uuid
from sqlalchemy import insert

from benchmarks.harness import save
from course_admin.assignments import course_directory, folder, open_gradebook
from course_admin.grading import outcomes
from course_admin.reports import FORMATS

ROOT = Path(__file__).parents[1]
STUDENTS, ASSIGNMENTS, TESTS = 1000, 10, 10
EXPORT_SECONDS = 20

# Memory is of the process that exports, at its peak; the interpreter and the imports are in both numbers.
EXPORT = """
import sys, time
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from course_admin.reports import export
start = time.perf_counter()
export(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
print(time.perf_counter() - start, getrusage(RUSAGE_SELF).ru_maxrss / 1024)
"""


def make_course(root, students=STUDENTS, assignments=ASSIGNMENTS, tests=TESTS, seed=0):
    """A course whose gradebook holds a submission of nearly everybody to every assignment.

    Each assignment has `tests` test cells of 5 points and a written question of 10. Some have not handed in,
    some are late, some wait for a manual grade.
    """
    rng = random.Random(seed)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    course = course_directory(root)
    names = [f"student{i:04}" for i in range(students)]
    with open_gradebook(course) as gradebook:
        people = [{"id": name, "first_name": name.title(), "last_name": "Ångström"} for name in names]
        gradebook.db.execute(insert(Student), people)
        for number in range(assignments):
            add_assignment(course, gradebook, f"ps{number:02}", names, tests, rng)
        gradebook.db.commit()
    return course


def add_assignment(course, gradebook, name, students, tests, rng):
    assignment = gradebook.add_assignment(name)
    notebook = gradebook.add_notebook(name, name)
    cells = [
        GradeCell(name=f"test{i}", notebook=notebook, max_score=5, cell_type="code") for i in range(tests)
    ]
    cells.append(TaskCell(name="why", notebook=notebook, max_score=10, cell_type="markdown"))
    gradebook.db.add_all(cells)
    gradebook.db.commit()

    submissions, notebooks, grades = [], [], []
    for student in students:
        if rng.random() < 0.05:
            continue
        submission = {"id": new_uuid(), "assignment_id": assignment.id, "student_id": student}
        late = rng.choice([None, None, 0.0, 10.0])
        paper = {
            "id": new_uuid(),
            "assignment_id": submission["id"],
            "notebook_id": notebook.id,
            "late_submission_penalty": late,
        }
        waiting = rng.random() < 0.1
        for cell in cells:
            written = cell.name == "why"
            grades.append(
                {
                    "cell_id": cell.id,
                    "notebook_id": paper["id"],
                    "auto_score": None if written else rng.choice([0, 2.5, 5]),
                    "manual_score": rng.randint(0, 10) if written and not waiting else None,
                    "extra_credit": rng.choice([None, None, None, 1.0]),
                    "needs_manual_grade": written and waiting,
                }
            )
        submissions.append(submission)
        notebooks.append(paper)
        for step in ("submitted", "autograded"):
            path = folder(course, step, name, student) / f"{name}.ipynb"
            path.parent.mkdir(parents=True)
            path.write_text("{}")
        outcomes.record(course, name, outcomes.Outcome(student, failed=False, reason="", flags=("A flag.",)))
    for model, rows in ((SubmittedAssignment, submissions), (SubmittedNotebook, notebooks), (Grade, grades)):
        gradebook.db.execute(insert(model), rows)


def run():
    """Measure, print, save; returns whether every format kept to the budget."""
    measured = {}
    with tempfile.TemporaryDirectory() as scratch:
        start = time.perf_counter()
        make_course(Path(scratch))
        print(f"{STUDENTS} students x {ASSIGNMENTS} assignments made in {time.perf_counter() - start:.0f} s")
        for format in FORMATS:
            command = [sys.executable, "-c", EXPORT, scratch, f"{scratch}/{format}.csv", format]
            out = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout
            seconds, memory = (round(float(number), 1) for number in out.split())
            measured[format] = {"seconds": seconds, "peak_memory_mb": memory}
            print(f"{format}: {seconds} s (at most {EXPORT_SECONDS}), {memory} MB at the peak")
    print(save("export", [], students=STUDENTS, assignments=ASSIGNMENTS, exports=measured))
    return all(row["seconds"] < EXPORT_SECONDS for row in measured.values())
