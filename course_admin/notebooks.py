"""The one normal form of every notebook in the repository, so that a diff shows what an author changed."""

import os
from pathlib import Path

import nbformat
from nbformat import NotebookNode

KEEP_OUTPUTS = "nbval-check-output"  # tag of the cells whose stored text nbval compares
CELL_METADATA = {"deletable", "editable", "mystnb", "nbgrader", "tags"}
NOTEBOOK_METADATA = {"course", "kernelspec", "language_info", "mystnb"}


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def normalise(nb: NotebookNode) -> NotebookNode:
    """Drop outputs (but those of cells tagged nbval-check-output), execution counts and editors' metadata.

    Works in place and returns nb.
    """
    for cell in nb.cells:
        cell.metadata = NotebookNode({k: v for k, v in cell.metadata.items() if k in CELL_METADATA})
        if cell.cell_type != "code":
            continue
        if KEEP_OUTPUTS not in cell.metadata.get("tags", []):
            cell.outputs = []
        # nbval takes outputs without an execution count for a cell that never ran, and fails it.
        cell.execution_count = 1 if cell.outputs else None
        for output in cell.outputs:
            if "execution_count" in output:
                output.execution_count = None
    nb.metadata = NotebookNode({k: v for k, v in nb.metadata.items() if k in NOTEBOOK_METADATA})
    # The patch version of Python differs from machine to machine.
    nb.metadata.language_info = NotebookNode(name=nb.metadata.get("language_info", {}).get("name", "python"))
    return nb


def text(nb: NotebookNode) -> str:
    """The bytes of a notebook file: sorted keys, one space of indentation, a newline at the end."""
    return nbformat.writes(nb).rstrip("\n") + "\n"


def stray_outputs(nb: NotebookNode) -> list[str]:
    """One line for each cell that stores an output without being tagged for it."""
    return [
        f"cell {i} ({cell.get('id', 'no id')}) stores outputs and lacks the tag {KEEP_OUTPUTS}"
        for i, cell in enumerate(nb.cells)
        if cell.cell_type == "code" and cell.outputs and KEEP_OUTPUTS not in cell.metadata.get("tags", [])
    ]


def write_atomically(path: Path, content: str) -> None:
    """Write beside the target and rename: a reader sees the old file or the new one, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_text(content, encoding="utf-8")
        os.replace(partial, path)
    except OSError:  # a full disk, above all: leave no half of a file behind
        partial.unlink(missing_ok=True)
        raise


def normalise_file(path: Path) -> bool:
    """Bring one file into normal form; return whether it had to change."""
    before = path.read_text(encoding="utf-8")
    after = text(normalise(read(path)))
    if after != before:
        write_atomically(path, after)
    return after != before


def find(paths: list[Path]) -> list[Path]:
    """The notebooks among files and below folders, without Jupyter's checkpoints."""
    found = []
    for path in paths:
        found += sorted(path.rglob("*.ipynb")) if path.is_dir() else [path]
    return [path for path in found if ".ipynb_checkpoints" not in path.parts]
