"""No notebook stores outputs, but for cells whose text nbval compares; all are in the normal form."""

from pathlib import Path

import pytest

from course_admin import notebooks

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = notebooks.find([ROOT / "book", ROOT / "solutions", ROOT / "exercises"])


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_stray_outputs_and_normal_form(path):
    nb = notebooks.read(path)
    assert notebooks.stray_outputs(nb) == []
    normal = notebooks.text(notebooks.normalise(nb))
    assert path.read_text(encoding="utf-8") == normal, f"run: course normalise {path.relative_to(ROOT)}"


def test_there_are_notebooks():
    assert len(NOTEBOOKS) >= 2
