"""What careless students hand in: each gets its honest points, or a reason that says what to do."""

import copy
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_admin.assignments import course_directory, open_gradebook
from course_admin.grading.engine import grade
from course_admin.release import release

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("bubblewrap"),
    pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning"),
]
SOURCE = Path(__file__).with_name("corpus") / "attacked"
NAME = "attacked"
LIMITS = """
c.GradingLimits.cell_seconds = 3
c.GradingLimits.total_seconds = 30
c.GradingLimits.memory_mb = 400
c.GradingLimits.output_mb = 1
"""
POINTS = {"double-tests": 10, "double-hidden": 10, "scale-tests": 10, "scale-hidden": 10, "twice-tests": 5}
POINTS |= {
    "twice-hidden": 10,
    "counter-tests": 5,
    "counter-hidden": 10,
    "triples-count": 5,
    "triples-distance": 5,
}
ANSWERS = {
    "double": "def double(x):\n    return 2 * x",
    "scale": "def scale(v, c):\n    return c * np.array(v)",
    "apply_twice": "def apply_twice(f, x):\n    return f(f(x))",
    "Counter": "class Counter:\n    total = 0\n\n    def add(self, n):\n        self.total += n",
    "triples": "def triples(v):\n    return 3 * v",
    "answer": "By the distributive law.",
}
DOUBLE, SCALE = ["double-tests", "double-hidden"], ["scale-tests", "scale-hidden"]
FAULTS = {}


def fault(lost=(), says="", failed=False):
    """Register what a student did wrong, and how it should end: tests without points, words to the student.

    The function changes the notebook in place; or it returns the bytes, or the {path: bytes}, to hand in.
    """

    def register(function):
        FAULTS[function.__name__] = (function, lost, says, failed)
        return function

    return register


def cell(nb, name):
    return next(c for c in nb.cells if c.id == name)


def index(nb, name):
    return [c.id for c in nb.cells].index(name)


def encoded(nb):
    return nbformat.writes(nb).encode()


# What the code does


@fault(lost=DOUBLE, says="The tests in 'double-tests' were stopped after 3 s")
def endless_loop_in_a_function(nb):
    cell(nb, "double").source = "def double(x):\n    while x != 0:\n        pass"


@fault(says="cell number 4 was stopped after 3 s")
def endless_loop_in_a_cell_of_one_s_own(nb):
    nb.cells.insert(index(nb, "double") + 1, new_code_cell("n = 1\nwhile n > 0:\n    n += 1"))


@fault(says="cell number 4 was stopped after 3 s")
def endless_printing(nb):
    loop = "import time\nn = 1\nwhile n > 0:\n    print(n, 'x' * 500)\n    time.sleep(0.001)"
    nb.cells.insert(index(nb, "double") + 1, new_code_cell(loop))


@fault()
def large_but_legal_output(nb):
    nb.cells.insert(0, new_code_cell("for n in range(3000):\n    print(n, 'x' * 200)"))


@fault(lost=DOUBLE, says="input")
def asks_for_input(nb):
    cell(nb, "double").source = "number = input('x?')\n\ndef double(x):\n    return 2 * float(number)"


@fault(lost=DOUBLE, says="not written yet")
def task_left_out(nb):
    cell(nb, "double").source = RELEASED["double"]


@fault(lost=DOUBLE, says="NotImplementedError")
def raise_left_in_place(nb):
    cell(nb, "double").source = "def double(x):\n    raise NotImplementedError\n    return 2 * x"


@fault(lost=DOUBLE, says="double")
def syntax_error(nb):
    cell(nb, "double").source = "def double(x)\n    return 2 * x"


@fault(lost=DOUBLE, says="IndentationError|double")
def tabs_and_spaces(nb):
    cell(nb, "double").source = "def double(x):\n        y = 2 * x\n\treturn y"


@fault(lost=DOUBLE, says="double")
def renamed_function(nb):
    cell(nb, "double").source = "def Double(x):\n    return 2 * x"


@fault(lost=DOUBLE, says="should be 4")
def returns_nothing(nb):
    cell(nb, "double").source = "def double(x):\n    print(2 * x)"


@fault(lost=DOUBLE, says="positional argument")
def another_signature(nb):
    cell(nb, "double").source = "def double(x, y):\n    return 2 * x"


@fault(lost=SCALE, says="name 'factor' is not defined")
def hidden_state(nb):
    """`factor` was defined in a cell that has since been deleted."""
    cell(nb, "scale").source = "def scale(v, c):\n    return factor * c * v"


@fault(lost=["double-tests", "double-hidden"], says="double")
def answer_above_what_it_needs(nb):
    """It worked, because the cells were run in another order."""
    cell(nb, "double").source = "double = apply_to(2)"
    nb.cells.append(new_code_cell("def apply_to(n):\n    return lambda x: n * x"))


@fault()
def figures(nb):
    plot = "import matplotlib.pyplot as plt\nplt.plot([1, 2], [3, 4])\nplt.show()\nplt.figure()"
    nb.cells.insert(0, new_code_cell(plot))
    cell(nb, "double").source += "\n\nplt.plot([1, 2])\nplt.show()"


@fault()
def warns(nb):
    lines = [
        "import warnings\n\ndef double(x):",
        "warnings.warn('slow')",
        "np.log(np.array(-1.0))",
        "return 2 * x",
    ]
    cell(nb, "double").source = "\n    ".join(lines)


@fault()
def magics_old_and_new(nb):
    magics = "%matplotlib inline\n%pylab inline\n%timeit -n 1 -r 1 1 + 1\n!ls"
    nb.cells.insert(0, new_code_cell(magics))
    nb.cells.insert(1, new_code_cell("%%time\n1 + 1"))
    nb.cells.insert(2, new_code_cell("%no_such_magic"))


@fault()
def installs_packages(nb):
    nb.cells.insert(0, new_code_cell("!pip install no-such-package-of-this-course"))


@fault()
def error_in_a_cell_of_one_s_own(nb):
    nb.cells.insert(index(nb, "double") + 1, new_code_cell("1 / 0"))


@fault(lost=["triples-distance"])
def part_of_the_points(nb):
    """Three of five elements are right; a distance of 12 is more than there are points."""
    cell(nb, "triples").source = "def triples(v):\n    return np.where(v < 4, 3 * v, 0)"


@fault()
def numbers_of_numpy(nb):
    cell(nb, "double").source = "def double(x):\n    return np.int64(2 * x)"


@fault(lost=["twice-hidden"], says="called with 8 and then with 4")
def calls_too_often(nb):
    cell(nb, "apply_twice").source = "def apply_twice(f, x):\n    f(x)\n    return f(f(x))"


# The notebook


@fault(says="Missing and counted as empty|double", lost=DOUBLE)
def answer_deleted(nb):
    del nb.cells[index(nb, "double")]


@fault(says="put back: double-hidden")
def hidden_test_deleted(nb):
    del nb.cells[index(nb, "double-hidden")]


@fault(says="put back: setup")
def setup_deleted(nb):
    del nb.cells[index(nb, "setup")]


@fault(says="own text was put back: double-tests")
def visible_test_changed(nb):
    cell(nb, "double-tests").source = "assert True"


@fault(says="several cells for double")
def answer_duplicated(nb):
    again = copy.deepcopy(cell(nb, "double"))
    again.id = "again"
    nb.cells.insert(index(nb, "double"), again)


@fault(says="in another order")
def cells_moved(nb):
    nb.cells.insert(1, nb.cells.pop(index(nb, "triples")))


@fault()
def answer_in_a_cell_of_one_s_own(nb):
    cell(nb, "double").source = ""
    nb.cells.insert(index(nb, "double"), new_code_cell(ANSWERS["double"]))


@fault(says="cells of another type")
def answer_in_a_text_cell(nb):
    old = cell(nb, "double")
    nb.cells[index(nb, "double")] = new_markdown_cell(old.source, metadata=old.metadata, id=old.id)


@fault(says="language R")
def wrong_kernel(nb):
    nb.metadata.kernelspec = {"name": "ir", "display_name": "R", "language": "R"}
    nb.metadata.language_info = {"name": "R"}


@fault()
def unknown_kernel_name(nb):
    nb.metadata.kernelspec = {"name": "my-env", "display_name": "my env", "language": "python"}


@fault(says="skip-execution")
def tagged_to_be_skipped(nb):
    for tagged in nb.cells:
        tagged.metadata["tags"] = ["skip-execution", "raises-exception"]


@fault()
def old_outputs_of_errors(nb):
    """What an earlier run displayed is not what counts."""
    cell(nb, "double-tests").outputs = [new_output("error", ename="E", evalue="", traceback=["E"])]


@fault(lost=DOUBLE, says="double")
def old_outputs_of_success(nb):
    cell(nb, "double").source = "def double(x):\n    return x"
    cell(nb, "double-tests").outputs = [new_output("execute_result", data={"text/plain": "10"})]


# The file


@fault(says="read all the same")
def windows_encoding(nb):
    return encoded(nb).decode().encode("utf-16")


@fault(says="not text in the encoding UTF-8", failed=True)
def latin_1(nb):
    cell(nb, "double").source += "  # gr\u00fc\u00dfe"
    return nbformat.writes(nb).encode("latin-1", "replace")


@fault()
def windows_line_ends(nb):
    for each in nb.cells:
        each.source = each.source.replace("\n", "\r\n")


@fault()
def format_3(nb):
    cells = [
        {"cell_type": c.cell_type, "metadata": c.metadata, "source": c.source}
        if c.cell_type != "code"
        else {
            "cell_type": "code",
            "language": "python",
            "metadata": c.metadata,
            "input": c.source,
            "outputs": [],
        }
        for c in nb.cells
    ]
    return json.dumps(
        {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": cells}]}
    ).encode()


@fault()
def format_4_0_without_ids(nb):
    nb.nbformat_minor = 0
    for each in nb.cells:
        del each["id"]


@fault(says="is empty", failed=True)
def empty_file(nb):
    return b""


@fault(says="cut short", failed=True)
def half_a_file(nb):
    return encoded(nb)[:2000]


@fault(says="assignment|marks", failed=True)
def no_cells(nb):
    return encoded(new_notebook())


@fault(says="seems to be other", failed=True)
def another_assignment(nb):
    for each in nb.cells:
        if "nbgrader" in each.metadata:
            each.metadata.nbgrader.grade_id = "other-" + each.metadata.nbgrader.grade_id
        each.id = "o-" + each.id


@fault(says="Python script", failed=True)
def a_script(nb):
    return b"import numpy as np\n\ndef double(x):\n    return 2 * x\n"


@fault(says="a PDF", failed=True)
def a_pdf(nb):
    return b"%PDF-1.7\n\xe2\xe3\xcf\xd3\n"


@fault(says="too large", failed=True)
def forty_megabytes(nb):
    cell(nb, "double").outputs = [new_output("stream", name="stdout", text="x" * 40_000_000)]


@fault(says="was called 'attacked \\(1\\).ipynb'|was called attacked")
def another_name(nb):
    return {"attacked (1).ipynb": encoded(nb)}


@fault(says="expected attacked.ipynb, found nothing", failed=True)
def nothing(nb):
    return {}


@fault()
def files_with_names_of_modules(nb):
    """They would be imported in place of the real ones, were those not loaded already."""
    stop = b"raise SystemExit('not the module that you think')"
    names = ["numpy.py", "json.py", "course_lib/__init__.py", "sitecustomize.py", "conftest.py", "signal.py"]
    return {NAME + ".ipynb": encoded(nb)} | dict.fromkeys(names, stop)


@fault()
def another_notebook_beside_it(nb):
    return {NAME + ".ipynb": encoded(nb), "draft.ipynb": encoded(new_notebook())}


@fault()
def data_beside_it(nb):
    nb.cells.insert(0, new_code_cell("table = open('data/table.csv').read()\nassert table == '1,2'"))
    return {NAME + ".ipynb": encoded(nb), "data/table.csv": b"1,2"}


def linked(folder):
    """A link in the place of the notebook, and one to data."""
    (folder / f"{NAME}.ipynb").symlink_to(SOURCE / "attacked.ipynb")


def linked_data(folder):
    (folder / "secrets").symlink_to("/etc")


RELEASED = {}


@pytest.fixture(scope="module")
def class_(new_course, submit):
    """Every fault, and honest students around them, graded in one run: {student: (points, text, failed)}."""
    root = new_course()
    shutil.copytree(SOURCE, root / "solutions" / NAME)
    other = nbformat.read(SOURCE / "attacked.ipynb", 4)
    another_assignment(other)
    (root / "solutions" / "other").mkdir()
    nbformat.write(other, root / "solutions" / "other" / "other.ipynb")
    with (root / "nbgrader_config.py").open("a") as config:
        config.write(LIMITS)
    released = nbformat.read(release(root, NAME) / f"{NAME}.ipynb", 4)
    RELEASED.update({c.id: c.source for c in released.cells})
    filled = copy.deepcopy(released)
    for each in filled.cells:
        each.source = ANSWERS.get(each.id, each.source)

    for student in ("a-honest", "m-honest", "z-honest", "linked", "linked_data"):
        submit(root, student, NAME, filled)
    for name, (function, *_) in FAULTS.items():
        nb = copy.deepcopy(filled)
        files = function(nb)
        path = submit(root, name, NAME, filled)
        path.unlink()
        if files is None:
            nbformat.write(nb, path) if nb.nbformat_minor > 4 else path.write_bytes(encoded(nb))
        for name, content in (
            files if isinstance(files, dict) else {path.name: files} if files is not None else {}
        ).items():
            (path.parent / name).parent.mkdir(exist_ok=True)
            (path.parent / name).write_bytes(content)
    (root / "submitted" / "linked" / NAME / f"{NAME}.ipynb").unlink()
    linked(root / "submitted" / "linked" / NAME)
    linked_data(root / "submitted" / "linked_data" / NAME)
    return {outcome.student: end_of(root, outcome) for outcome in grade(root, NAME, workers=2)}


def end_of(root, outcome):
    """The points, all that the student reads, and whether it failed."""
    text, points = [outcome.reason, *outcome.flags], {}
    if not outcome.failed:
        with open_gradebook(course_directory(root)) as gradebook:
            [graded] = gradebook.find_submission(NAME, outcome.student).notebooks
            points = {g.name: g.auto_score for g in graded.grades if g.name in POINTS}
        for each in nbformat.read(root / "autograded" / outcome.student / NAME / f"{NAME}.ipynb", 4).cells:
            text += [f"{o.ename}: {o.evalue}" for o in each.get("outputs", []) if o.output_type == "error"]
    return points, "\n".join(text), outcome.failed


@pytest.mark.parametrize("name", FAULTS)
def test_fault_gets_its_honest_points_or_a_reason(class_, name):
    _, lost, says, fails = FAULTS[name]
    points, text, failed = class_[name]
    assert failed == fails, text
    partial = {"triples-count": 3} if name == "part_of_the_points" else {}
    assert points == ({} if fails else {t: 0 if t in lost else p for t, p in POINTS.items()} | partial), text
    assert re.search(says, text), text


@pytest.mark.parametrize("student", ["a-honest", "m-honest", "z-honest"])
def test_honest_neighbours_get_all_their_points_and_no_flag(class_, student):
    assert class_[student] == (POINTS, "", False)


def test_links_are_not_followed(class_):
    points, text, failed = class_["linked"]
    assert failed
    assert "link" in text
    points, text, failed = class_["linked_data"]
    assert (points, failed) == (POINTS, False)
    assert "secrets" in text


# What stock nbgrader does with the like


@pytest.fixture(scope="module")
def stock(new_course, submit):
    """The same graded by `nbgrader autograde` with its own settings: {student: {test: points}}."""
    root = new_course()
    (root / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.source_directory = 'solutions'\n"
        "c.CourseDirectory.release_directory = 'exercises'\nc.CourseDirectory.solution_directory = 'unused'\n"
    )
    shutil.copytree(SOURCE, root / "solutions" / NAME)
    released = nbformat.read(release(root, NAME) / f"{NAME}.ipynb", 4)
    for each in released.cells:
        each.source = ANSWERS.get(each.id, each.source)
    forger, deleted = copy.deepcopy(released), copy.deepcopy(released)
    forged = "class Equal:\n    def __eq__(self, other):\n        return True\n\n"
    cell(forger, "double").source = forged + "def double(x):\n    return Equal()"
    del deleted.cells[index(deleted, "double-hidden")]
    submit(root, "forger", NAME, forger)
    submit(root, "deleted", NAME, deleted)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = [sys.executable, "-m", "nbgrader", "autograde", NAME]
    run = subprocess.run(command, cwd=root, env={**os.environ, "PATH": path}, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    with open_gradebook(course_directory(root)) as gradebook:
        return {
            submission.student.id: {g.name: g.score for nb in submission.notebooks for g in nb.grades}
            for submission in gradebook.assignment_submissions(NAME)
        }


def test_stock_nbgrader_gives_a_forger_full_marks(stock):
    assert [stock["forger"][test] for test in DOUBLE] == [10, 10]


def test_stock_nbgrader_gives_a_deleted_test_nothing_without_a_word(stock):
    assert stock["deleted"]["double-hidden"] == 0
    assert stock["deleted"]["double-tests"] == 10
