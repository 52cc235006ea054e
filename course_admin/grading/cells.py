"""Questions about the cells of a notebook that is plain data, as workers handle it.

They answer as nbgrader.utils does, without its imports, which would cost each worker a second and 100 MB.
"""

import re

HIDDEN = re.compile(r"[^\n]*BEGIN HIDDEN TESTS.*?END HIDDEN TESTS[^\n]*\n?", re.DOTALL)


def marks(cell: dict) -> dict:
    """nbgrader's metadata of a cell; empty if it has none."""
    return cell["metadata"].get("nbgrader", {})


def grade_id(cell: dict) -> str:
    return marks(cell).get("grade_id", "")


def is_test(cell: dict) -> bool:
    """Whether a cell is graded by what it prints or raises."""
    return bool(cell["cell_type"] == "code" and marks(cell).get("grade") and not marks(cell).get("solution"))


def is_helper(cell: dict) -> bool:
    """Whether a cell is locked and no test: the imports and the helpers that the tests need."""
    mark = marks(cell)
    return bool(mark.get("locked") and not mark.get("solution") and not mark.get("grade"))


def title(number: int, cell: dict) -> str:
    """How to call a cell in a sentence that a student reads."""
    return f"cell {grade_id(cell)!r}" if grade_id(cell) else f"cell number {number}"
