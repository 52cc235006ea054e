"""What the instructor takes away: the table of grades, files for an LMS, the report on a class."""

from course_admin.reports.exports import FORMATS, GradeTable, export

__all__ = ["FORMATS", "GradeTable", "export"]
