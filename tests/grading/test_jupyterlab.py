"""JupyterLab in a browser, as students and instructors use it: Validate, and the formgrader."""

import copy
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest

from course_admin.assignments import course_directory, open_gradebook
from course_admin.grading.engine import grade
from course_admin.release import release

NAME = "ps01-linear-models"
WAIT = 60_000  # milliseconds; generous, for a machine that is busy with other tests
pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("bubblewrap"),
    pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning"),
]


@pytest.fixture(scope="module")
def page(browser):
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.set_default_timeout(WAIT)
    yield page
    page.close()


@pytest.fixture(scope="module")
def course(page, new_course, submit):
    """A released assignment, a solved and a half-done copy of it, and one graded submission."""
    root = new_course(NAME)
    source = nbformat.read(root / "solutions" / NAME / f"{NAME}.ipynb", 4)
    released = nbformat.read(release(root, NAME) / f"{NAME}.ipynb", 4)
    answers = {
        cell.id: cell.source for cell in source.cells if cell.metadata.get("nbgrader", {}).get("solution")
    }

    solved = copy.deepcopy(released)
    for cell in solved.cells:
        cell.source = answers.get(cell.id, cell.source)
    half = copy.deepcopy(released)
    next(
        cell for cell in half.cells if cell.id == "fit_ridge"
    ).source = (
        "def fit_ridge(X, y, lam):\n    return np.linalg.solve(X.T @ X + lam * np.eye(X.shape[1]), X.T @ y)"
    )
    (root / "work").mkdir()
    nbformat.write(solved, root / "work" / "solved.ipynb")
    nbformat.write(half, root / "work" / "half.ipynb")

    written = (
        "My answer to the question. <script>window.ran = 1</script><img src='x' onerror='window.ran = 2'>"
    )
    next(cell for cell in solved.cells if cell.id == "task8-answer").source = written
    shown = "from IPython.display import HTML\nHTML('My output. <script>window.ran = 3</script>')"
    solved.cells.append(nbformat.v4.new_code_cell(shown, id="own"))
    submit(root, "ann", NAME, solved)
    assert [outcome.failed for outcome in grade(root, NAME)] == [False]
    return root


@pytest.fixture(scope="module")
def lab(course, tmp_path_factory):
    """`jupyter lab` in the course's folder, on a free port; yields its address."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    own = tmp_path_factory.mktemp("jupyter")
    beside = Path(sys.executable).parent
    env = {**os.environ, "PATH": f"{beside}{os.pathsep}{os.environ['PATH']}"}
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
        env[name] = str(own / name)
    for name in ("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR"):
        env[name] = str(own / name)
    command = [
        beside / "jupyter",
        "lab",
        "--no-browser",
        "--allow-root",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={course}",
        "--IdentityProvider.token=test",
        "--LabApp.news_url=None",
    ]
    log = own / "log"
    with log.open("w") as output:
        server = subprocess.Popen(command, cwd=course, env=env, stdout=output, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(f"{address}/api/status?token=test").close()
                break
            except OSError:
                assert server.poll() is None, log.read_text()
                time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait(30)


def validate(page, lab, path):
    """Open a notebook, press Validate, and return what the dialog says."""
    page.goto(f"{lab}/lab/tree/{path}?reset&token=test")
    page.get_by_role("heading", name="Problem set 1").wait_for()
    page.locator(".jp-ToolbarButtonComponent-label", has_text="Validate").click()
    results = page.locator(".jp-Dialog", has_text="Validation Results")
    results.wait_for()
    text = results.inner_text()
    results.get_by_text("Ok", exact=True).click()
    return text


def test_validate_lists_what_is_missing_in_the_released_notebook(page, lab):
    text = validate(page, lab, f"exercises/{NAME}/{NAME}.ipynb")
    assert text.count("The following cell failed") == 9, "one for each function's visible tests"
    assert "NotImplementedError: not written yet: replace this line by your code" in text


def test_validate_says_what_is_probably_wrong(page, lab):
    text = validate(page, lab, "work/half.ipynb")
    assert text.count("The following cell failed") == 9
    assert "AssertionError: theta for two equal samples and lam = 1 should be [1.], but is [1.33333]" in text


def test_validate_accepts_the_solved_notebook(page, lab):
    assert "Success! Your notebook passes all the tests." in validate(page, lab, "work/solved.ipynb")


def test_a_grader_sees_the_rubric_and_the_points_reach_the_gradebook(page, lab, course):
    page.goto(f"{lab}/lab?reset&token=test")
    page.get_by_role("menuitem", name="Nbgrader").click()
    page.get_by_text("Formgrader", exact=True).click()
    formgrader = page.frame_locator("iframe")
    formgrader.get_by_role("link", name=NAME).wait_for()
    formgrader.get_by_role("link", name="Manual Grading").click()
    formgrader.get_by_role("link", name=NAME).click()
    formgrader.get_by_role("link", name=NAME).last.click()
    formgrader.get_by_role("link", name="Submission #1").click()
    formgrader.get_by_text("For the grader: rubric.").wait_for()
    formgrader.get_by_text("My answer to the question.").wait_for()
    formgrader.get_by_text("IPython.core.display.HTML object").wait_for()
    assert not any(frame.evaluate("window.ran") for frame in page.frames), "a student's script ran"
    score = formgrader.locator("input#written-question")
    score.fill("7.5")
    score.press("Tab")

    for _ in range(100):
        with open_gradebook(course_directory(course)) as gradebook:
            written = gradebook.find_grade("written-question", NAME, NAME, "ann")
            if written.manual_score == 7.5:
                break
        time.sleep(0.1)
    assert written.manual_score == 7.5
    with open_gradebook(course_directory(course)) as gradebook:
        submission = gradebook.find_submission(NAME, "ann")
        assert (submission.score, submission.needs_manual_grade) == (97.5, False)
