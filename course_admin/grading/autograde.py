"""`nbgrader autograde`, and so the formgrader's button, runs submissions as `course grade` does."""

import nbformat
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor

from course_admin.grading import worker
from course_admin.grading.engine import Assignment, look_at
from course_admin.grading.repairs import Unusable
from course_admin.grading.run import run


class RunSubmission(NbGraderPreprocessor):
    """In the place of nbgrader's Execute: the student's cells in the sandbox, the tests outside it."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        course = CourseDirectory(config=self.config)
        assignment = Assignment.of(course, resources["nbgrader"]["assignment"], sandboxed=True)
        submission = look_at(course, assignment, resources["nbgrader"]["student"])
        if submission.problem:
            raise Unusable(submission.problem)
        executed = run(nb, submission.files, assignment.data, worker.warm(assignment.settings))
        for flag in executed.flags:
            self.log.warning(flag)
        return nbformat.from_dict(executed.notebook), resources
