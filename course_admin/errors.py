"""The one exception for what an instructor can mend. It stands alone: workers do not import nbgrader."""

import click


class CourseError(click.ClickException):
    """Something the instructor can mend; the message says what was expected, what came, and the remedy."""
