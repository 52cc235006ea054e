"""The report on a class: its numbers against hand-made ones and scipy's, its page in a browser."""

import random
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from scipy import stats

from course_admin.assignments import course_directory, folder, open_gradebook
from course_admin.errors import CourseError
from course_admin.grading import outcomes
from course_admin.grading.outcomes import Outcome
from course_admin.reports.class_report import answers, class_report, failures, is_blank, write_report
from course_admin.reports.statistics import discrimination, discriminations, most_frequent, spread

pytestmark = pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning")
INJECTION = "<script>window.ran = 1</script><img src=x onerror=window.ran=1>"
STUB = 'def double(x):\n    """Twice x."""\n    # YOUR CODE HERE\n    raise NotImplementedError'


# --- Statistics ---


def test_spread_of_known_scores():
    of = spread([0, 5, 10, 55, 99.9, 100, 104], 100)
    assert of.counts == (2, 1, 0, 0, 0, 1, 0, 0, 0, 3), "the last bin holds 100 and extra credit"
    assert of.edges == tuple(range(0, 101, 10))
    assert of.quartiles == (7.5, 55, 99.95)
    assert of.mean == pytest.approx(373.9 / 7)
    assert spread([], 100) is None
    one = spread([40.0], 100)
    assert (one.n, one.quartiles, sum(one.counts)) == (1, (40, 40, 40), 1)


def test_discrimination_is_scipy_s_correlation_with_the_rest():
    rng = np.random.default_rng(0)
    ability = rng.normal(size=40)
    scores = {
        f"s{i}": {f"t{j}": float(round(a + noise, 2)) for j, noise in enumerate(rng.normal(size=5))}
        for i, a in enumerate(ability)
    }
    table = np.array([list(row.values()) for row in scores.values()])
    for j, (_, ours) in enumerate(sorted(discriminations(scores).items())):
        result = stats.pearsonr(table[:, j], np.delete(table, j, axis=1).sum(axis=1))
        assert ours.r == pytest.approx(result.statistic)
        slope = stats.linregress(table[:, j], np.delete(table, j, axis=1).sum(axis=1))
        # The t statistic of the slope and of the correlation is the same: r over its standard error.
        assert ours.r / ours.error == pytest.approx(slope.slope / slope.stderr)
        assert ours.n == 40


def test_discrimination_by_hand():
    of = discrimination([0, 1, 2, 3], [0, 2, 1, 3])
    assert (of.r, of.error, of.n) == (pytest.approx(0.8), pytest.approx((0.36 / 2) ** 0.5), 4)


@pytest.mark.parametrize(
    ("task", "rest"), [([], []), ([1], [2]), ([1, 2], [1, 2]), ([1, 1, 1], [1, 2, 3]), ([1, 2, 3], [4, 4, 4])]
)
def test_discrimination_is_blank_where_it_is_not_defined(task, rest):
    assert discrimination(task, rest) is None


def test_who_lacks_a_task_does_not_count_for_discrimination():
    full = {"a": {"t": 0, "u": 1}, "b": {"t": 1, "u": 2}, "c": {"t": 3, "u": 3}}
    assert discriminations({**full, "d": {"t": 9}}) == discriminations(full)
    assert discriminations({}) == {}


def test_messages_that_differ_in_numbers_are_one():
    found = most_frequent(
        ["E: got 1.5e-3, not -2", "E: got 7, not .5", "E: at 0x7f3a", "E:  got 12, not 3", "Other"]
    )
    assert (found.text, found.count, found.example) == ("E: got #, not #", 3, "E: got 1.5e-3, not -2")
    assert most_frequent([]) is None


# --- A class ---


def cell(kind, identity, points=0):
    meta = {"grade_id": identity, "schema_version": 3, "grade": False, "solution": False, "task": False}
    meta |= {"locked": kind != "solution", kind: True, "points": points}
    return {"nbgrader": meta}


def notebook(answer=STUB, text="Your answer here", error=None):
    outputs = []
    if error:
        outputs.append(new_output("error", ename="AssertionError", evalue=error, traceback=["..."]))
    return new_notebook(
        cells=[
            new_markdown_cell("# Twice"),
            new_code_cell(answer, metadata=cell("solution", "double")),
            new_code_cell("assert 1", outputs=outputs, metadata=cell("grade", "tests", 20)),
            new_code_cell("assert 2", metadata=cell("grade", "more", 40)),
            new_markdown_cell("Why?", metadata=cell("task", "why", 40)),
            new_markdown_cell(text),
        ]
    )


def new_course(root):
    (root / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.source_directory = 'solutions'\n"
        "c.CourseDirectory.release_directory = 'exercises'\n"
    )
    course = course_directory(root)
    for step, nb in (("source", notebook("def double(x):\n    return x + x")), ("release", notebook())):
        path = folder(course, step, "toy") / "toy.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(nb, path)
    with open_gradebook(course) as gradebook:
        gradebook.add_assignment("toy")
        gradebook.add_notebook("toy", "toy")
        gradebook.add_grade_cell("tests", "toy", "toy", max_score=20, cell_type="code")
        gradebook.add_grade_cell("more", "toy", "toy", max_score=40, cell_type="code")
        gradebook.add_task_cell("why", "toy", "toy", max_score=40, cell_type="markdown")
    return course


def hand_in(course, student, scores, nb=None, **about):
    """What grading leaves of one submission; scores are (tests, more, why), None: not graded by hand yet."""
    path = folder(course, "autograded", "toy", student) / "toy.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(nb or notebook("def double(x):\n    return 2 * x", "Because."), path)
    folder(course, "submitted", "toy", student).mkdir(parents=True)
    with open_gradebook(course) as gradebook:
        gradebook.update_or_create_student(student)
        [paper] = gradebook.add_submission("toy", student).notebooks
        for grade in paper.grades:
            score = dict(zip(("tests", "more", "why"), scores, strict=True))[grade.name]
            grade.auto_score = score if grade.cell_type == "code" else None
            grade.manual_score = score if grade.cell_type != "code" else None
            grade.needs_manual_grade = score is None
        gradebook.db.commit()
    outcomes.record(course, "toy", Outcome(student, failed=False, reason="", **about))


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    course = new_course(tmp_path_factory.mktemp("course"))
    hand_in(course, "ann", (20, 40, 40))
    hand_in(course, "bob", (0, 40, 30), notebook("x = 1", "So.", "off by 3"))
    hand_in(course, "cy", (0, 0, 0), notebook(error=f"off by 4 {INJECTION}"), flags=("Cell 2 came back.",))
    hand_in(course, "dee", (0, 20, None), notebook("  \n", "", "off by 5"), sandboxed=False, trusted=False)
    hand_in(course, INJECTION.replace("/", ""), (20, 40, 20))
    outcomes.record(course, "toy", Outcome("eve", failed=True, reason=f"The kernel died. {INJECTION}"))
    with open_gradebook(course) as gradebook:
        for student in ("eve", "absent"):
            gradebook.add_student(student)
    folder(course, "submitted", "toy", "new").mkdir(parents=True)
    return course


@pytest.fixture(scope="module")
def report(small):
    return class_report(small, "toy")


def test_who_is_where(report):
    assert report.counts == {
        "graded": 4,
        "needs manual grade": 1,
        "failed": 1,
        "not graded yet": 1,
        "not submitted": 1,
    }
    assert set(report.flagged) == {"cy", "eve"}
    assert (report.unsandboxed, report.untrusted) == (["dee"], ["dee"])


def test_scores_are_those_that_are_final(report):
    assert report.final
    assert report.spread.n == 4
    assert report.spread.quartiles == (52.5, 75.0, 85.0)  # of 0, 70, 80, 100
    assert report.spread.mean == 62.5
    assert report.spread.counts == (1, 0, 0, 0, 0, 0, 0, 1, 1, 1)


def test_tasks_by_hand(report):
    tests, more, why = report.tasks
    assert [(t.name, t.points, t.n) for t in report.tasks] == [
        ("tests", 20, 5),
        ("more", 40, 5),
        ("why", 40, 4),
    ]
    assert (tests.mean, tests.full) == (0.4, 0.4)
    assert (more.mean, more.full) == (0.7, 0.6)
    assert (why.mean, why.full) == (pytest.approx(90 / 160), 0.25)
    # cy left the stub, dee an empty cell; the written answers: cy left the text, dee nothing.
    assert (tests.blank, more.blank, why.blank) == (0.4, 0.4, 0.4)
    # Without dee, who waits for a person: ann, bob, cy and the one with the long name.
    expected = stats.pearsonr([20, 0, 0, 20], [80, 70, 0, 60]).statistic
    assert tests.discrimination.r == pytest.approx(expected)
    assert tests.discrimination.n == 4


def test_the_message_that_most_got(report):
    tests, more, _ = report.tasks
    assert more.message is None
    assert tests.message.count == 2
    assert tests.message.text == "AssertionError: off by #"
    assert tests.message.example == "AssertionError: off by 3"


def test_answers_belong_to_their_tests():
    assert answers(notebook("a = 1", "because")) == {"tests": "a = 1", "more": "a = 1", "why": "because"}
    assert failures(notebook(error="\x1b[31mred\x1b[0m")) == {"tests": "AssertionError: red"}


@pytest.mark.parametrize(
    ("answer", "blank"), [(STUB, True), (f"\n{STUB}\n", True), ("", True), (None, True), ("x = 1", False)]
)
def test_blank_answers(answer, blank):
    assert is_blank(answer, STUB) == blank


@pytest.mark.parametrize("n", [0, 1, 2])
def test_tiny_classes(tmp_path, n):
    course = new_course(tmp_path)
    for i in range(n):
        hand_in(course, f"s{i}", (20, 0, 10 * i))
    report = class_report(course, "toy")
    assert sum(report.counts.values()) == n
    assert [task.discrimination for task in report.tasks] == [None] * (3 if n else 0)
    text = as_text(write_report(tmp_path, "toy"))
    assert ("Nothing is graded yet." in text) == (n == 0)
    assert "None" not in text.replace("None.", "")
    assert "nan" not in text


def test_before_any_manual_grade_the_points_so_far_are_shown(tmp_path):
    course = new_course(tmp_path)
    for i in range(4):
        hand_in(course, f"s{i}", (5 * i, 40, None))
    report = class_report(course, "toy")
    assert (report.final, report.spread.n, report.spread.mean) == (False, 4, 47.5)
    assert report.tasks[2].mean is None
    assert "no score is final yet" in as_text(write_report(tmp_path, "toy"))


def as_text(path):
    return " ".join(BeautifulSoup(path.read_text(), "html.parser").get_text(" ").split())


def test_the_page_says_it_all(small, report):
    text = as_text(write_report(Path(small.root), "toy"))
    assert "Graded without the sandbox: 1." in text
    assert "Tested inside the student's own process: 1." in text
    assert "The kernel died." in text
    assert "Cell 2 came back." in text
    assert "the median, 75 , and" in text or "the median, 75, and" in text
    assert "AssertionError: off by 3" in text
    assert sorted(p.name for p in (Path(small.root) / "reports").iterdir()) == ["toy.html"]


def test_errors_say_what_to_do(tmp_path):
    course = new_course(tmp_path)
    with pytest.raises(CourseError, match="no assignment 'ps99'"):
        write_report(tmp_path, "ps99")
    (folder(course, "release", "toy") / "toy.ipynb").unlink()
    with pytest.raises(CourseError, match="`course release toy`"):
        write_report(tmp_path, "toy")


# --- In a browser ---


MISTAKES = [
    "double(2) should be {}, but is {}: did you square it?",
    "the result should have shape (3,), but has ({}, {})",
    "did you forget to return something? Got None",
]


@pytest.fixture(scope="session")
def realistic(tmp_path_factory):
    """The page on a class of sixty with all that can happen in it."""
    course = new_course(tmp_path_factory.mktemp("course"))
    rng = random.Random(3)
    copied = "def double(x):\n" + "".join(
        f"    y{i} = np.sum(x * {i} + np.exp({i} * x)) - x.max()\n" for i in range(14)
    )
    for i in range(60):
        ability = rng.gauss(0.65, 0.2)
        right = [rng.random() < ability + shift for shift in (0.2, -0.1)]
        written = None if i % 11 == 0 else round(40 * min(1, max(0, rng.gauss(ability, 0.15))))
        error = None if right[0] else rng.choice(MISTAKES[:1] * 3 + MISTAKES).format(rng.randint(3, 9), i)
        answer = f"def double(x):\n    return {i} * x"
        if i in (7, 21):
            answer = copied.replace("y", "value") if i == 7 else copied
        nb = notebook(STUB if rng.random() < 0.08 else answer, "Because of the law.", error)
        about = (
            {"flags": ("A test cell had been changed. It was put back as it was handed out.",)}
            if i == 5
            else {}
        )
        hand_in(course, f"student{i:02}", (20 * right[0], 40 * right[1], written), nb, **about)
    reason = "Expected toy.ipynb, found toy (1).ipynb. Rename the file and hand it in again."
    outcomes.record(course, "toy", Outcome("student60", failed=True, reason=reason))
    with open_gradebook(course) as gradebook:
        for student in ("student60", "student61"):
            gradebook.add_student(student)
    return write_report(Path(course.root), "toy")


def visit(browser, path, width=1280, scheme="light"):
    tab, asked = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme), []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(path.as_uri())
    return tab, asked


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 375])
def test_the_page_is_accessible_and_fits(browser, realistic, small, width, scheme):
    for path in (realistic, write_report(Path(small.root), "toy")):
        tab, asked = visit(browser, path, width, scheme)
        found = Axe().run(tab).response["violations"]
        assert [(v["id"], v["nodes"][0]["html"][:100]) for v in found] == []
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        assert len(asked) == 1, "the page asks for itself only"
        tab.close()


@pytest.mark.slow
def test_nothing_that_a_student_wrote_runs(browser, small):
    path = write_report(Path(small.root), "toy")
    bare = path.with_name("without-policy.html")
    bare.write_text(path.read_text().replace('http-equiv="Content-Security-Policy"', "name=none"))
    tab, asked = visit(browser, bare)
    tab.wait_for_timeout(200)
    assert tab.evaluate("window.ran ?? null") is None
    assert len(asked) == 1
    assert tab.get_by_text("<script>window.ran").count() > 0, "it is shown as text"
    tab.close()

    broken = bare.read_text().replace("</main>", INJECTION + "</main>")
    bare.write_text(broken)
    tab, _ = visit(browser, bare)
    tab.wait_for_timeout(200)
    assert tab.evaluate("window.ran ?? null") == 1, "where it is not escaped, it runs"
    tab.close()
    bare.unlink()


@pytest.mark.slow
def test_the_picture_says_what_the_numbers_say(browser, realistic):
    tab, _ = visit(browser, realistic)
    shown = [int(n) for n in tab.locator("svg text:not(.quiet)").all_inner_texts() if n] or [
        int(n)
        for n in tab.locator("svg text:not(.quiet)").evaluate_all("all => all.map((t) => t.textContent)")
    ]
    described = tab.locator("svg desc").evaluate("e => e.textContent")
    counts = [int(n) for n in re.findall(r"points: (\d+)\.", described)]
    assert [n for n in counts if n] == shown
    heights = tab.locator("svg rect").evaluate_all("all => all.map((r) => r.getBBox().height)")
    assert np.allclose(np.array(heights) / max(heights), np.array(counts) / max(counts))
    assert sum(counts) == 54
    tab.close()
