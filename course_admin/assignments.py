"""Where assignments live, and nbgrader's view of the course: its settings, its gradebook, its converters."""

import logging
import os
import sys
import warnings
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.converters import BaseConverter, NbGraderException
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SAWarning
from traitlets.config import PyFileConfigLoader

from course_admin.errors import CourseError

# nbgrader 0.9 makes its database objects in an order that SQLAlchemy 2.1 remarks upon, to no effect.
warnings.filterwarnings("ignore", message="Object of type .* not in session", category=SAWarning)


def course_directory(root: Path) -> CourseDirectory:
    """nbgrader's description of the course in root, with the settings of its nbgrader_config.py."""
    root = Path(root).resolve()
    if not (root / "nbgrader_config.py").exists():
        raise CourseError(
            f"Expected nbgrader_config.py in {root}, which has none. Is this the root of the course?"
        )
    # nbgrader calls `alembic` by name when it makes a gradebook; it is installed beside this interpreter,
    # whose folder is not on the path when `course` is started without activating the environment.
    beside = str(Path(sys.executable).parent)
    if beside not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] = beside + os.pathsep + os.environ["PATH"]
    config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    return CourseDirectory(root=str(root), config=config)


def open_gradebook(course: CourseDirectory) -> Gradebook:
    return Gradebook(course.db_url, course.course_id)


def folder(course: CourseDirectory, step: str, name: str, student: str = ".") -> Path:
    """One of nbgrader's folders; step is a name such as "submitted"."""
    return Path(course.format_path(getattr(course, f"{step}_directory"), student, name))


def known(course: CourseDirectory) -> list[str]:
    """The assignments with a source notebook, by name."""
    source = folder(course, "source", "")
    return sorted(path.parent.name for path in source.glob("*/*.ipynb") if path.stem == path.parent.name)


def source_notebook(course: CourseDirectory, name: str) -> Path:
    """The one notebook that an assignment is made from: solutions/NAME/NAME.ipynb."""
    if name not in known(course):
        names = ", ".join(known(course)) or "none"
        raise CourseError(
            f"There is no assignment {name!r} in {course.source_directory}/. Known are: {names}."
        )
    return folder(course, "source", name) / f"{name}.ipynb"


def run_converter(converter: BaseConverter) -> None:
    """Run one of nbgrader's converters; raise CourseError with the cause in one line if it fails.

    The converters log tracebacks and raise an exception that only points to the log. nbgrader's own
    `capture_log` would do, but for this: it takes Ctrl-C for one more failed submission.
    """
    log = _Errors()
    converter.log.addHandler(log)
    try:
        converter.start()
    except NbGraderException as error:
        raise CourseError(log.cause() or str(error)) from error
    finally:
        converter.log.removeHandler(log)


class _Errors(logging.Handler):
    """Collects what is logged as an error."""

    def __init__(self):
        super().__init__(logging.ERROR)
        self.messages = []

    def emit(self, record):
        self.messages.append(record.getMessage())

    def cause(self) -> str:
        """The last line of the first traceback, which names the exception; else the first message."""
        tracebacks = [message for message in self.messages if message.startswith("Traceback")]
        if tracebacks:
            return tracebacks[0].strip().splitlines()[-1]
        return self.messages[0] if self.messages else ""
