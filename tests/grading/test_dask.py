"""Grading by the workers of a Dask scheduler: real ones, in processes of their own."""

import csv

import nbformat
import pytest
from distributed import LocalCluster

from course_admin import reports
from course_admin.errors import CourseError
from course_admin.grading.engine import grade
from course_admin.release import release

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("bubblewrap"),
    pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning"),
]
ANSWERS = ["return 2 * x", "return x * x", "import os; os._exit(0)", "return x + x"]


@pytest.fixture(scope="module")
def course(new_course, submit, toy_notebook_of):
    root = new_course()
    (root / "solutions" / "toy").mkdir(parents=True)
    nbformat.write(toy_notebook_of(), root / "solutions" / "toy" / "toy.ipynb")
    released = nbformat.read(release(root, "toy") / "toy.ipynb", 4)
    for number, answer in enumerate(ANSWERS):
        next(cell for cell in released.cells if cell.id == "double").source = f"def double(x):\n    {answer}"
        submit(root, f"s{number}", "toy", released)
    return root


def table(root):
    path = reports.export(root, root / "exports" / "grades.csv")
    return list(csv.DictReader(path.open()))


def test_two_dask_workers_give_the_grades_that_local_ones_give(course):
    grade(course, "toy", workers=1)
    before = table(course)
    assert [row["points_so_far"] for row in before] == ["60.0", "20.0", "0.0", "60.0"]
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        outcomes = grade(course, "toy", regrade=True, scheduler=cluster.scheduler_address)
    assert [outcome.failed for outcome in outcomes] == [False] * 4
    assert all(outcome.sandboxed and outcome.trusted for outcome in outcomes)
    assert table(course) == before


def test_a_scheduler_without_workers_is_refused(course):
    with (
        LocalCluster(n_workers=0, dashboard_address=None) as cluster,
        pytest.raises(CourseError, match="has no workers: start some with `dask worker`"),
    ):
        grade(course, "toy", scheduler=cluster.scheduler_address)


def test_no_scheduler_at_all_is_refused(course):
    with pytest.raises(CourseError, match=r"no Dask scheduler at 'tcp://127.0.0.1:9'"):
        grade(course, "toy", scheduler="tcp://127.0.0.1:9")
