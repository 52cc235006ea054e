"""Points off for late work: a plug-in of nbgrader, set up in nbgrader_config.py:

c.AssignLatePenalties.plugin_class = "course_admin.grading.late.PointsOffPerDay"
c.PointsOffPerDay.points_per_day = 10
c.PointsOffPerDay.grace_hours = 2
c.PointsOffPerDay.most = 50
"""

import math

from nbgrader.plugins import LateSubmissionPlugin
from traitlets import Float

HOUR, DAY = 3600, 86400  # seconds


class PointsOffPerDay(LateSubmissionPlugin):
    """Takes points off for each started day after the due date, a grace period and an extension.

    The penalty is in points of the assignment, not a share of the score: nbgrader asks for it while it runs
    the tests, when whatever is graded by hand still counts 0. A share of the score of that moment would let
    late students off with less, the more of an assignment is graded by hand.

    For the same reason nbgrader's own limit matters: it cuts a penalty down to the score of that moment, so
    that who got 5 points from the tests loses at most 5, until the submission is graded again. The score in
    `course export` is never below 0.
    """

    points_per_day = Float(10.0, min=0.0, help="Points taken off for each started day.").tag(config=True)
    grace_hours = Float(0.0, min=0.0, help="So many hours late are not late.").tag(config=True)
    most = Float(math.inf, min=0.0, help="No more points than these are taken off.").tag(config=True)

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float:
        """Points to take off; the days count from the end of the grace period."""
        late = max(0.0, total_seconds_late - self.grace_hours * HOUR)
        return min(self.most, self.points_per_day * math.ceil(late / DAY))
