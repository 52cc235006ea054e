"""Every assignment against its wrong and right answers, graded by nbgrader.

One class hands in: the reference; the released notebook untouched; wrong-0, wrong-1, ... (the i-th wrong
answer to every function at once); right-0, right-1, ... This works because each task is graded on its own.
"""

import copy
import re
from pathlib import Path

import nbformat
import pytest

from course_admin.assignments import course_directory, open_gradebook
from course_admin.grading.engine import grade
from course_admin.release import release

ROOT = Path(__file__).resolve().parents[2]
ASSIGNMENTS = sorted(path.parent.name for path in ROOT.glob("solutions/*/answers"))
pytestmark = pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning")
WRONG, RIGHT = 6, 2  # at least, for each graded function


def read_answers(path):
    """The chunks of an answers file, each the source of a whole solution cell: {"wrong": {title: source}}."""
    answers = {"wrong": {}, "right": {}}
    for chunk in re.split(r"^# %% ", path.read_text(), flags=re.MULTILINE)[1:]:
        header, source = chunk.split("\n", 1)
        kind, title = header.split(": ", 1)
        answers[kind][title] = source.strip()
    return answers


def functions_of(source):
    """Solution cell -> the graded test cells that follow it, up to the next solution cell.

    The experiments of a project's report are read by a person and have no tests.
    """
    tests = {}
    for cell in source.cells:
        meta = cell.metadata.get("nbgrader", {})
        if meta.get("solution") and not meta["grade_id"].startswith("experiment-"):
            tests[current := meta["grade_id"]] = []
        elif meta.get("grade"):
            tests[current].append(meta["grade_id"])
    return tests


@pytest.fixture(scope="module", params=ASSIGNMENTS)
def assignment(request):
    source = nbformat.read(ROOT / "solutions" / request.param / f"{request.param}.ipynb", 4)
    functions = functions_of(source)
    folder = ROOT / "solutions" / request.param / "answers"
    answers = {path.stem: read_answers(path) for path in sorted(folder.glob("*.py"))}
    return request.param, source, functions, answers


@pytest.fixture(scope="module")
def scores(assignment, new_course, submit, bubblewrap):
    """{student: {test cell: share of its points}}, from the gradebook, after a real release and grading."""
    name, source, _, answers = assignment
    root = new_course(name)
    released = nbformat.read(release(root, name) / f"{name}.ipynb", 4)

    submit(root, "reference", name, source)
    submit(root, "empty", name, released)
    for kind in ("wrong", "right"):
        for i in range(max(len(chunks[kind]) for chunks in answers.values())):
            handed_in = copy.deepcopy(released)
            # Only what is graded: the figures would take half of the time.
            handed_in.cells = [
                c for c in handed_in.cells if c.cell_type != "code" or "nbgrader" in c.metadata
            ]
            for cell in handed_in.cells:
                if cell.id in answers:
                    sources = list(answers[cell.id][kind].values())
                    cell.source = sources[i % len(sources)]
            submit(root, f"{kind}-{i}", name, handed_in)

    assert [o for o in grade(root, name) if o.failed] == []
    course = course_directory(root)
    with open_gradebook(course) as gradebook:
        return {
            s.student.id: {
                g.name: g.auto_score / g.max_score
                for nb in s.notebooks
                for g in nb.grades
                if g.cell_type == "code"
            }
            for s in gradebook.assignment_submissions(name)
        }


def test_every_function_has_enough_answers(assignment):
    name, _, functions, answers = assignment
    assert sorted(answers) == sorted(functions), (
        "one file of answers for each solution cell, under its grade_id"
    )
    for function, chunks in answers.items():
        assert len(chunks["wrong"]) >= WRONG, f"{name}: {function} has too few wrong answers"
        assert len(chunks["right"]) >= RIGHT, f"{name}: {function} has too few right answers"


@pytest.mark.slow
def test_reference_gets_all_points_and_nothing_gets_none(assignment, scores):
    functions = assignment[2]
    assert {test: share for test, share in scores["reference"].items() if share < 1} == {}
    for function, tests in functions.items():
        assert scores["empty"][tests[0]] == 0, f"{function}: its first tests pass without an answer"
        assert sum(scores["empty"][test] for test in tests) == 0, f"{function} gives points for nothing"


@pytest.mark.slow
def test_every_wrong_answer_loses_points(assignment, scores):
    _, _, functions, answers = assignment
    undetected = [
        f"{function}: {title}"
        for function, chunks in answers.items()
        for i, title in enumerate(chunks["wrong"])
        if all(scores[f"wrong-{i}"][test] == 1 for test in functions[function])
    ]
    assert undetected == []


@pytest.mark.slow
def test_every_right_answer_keeps_all_points(assignment, scores):
    _, _, functions, answers = assignment
    refused = [
        f"{function}: {title} ({test})"
        for function, chunks in answers.items()
        for i, title in enumerate(chunks["right"])
        for test in functions[function]
        if scores[f"right-{i}"][test] < 1
    ]
    assert refused == []
