"""Points off for late work, given by nbgrader's own preprocessor on a real gradebook."""

from datetime import datetime, timedelta

import pytest
from nbformat.v4 import new_notebook
from nbgrader.api import Gradebook
from nbgrader.preprocessors import AssignLatePenalties
from traitlets import TraitError
from traitlets.config import Config

from course_admin.assignments import course_directory
from course_admin.grading.late import PointsOffPerDay

pytestmark = pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning")
DUE = datetime(2030, 5, 1, 12)


@pytest.fixture(scope="module")
def late_by(tmp_path_factory):
    """A function: the penalty in the gradebook for work handed in this late, with so many points so far."""
    root = tmp_path_factory.mktemp("late")
    (root / "nbgrader_config.py").write_text("c = get_config()\n")
    url = course_directory(root).db_url
    with Gradebook(url) as gradebook:
        gradebook.add_assignment("ps", duedate=DUE)
        gradebook.add_notebook("ps", "ps")
        gradebook.add_grade_cell("tests", "ps", "ps", max_score=100, cell_type="code")
        gradebook.add_student("ann")

    def penalty(late, points=60.0, extension=None, **settings):
        with Gradebook(url) as gradebook:
            submission = gradebook.update_or_create_submission(
                "ps", "ann", timestamp=DUE + late, extension=extension
            )
            submission.notebooks[0].grades[0].auto_score = points
            gradebook.db.commit()
        config = Config()
        config.AssignLatePenalties.plugin_class = "course_admin.grading.late.PointsOffPerDay"
        config.PointsOffPerDay.update(settings)
        where = {"notebook": "ps", "assignment": "ps", "student": "ann", "db_url": url}
        AssignLatePenalties(config=config).preprocess(new_notebook(), {"nbgrader": where})
        with Gradebook(url) as gradebook:
            return gradebook.find_submission_notebook("ps", "ps", "ann").late_submission_penalty

    return penalty


HOURS = {
    0: None,  # nbgrader does not ask
    1: 10,
    24: 10,
    25: 20,
    48: 20,
    49: 30,
}


@pytest.mark.parametrize(("hours", "expected"), HOURS.items())
def test_each_started_day_costs_points(late_by, hours, expected):
    assert late_by(timedelta(hours=hours), points_per_day=10.0) == expected


def test_a_second_is_a_started_day(late_by):
    assert late_by(timedelta(days=1, seconds=1), points_per_day=7.0) == 14


@pytest.mark.parametrize(("hours", "expected"), [(2, 0), (3, 10), (26, 10), (27, 20)])
def test_the_grace_period_comes_first(late_by, hours, expected):
    assert late_by(timedelta(hours=hours), points_per_day=10.0, grace_hours=2.0) == expected


def test_there_is_a_maximum(late_by):
    assert late_by(timedelta(days=400), points=100.0, points_per_day=10.0, most=50.0) == 50


def test_an_extension_moves_the_due_date(late_by):
    assert late_by(timedelta(days=3), extension=timedelta(days=2), points_per_day=10.0) == 10
    assert late_by(timedelta(days=3), extension=timedelta(days=4), points_per_day=10.0) is None


def test_the_penalty_is_in_points_whatever_the_score(late_by):
    assert late_by(timedelta(days=1), points=100.0) == late_by(timedelta(days=1), points=40.0) == 10


def test_nbgrader_takes_no_more_than_there_is(late_by):
    assert late_by(timedelta(days=1), points=4.0, points_per_day=10.0) == 4


@pytest.mark.parametrize("setting", ["points_per_day", "grace_hours", "most"])
def test_negative_settings_are_refused(setting):
    with pytest.raises(TraitError, match=setting):
        PointsOffPerDay(**{setting: -1.0})
