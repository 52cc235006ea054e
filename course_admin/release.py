"""From solutions/ to exercises/: check an assignment, let nbgrader generate it, look for leaks."""

import re
import shutil
import tempfile
from pathlib import Path

from nbconvert.filters import strip_ansi
from nbformat import NotebookNode
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import is_grade, is_solution, is_task
from nbgrader.validator import Validator

from course_admin import notebooks
from course_admin.assignments import course_directory, folder, run_converter, source_notebook
from course_admin.errors import CourseError
from course_admin.grading.cells import grade_id
from course_admin.grading.engine import Assignment
from course_admin.grading.run import run
from course_admin.grading.sandbox.warm import Warm

POINTS = 100
REGIONS = ("SOLUTION", "HIDDEN TESTS", "MARK SCHEME")
SHORTEST = (
    20  # characters; shorter lines, such as `return theta`, may well stand in a hint or a docstring too
)


def release(root: Path, name: str) -> Path:
    """Check solutions/NAME, generate exercises/NAME and record it in the gradebook; return the folder.

    Nothing is written to exercises/ unless every check passes.
    """
    course = course_directory(root)
    path = source_notebook(course, name)
    source = notebooks.read(path)
    refuse(name, structure_problems(source))
    refuse(name, reference_failures(course, path, source))
    refuse(name, graded_failures(course, name))

    target = folder(course, "release", name)
    with tempfile.TemporaryDirectory() as scratch:
        files = generate(course, name, Path(scratch))
        refuse(name, leaks(source, files))
        for relative, content in files.items():
            notebooks.write_atomically(target / relative, content)
    for old in target.rglob("*"):
        if old.is_file() and old.relative_to(target) not in files and ".ipynb_checkpoints" not in old.parts:
            old.unlink()
    return target


def refuse(name: str, problems: list[str]) -> None:
    if problems:
        raise CourseError(f"{name} is not released:\n" + "\n".join(f"  - {problem}" for problem in problems))


def structure_problems(source: NotebookNode) -> list[str]:
    """What is wrong with the points, the ids and the regions of a source notebook."""
    problems = []
    graded = [cell for cell in source.cells if is_grade(cell) or is_task(cell)]
    total = sum(cell.metadata.nbgrader["points"] for cell in graded)
    if total != POINTS:
        problems.append(f"the points of its graded cells should add up to {POINTS}, but give {total:g}")

    ids = [cell.metadata.nbgrader["grade_id"] for cell in source.cells if "nbgrader" in cell.metadata]
    for repeated in sorted({i for i in ids if ids.count(i) > 1}):
        problems.append(f"the grade_id {repeated!r} stands in {ids.count(repeated)} cells: give each its own")

    for number, cell in enumerate(source.cells):
        for region in REGIONS:
            begins, ends = cell.source.count(f"BEGIN {region}"), cell.source.count(f"END {region}")
            if begins != ends:
                problems.append(f"cell {number} has {begins} 'BEGIN {region}' but {ends} 'END {region}'")
        if is_solution(cell) and "BEGIN SOLUTION" not in cell.source:
            problems.append(
                f"cell {number} is a solution cell without a region BEGIN SOLUTION ... END SOLUTION"
            )
    return problems


def reference_failures(course: CourseDirectory, path: Path, source: NotebookNode) -> list[str]:
    """The graded cells that the reference solution fails, with the last line of each error."""
    try:
        failed = Validator(config=course.config).validate(str(path)).get("failed", [])
    except Exception as error:  # whatever stops the kernel or the notebook is a reason not to release
        return [f"its reference solution could not be run: {type(error).__name__}: {error}"]
    ids = {cell.source.strip(): cell.metadata.get("nbgrader", {}).get("grade_id") for cell in source.cells}
    return [
        f"its reference solution fails the tests in {ids[cell['source']]!r}: "
        f"{strip_ansi(cell['raw_error']).strip().splitlines()[-1]}"
        for cell in failed
    ]


def graded_failures(course: CourseDirectory, name: str) -> list[str]:
    """The test cells that the reference solution fails when it is run as submissions are.

    It is the instructor's own code, so that where there is no bubblewrap it is run without.
    """
    assignment = Assignment.of(course, name, sandboxed=shutil.which("bwrap") is not None)
    source = notebooks.read(source_notebook(course, name))
    with Warm(assignment.settings) as warm:
        executed = run(source, {}, assignment.data, warm)
    failed = [
        f"its reference solution fails the tests in {grade_id(cell)!r} when it is graded: "
        f"{output['ename']}: {output['evalue']}"
        for cell in executed.notebook["cells"]
        if cell["cell_type"] == "code" and is_grade(cell)
        for output in cell["outputs"]
        if output["output_type"] == "error"
    ]
    return failed + [f"its reference solution is flagged: {flag}" for flag in executed.flags]


def generate(course: CourseDirectory, name: str, scratch: Path) -> dict[Path, str]:
    """Let nbgrader make the students' version, and return its files: path inside the folder -> text.

    nbgrader removes the old release before it writes the new one, so it gets a folder of its own.
    """
    course = course_directory(course.root)
    course.assignment_id = name
    course.release_directory = str(scratch)
    converter = GenerateAssignment(coursedir=course, config=course.config)
    converter.force = True
    run_converter(converter)

    made = scratch / name
    files = {path.relative_to(made): path for path in sorted(made.rglob("*")) if path.is_file()}
    return {
        relative: notebooks.text(notebooks.normalise(notebooks.read(path)))
        if path.suffix == ".ipynb"
        else path.read_text(encoding="utf-8")
        for relative, path in files.items()
    }


def secret_lines(source: NotebookNode) -> list[str]:
    """The lines of a source notebook that no student may see: solutions, hidden tests, rubrics."""
    secret = []
    for cell in source.cells:
        for region in REGIONS:
            for block in re.findall(
                rf"BEGIN {region}[^\n]*\n(.*?)[^\n]*END {region}", cell.source, re.DOTALL
            ):
                secret += [line.strip() for line in block.splitlines()]
    return [line for line in dict.fromkeys(secret) if len(line) >= SHORTEST]


def leaks(source: NotebookNode, files: dict[Path, str]) -> list[str]:
    """Where the text of a solution, a hidden test or a rubric shows up among the files that students get."""
    # A notebook file holds its text as JSON, where quotes and backslashes are escaped.
    secret = {line: line.replace("\\", "\\\\").replace('"', '\\"') for line in secret_lines(source)}
    found = []
    for path, text in files.items():
        found += [f"{path} still says 'BEGIN {region}'" for region in REGIONS if f"BEGIN {region}" in text]
        found += [
            f"{path} shows a line of a solution, a hidden test or a rubric: {line}"
            for line, escaped in secret.items()
            if line in text or escaped in text
        ]
    return found
