"""Building and serving: a small book of its own in a temporary folder, and the course itself once."""

import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner

from course_admin import cli, site

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A book of two pages with the course's settings, whose course_lib holds one number."""
    shutil.copy(ROOT / "_config.yml", tmp_path)
    shutil.copytree(ROOT / "course_admin", tmp_path / "course_admin")
    (tmp_path / "requirements.lock").write_text("")
    (tmp_path / "course_lib").mkdir()
    (tmp_path / "course_lib" / "__init__.py").write_text("value = 'first value'\n")
    (tmp_path / "book").mkdir()
    shutil.copy(ROOT / "book" / "references.bib", tmp_path / "book")
    (tmp_path / "book" / "index.md").write_text("# Small book\n")
    chapter = {"chapters": [{"file": "book/chapter"}]}
    (tmp_path / "_toc.yml").write_text(f"format: jb-book\nroot: book/index\nparts: [{chapter}]\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))  # for the kernels: this course_lib, not the installed one
    write_chapter(tmp_path, "import course_lib", "print(course_lib.value)")
    return tmp_path


def write_chapter(book, *sources):
    cells = [nbformat.v4.new_markdown_cell("# Chapter", id="title")]
    cells += [nbformat.v4.new_code_cell(source, id=f"cell-{i}") for i, source in enumerate(sources)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(notebook, book / "book" / "chapter.ipynb")


def chapter(book):
    return (book / "_build" / "html" / "book" / "chapter.html").read_text()


def test_what_changed_is_built_and_nothing_else(book, capsys):
    site.build(book)
    assert "first value" in chapter(book)
    assert "Running 1 notebook" in capsys.readouterr().out

    site.build(book)
    assert "up to date" in capsys.readouterr().out

    (book / "course_lib" / "__init__.py").write_text("value = 'second value'\n")
    site.build(book)
    assert "Running 1 notebook" in capsys.readouterr().out
    assert "second value" in chapter(book)

    (book / "book" / "index.md").write_text("# Small book, second edition\n")
    site.build(book)
    assert "Running" not in capsys.readouterr().out.replace("Running Jupyter-Book", "")
    assert "second edition" in (book / "_build" / "html" / "book" / "index.html").read_text()


def test_a_notebook_that_raises_fails_the_build_and_is_named(book, monkeypatch):
    write_chapter(book, "x = 0", "1 / x")
    monkeypatch.setattr(cli, "ROOT", book)
    result = CliRunner().invoke(cli.main, ["build"])
    assert result.exit_code == 1
    assert "book/chapter.ipynb, cell 3 of 3, raised ZeroDivisionError: division by zero" in result.output
    assert "1 / x" in result.output


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("import time; time.sleep(60)", "cell 3 of 3, did not finish within 1 s"),
        ("import os; os._exit(1)", "cell 3 of 3, ended the kernel"),
    ],
)
def test_a_notebook_that_hangs_or_dies_is_named(book, monkeypatch, source, message):
    write_chapter(book, "x = 0", source)
    monkeypatch.setattr(site, "CELL_TIMEOUT", 1)
    with pytest.raises(site.BuildError, match=message):
        site.run_notebooks(book, workers=1)


def test_a_figure_without_alternative_text_fails_the_build_each_time(book, capfd):
    drawing = "import matplotlib.pyplot as plt\n_ = plt.plot([0, 1])"
    interactive = "import plotly.graph_objects as go\ngo.Figure(go.Scatter(y=[0, 1])).show()"
    write_chapter(book, drawing, interactive)
    for _ in range(2):  # Sphinx alone would pass the second time, because it does not read the page again
        with pytest.raises(site.BuildError):
            site.build(book)
        assert capfd.readouterr().err.count("figure without alternative text") == 2


def test_the_course_builds_twice_in_a_row(tmp_path):
    """As `jupyter-book` does it, into a folder of its own; the notebooks come from the cache."""
    if not (ROOT / "_build" / ".jupyter_cache").exists():
        site.build(ROOT)
    shutil.copytree(ROOT / "_build" / ".jupyter_cache", tmp_path / "_build" / ".jupyter_cache")
    jupyter_book = Path(sys.executable).with_name("jupyter-book")
    command = [jupyter_book, "build", "-W", "-n", "--keep-going", "--path-output", tmp_path, ROOT]
    for _ in range(2):
        run = subprocess.run(command, capture_output=True, text=True)
        assert run.returncode == 0, run.stderr


def iter_until(stream, start):
    """The lines of a stream, up to and with the one that starts so."""
    for line in stream:
        yield line.strip()
        if line.startswith(start):
            return


def test_serve_takes_the_next_port_answers_and_ends_on_interrupt(tmp_path, request):
    (tmp_path / "index.html").write_text("Course")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        built = f"site.build = lambda *_: {str(tmp_path)!r}"  # building is tested above
        code = f"from course_admin import site; {built}; site.serve(None, {port})"
        process = subprocess.Popen([sys.executable, "-u", "-c", code], stdout=subprocess.PIPE, text=True)
        request.addfinalizer(process.kill)
        lines = list(iter_until(process.stdout, "Serving"))
        assert f"Port {port} is taken, trying {port + 1}." in lines
        address = re.search(r"http://127.0.0.1:(\d+)/", lines[-1])
        assert int(address[1]) > port
        with urllib.request.urlopen(address[0]) as answer:
            assert answer.read() == b"Course"
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=10)
        assert process.returncode == 0
        assert "Stopped." in rest
