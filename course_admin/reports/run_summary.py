"""What `course grade` shows: a bar while it runs, and a table of how the submissions ended."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from course_admin.assignments import course_directory, open_gradebook
from course_admin.grading.outcomes import Outcome
from course_admin.grading.standings import standings

MOST = 20  # flagged submissions that the table spells out; the report has all


class Rate(ProgressColumn):
    """Submissions per minute."""

    def render(self, task):
        return f"{60 * task.speed:.0f}/min" if task.speed else ""


@contextlib.contextmanager
def progress_bar(name: str, console: Console) -> Iterator[Callable[[int, int], None]]:
    columns = [TextColumn("Grading {task.description}"), BarColumn(), MofNCompleteColumn(), Rate()]
    with Progress(*columns, TimeRemainingColumn(), console=console) as bar:
        task = bar.add_task(escape(name), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def summary(root: Path, name: str, results: list[Outcome]) -> Table:
    """How many submissions ended how; who was flagged, and why."""
    course = course_directory(root)
    with open_gradebook(course) as gradebook:
        now = standings(course, gradebook, name, [result.student for result in results])
    table = Table("outcome", "number", "who, and why", title=name)
    flagged = [r for r in results if r.failed or r.flags]
    for status in dict.fromkeys(standing.status for standing in now.values()):
        table.add_row(status, str(sum(standing.status == status for standing in now.values())), "")
    lines = [f"{r.student}: {' '.join([r.reason, *r.flags]).strip()}" for r in flagged]
    if len(lines) > MOST:
        lines[MOST:] = [f"... and {len(lines) - MOST} more: see `course report {name}`"]
    table.add_row("flagged", str(len(flagged)), escape("\n".join(lines)))
    return table
