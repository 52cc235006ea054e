"""The pages of feedback: what they show, what they hide, and that nothing which students write does anything.

The gradebook and the graded notebooks are made here, so that each output is exactly what the test needs.
"""

import base64
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_admin.assignments import course_directory, folder, open_gradebook
from course_admin.errors import CourseError
from course_admin.grading import outcomes
from course_admin.grading.feedback import REGION, feedback, sanitised

pytestmark = pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning")

# One pixel.
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
DOG = "https://outside.example/tracking-dog.png"
# What each would do in a careless page: set window.ran, or ask another host for something.
ATTACKS = {
    "script": "<script>window.ran = 1</script>",
    "image error": '<img src=x onerror="window.ran = 1">',
    "svg": '<svg onload="window.ran = 1"><script>window.ran = 1</script></svg>',
    "iframe": '<iframe srcdoc="<script>parent.ran = 1</script>"></iframe>',
    "autofocus": '<input autofocus onfocus="window.ran = 1">',
    "details": '<details open ontoggle="window.ran = 1">x</details>',
    "style": f'<style>@import url("{DOG}"); body {{ background: url({DOG}) }}</style>',
    "attribute": f'<p style="background: url({DOG})">x</p>',
    "picture": f'<img src="{DOG}">',
    "link": f'<link rel="stylesheet" href="{DOG}"><meta http-equiv="refresh" content="0; url={DOG}">',
    "base": f'<base href="{DOG}"><form action="{DOG}"><button>x</button></form>',
    "math": f'<math><mtext><table><mglyph><style><img src="{DOG}" onerror="window.ran = 1">',
    "noscript": '<noscript><p title="</noscript><img src=x onerror=window.ran=1>">',
    "comment": "<!--><img src=x onerror=window.ran=1>-->",
}


def cell(kind, identity, points=0):
    meta = {"grade_id": identity, "schema_version": 3, "grade": False, "solution": False, "task": False}
    meta |= {"locked": kind != "solution", kind: True, "points": points}
    return {"nbgrader": meta}


def error(message, *traceback):
    return new_output(
        "error", ename="AssertionError", evalue=message, traceback=[*traceback, f"AssertionError: {message}"]
    )


def notebook(answer="def double(x):\n    return 2 * x", first=(), hidden=(), extra=()):
    """The toy assignment as it comes out of grading, with these outputs of its two test cells."""
    cells = [
        new_markdown_cell("# Twice\nLet $y = 2x$ with $\\alpha_1 < 3$ and\n$$\\int_0^1 x\\,dx$$"),
        new_code_cell(answer, metadata=cell("solution", "double")),
        new_code_cell("assert double(2) == 4", outputs=[*first], metadata=cell("grade", "double-tests", 20)),
        new_code_cell(
            "# When graded: other numbers.\n### BEGIN HIDDEN TESTS\n"
            'assert double(-7) == -14, "wrong for a negative number"\n### END HIDDEN TESTS',
            outputs=[*hidden],
            metadata=cell("grade", "more-tests", 40),
        ),
        new_markdown_cell(
            "Why?\n<!-- BEGIN MARK SCHEME -->\nA full answer names the distributive law.\n"
            "<!-- END MARK SCHEME -->",
            metadata=cell("task", "why", 40),
        ),
        *extra,
    ]
    return new_notebook(cells=cells)


def new_course(root):
    (root / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.source_directory = 'solutions'\n"
        "c.GenerateFeedback.exporter_class = 'course_admin.grading.feedback.FeedbackExporter'\n"
        "c.GenerateFeedback.preprocessors = []\n"
    )
    course = course_directory(root)
    source = folder(course, "source", "toy") / "toy.ipynb"
    source.parent.mkdir(parents=True)
    nbformat.write(notebook(), source)
    with open_gradebook(course) as gradebook:
        gradebook.add_assignment("toy")
        gradebook.add_notebook("toy", "toy")
        gradebook.add_grade_cell("double-tests", "toy", "toy", max_score=20, cell_type="code")
        gradebook.add_grade_cell("more-tests", "toy", "toy", max_score=40, cell_type="code")
        gradebook.add_task_cell("why", "toy", "toy", max_score=40, cell_type="markdown")
        gradebook.add_solution_cell("double", "toy", "toy")
    return course


def hand_in(course, student, graded, scores, comment=None, penalty=None, flags=()):
    """Put a graded notebook and its scores where grading leaves them; None: a person has yet to grade."""
    path = folder(course, "autograded", "toy", student) / "toy.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(graded, path)
    folder(course, "submitted", "toy", student).mkdir(parents=True)
    with open_gradebook(course) as gradebook:
        gradebook.update_or_create_student(student)
        submission = gradebook.add_submission("toy", student)
        submission.notebooks[0].late_submission_penalty = penalty
        for grade in submission.notebooks[0].grades:
            score = scores[grade.name]
            grade.auto_score = score if grade.cell_type == "code" else None
            grade.manual_score = score if grade.cell_type != "code" else None
            grade.needs_manual_grade = score is None
        if comment:
            gradebook.find_comment("double", "toy", "toy", student).manual_comment = comment
        gradebook.db.commit()
    record(course, student, False, "", flags)


def record(course, student, failed, reason, flags=()):
    outcomes.record(course, "toy", outcomes.Outcome(student, failed, reason, flags=tuple(flags)))


ALL = {"double-tests": 20, "more-tests": 40, "why": 30}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    course = new_course(tmp_path_factory.mktemp("course"))
    hidden = 'assert double(-7) == -14, "wrong for a negative number"'
    hand_in(course, "ann", notebook(), ALL, comment="Name the **law**.", penalty=10)
    failed_hidden = [
        error("wrong for a negative number", f"----> 3 {hidden}", "      4 ### END HIDDEN TESTS"),
        new_output("stream", name="stderr", text=f"cell:3: RuntimeWarning: overflow\n  {hidden}\n"),
    ]
    bob = notebook(hidden=failed_hidden, extra=[new_code_cell("print(1)", outputs=[said(hidden)])])
    hand_in(
        course, "bob", bob, {"double-tests": 20, "more-tests": 0, "why": None}, flags=["Cell 3 came back."]
    )
    record(course, "carl", True, "the kernel died <b>twice</b>")
    with open_gradebook(course) as gradebook:
        gradebook.add_student("carl")
        gradebook.add_student("absent")
    hand_in(course, "zoë <script>window.ran=1<", notebook(), ALL)
    return course


def said(text):
    return new_output("stream", name="stdout", text=text)


@pytest.fixture(scope="module")
def pages(course):
    return {path.parts[-3]: path.read_text() for path in feedback(Path(course.root), "toy")}


def test_everybody_who_handed_in_gets_a_page(pages):
    assert set(pages) == {"ann", "bob", "carl", "zoë <script>window.ran=1<"}


def test_scores_comments_and_penalties_are_shown(pages):
    ann, bob = (" ".join(pages[name].split()) for name in ("ann", "bob"))
    assert "<strong>80</strong> of 100 points" in ann
    assert "10 points are taken off already, from 90" in ann
    assert "Name the <strong>law</strong>." in ann
    assert "<strong>20</strong> of 100 points so far" in bob
    assert "not graded yet, of 40 points" in bob
    assert "wrong for a negative number" in bob, "the message of a failed test"
    assert "What the grader noticed" in bob
    assert "Cell 3 came back." in bob
    assert "What the grader noticed" not in ann


def test_who_failed_reads_why_and_what_to_do(pages):
    page = " ".join(pages["carl"].split())
    assert "could not be graded" in page
    assert "the kernel died &lt;b&gt;twice&lt;/b&gt;" in page
    assert "What to do: mend what is named here" in page
    assert "of 100 points" not in page


SECRETS = ("assert double(-7)", "distributive", "HIDDEN TESTS", "MARK SCHEME")


def test_hidden_tests_and_rubrics_are_hidden_everywhere(pages):
    for student, page in pages.items():
        found = [secret for secret in SECRETS if secret in as_text(page)]
        assert not found, student


def as_text(page):
    """What a reader sees of a page, without the markup between the words."""
    return BeautifulSoup(page, "html.parser").get_text()


def test_hidden_tests_are_shown_when_told_to_and_rubrics_are_not(course):
    pages = {p.parts[-3]: as_text(p.read_text()) for p in feedback(Path(course.root), "toy", True)}
    assert "assert double(-7)" in pages["bob"]
    assert "distributive" not in pages["bob"]
    feedback(Path(course.root), "toy")


def test_a_region_without_an_end_is_cut_to_the_end():
    assert REGION.sub("", "a\n### BEGIN HIDDEN TESTS\nb") == "a\n"
    assert REGION.sub("", "a\n# BEGIN HIDDEN TESTS\nb\n# END HIDDEN TESTS\nc") == "a\nc"


def test_regions_written_by_a_student_stop_nothing(tmp_path):
    course = new_course(tmp_path)
    hand_in(course, "eve", notebook(answer="# BEGIN HIDDEN TESTS\n# BEGIN MARK SCHEME\nx = 1"), ALL)
    assert len(feedback(tmp_path, "toy")) == 1


def test_a_fixed_submission_replaces_the_page_of_a_failure(tmp_path):
    course = new_course(tmp_path)
    with open_gradebook(course) as gradebook:
        gradebook.add_student("dan")
    record(course, "dan", True, "no notebook")
    [page] = feedback(tmp_path, "toy")
    assert "no notebook" in page.read_text()
    hand_in(course, "dan", notebook(), ALL)
    assert feedback(tmp_path, "toy") == [page]
    assert "<strong>90</strong> of 100" in page.read_text()
    assert [path.name for path in page.parent.iterdir()] == ["toy.html"]


def test_nothing_graded_is_an_error(tmp_path):
    new_course(tmp_path)
    with pytest.raises(CourseError, match="Nothing of toy is graded yet"):
        feedback(tmp_path, "toy")
    with pytest.raises(CourseError, match="no assignment 'ps99'"):
        feedback(tmp_path, "ps99")


@pytest.mark.slow
def test_nbgrader_writes_the_same_page(course, pages):
    path = folder(course, "feedback", "toy", "bob") / "toy.html"
    path.write_text("")
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    command = [sys.executable, "-m", "nbgrader", "generate_feedback", "toy", "--student=bob", "--force"]
    run = subprocess.run(command, cwd=course.root, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert path.read_text() == pages["bob"]


# --- Attacks ---


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_attacks_leave_no_trace_in_sanitised_html(attack):
    left = BeautifulSoup(str(sanitised(attack)), "html.parser")
    tags, attributes = {e.name for e in left()}, {name for e in left() for name in e.attrs}
    assert tags <= {"img", "p", "details", "table"}
    assert attributes <= {"title", "alt"}, "an image without a source asks for nothing"


@pytest.mark.parametrize(
    "link",
    ["javascript:ran=1", "&#106;avascript:ran=1", "jAvA\tscript:ran=1", "data:text/html,x", "vbscript:x"],
)
def test_links_lead_to_pages_only(link):
    assert "href" not in str(sanitised(f'<a href="{link}">x</a>'))
    assert 'href="https://numpy.org"' in str(sanitised('<a href="https://numpy.org">x</a>'))


def test_honest_html_survives():
    table = "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>1 &lt; 2</td></tr></tbody></table>"
    assert str(sanitised(f"<style>.x {{}}</style>{table}")) == table


def hostile():
    """A notebook with every attack in every place where a student can put it."""
    everything = "\n".join(ATTACKS.values())
    rich = {
        "text/html": everything,
        "text/plain": everything,
        "application/javascript": "window.ran = 1",
        "image/svg+xml": ATTACKS["svg"],
    }
    markdown = (
        f"{everything}\n\n[x](javascript:window.ran=1) ![x]({DOG}) <{DOG}>\n\n```html\n{everything}\n```\n"
    )
    formula = "${" + ATTACKS["script"] + "}$ \\begin{x}" + ATTACKS["image error"] + "\\end{x}"
    extra = [
        new_markdown_cell(markdown),
        new_markdown_cell(formula),
        new_markdown_cell(
            "![x](attachment:a.png)",
            attachments={"a.png": {"image/png": '" onerror="window.ran = 1'}},
        ),
        new_code_cell(
            f's = "</script>{everything}"', outputs=[new_output("display_data", data=rich), said(everything)]
        ),
        new_code_cell(
            "plot()",
            outputs=[
                new_output("display_data", data={"image/png": PNG}),
                new_output("display_data", data={"image/png": '" onerror="window.ran = 1'}),
            ],
        ),
        nbformat.v4.new_raw_cell(everything),
    ]
    return notebook(
        answer=f"'''</pre></script>{everything}'''", first=[error(f"</pre>{everything}")], extra=extra
    )


@pytest.fixture(scope="module")
def hostile_page(tmp_path_factory):
    course = new_course(tmp_path_factory.mktemp("course"))
    scores = {**ALL, "double-tests": 0}
    flags = [ATTACKS["script"], ATTACKS["picture"]]
    hand_in(course, "<img src=x onerror=window.ran=1>", hostile(), scores, ATTACKS["script"], flags=flags)
    [page] = feedback(Path(course.root), "toy")
    return page


def visit(browser, page):
    """Open a page with the outside world cut off; what ran, what was asked for, and the open page."""
    tab, asked = browser.new_page(viewport={"width": 375, "height": 800}), []
    tab.on("request", lambda request: asked.append(request.url))
    tab.route("**/*", lambda r: r.continue_() if r.request.url.startswith(("file:", "data:")) else r.abort())
    tab.goto(page.as_uri())
    tab.wait_for_timeout(300)
    outside = [url for url in asked[1:] if not url.startswith("data:")]
    return tab.evaluate("window.ran ?? null"), outside, tab


@pytest.mark.slow
def test_in_a_browser_nothing_ran_and_nothing_was_asked_for(browser, hostile_page):
    ran, outside, tab = visit(browser, hostile_page)
    assert ran is None
    assert outside == []
    pictures = tab.locator("img").evaluate_all("all => all.map((i) => [i.naturalWidth, i.src.slice(0, 14)])")
    assert [1, "data:image/png"] in pictures, "the honest figure shows"
    text = tab.inner_text("body")
    assert "$y = 2x$" in text
    assert "\\int_0^1" in text
    assert "double-tests" in text
    tab.close()


@pytest.mark.slow
def test_the_sanitiser_alone_and_the_policy_alone_hold(browser, hostile_page, tmp_path):
    policy = 'http-equiv="Content-Security-Policy"'
    page = hostile_page.read_text()
    assert policy in page

    bare = tmp_path / "without-policy.html"
    bare.write_text(page.replace(policy, "name=none"))
    ran, outside, tab = visit(browser, bare)
    assert (ran, outside) == (None, [])
    tab.close()

    raw = tmp_path / "unsanitised.html"
    raw.write_text(page.replace("</main>", "\n".join(ATTACKS.values()) + "</main>"))
    ran, _, tab = visit(browser, raw)
    assert ran is None, "the policy lets no script run"
    tab.close()


@pytest.mark.slow
def test_without_both_the_attacks_succeed(browser, hostile_page, tmp_path):
    page = hostile_page.read_text().replace('http-equiv="Content-Security-Policy"', "name=none")
    for title in ("script", "image error", "svg", "details"):
        path = tmp_path / "broken.html"
        path.write_text(page.replace("</main>", ATTACKS[title] + "</main>"))
        ran, _, tab = visit(browser, path)
        assert ran == 1, title
        tab.close()
    path.write_text(page.replace("</main>", ATTACKS["picture"] + "</main>"))
    _, outside, tab = visit(browser, path)
    assert outside == [DOG]
    tab.close()


@pytest.mark.slow
def test_pages_are_accessible_and_fit_a_telephone(browser, course, pages):
    for student in ("ann", "bob", "carl"):
        for scheme in ("light", "dark"):
            _, _, tab = visit(browser, folder(course, "feedback", "toy", student) / "toy.html")
            tab.emulate_media(color_scheme=scheme)
            found = Axe().run(tab).response["violations"]
            assert [(v["id"], v["nodes"][0]["html"][:100]) for v in found] == [], (student, scheme)
            assert tab.evaluate("document.documentElement.scrollWidth") <= 375
            tab.close()


def test_long_output_is_cut(tmp_path):
    course = new_course(tmp_path)
    long = notebook(extra=[new_code_cell("flood()", outputs=[said("\x1b[31mx" * 100_000)])])
    hand_in(course, "ann", long, ALL)
    [page] = feedback(tmp_path, "toy")
    assert page.stat().st_size < 100_000
    assert "the rest is left out here" in page.read_text()


def test_the_test_picture_is_a_png():
    assert base64.b64decode(PNG).startswith(b"\x89PNG")
