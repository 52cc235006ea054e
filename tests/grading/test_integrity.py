"""What is made of submission folders and notebooks, honest, broken and hostile."""

import base64
import copy
import errno
import json
import os
import pickle
import random
import stat
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from course_admin.assignments import course_directory
from course_admin.grading import integrity, repairs
from course_admin.grading.integrity import Template, examine
from course_admin.release import secret_lines

ROOT = Path(__file__).resolve().parents[2]
PS01 = "ps01-linear-models"
GOOD = "def double(x):\n    return 2 * x"
IDS = ["double", "double-tests", "double-more-tests", "why"]  # of conftest's toy assignment


def mark(grade_id, **meta):
    nothing = {"grade": False, "solution": False, "task": False, "locked": True, "schema_version": 3}
    return {"nbgrader": {**nothing, "grade_id": grade_id, **meta}}


def code(source, cell_id, metadata=None):
    return {
        "cell_type": "code",
        "execution_count": 7,
        "id": cell_id,
        "metadata": metadata or {},
        "outputs": [{"output_type": "stream", "name": "stdout", "text": "an output"}],
        "source": source,
    }


def text(source, cell_id, metadata=None):
    return {"cell_type": "markdown", "id": cell_id, "metadata": metadata or {}, "source": source}


@pytest.fixture
def nb():
    """What an honest student hands in for the toy assignment: written by hand, not by the code under test."""
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "kernelspec": {"display_name": "My Python", "language": "python", "name": "my-venv"},
            "language_info": {"name": "python", "version": "3.12.1"},
            "vscode": {"interpreter": {"hash": "abc"}},
        },
        "cells": [
            text("# A small assignment", "title"),
            code(GOOD, "double", mark("double", solution=True, locked=False)),
            code(
                'assert double(2) == 4, "double(2) should be 4: did you square it?"',
                "visible",
                {**mark("double-tests", grade=True, points=20), "execution": {"iopub.status.busy": "12:00"}},
            ),
            code("# When graded: other numbers.", "hidden", mark("double-more-tests", grade=True, points=40)),
            text("Why is twice x the same as x + x?", "question", mark("why", task=True, points=40)),
            text("Because of the law.", "answer"),
        ],
    }


@pytest.fixture(scope="module")
def template(toy_notebook_of):
    return Template.of(toy_notebook_of())


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "submitted" / "ann" / "toy"
    path.mkdir(parents=True)
    return path


@pytest.fixture
def hand_in(folder, template):
    """Put content, a notebook as data or the text or bytes of a file, into the folder, and examine it."""

    def put(content, name="toy.ipynb"):
        content = json.dumps(content) if isinstance(content, dict) else content
        content = content.encode() if isinstance(content, str) else content
        (folder / name).write_bytes(content)
        return examine(folder, "toy", template, {"toy": IDS, "optics": {"lens", "prism", "mirror"}})

    return put


def cell(nb, cell_id):
    return next(each for each in nb["cells"] if each["id"] == cell_id)


def drop(nb, *cell_ids):
    nb["cells"] = [each for each in nb["cells"] if each["id"] not in cell_ids]


def sources(notebook):
    return [each.source for each in notebook.cells]


def grade_ids(notebook):
    return [each.metadata.nbgrader.grade_id for each in notebook.cells if "nbgrader" in each.metadata]


def run(notebook):
    """The names that the code cells define, run in their order until a test fails."""
    names = {}
    for each in notebook.cells:
        if each.cell_type == "code":
            exec(each.source, names)
    return names


def only_flag(submission, words):
    assert submission.problem == ""
    assert len(submission.flags) == 1, submission.flags
    assert words in submission.flags[0]


# Honest submissions


def test_honest_submission_is_taken_without_a_flag(nb, hand_in, toy):
    result = hand_in(nb)
    assert (result.problem, result.flags, result.files, result.timestamp) == ("", (), {}, None)
    nbformat.validate(result.notebook)
    assert grade_ids(result.notebook) == IDS
    by_id = {each.id: each for each in result.notebook.cells}
    assert list(by_id) == ["title", "double", "visible", "hidden", "question", "answer"]
    assert by_id["double"].source == GOOD
    assert by_id["answer"].source == "Because of the law."
    for original in toy.cells:
        if original.id in ("visible", "hidden", "question"):
            assert by_id[original.id].source == original.source, "locked cells are the source's, in full"
    assert by_id["hidden"].metadata.nbgrader.points == 40
    assert result.notebook.metadata.kernelspec.name == "python3"
    assert not any(each.get("outputs") for each in result.notebook.cells)
    run(result.notebook)


def test_untouched_release_is_taken_without_a_flag_and_shows_no_solution(tmp_path):
    """The real assignment, as nbgrader released it."""
    source, template = real()
    released = ROOT / "exercises" / PS01 / f"{PS01}.ipynb"
    (tmp_path / f"{PS01}.ipynb").write_bytes(released.read_bytes())
    result = examine(tmp_path, PS01, template)
    assert (result.problem, result.flags) == ("", ())
    assert [each.source for each in result.notebook.cells if not each.metadata] == [
        each.source for each in source.cells if "nbgrader" not in each.metadata
    ]
    assert_sound(result.notebook, source, released.read_text())


def test_checksums_are_those_of_nbgrader_s_gradebook(nb, hand_in, toy):
    """ComputeChecksums on the notebook without solutions: what nbgrader saves when it releases."""
    from nbgrader.preprocessors import ClearSolutions, ComputeChecksums

    saved, _ = ClearSolutions().preprocess(copy.deepcopy(toy), {})
    saved, _ = ComputeChecksums().preprocess(saved, {})
    expected = {
        each.metadata.nbgrader.grade_id: each.metadata.nbgrader.checksum
        for each in saved.cells
        if "nbgrader" in each.metadata
    }
    found = {
        each.metadata.nbgrader.grade_id: each.metadata.nbgrader.checksum
        for each in hand_in(nb).notebook.cells
        if "nbgrader" in each.metadata
    }
    assert found == expected


def test_same_files_same_result_and_a_job_can_be_sent_to_a_worker(nb, hand_in, template):
    for each in nb["cells"]:
        del each["id"]
    first, second = hand_in(nb), hand_in(nb)
    assert first == second
    assert pickle.loads(pickle.dumps(first)) == first
    assert pickle.loads(pickle.dumps(template)) == template


def test_digest_follows_names_and_contents_and_nothing_else(nb, hand_in, folder):
    before = hand_in(nb).digest
    os.utime(folder / "toy.ipynb", (1, 1))
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / "toy-checkpoint.ipynb").write_text("{")
    assert hand_in(nb).digest == before
    digests = {before, hand_in("1", "data.csv").digest, hand_in("2", "data.csv").digest}
    (folder / "data.csv").rename(folder / "other.csv")
    digests.add(hand_in(nb).digest)
    assert len(digests) == 4


# The folder


@pytest.mark.timeout(20)
def test_links_and_special_files_are_left_out(nb, hand_in, folder, tmp_path):
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "key").write_text("the secret")
    (folder / "data").symlink_to(secret)
    (folder / "key").symlink_to(secret / "key")
    (folder / "zero").symlink_to("/dev/zero")
    os.link(secret / "key", folder / "hard")
    os.mkfifo(folder / "pipe")
    os.mknod(folder / "socket", stat.S_IFSOCK | 0o600)
    if os.geteuid() == 0:
        os.mknod(folder / "device", stat.S_IFCHR | 0o600, os.makedev(1, 5))  # /dev/zero, which never ends
    result = hand_in(nb)
    assert result.files == {"hard": b"the secret"}, "a hard link is an ordinary file"
    links, special = sorted(result.flags)
    assert "data, key, zero, because it is a link" in links
    assert "pipe, socket, because it is no ordinary file" in special.replace("device, ", "")
    assert result.notebook


@pytest.mark.timeout(20)
@pytest.mark.parametrize("swap", [os.mkfifo, lambda path: os.symlink("/etc/hostname", path)])
def test_file_that_is_exchanged_while_it_is_read_is_left_out(nb, hand_in, folder, monkeypatch, swap):
    (folder / "data.csv").write_text("1")
    really = os.open

    def exchange(path, *arguments, **options):
        if path == "data.csv":
            (folder / path).unlink()
            swap(folder / path)
        return really(path, *arguments, **options)

    monkeypatch.setattr(integrity.os, "open", exchange)
    (folder / "toy.ipynb").write_text(json.dumps(nb))
    result = hand_in("", "other")
    assert set(result.files) == {"other"}
    assert "data.csv" in result.flags[0]


def test_linked_notebook_and_linked_folder_are_problems(nb, folder, template, tmp_path):
    (tmp_path / "elsewhere.ipynb").write_text(json.dumps(nb))
    (folder / "toy.ipynb").symlink_to(tmp_path / "elsewhere.ipynb")
    result = examine(folder, "toy", template)
    assert result.notebook is None
    assert "toy.ipynb cannot be used, because it is a link" in result.problem

    linked = folder.parent / "linked"
    linked.symlink_to(folder)
    assert "link to another place" in examine(linked, "toy", template).problem


def test_missing_folder_and_file_in_its_place_are_problems(folder, template):
    (folder.parent / "Toy1").mkdir()
    folder.rmdir()
    assert examine(folder, "toy", template).problem == "expected the folder toy, found Toy1"
    folder.write_text("")
    assert "toy is a file" in examine(folder, "toy", template).problem


def test_names_that_could_be_taken_for_something_else_are_left_out(nb, hand_in, folder):
    for name in (b"-rf", b"caf\xe9", b"new\nline", b"\x1b[31mred", b"..\\..\\up", "right‮left".encode()):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_text("x")
    (folder / "größe.csv").write_text("fine")
    result = hand_in(nb)
    assert set(result.files) == {"größe.csv"}
    only_flag(result, "signs that are not allowed")
    assert result.flags[0].isprintable()


def test_folders_are_kept_up_to_a_depth(nb, hand_in, folder):
    deep = folder.joinpath(*["d"] * 30)
    deep.mkdir(parents=True)
    (deep / "file").touch()
    (folder / "data" / "raw").mkdir(parents=True)
    (folder / "data" / "raw" / "a.csv").write_text("1,2")
    result = hand_in(nb)
    assert result.files == {"data/raw/a.csv": b"1,2"}
    only_flag(result, "more than 10 folders deep")


def test_thousands_of_files_are_cut_off(nb, hand_in, folder):
    for i in range(1500):
        (folder / f"{i:04}").touch()
    result = hand_in(nb)
    assert result.notebook
    assert len(result.files) == 999, "the notebook is one of the thousand"
    only_flag(result, "more than 1000 files")


def test_large_files_are_left_out_and_a_large_notebook_is_a_problem(nb, hand_in, folder):
    for name in ("a.bin", "b.bin"):
        with (folder / name).open("wb") as file:
            file.truncate(30_000_000)
    result = hand_in(nb)
    assert set(result.files) == {"a.bin"}, "together they have more than 50 MB"
    only_flag(result, "b.bin, because it is too large (30.0 MB)")
    with (folder / "toy.ipynb").open("ab") as file:
        file.truncate(20_000_001)
    result = examine(folder, "toy", integrity.Template)
    assert result.notebook is None
    assert "too large (20.0 MB). Clear its outputs" in result.problem


def test_what_cannot_be_read_is_left_out_but_a_fault_of_the_machine_is_raised(
    nb, hand_in, folder, monkeypatch
):
    really = os.open

    def fail(number):
        def open_(path, *arguments, **options):
            if path == "data.csv":
                raise OSError(number, os.strerror(number))
            return really(path, *arguments, **options)

        monkeypatch.setattr(integrity.os, "open", open_)

    (folder / "data.csv").write_bytes(b"1")
    fail(errno.EACCES)
    (folder / "toy.ipynb").write_text(json.dumps(nb))
    only_flag(hand_in("", "other"), "data.csv, because it cannot be read (Permission denied)")
    fail(errno.EMFILE)
    with pytest.raises(OSError, match="Too many open files"):
        hand_in("", "other")


@pytest.mark.parametrize("name", ["toy (1).ipynb", "Toy.ipynb", "homework.ipynb", "toy.IPYNB"])
def test_one_notebook_with_another_name_is_used(nb, hand_in, name):
    result = hand_in(nb, name)
    only_flag(result, f"called {name} instead of toy.ipynb")
    assert result.notebook
    assert result.files == {}


def test_notebook_in_a_folder_of_its_own_is_used_with_the_files_beside_it(nb, hand_in, folder):
    (folder / "toy").mkdir()
    (folder / "toy" / "data.csv").write_text("1")
    result = hand_in(nb, "toy/toy.ipynb")
    only_flag(result, "toy/toy.ipynb")
    assert result.files == {"data.csv": b"1"}


def test_of_several_notebooks_the_one_of_the_assignment_is_used(nb, hand_in):
    other = copy.deepcopy(nb)
    other["cells"] = [text("My notes", "notes")]
    hand_in(other, "notes.ipynb")
    hand_in("{", "broken.ipynb")
    assert hand_in(nb, "mine.ipynb").flags[-1].startswith("The notebook was called mine.ipynb")
    result = hand_in(nb, "mine (1).ipynb")
    assert result.notebook is None
    assert "mine (1).ipynb, mine.ipynb. Call the right one toy.ipynb" in result.problem


def test_no_notebook_at_all(folder, template):
    assert examine(folder, "toy", template).problem == "expected toy.ipynb, found nothing"
    (folder / "answer.txt").touch()
    assert examine(folder, "toy", template).problem == "expected toy.ipynb, found answer.txt"


@pytest.mark.parametrize(
    ("content", "kept"),
    [
        ("2030-05-01 12:00:00 UTC\n", "2030-05-01 12:00:00 UTC"),
        ("2030-05-01 12:00:00.123456 +0200", "2030-05-01 12:00:00.123456 +0200"),
        ("20300501T120000", "20300501T120000"),
        ("yesterday", None),
        ("12:00", None),
        ("", None),
        ("2030-13-41 12:00:00 UTC", None),
        ("2030-05-01 12:00:00 " + "9" * 30, None),
        ("2030-05-01 " + "9" * 1_000_000, None),
        ("2030-05-01 12:00\0", None),
    ],
)
def test_timestamps(nb, hand_in, folder, content, kept):
    (folder / "timestamp.txt").write_text(content)
    result = hand_in(nb)
    assert result.timestamp == kept
    assert result.files == {}
    if kept is None:
        only_flag(result, "whether it was late was not judged")


def test_linked_timestamp_is_not_read(nb, hand_in, folder, tmp_path):
    (tmp_path / "stamp").write_text("2030-05-01 12:00:00 UTC")
    (folder / "timestamp.txt").symlink_to(tmp_path / "stamp")
    result = hand_in(nb)
    assert result.timestamp is None
    only_flag(result, "not judged")


# The file

SOME = '{"nbformat": 4, "cells": '
PROBLEMS = {
    "empty": (b"", "is empty"),
    "zeros": (bytes(5000), "is empty"),
    "blank": (b" \n\t", "is empty"),
    "truncated": (b'{"cells": [{"cell_type": "code", "source": "x = ', "ends in the middle"),
    "half": (b'{"cells": [', "ends in the middle"),
    "garbled": (b'{"cells": [}, "metadata": {}, "nbformat": 4}', "it is damaged"),
    "web page": (b"\n<!DOCTYPE html><html><body>Sign in</body></html>", "a web page"),
    "conflict": (b'{"cells": [\n<<<<<<< HEAD\n1\n=======\n2\n>>>>>>> theirs\n]}', "git merge"),
    "script": (b"# %%\nimport numpy as np\n\ndef double(x):\n    return 2 * x\n", "a Python script"),
    "pdf": (b"%PDF-1.7\n\xe2\xe3\xcf\xd3", "a PDF file"),
    "zip": (b"PK\x03\x04\xff\xfe\x9c", "a ZIP archive"),
    "prose": (b"Dear professor, ...", "some other kind of file"),
    "latin-1": ('{"cells": "größe"}'.encode("latin-1"), "UTF-8"),
    "utf-16 without mark": ('{"cells": []}'.encode("utf-16-le"), "is not a notebook"),
    "broken utf-16": (b"\xff\xfe{\x00\x00", "UTF-8"),
    "zero inside": (b'{"cells": [\0]}', "damaged"),
    "deep": (b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
    "long number": (SOME.encode() + b"9" * 5000 + b"}", "is not a notebook"),
    "many values": (SOME.encode() + b"[" + b"[]," * 3_000_000 + b"0]}", "too much data"),
    "list": (b"[1, 2]", "holds no cells"),
    "number": (b"1", "holds no cells"),
    "other object": (b'{"name": "toy"}', "holds no cells"),
    "format 2": (b'{"nbformat": 2, "worksheets": []}', "format 2; expected 4"),
    "format 5": (b'{"nbformat": 5, "cells": []}', "format 5; expected 4"),
    "format list": (b'{"nbformat": [4], "cells": []}', "format [4]"),
    "cells as mapping": (SOME.encode() + b'{"0": {}}}', "its cells are no list"),
    "cells as null": (SOME.encode() + b"null}", "its cells are no list"),
    "worksheets as text": (b'{"nbformat": 3, "worksheets": "x"}', "marks"),
    "no cells": (SOME.encode() + b"[]}", "marks"),
    "many cells": (SOME.encode() + b"[" + b"{}," * 2000 + b"{}]}", "2001 cells"),
}


@pytest.mark.parametrize("kind", PROBLEMS)
def test_what_is_no_notebook_is_a_problem_that_says_what_it_seems_to_be(hand_in, kind):
    content, words = PROBLEMS[kind]
    result = hand_in(content)
    assert result.notebook is None
    assert words in result.problem
    assert result.problem.isprintable()
    assert len(result.digest) == 64


@pytest.mark.timeout(20)
def test_a_text_made_to_be_slow_is_not(hand_in):
    for line in ("<<<<<<< a\n", "<" * 1000, "import \n", "{" * 7 + "\n", "\\ud800", '"\\u0000'):
        assert hand_in(line * (5_000_000 // len(line))).problem


@pytest.mark.parametrize(
    ("encoding", "mark_"),
    [("utf-8", b"\xef\xbb\xbf"), ("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")],
)
def test_encodings_with_a_mark_are_read(nb, hand_in, encoding, mark_):
    cell(nb, "answer")["source"] = "Größe ½"
    result = hand_in(mark_ + json.dumps(nb, ensure_ascii=False).encode(encoding))
    only_flag(result, "UTF-8")
    assert result.notebook.cells[-1].source == "Größe ½"


def test_characters_that_no_text_can_hold_are_replaced(nb, hand_in):
    cell(nb, "answer")["source"] = "a\ud800b\0c"
    result = hand_in(nb)
    only_flag(result, "replaced")
    assert result.notebook.cells[-1].source == "a\ufffdb\ufffdc"
    nbformat.writes(result.notebook).encode()


def test_of_a_repeated_key_the_last_counts_as_in_jupyter_and_nan_does_no_harm(nb, hand_in):
    whole = json.dumps(nb)
    result = hand_in('{"cells": [], "x": NaN, "y": 1e999, ' + whole[1:])
    assert grade_ids(result.notebook) == IDS
    assert result.flags == ()


# Formats


@pytest.mark.parametrize("minor", [0, 1, 2, 3, 4, 5, 6, 99])
def test_minor_formats_old_and_to_come(nb, hand_in, minor):
    nb["nbformat_minor"] = minor
    if minor < 5:
        for each in nb["cells"]:
            del each["id"]
    result = hand_in(nb)
    assert (result.problem, result.flags) == ("", ())
    assert len(sources(result.notebook)) == 6
    nbformat.validate(result.notebook)


@pytest.mark.filterwarnings("ignore")
def test_format_3_is_read(nb, hand_in):
    nb["cells"].insert(1, code("import math", "own"))
    current = nbformat.from_dict(copy.deepcopy(nb))
    for each in current.cells:
        each.pop("id")
    current.nbformat_minor = 4
    old = json.loads(nbformat.writes(nbformat.convert(current, 3), version=3))
    assert "worksheets" in old
    heading = {"cell_type": "heading", "level": 1, "source": ["A heading"], "metadata": {}}
    old["worksheets"][0]["cells"].insert(0, heading)
    result = hand_in(old)
    assert (result.problem, result.flags) == ("", ())
    assert sources(result.notebook)[0] == "# A heading"
    assert sources(result.notebook)[1:] == sources(hand_in(nb).notebook)


def test_source_as_lines_missing_keys_and_strange_types(nb, hand_in):
    cell(nb, "double")["source"] = ["def double(x):\n", "    return 2 * x"]
    for each in nb["cells"]:
        each.pop("outputs", None)
        each.pop("execution_count", None)
    del nb["metadata"], cell(nb, "title")["metadata"], cell(nb, "answer")["source"]
    result = hand_in(nb)
    assert (result.problem, result.flags) == ("", ())
    assert result.notebook.cells[1].source == GOOD
    nbformat.validate(result.notebook)

    nb["metadata"] = ["python"]
    cell(nb, "title")["metadata"] = [1]
    cell(nb, "double")["metadata"]["tags"] = {"skip-execution": 1}
    cell(nb, "visible")["metadata"]["nbgrader"]["points"] = "many"
    cell(nb, "hidden")["metadata"]["nbgrader"]["locked"] = float("nan")
    cell(nb, "answer")["metadata"]["nbgrader"] = "why"
    result = hand_in(nb)
    assert (result.problem, result.flags) == ("", ())
    assert grade_ids(result.notebook) == IDS


def test_damaged_cells_do_not_stop_the_others(nb, hand_in):
    nb["cells"][1:1] = [
        None,
        7,
        code(3.14, "number"),
        code(["x", 1], "mixed"),
        {**code("SELECT 1", "sql"), "cell_type": "sql"},
        {**code("x", "listed"), "cell_type": ["code"]},
    ]
    result = hand_in(nb)
    only_flag(result, "Damaged cells: 6")
    assert "SELECT 1" in sources(result.notebook)
    assert {each.source: each.cell_type for each in result.notebook.cells}["SELECT 1"] == "raw"
    nbformat.validate(result.notebook)
    run(result.notebook)


def test_ids_are_made_valid_and_unique(nb, hand_in):
    for cell_id in ("title", "title", "double", "own-9", "a b", "", "x" * 65, 5, None, {"a": 1}, "own-2"):
        nb["cells"].append(code("pass", cell_id))
    result = hand_in(nb)
    assert result.problem == ""
    ids = [each.id for each in result.notebook.cells]
    assert len(set(ids)) == len(ids) == 17
    nbformat.validate(result.notebook)
    assert grade_ids(result.notebook) == IDS


@pytest.mark.parametrize("language", ["R", "julia", "bash"])
def test_another_language_is_flagged_and_another_python_is_not(nb, hand_in, language):
    nb["metadata"] = {"kernelspec": {"name": "x", "language": language}}
    result = hand_in(nb)
    only_flag(result, f"language {language}")
    assert result.notebook.metadata.kernelspec.name == "python3"


@pytest.mark.parametrize("tag", ["skip-execution", "raises-exception", "nbval-skip"])
def test_tags_that_change_the_run_are_removed_and_flagged(nb, hand_in, tag):
    cell(nb, "double")["metadata"]["tags"] = [tag, "important", 3]
    result = hand_in(nb)
    only_flag(result, tag)
    assert not any("tags" in each.metadata for each in result.notebook.cells)


def test_settings_of_the_run_are_flagged_and_harmless_metadata_are_not(nb, hand_in):
    cell(nb, "title")["metadata"] = {"deletable": False, "collapsed": True, "tags": ["parameters"]}
    nb["metadata"]["celltoolbar"] = "Create Assignment"
    assert hand_in(nb).flags == ()
    nb["metadata"]["execution"] = {"timeout": 100000, "allow_errors": True}
    only_flag(hand_in(nb), "allow_errors, timeout")


def test_tags_of_the_assignment_itself_are_no_reason_for_a_flag(nb, folder, toy):
    toy.cells[0].metadata.tags = ["nbval-ignore-output"]
    cell(nb, "title")["metadata"]["tags"] = ["nbval-ignore-output"]
    (folder / "toy.ipynb").write_text(json.dumps(nb))
    assert examine(folder, "toy", Template.of(toy)).flags == ()


def test_pictures_stay_and_other_attachments_do_not(nb, hand_in):
    png = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(99)).decode()
    cell(nb, "answer")["attachments"] = {"plot.png": {"image/png": png}}
    result = hand_in(nb)
    assert result.flags == ()
    assert result.notebook.cells[-1].attachments == {"plot.png": {"image/png": png}}
    for bad in (
        {"image/svg+xml": "<svg onload='alert(1)'/>"},
        {"text/html": "<b>"},
        {"image/png": '"><script>'},
        {"image/png": 5},
        {"image/png": "A" * 2_000_001},
        "text",
        [],
    ):
        cell(nb, "answer")["attachments"]["other"] = bad
        result = hand_in(nb)
        only_flag(result, "Attachments were left out")
        assert set(result.notebook.cells[-1].attachments) == {"plot.png"}
        nbformat.validate(result.notebook)


# The cells


@pytest.mark.parametrize("gone", ["visible", "hidden", "question"])
def test_missing_locked_cell_is_put_back_at_its_place(nb, hand_in, toy, gone):
    drop(nb, gone)
    result = hand_in(nb)
    only_flag(result, "missing and were put back")
    assert [each.id for each in result.notebook.cells] == [each.id for each in toy.cells]
    original = next(each.source for each in toy.cells if each.id == gone)
    assert original in sources(result.notebook)


def test_missing_answer_comes_back_empty_so_that_a_cell_of_one_s_own_counts(nb, hand_in):
    drop(nb, "double")
    nb["cells"].insert(1, code(GOOD, "mine"))
    result = hand_in(nb)
    only_flag(result, "Missing and counted as empty, unless other cells do their work: double.")
    empty = next(each for each in result.notebook.cells if each.id == "double")
    assert (empty.source, empty.metadata.nbgrader.solution) == ("", True)
    assert run(result.notebook)["double"](4) == 8


def test_missing_test_comes_behind_what_the_student_wrote_for_it(nb, hand_in):
    cell(nb, "double")["source"] = "pass"
    drop(nb, "visible", "hidden", "question")
    nb["cells"].insert(2, code(GOOD, "mine"))
    ids = [each.id for each in hand_in(nb).notebook.cells]
    assert ids == ["title", "double", "mine", "visible", "hidden", "question", "answer"]


def test_missing_setup_comes_before_what_needs_it():
    """In ps01 the imports are a locked cell behind two texts; the student's own code needs them."""
    source, template = real()
    data = json.loads((ROOT / "exercises" / PS01 / f"{PS01}.ipynb").read_text())
    drop(data, "setup")
    data["cells"].insert(2, code("np.array([1])", "mine"))
    ids = [each.id for each in repairs.repair(data, template)[0].cells]
    assert ids[:4] == ["title", "how-to", "setup", "mine"]
    assert [each for each in ids if each != "mine"] == [each.id for each in source.cells]


def test_several_answers_run_in_their_order_and_the_last_is_the_answer(nb, hand_in):
    nb["cells"].insert(2, copy.deepcopy(cell(nb, "double")))
    nb["cells"][1]["source"] = "helper = 2"
    nb["cells"][2]["source"] = "def double(x):\n    return helper * x"
    result = hand_in(nb)
    only_flag(result, "several cells for double")
    answer = next(each for each in result.notebook.cells if each.id == "double")
    assert "helper * x" in answer.source
    assert run(result.notebook)["helper"] == 2


def test_copies_of_locked_cells_are_dropped(nb, hand_in):
    nb["cells"].append({**copy.deepcopy(cell(nb, "visible")), "source": "raise SystemExit"})
    result = hand_in(nb)
    only_flag(result, "Copies of cells of the assignment were left out: double-tests")
    assert "raise SystemExit" not in sources(result.notebook)


@pytest.mark.parametrize(
    ("change", "flagged"),
    [
        ({"source": "assert True"}, True),
        ({"source": ""}, True),
        ({"source": 'assert double( 2 )==4,"double(2)  should be 4: did you square it?"\n\n'}, False),
        ({"metadata": mark("double-tests", grade=True, points=9000)}, False),
        ({"metadata": mark("double-tests", grade=False, solution=True, locked=False, points=-1)}, False),
        ({"metadata": {"nbgrader": {"grade_id": "double-tests"}}}, False),
        ({"cell_type": "markdown"}, False),
        ({"cell_type": "raw"}, False),
    ],
)
def test_altered_locked_cell_is_restored(nb, hand_in, change, flagged):
    honest = hand_in(nb).notebook
    cell(nb, "visible").update(change)
    result = hand_in(nb)
    assert result.notebook == honest
    assert bool(result.flags) == flagged
    if flagged:
        only_flag(result, "Locked cells had been changed")


def test_hidden_tests_in_a_locked_cell_are_no_alteration(nb, hand_in, toy):
    """The reference itself, handed in as it is, as an instructor tries it out."""
    reference = json.loads(nbformat.writes(toy))
    result = hand_in(reference)
    assert result.flags == ()


def test_answer_written_into_the_question_is_kept_below_it(nb, hand_in, toy):
    cell(nb, "question")["source"] += "\n\nBecause 2x = x + x."
    result = hand_in(nb)
    only_flag(result, "your version stands below it")
    question, kept, answer = result.notebook.cells[-3:]
    assert question.source == toy.cells[4].source
    assert kept.source.endswith("Because 2x = x + x.")
    assert answer.source == "Because of the law."


def test_reordered_cells_are_put_into_order_and_own_cells_stay_behind_theirs(nb, hand_in):
    title, double, visible, hidden, question, answer = nb["cells"]
    mine, mine_too = code("a = 1", "mine"), text("note", "mine-too")
    nb["cells"] = [title, hidden, mine, question, answer, double, mine_too, visible]
    result = hand_in(nb)
    only_flag(result, "in another order")
    ids = [each.id for each in result.notebook.cells]
    assert ids == ["title", "double", "mine-too", "visible", "hidden", "mine", "question", "answer"]


@pytest.mark.parametrize("kind", ["markdown", "raw", "sql"])
def test_answer_in_a_cell_of_another_type_is_code_again(nb, hand_in, kind):
    cell(nb, "double")["cell_type"] = kind
    result = hand_in(nb)
    assert "set right: double" in result.flags[-1]
    assert result.notebook.cells[1].cell_type == "code"
    run(result.notebook)


def test_written_answer_that_is_graded_by_hand(folder, nb, toy):
    written = nbformat.v4.new_markdown_cell(
        "### BEGIN SOLUTION\nBecause.\n### END SOLUTION",
        id="essay",
        metadata=mark("essay", grade=True, solution=True, locked=False, points=5),
    )
    toy.cells.append(NotebookNode(written))
    for kind in ("markdown", "code"):
        nb["cells"] = nb["cells"][:6] + [{**text("My essay", "essay", mark("essay")), "cell_type": kind}]
        (folder / "toy.ipynb").write_text(json.dumps(nb))
        result = examine(folder, "toy", Template.of(toy))
        assert (result.notebook.cells[-1].source, result.notebook.cells[-1].cell_type) == (
            "My essay",
            "markdown",
        )
        assert len(result.flags) == (kind == "code")
    drop(nb, "essay")
    (folder / "toy.ipynb").write_text(json.dumps(nb))
    assert examine(folder, "toy", Template.of(toy)).notebook.cells[-1].source == ""


def test_own_cells_of_every_type_are_kept(nb, hand_in):
    nb["cells"].insert(2, code("x = 1", "c"))
    nb["cells"].insert(3, text("*note*", "m"))
    nb["cells"].insert(4, {"cell_type": "raw", "id": "r", "metadata": {}, "source": "raw text"})
    result = hand_in(nb)
    assert result.flags == ()
    kept = [(each.id, each.cell_type) for each in result.notebook.cells[2:5]]
    assert kept == [("c", "code"), ("m", "markdown"), ("r", "raw")]


def test_marks_of_other_assignments_are_dropped(nb, hand_in):
    nb["cells"].append(code("x = 1", "x", mark("lens", grade=True, points=99)))
    result = hand_in(nb)
    only_flag(result, "not of this assignment: lens")
    assert grade_ids(result.notebook) == IDS
    assert "x = 1" in sources(result.notebook)


def test_old_versions_of_nbgrader_s_metadata(nb, hand_in):
    expected = hand_in(nb).notebook
    for version, dropped in ((2, []), (1, ["task"]), (0, ["task", "schema_version"]), (99, [])):
        old = copy.deepcopy(nb)
        for each in old["cells"]:
            if "nbgrader" in each["metadata"]:
                each["metadata"]["nbgrader"]["schema_version"] = version
                for key in dropped:
                    del each["metadata"]["nbgrader"][key]
        result = hand_in(old)
        assert result.flags == ()
        assert result.notebook == expected


def test_another_assignment_is_a_problem_that_names_it(nb, hand_in):
    for each, grade_id in zip(nb["cells"], ["lens", "prism", "mirror", "lens-tests"], strict=False):
        each["metadata"] = mark(grade_id)
    drop(nb, "question")
    assert "it seems to be optics" in hand_in(nb).problem
    for each in nb["cells"]:
        each["metadata"] = mark("other-" + each["id"])
    result = hand_in(nb)
    assert result.notebook is None
    assert "notebook of another assignment. " in result.problem


def test_lost_marks_are_found_again_by_id_and_by_text(nb, hand_in):
    honest = hand_in(nb).notebook
    for each in nb["cells"]:
        each["metadata"] = {}
    cell(nb, "visible")["id"] = "changed"
    result = hand_in(nb)
    only_flag(result, "recognised by id or text")
    assert result.notebook == honest


def test_cell_without_text_is_not_taken_for_a_test_that_is_all_hidden(folder, nb, toy):
    hidden = "### BEGIN HIDDEN TESTS\nassert double(3) == 6\n### END HIDDEN TESTS"
    toy.cells.append(
        nbformat.v4.new_code_cell(hidden, id="secret", metadata=mark("secret", grade=True, points=1))
    )
    nb["cells"].insert(0, code("", "mine"))
    (folder / "toy.ipynb").write_text(json.dumps(nb))
    result = examine(folder, "toy", Template.of(toy))
    only_flag(result, "were missing and were put back: secret")
    ids = [each.id for each in result.notebook.cells]
    assert (ids[0], ids[-1]) == ("mine", "secret")


def test_equal_tests_are_not_told_apart_by_their_text(folder, nb, toy):
    """One of two locked cells with the same text lost its mark: which one, only its place could tell."""
    for cell_id in ("again", "once-more"):
        same = nbformat.v4.new_code_cell("x = 1", id=cell_id, metadata=mark(cell_id))
        toy.cells.append(same)
        nb["cells"].append(code("x = 1", "new-" + cell_id))
    (folder / "toy.ipynb").write_text(json.dumps(nb))
    result = examine(folder, "toy", Template.of(toy))
    only_flag(result, "missing and were put back: again, once-more")


def test_own_cell_with_the_id_of_another_does_not_mislead(nb, hand_in):
    drop(nb, "visible")
    cell(nb, "hidden")["id"] = "h2"
    nb["cells"].insert(2, code(GOOD, "hidden"))
    result = hand_in(nb)
    only_flag(result, "put back: double-tests")
    assert sources(result.notebook)[1:3] == [GOOD, GOOD]
    assert result.notebook.cells[3].id == "visible"


def test_answers_that_could_only_be_guessed_are_a_problem(nb, hand_in):
    for each in nb["cells"]:
        each["metadata"] = {}
        del each["id"]
    result = hand_in(nb)
    assert result.notebook is None
    assert "copy your answers into it" in result.problem


def test_bounds_of_hidden_regions_in_own_cells_cannot_break_the_feedback(nb, hand_in):
    cell(nb, "double")["source"] += "\n### BEGIN HIDDEN TESTS"
    cell(nb, "answer")["source"] += "\nEND MARK SCHEME"
    result = hand_in(nb)
    only_flag(result, "hidden region")
    from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme

    for clear in (ClearHiddenTests, ClearMarkScheme):
        clear().preprocess(copy.deepcopy(result.notebook), {})
    nb["cells"][1]["source"] = GOOD + "\n### BEGIN HIDDEN TESTS"
    with pytest.raises(RuntimeError):
        ClearHiddenTests().preprocess(nbformat.from_dict(nb), {})


def test_flags_stay_short_whatever_the_names(nb, hand_in):
    for i in range(500):
        nb["cells"].append(code("", f"x{i}", mark(f"{'y' * 1000}\n<script>{i}")))
    nb["cells"] += [copy.deepcopy(each) for each in nb["cells"][1:5]] * 300
    result = hand_in(nb)
    assert all(flag.isprintable() and len(flag) < 600 for flag in result.flags)
    assert "2000" in hand_in({**nb, "cells": nb["cells"] * 2}).problem


# All of it, at random


def real():
    source = nbformat.read(ROOT / "solutions" / PS01 / f"{PS01}.ipynb", 4)
    return source, Template.of(source, course_directory(ROOT).config)


def assert_sound(notebook, source, handed_in):
    """What must hold of every notebook that is run, whatever was handed in (given as text)."""
    nbformat.validate(notebook)
    json.dumps(notebook, ensure_ascii=False).encode()
    graded = [each for each in source.cells if "nbgrader" in each.metadata]
    assert grade_ids(notebook) == [each.metadata.nbgrader.grade_id for each in graded]
    cells = {each.metadata.nbgrader.grade_id: each for each in notebook.cells if each.metadata}
    for each in graded:
        mine = cells[each.metadata.nbgrader.grade_id]
        assert mine.metadata.nbgrader.items() >= each.metadata.nbgrader.items()
        assert mine.cell_type == each.cell_type
        if not each.metadata.nbgrader.solution:
            assert mine.source == each.source
    solutions = NotebookNode(cells=[each for each in graded if each.metadata.nbgrader.solution])
    whole = "\n".join(sources(notebook))
    for line in secret_lines(solutions):
        assert line not in whole or json.dumps(line)[1:-1] in handed_in, line


def mutate(rng, data):
    """Change a notebook in one random way."""
    cells = data["cells"]
    i, j = rng.randrange(len(cells)), rng.randrange(len(cells))
    junk = rng.choice([None, 0, "", [], {}, "x", ["\ud800"], {"nbgrader": {"grade_id": 3}}, float("nan")])
    match rng.randrange(8):
        case 0:
            del cells[i]
        case 1:
            cells.insert(j, copy.deepcopy(cells[i]))
        case 2:
            cells[i], cells[j] = cells[j], cells[i]
        case 3:
            rng.shuffle(cells)
        case 4:
            cells[i][rng.choice(["source", "metadata", "id", "cell_type", "outputs", "attachments"])] = junk
        case 5:
            cells[i].pop(rng.choice(list(cells[i])))
        case 6:
            cells[i]["metadata"], cells[j]["metadata"] = cells[j]["metadata"], cells[i]["metadata"]
        case 7:
            cells.insert(j, junk if rng.random() < 0.5 else code("x = 1", "own"))


def test_random_damage_to_the_cells(tmp_path):
    source, template = real()
    released = (ROOT / "exercises" / PS01 / f"{PS01}.ipynb").read_text()
    run_ = 0
    for seed in range(150):
        rng = random.Random(seed)
        data = json.loads(released)
        for _ in range(rng.randrange(1, 8)):
            if all(isinstance(each, dict) and each.get("metadata") is not None for each in data["cells"]):
                mutate(rng, data)
        (tmp_path / f"{PS01}.ipynb").write_text(json.dumps(data))
        result = examine(tmp_path, PS01, template)
        assert bool(result.problem) == (result.notebook is None)
        if result.notebook is not None:
            run_ += 1
            assert_sound(result.notebook, source, json.dumps(data))
    assert run_ > 100, "or the test tests nothing"


def test_random_damage_to_the_bytes(tmp_path, template, nb, toy):
    whole = json.dumps(nb, indent=1).encode()
    ended = {"run": 0, "problem": 0}
    for seed in range(600):
        rng = random.Random(seed)
        data = bytearray(whole)
        for _ in range(rng.choice([1, 1, 1, 3, 10])):
            data[rng.randrange(len(data))] = rng.choice([rng.randrange(256), rng.choice(b'{}[]",:0\\ \n')])
        if rng.random() < 0.1:
            del data[rng.randrange(len(data)) :]
        (tmp_path / "toy.ipynb").write_bytes(data)
        result = examine(tmp_path, "toy", template)
        assert bool(result.problem) == (result.notebook is None)
        ended["run" if result.notebook else "problem"] += 1
        if result.notebook:
            assert_sound(result.notebook, toy, data.decode())
    assert min(ended.values()) > 50, "or the test tests nothing"


def test_the_check_of_sound_notebooks_rejects(nb, hand_in, toy):
    good = hand_in(nb).notebook

    def rejects(change):
        bad = copy.deepcopy(good)
        change(bad)
        with pytest.raises((AssertionError, nbformat.ValidationError)):
            assert_sound(bad, toy, json.dumps(nb))

    assert_sound(good, toy, json.dumps(nb))
    rejects(lambda bad: bad.cells.pop(2))
    rejects(lambda bad: bad.cells.reverse())
    rejects(lambda bad: bad.cells[2].update(source="assert True"))
    rejects(lambda bad: bad.cells[2].metadata.nbgrader.update(points=1))
    rejects(lambda bad: bad.cells[0].update(cell_type="sql"))
    rejects(lambda bad: bad.cells[1].update(source=toy.cells[1].source))


# nbgrader's own command


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning")
@pytest.mark.filterwarnings("ignore:Non-unique cell id")
def test_nbgrader_autograde_repairs_too(new_course, submit, toy, nb):
    from course_admin.assignments import open_gradebook
    from course_admin.release import release

    root = new_course()
    (root / "solutions" / "toy").mkdir(parents=True)
    nbformat.write(toy, root / "solutions" / "toy" / "toy.ipynb")
    with (root / "nbgrader_config.py").open("a") as config:
        config.write(
            "c.Autograde.sanitize_preprocessors = [\n"
            '    "course_admin.grading.repairs.Repair",\n'
            '    "nbgrader.preprocessors.CheckCellMetadata",\n]\n'
            # The rest as nbgrader has it, for this is about the repair alone.
            "c.Autograde.autograde_preprocessors = [\n"
            '    "nbgrader.preprocessors.Execute",\n'
            '    "nbgrader.preprocessors.SaveAutoGrades",\n'
            '    "nbgrader.preprocessors.CheckCellMetadata",\n]\n'
        )
    release(root, "toy")
    drop(nb, "hidden")
    nb["cells"].insert(1, copy.deepcopy(nb["cells"][1]))
    nb["cells"][0]["metadata"]["tags"] = ["skip-execution"]
    submit(root, "ann", "toy", nbformat.from_dict(nb))
    drop(nb, "double", "visible", "question")
    submit(root, "bob", "toy", nbformat.from_dict(nb))

    def autograde(student):
        command = [sys.executable, "-m", "nbgrader", "autograde", "toy", f"--student={student}"]
        env = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
        return subprocess.run(command, cwd=root, env=env, capture_output=True, text=True)

    done = autograde("ann")
    assert done.returncode == 0, done.stderr
    graded = nbformat.read(root / "autograded" / "ann" / "toy" / "toy.ipynb", 4)
    assert len(graded.metadata.course_flags) == 3, graded.metadata.course_flags
    with open_gradebook(course_directory(root)) as gradebook:
        assert gradebook.find_submission("toy", "ann").score == 60

    failed = autograde("bob")
    assert failed.returncode != 0
    assert "copy your answers into it" in failed.stderr
