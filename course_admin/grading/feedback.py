"""Feedback: nbgrader's page for each student, without the hidden tests and the rubric that it would show."""

import glob
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.converters import GenerateFeedback
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade

from course_admin.assignments import CourseError, course_directory, folder, run_converter, source_notebook


class ForStudents(NbGraderPreprocessor):
    """Shortens the errors of test cells to their message: a traceback quotes the hidden lines around it.

    nbgrader's ClearHiddenTests and ClearMarkScheme, named next to it in nbgrader_config.py, cut the regions.
    """

    def preprocess_cell(self, cell: NotebookNode, resources: dict, cell_index: int):
        if is_grade(cell) and cell.cell_type == "code":
            for output in cell.outputs:
                if output.output_type == "error":
                    output.traceback = [f"{output.ename}: {output.evalue}" if output.evalue else output.ename]
        return cell, resources


def feedback(root: Path, name: str) -> list[Path]:
    """Write feedback/STUDENT/NAME/NAME.html for everything that is graded; return the pages."""
    course = course_directory(root)
    source_notebook(course, name)
    if not glob.glob(str(folder(course, "autograded", name, "*") / f"{name}.ipynb")):
        raise CourseError(
            f"Nothing of {name} is graded yet: {course.autograded_directory}/ holds none of it. "
            f"Run `course grade {name}` first."
        )
    course.assignment_id = name
    converter = GenerateFeedback(coursedir=course, config=course.config)
    converter.force = True
    run_converter(converter)
    return sorted(
        Path(page) for page in glob.glob(str(folder(course, "feedback", name, "*") / f"{name}.html"))
    )
