import nbformat
import pytest
from click.testing import CliRunner
from nbformat.v4 import new_code_cell, new_notebook, new_output

from course_admin import cli, notebooks


def dirty():
    """A notebook as JupyterLab leaves it: two executed cells, the second with text for nbval to compare."""
    result = new_output("execute_result", {"text/plain": "4"}, execution_count=7)
    return new_notebook(
        cells=[
            new_code_cell(
                "2 + 2", id="plain", outputs=[result], execution_count=7, metadata={"scrolled": True}
            ),
            new_code_cell(
                "2 + 2",
                id="kept",
                outputs=[result],
                execution_count=7,
                metadata={"tags": ["nbval-check-output"], "execution": {"iopub.status.busy": "now"}},
            ),
        ],
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python", "version": "3.11.7"},
            "vscode": {"hash": "1"},
        },
    )


def test_normalise_keeps_only_outputs_that_nbval_compares():
    nb = notebooks.normalise(dirty())
    plain, kept = nb.cells
    assert plain.outputs == []
    assert [output.data["text/plain"] for output in kept.outputs] == ["4"]
    assert [cell.execution_count for cell in nb.cells] == [None, 1]
    assert kept.outputs[0].execution_count is None


def test_normalise_drops_the_metadata_of_editors():
    nb = notebooks.normalise(dirty())
    assert [dict(cell.metadata) for cell in nb.cells] == [{}, {"tags": ["nbval-check-output"]}]
    assert set(nb.metadata) == {"kernelspec", "language_info"}
    assert nb.metadata.language_info == {"name": "python"}


def test_stray_outputs_are_named():
    assert notebooks.stray_outputs(dirty()) == [
        "cell 0 (plain) stores outputs and lacks the tag nbval-check-output"
    ]
    assert notebooks.stray_outputs(notebooks.normalise(dirty())) == []


def test_normal_form_is_stable_and_valid():
    once = notebooks.text(notebooks.normalise(dirty()))
    again = notebooks.text(notebooks.normalise(nbformat.reads(once, 4)))
    assert once == again
    assert once.endswith("}\n")
    nbformat.validate(nbformat.reads(once, 4))


def test_command_changes_files_and_says_so_with_its_exit_status(tmp_path):
    path = tmp_path / "folder" / "a.ipynb"
    path.parent.mkdir()
    nbformat.write(dirty(), path)
    first = CliRunner().invoke(cli.main, ["normalise", str(tmp_path)])
    assert first.exit_code == 1
    assert first.output == f"normalised {path}\n"
    second = CliRunner().invoke(cli.main, ["normalise", str(path)])
    assert (second.exit_code, second.output) == (0, "")


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    path.write_text("old")
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        notebooks.write_atomically(path, "new")
    assert path.read_text() == "old"
