"""nbgrader's settings for this course; read by `nbgrader`, by JupyterLab's extensions and by `course`.

nbgrader looks for this file in the working folder: start its commands and JupyterLab in this folder.
Classes of course_admin are named by text, so that students, who do not have it, can read this file too.
"""

c = get_config()  # noqa: F821

c.CourseDirectory.course_id = "ml-physics"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
# nbgrader's own "solution" folder is one letter off from ours and not used here.
c.CourseDirectory.solution_directory = "unused_generated_solution"
# Copied neither to students nor beside what they hand in: the answers that test an assignment.
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", "answers"]

c.ClearSolutions.code_stub = {
    "python": '# YOUR CODE HERE\nraise NotImplementedError("not written yet: replace this line by your code")'
}

# Seconds for one cell when a student presses Validate: an endless loop must end.
c.Execute.timeout = 60
c.Execute.interrupt_on_timeout = True
# Each kernel would warn on the terminal that it talks over a local TCP port; errors are still shown.
c.Execute.extra_arguments = ["--IPKernelApp.log_level=40"]

# `nbgrader autograde` repairs and runs submissions as `course grade` does: in a sandbox, with the tests
# outside of the students' processes. course_admin/grading/settings.py lists the limits (c.GradingLimits....).
c.Autograde.sanitize_preprocessors = [
    "nbgrader.preprocessors.ClearOutput",
    "course_admin.grading.repairs.Repair",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "course_admin.grading.autograde.RunSubmission",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# `nbgrader generate_feedback` writes the pages of `course feedback`, `nbgrader export` the table of
# `course export`.
c.GenerateFeedback.exporter_class = "course_admin.grading.feedback.FeedbackExporter"
c.GenerateFeedback.preprocessors = []
c.ExportApp.plugin_class = "course_admin.reports.GradeTable"

# Points off for late work; without these lines none are taken off.
# c.AssignLatePenalties.plugin_class = "course_admin.grading.late.PointsOffPerDay"
# c.PointsOffPerDay.points_per_day = 10
# c.PointsOffPerDay.grace_hours = 2
# c.PointsOffPerDay.most = 50
