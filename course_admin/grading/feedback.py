"""Feedback: one page for every student, for those too whose work could not be graded.

Nothing in a page runs and nothing in it is fetched: whatever a student wrote is sanitised after it was turned
into HTML, and a content security policy in the page forbids scripts and other hosts a second time. Formulas
stay TeX, because MathJax would be a script. `nbgrader generate_feedback` and the formgrader write the same
pages where nbgrader_config.py names FeedbackExporter.
"""

import base64
import binascii
import re
from pathlib import Path

import bleach
from bs4 import BeautifulSoup
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from nbconvert.exporters import Exporter
from nbconvert.filters import Highlight2HTML, ansi2html, strip_ansi
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import is_grade, is_solution, is_task
from sqlalchemy import select
from traitlets import Bool

from course_admin import notebooks
from course_admin.assignments import course_directory, folder, open_gradebook, source_notebook
from course_admin.errors import CourseError
from course_admin.grading.outcomes import FAILED, GRADED, MANUAL
from course_admin.grading.standings import Standing, existing_gradebook, standings
from course_admin.release import SHORTEST

LONGEST = 20_000  # characters of one output; what is longer is cut, with a word that it was

REGION = re.compile(r"[^\n]*BEGIN (HIDDEN TESTS|MARK SCHEME)(.*?)(?:[^\n]*END \1[^\n]*\n?|\Z)", re.DOTALL)
RUBRIC = re.compile(r"[^\n]*BEGIN (MARK SCHEME)(.*?)(?:[^\n]*END \1[^\n]*\n?|\Z)", re.DOTALL)

TAGS = {
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "code",
    "dd",
    "del",
    "details",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
}
TAGS |= {
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
}
TAGS |= {"q", "s", "samp", "small", "span", "strong", "sub", "summary", "sup", "u", "ul", "var"}
TAGS |= {"caption", "col", "colgroup", "table", "tbody", "td", "tfoot", "th", "thead", "tr"}
PICTURE = re.compile(r"data:image/(png|jpeg|gif);base64,[A-Za-z0-9+/=\s]*")
LINK = re.compile(r"(https?://|mailto:|#)")
PYGMENTS = re.compile(r"highlight|[a-z][a-z0-9]{0,2}")  # the classes of coloured code, and none of this page

highlight = Highlight2HTML(pygments_lexer="ipython3")
templates = Environment(
    loader=PackageLoader("course_admin"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


def feedback(root: Path, name: str, show_hidden_tests: bool = False) -> list[Path]:
    """Write feedback/STUDENT/NAME/NAME.html for all that is graded and all that failed; return the pages.

    Rubrics are never shown, hidden tests only if told to.
    """
    course = course_directory(root)
    source_notebook(course, name)
    written = []
    with existing_gradebook(course) as gradebook:
        if not gradebook.db.scalar(select(Assignment.id).where(Assignment.name == name)):
            raise CourseError(f"{name} is not released yet. Run `course release {name}` first.")
        for student, standing in standings(course, gradebook, name).items():
            if standing.status not in (GRADED, MANUAL, FAILED):
                continue
            graded = None
            if standing.status != FAILED:
                graded = notebooks.read(folder(course, "autograded", name, student) / f"{name}.ipynb")
            target = folder(course, "feedback", name, student) / f"{name}.html"
            content = page(gradebook, name, student, standing, graded, show_hidden_tests)
            notebooks.write_atomically(target, content)
            written.append(target)
    if not written:
        raise CourseError(
            f"Nothing of {name} is graded yet: {course.autograded_directory}/ holds none of it. "
            f"Run `course grade {name}` first."
        )
    return written


class FeedbackExporter(Exporter):
    """What nbgrader's GenerateFeedback makes its pages with."""

    file_extension = ".html"
    output_mimetype = "text/html"

    show_hidden_tests = Bool(False, help="Whether students read the hidden tests.").tag(config=True)

    def from_notebook_node(self, nb: NotebookNode, resources=None, **kwargs) -> tuple[str, dict]:
        nb, resources = super().from_notebook_node(nb, resources, **kwargs)
        name, student = resources["nbgrader"]["assignment"], resources["nbgrader"]["student"]
        course = course_of(Path(resources["metadata"]["path"]))
        with open_gradebook(course) as gradebook:
            standing = standings(course, gradebook, name, [student])[student]
            return page(gradebook, name, student, standing, nb, self.show_hidden_tests), resources


def course_of(graded: Path) -> CourseDirectory:
    """The course that a folder autograded/STUDENT/NAME belongs to."""
    return course_directory(graded.resolve().parents[2])


def page(
    gradebook: Gradebook,
    name: str,
    student: str,
    standing: Standing,
    graded: NotebookNode | None,
    show_hidden_tests: bool = False,
) -> str:
    """The page as HTML; graded is None for work that could not be graded."""
    cells = []
    if graded is not None:
        secrets = hide(graded, show_hidden_tests)
        scores, comments = recorded_grades(gradebook, name, student)
        cells = [show(cell, scores, comments, secrets) for cell in graded.cells]
    return templates.get_template("feedback.html").render(
        name=name,
        student=student,
        standing=standing,
        failed=standing.status == FAILED,
        final=standing.status == GRADED,
        cells=[cell for cell in cells if cell["source"] or cell["label"]],
    )


def recorded_grades(gradebook: Gradebook, name: str, student: str) -> tuple[dict, dict]:
    """({cell: (score, points, whether a person still has to grade it)}, {cell: comment})."""

    def of_this_submission(query, what):
        return gradebook.db.execute(
            query.join(BaseCell, BaseCell.id == what.cell_id)
            .join(SubmittedNotebook, SubmittedNotebook.id == what.notebook_id)
            .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
            .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
            .where(Assignment.name == name, SubmittedAssignment.student_id == student)
        )

    grades = select(BaseCell.name, Grade.score, Grade.max_score, Grade.needs_manual_grade).select_from(Grade)
    comments = select(BaseCell.name, Comment.comment).select_from(Comment)
    return (
        {cell: tuple(rest) for cell, *rest in of_this_submission(grades, Grade)},
        {cell: comment for cell, comment in of_this_submission(comments, Comment) if comment},
    )


# --- What students must not read ---


def hide(nb: NotebookNode, show_hidden_tests: bool) -> set[str]:
    """Cut rubrics, and hidden tests unless told otherwise; return the lines that were cut.

    A region without an end is cut to the end of its cell. nbgrader's own ClearHiddenTests would stop at it,
    and a student can write one.
    """
    region, cut = (RUBRIC if show_hidden_tests else REGION), set()
    for cell in nb.cells:
        for found in region.finditer(cell.source):
            cut |= {line.strip() for line in found.group(2).splitlines()}
        cell.source = region.sub("", cell.source).rstrip()
        if not show_hidden_tests and cell.cell_type == "code" and is_grade(cell) and not is_solution(cell):
            shorten(cell)
    return {line for line in cut if len(line) >= SHORTEST}


def shorten(cell: NotebookNode) -> None:
    """Leave of a test's error its message: a traceback quotes the hidden lines around it."""
    for output in cell.outputs:
        if output.output_type == "error":
            output.traceback = [f"{output.ename}: {output.evalue}" if output.evalue else output.ename]


# --- From cells to harmless HTML ---


def show(cell: NotebookNode, scores: dict, comments: dict, secrets: set[str]) -> dict:
    """One cell for the template; every piece of HTML in it is safe."""
    identity = cell.metadata.get("nbgrader", {}).get("grade_id", "")
    label = ""
    if is_solution(cell):
        label = "Your answer"
    elif is_task(cell):
        label = "Question"
    elif is_grade(cell):
        label = "Tests"
    comment = comments.get(identity, "") if label else ""
    return {
        "label": label,
        "id": identity,
        "score": scores.get(identity) if label else None,
        "source": code(cell.source) if cell.cell_type == "code" else markdown(cell),
        "outputs": [scrollable(show_output(o, secrets)) for o in cell.get("outputs", [])],
        "comment": sanitised(MarkdownWithMath(IPythonRenderer(exclude_anchor_links=True)).render(comment)),
    }


def code(source: str) -> Markup:
    return scrollable(highlight(source)) if source.strip() else Markup("")


def scrollable(html: str) -> Markup:
    """What is too wide scrolls in its own box, with the keyboard too."""
    return Markup(html.replace("<pre>", '<pre tabindex="0">'))


def markdown(cell: NotebookNode) -> Markup:
    renderer = IPythonRenderer(
        escape=False, exclude_anchor_links=True, attachments=cell.get("attachments", {})
    )
    return scrollable(sanitised(MarkdownWithMath(renderer).render(cell.source)))


def show_output(output: NotebookNode, secrets: set[str]) -> str:
    """The richest form of an output that is safe to show; scripts, SVG and widgets show their text."""
    if output.output_type == "stream":
        return preformatted(output.text, secrets)
    if output.output_type == "error":
        return preformatted("\n".join(output.traceback), secrets, wrap=True)
    data = output.get("data", {})
    for kind in ("image/png", "image/jpeg"):
        if kind in data:
            return picture(kind, data[kind])
    if "text/html" in data and len(data["text/html"]) <= LONGEST:
        return f'<div class="wide" tabindex="0">{sanitised(redacted(data["text/html"], secrets))}</div>'
    text = data.get("text/plain", data.get("text/markdown", data.get("text/latex", "")))
    return preformatted(text, secrets) if text else ""


def preformatted(text: str, secrets: set[str], wrap: bool = False) -> str:
    if len(text) > LONGEST:
        # Cut without its colours: half an escape sequence would show up as text.
        text = strip_ansi(text)[:LONGEST] + "\n... (the rest is left out here)"
    start = '<pre class="wrap">' if wrap else "<pre>"
    return f"{start}{ansi2html(redacted(text, secrets))}</pre>"


def redacted(text: str, secrets: set[str]) -> str:
    """Text without the hidden lines, which a warning or a student's own print may have quoted."""
    for line in secrets:
        text = text.replace(line, "(a hidden line)")
    return text


def picture(kind: str, encoded: str) -> str:
    try:
        again = base64.b64encode(base64.b64decode(encoded)).decode()
    except (binascii.Error, ValueError):
        return "<p>(a figure that cannot be read)</p>"
    return f'<img src="data:{kind};base64,{again}" alt="Figure that this cell drew">'


def sanitised(html: str) -> Markup:
    """HTML with the harmless tags and attributes only; nothing in it runs, loads or looks like our page."""
    if "<" in html:
        soup = BeautifulSoup(html, "html.parser")
        for element in soup(["script", "style", "template", "iframe", "object", "svg", "noscript"]):
            element.decompose()  # bleach would leave their content as text
        html = str(soup)
    return Markup(
        bleach.clean(html, TAGS, allowed, protocols={"http", "https", "mailto", "data"}, strip=True)
    )


def allowed(tag: str, attribute: str, value: str) -> bool:
    """Whether an attribute stays; bleach asks for each."""
    match attribute:
        case "href":
            return tag == "a" and bool(LINK.match(value))
        case "src":
            return tag == "img" and bool(PICTURE.fullmatch(value))
        case "class":
            return tag in ("div", "span") and bool(PYGMENTS.fullmatch(value))
        case "colspan" | "rowspan":
            return tag in ("td", "th") and value.isdigit()
    return attribute in ("alt", "title", "scope")
