"""A course in a temporary folder, with nbgrader's settings of the real one, and a small assignment for it."""

import os
import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ROOT = Path(__file__).resolve().parents[2]
os.environ.setdefault("OMP_NUM_THREADS", "1")  # several kernels share the cores; the matrices are small


@pytest.fixture(scope="session")
def repository():
    return ROOT


@pytest.fixture(scope="session")
def new_course(tmp_path_factory):
    """A function that makes a course with some of the real assignments in it."""

    def make(*names):
        root = tmp_path_factory.mktemp("course")
        shutil.copy(ROOT / "nbgrader_config.py", root)
        for name in names:
            shutil.copytree(ROOT / "solutions" / name, root / "solutions" / name)
        return root

    return make


@pytest.fixture(scope="session")
def submit():
    """A function that puts a notebook where a student's submission belongs."""

    def put(root, student, name, notebook):
        path = root / "submitted" / student / name / f"{name}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)
        return path

    return put


def graded(kind, grade_id, points=None):
    meta = {
        "grade": False,
        "grade_id": grade_id,
        "locked": True,
        "schema_version": 3,
        "solution": False,
        "task": False,
    }
    if kind == "solution":
        meta |= {"solution": True, "locked": False}
    if kind in ("grade", "task"):
        meta |= {kind: True, "points": points}
    return {"nbgrader": meta}


@pytest.fixture
def toy():
    """The source notebook of a small assignment: double a number (60 points), and say why (40 points)."""
    return toy_notebook()


@pytest.fixture(scope="session")
def toy_notebook_of():
    """For fixtures that outlive a test."""
    return toy_notebook


def toy_notebook():
    return new_notebook(
        cells=[
            new_markdown_cell("# A small assignment", id="title"),
            new_code_cell(
                'def double(x):\n    """Twice x."""\n'
                "    ### BEGIN SOLUTION\n    return x + x  # the reference\n    ### END SOLUTION",
                id="double",
                metadata=graded("solution", "double"),
            ),
            new_code_cell(
                'assert double(2) == 4, "double(2) should be 4: did you square it?"',
                id="visible",
                metadata=graded("grade", "double-tests", 20),
            ),
            new_code_cell(
                "# When graded: other numbers.\n### BEGIN HIDDEN TESTS\n"
                'assert double(-7) == -14, "double of a negative number is wrong"\n### END HIDDEN TESTS',
                id="hidden",
                metadata=graded("grade", "double-more-tests", 40),
            ),
            new_markdown_cell(
                "Why is twice x the same as x + x?\n<!-- BEGIN MARK SCHEME -->\n"
                "A full answer names the distributive law.\n<!-- END MARK SCHEME -->",
                id="question",
                metadata=graded("task", "why", 40),
            ),
            new_markdown_cell("Your answer here", id="answer"),
        ],
        metadata={"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
    )
