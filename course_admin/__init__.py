"""The instructor's desk: site build, release, grading, reports."""
