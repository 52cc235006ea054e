"""The report on a class: one HTML file that says how an assignment went, task by task.

The file stands by itself: no script, no request, light or dark as the reader's system is. Whatever comes from
students is escaped by the template.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from nbconvert.filters import strip_ansi
from nbformat import NotebookNode
from nbgrader.api import (
    Assignment,
    BaseCell,
    Grade,
    Gradebook,
    MissingEntry,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import is_grade, is_solution, is_task
from sqlalchemy import select

from course_admin import notebooks
from course_admin.assignments import course_directory, folder, source_notebook
from course_admin.errors import CourseError
from course_admin.grading.outcomes import ABSENT, FAILED, GRADED, MANUAL, WAITING
from course_admin.grading.standings import Standing, existing_gradebook, standings
from course_admin.reports.exports import write
from course_admin.reports.similarity import Pair, similar_pairs
from course_admin.reports.statistics import (
    Discrimination,
    Message,
    Spread,
    discriminations,
    most_frequent,
    spread,
)

LONGEST = 300  # characters of a failing message
PAIRS, EXCERPTS = 50, 10  # in the table, and of these with their code

templates = Environment(
    loader=PackageLoader("course_admin"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class Task:
    """What the class made of one graded cell. Shares are between 0 and 1, None where there is nothing yet."""

    name: str
    points: float
    n: int  # submissions in which it has a score
    mean: float | None  # share of the points
    full: float | None  # share of the submissions with full points
    blank: float | None  # share of the submissions with the answer as it was handed out, or empty
    discrimination: Discrimination | None
    message: Message | None


@dataclass(frozen=True)
class Paper:
    """What the report needs of one graded notebook; the notebooks of a class with their figures are large."""

    answers: dict[str, str | None]
    failures: dict[str, str]
    code: dict[str, str]

    @classmethod
    def read(cls, path: Path) -> "Paper":
        nb = notebooks.read(path)
        return cls(answers(nb), failures(nb), own_code(nb))


@dataclass(frozen=True)
class Report:
    """Everything that the page shows."""

    name: str
    max_score: float
    counts: dict[str, int]  # status -> students
    spread: Spread | None
    final: bool  # whether the spread is of final scores, not of the points so far
    tasks: list[Task]
    flagged: dict[str, Standing]
    unsandboxed: list[str]
    untrusted: list[str]
    pairs: list[Pair]


def write_report(root: Path, name: str) -> Path:
    """Write reports/NAME.html and return its path."""
    course = course_directory(root)
    page = templates.get_template("report.html").render(
        report=class_report(course, name), histogram=histogram, shown=PAIRS, excerpts=EXCERPTS
    )
    return write(Path(course.root) / "reports" / f"{name}.html", page)


def class_report(course: CourseDirectory, name: str) -> Report:
    """Read grades, outcomes and graded notebooks of one assignment, and count."""
    source = notebooks.read(source_notebook(course, name))
    release = folder(course, "release", name) / f"{name}.ipynb"
    if not release.exists():
        raise CourseError(f"{name} is not released yet. Run `course release {name}` first.")
    released = notebooks.read(release)
    with existing_gradebook(course) as gradebook:
        try:
            class_ = standings(course, gradebook, name)
        except MissingEntry:
            raise CourseError(f"{name} is not released yet. Run `course release {name}` first.") from None
        scores, points = read_scores(gradebook, name)

    papers = {
        student: Paper.read(folder(course, "autograded", name, student) / f"{name}.ipynb")
        for student, row in class_.items()
        if row.status in (GRADED, MANUAL)
    }
    final = [row.score for row in class_.values() if row.status == GRADED]
    so_far = [row.points_so_far for row in class_.values() if row.status == MANUAL]
    max_score = next((row.max_score for row in class_.values()), 0.0)
    given = [cell.source for nb in (released, source) for cell in nb.cells if cell.cell_type == "code"]
    return Report(
        name,
        max_score,
        {status: count(class_, status) for status in (GRADED, MANUAL, FAILED, WAITING, ABSENT)},
        spread(final or so_far, max_score),
        bool(final),
        tasks(answers(released), papers, {student: scores.get(student, {}) for student in papers}, points),
        {s: row for s, row in class_.items() if row.status == FAILED or row.flags or row.reason},
        [student for student in papers if not class_[student].sandboxed],
        [student for student in papers if not class_[student].trusted],
        similar_pairs({student: paper.code for student, paper in papers.items()}, given),
    )


def count(class_: dict[str, Standing], status: str) -> int:
    return sum(row.status == status for row in class_.values())


def read_scores(gradebook: Gradebook, name: str) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """({student: {task: score}} without what still waits for a person, {task: points})."""
    query = (
        select(
            SubmittedAssignment.student_id,
            BaseCell.name,
            Grade.score,
            Grade.max_score,
            Grade.needs_manual_grade,
        )
        .select_from(Grade)
        .join(BaseCell, BaseCell.id == Grade.cell_id)
        .join(SubmittedNotebook, SubmittedNotebook.id == Grade.notebook_id)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .where(Assignment.name == name)
    )
    scores, points = {}, {}
    for student, task, score, highest, waits in gradebook.db.execute(query):
        points[task] = highest
        if not waits:
            scores.setdefault(student, {})[task] = score
    return scores, points


def tasks(
    stubs: dict[str, str | None],
    papers: dict[str, Paper],
    scores: dict[str, dict[str, float]],
    points: dict[str, float],
) -> list[Task]:
    """The graded cells in the order of the released notebook, whose answers are `stubs`."""
    telling = discriminations(scores)
    found = []
    order = {task: position for position, task in enumerate(stubs)}
    for task, highest in sorted(points.items(), key=lambda item: order.get(item[0], len(order))):
        shares = [row[task] / highest for row in scores.values() if task in row and highest]
        blanks = [is_blank(paper.answers.get(task), stubs.get(task)) for paper in papers.values()]
        lost = [s for s, row in scores.items() if row.get(task, highest) < highest]
        found.append(
            Task(
                task,
                highest,
                len(shares),
                mean(shares),
                mean(share >= 1 for share in shares),
                mean(blanks) if stubs.get(task) is not None else None,
                telling.get(task),
                most_frequent(papers[s].failures[task] for s in lost if task in papers[s].failures),
            )
        )
    return found


def mean(values: Iterable[float]) -> float | None:
    values = list(values)
    return sum(values) / len(values) if values else None


def answers(nb: NotebookNode) -> dict[str, str | None]:
    """{graded cell: the text that answers it}.

    Tests are about the answer cell before them; a question that a person grades is answered in the cells
    after it, up to the next cell of nbgrader. None: there is no answer cell.
    """
    found, answer, question = {}, None, None
    for cell in nb.cells:
        if "nbgrader" not in cell.metadata:
            if question:
                found[question] += cell.source
            continue
        identity, question = cell.metadata.nbgrader.get("grade_id"), None
        if is_solution(cell):
            answer = cell.source
        if is_task(cell):
            question, found[identity] = identity, ""
        elif is_grade(cell):
            found[identity] = answer
    return found


def is_blank(answer: str | None, stub: str | None) -> bool:
    return not (answer or "").strip() or (answer or "").strip() == (stub or "").strip()


def failures(nb: NotebookNode) -> dict[str, str]:
    """{test cell: the message of its error}."""
    return {
        cell.metadata.nbgrader["grade_id"]: strip_ansi(f"{output.ename}: {output.evalue}")[:LONGEST]
        for cell in nb.cells
        if cell.cell_type == "code" and is_grade(cell)
        for output in cell.outputs
        if output.output_type == "error"
    }


def own_code(nb: NotebookNode) -> dict[str, str]:
    """The code cells that a student may write in; those without a grade_id are named by their position."""
    return {
        cell.metadata.get("nbgrader", {}).get("grade_id", f"cell {number}"): cell.source
        for number, cell in enumerate(nb.cells, 1)
        if cell.cell_type == "code" and not cell.metadata.get("nbgrader", {}).get("locked")
    }


def histogram(of: Spread, width: float = 340, height: float = 150) -> dict:
    """Where to draw the bars, the quartiles and the marks of the axis, in the units of the picture."""
    step, tallest, highest = width / len(of.counts), max(of.counts), of.edges[-1]
    return {
        "bars": [
            {
                "x": i * step,
                "y": height * (1 - n / tallest),
                "width": step,
                "height": height * n / tallest,
                "n": n,
            }
            for i, n in enumerate(of.counts)
        ],
        "quartiles": [min(q / highest, 1.0) * width for q in of.quartiles],
        "ticks": [(of.edges[i] / highest * width, of.edges[i]) for i in range(0, len(of.edges), 2)],
    }
