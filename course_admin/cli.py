"""The `course` command: one group, one function a command; the work is done in the modules it calls."""

from pathlib import Path

import click

ROOT = Path(__file__).resolve().parents[1]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main():
    """Build the site, release assignments, grade, return feedback, export grades."""


@main.command()
@click.option("--workers", type=click.IntRange(min=1), help="Notebooks run at a time; default: one a core.")
def build(workers):
    """Build the site into _build/html: run what changed, then write the pages."""
    from course_admin import site

    site.build(ROOT, workers)


@main.command()
@click.option("--port", default=8000, show_default=True, help="If it is taken, the next free one is used.")
@click.option("--workers", type=click.IntRange(min=1), help="Notebooks run at a time; default: one a core.")
def serve(port, workers):
    """Build the site, then serve it on 127.0.0.1."""
    from course_admin import site

    site.serve(ROOT, port, workers)


@main.command()
@click.argument("name", required=False)
@click.option("--all", "everything", is_flag=True, help="Release every assignment in solutions/.")
def release(name, everything):
    """Check the assignment NAME and generate exercises/NAME from solutions/NAME.

    Refused, with the reason, unless the reference solution passes all its tests, the points add up to 100,
    and nothing of solutions, hidden tests or rubrics shows up in what students get.
    """
    from course_admin import assignments
    from course_admin.release import release as release_one

    if bool(name) == everything:
        raise click.UsageError("Give either the name of an assignment or --all.")
    for each in assignments.known(assignments.course_directory(ROOT)) if everything else [name]:
        folder = release_one(ROOT, each)
        click.echo(f"{each}: released to {folder.relative_to(ROOT)}/")


@main.command()
@click.argument("name")
@click.option("--workers", type=click.IntRange(min=1), help="Submissions run at a time; default: one a core.")
@click.option("--student", "students", multiple=True, help="Only this student; may be given several times.")
@click.option("--regrade", is_flag=True, help="Grade again what is graded already and has not changed.")
@click.option("--scheduler", metavar="ADDRESS", help="Let the workers of this Dask scheduler do the work.")
@click.option("--unsandboxed", is_flag=True, help="Run students' code with YOUR rights. Reports will say so.")
def grade(name, workers, students, regrade, scheduler, unsandboxed):
    """Grade the assignment NAME: everything in submitted/STUDENT/NAME.

    What is graded already and has not changed is left alone; after an interruption it goes on where it was.
    Students' code runs in a sandbox, and the tests outside of the students' processes. Ends with a table of
    outcomes, and with exit status 1 if a submission could not be graded.
    """
    from rich.console import Console

    from course_admin.grading import engine
    from course_admin.reports.run_summary import progress_bar, summary

    console = Console()
    if unsandboxed:
        console.print("Unsandboxed: students' code runs with your rights on this machine.", style="yellow")
    with progress_bar(name, console) as progress:
        results = engine.grade(
            ROOT,
            name,
            list(students),
            regrade=regrade,
            workers=workers,
            scheduler=scheduler,
            sandboxed=not unsandboxed,
            progress=progress,
        )
    console.print(summary(ROOT, name, results))
    if any(result.failed for result in results):
        raise click.exceptions.Exit(1)


@main.command()
@click.argument("name")
def report(name):
    """Write reports/NAME.html: how the class did, task by task; who was flagged; whose answers are alike."""
    from course_admin.reports.class_report import write_report

    click.echo(f"Report written to {write_report(ROOT, name).relative_to(ROOT)}")


@main.command()
@click.argument("name")
@click.option("--show-hidden-tests", is_flag=True, help="Let students read them; rubrics stay hidden.")
def feedback(name, show_hidden_tests):
    """Write feedback/STUDENT/NAME/NAME.html for everything that was graded or could not be."""
    from course_admin.grading.feedback import feedback as write_feedback

    pages = write_feedback(ROOT, name, show_hidden_tests)
    click.echo(f"{name}: {len(pages)} pages of feedback in feedback/")


@main.command()
@click.option("--to", default="exports/grades.csv", show_default=True, type=click.Path(path_type=Path))
@click.option(
    "--format",
    type=click.Choice(["table", "canvas", "moodle"]),
    default="table",
    show_default=True,
    help="The full table, or what Canvas or Moodle imports.",
)
@click.option("--assignment", "assignments", multiple=True, help="Only this one; may be given several times.")
def export(to, format, assignments):
    """Write everybody's grades to a CSV file. A score that is not final is blank, never 0.

    For Canvas and Moodle name one --assignment: an import may read a blank as "take the grade away".
    """
    from course_admin import reports

    click.echo(f"Grades written to {reports.export(ROOT, to, format, assignments)}")


@main.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def normalise(paths):
    """Drop outputs, execution counts and editors' metadata from notebooks, or from all below a folder.

    Outputs stay in cells tagged nbval-check-output. Exit status 1 if a file had to change, as pre-commit
    wants it.
    """
    from course_admin import notebooks

    changed = [path for path in notebooks.find(paths) if notebooks.normalise_file(path)]
    for path in changed:
        click.echo(f"normalised {path}")
    if changed:
        raise click.exceptions.Exit(1)


if __name__ == "__main__":
    main()
