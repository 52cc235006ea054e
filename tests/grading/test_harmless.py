"""What the formgrader shows of a student's notebook cannot act; what students ordinarily write stays."""

import pytest
from bs4 import BeautifulSoup
from nbconvert.filters import markdown2html
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_admin.grading.harmless import make_harmless

PLAIN = {
    "p",
    "b",
    "br",
    "code",
    "em",
    "a",
    "pre",
    "sub",
    "sup",
    "strong",
    "table",
    "td",
    "tr",
    "div",
    "span",
    "li",
    "ul",
}
ACTIVE = [
    "<script>x</script>",
    "<ScRiPt >x</script>",
    "<img src=x onerror=alert(1)>",
    "<img/src=x/onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<b onclick='x'>y</b>",
    "<p\nonclick=x>y</p>",
    "<iframe src='javascript:x'></iframe>",
    "<math><mtext><script>x</script></mtext></math>",
    "<scr<script>ipt>x</script>",
    "<!--><script>x</script>-->",
    "<style>@import 'x'</style>",
    "<base href='//host'>",
    "<form action=x><input type=submit></form>",
    "<a href='javascript:x'>y</a>",
    "[y](javascript:x)",
    "[y](java&#115;cript:x)",
    "[y]\n\n[y]: JavaScript:x",
    "[y](data:text/html,<script>x</script>)",
    "`code` <object data=x>",
    "$a<script>x</script>$",
]


def rendered(text):
    notebook = new_notebook(cells=[new_markdown_cell(text)])
    make_harmless(notebook)
    return BeautifulSoup(markdown2html(notebook.cells[0].source), "html.parser")


def acts(page):
    return [
        element
        for element in page.find_all(True)
        if element.name not in PLAIN
        or any(name.startswith("on") for name in element.attrs)
        or str(element.get("href", "")).lower().startswith(("javascript:", "data:"))
    ]


@pytest.mark.parametrize("text", ACTIVE)
def test_nothing_acts(text):
    assert acts(rendered(text)) == []


def test_the_check_would_find_most_of_them():
    found = [text for text in ACTIVE if acts(BeautifulSoup(markdown2html(text), "html.parser"))]
    assert len(found) >= len(ACTIVE) - 3


@pytest.mark.parametrize(
    "text",
    [
        "H<sub>2</sub>O, a<br>b",
        "if a < b and c > d",
        "$x<y$ and $1 < 2$",
        "**bold**, `x <= y`",
        "see <https://example.org/a?b=1>",
    ],
)
def test_ordinary_texts_stay(text):
    notebook = new_notebook(cells=[new_markdown_cell(text)])
    make_harmless(notebook)
    assert notebook.cells[0].source.replace("< y", "<y") == text


def test_of_outputs_text_and_pictures_stay():
    data = {
        "text/plain": "t",
        "image/png": "p",
        "text/html": "<script>",
        "application/javascript": "x",
        "image/svg+xml": "<svg>",
    }
    notebook = new_notebook(cells=[new_code_cell("1", outputs=[new_output("display_data", data)])])
    make_harmless(notebook)
    assert notebook.cells[0].outputs[0].data == {"text/plain": "t", "image/png": "p"}


def test_the_assignment_s_own_texts_stay():
    task = new_markdown_cell("<div class='x'>Rubric</div>", metadata={"nbgrader": {"task": True}})
    notebook = new_notebook(cells=[task])
    make_harmless(notebook)
    assert notebook.cells[0].source == "<div class='x'>Rubric</div>"
