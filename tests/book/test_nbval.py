"""nbval compares what it is meant to compare: a stored text that is no longer true fails."""

import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("stored", "code"), [("4\n", 0), ("5\n", 1)])
def test_a_stored_text_is_compared(tmp_path, stored, code):
    cell = new_code_cell("print(2 + 2)", execution_count=1, metadata={"tags": ["nbval-check-output"]})
    cell.outputs = [new_output("stream", name="stdout", text=stored)]
    nbformat.write(new_notebook(cells=[cell]), tmp_path / "page.ipynb")
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "page.ipynb"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == code, run.stdout
