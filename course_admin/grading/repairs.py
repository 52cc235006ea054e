"""A clean notebook from the pieces of a damaged one: the assignment's cells, the student's answers.

What can be repaired without guessing is repaired and flagged; `Unusable` says why the rest cannot be.
"""

import copy
import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import count

from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, ClearSolutions, NbGraderPreprocessor
from nbgrader.utils import compute_checksum, is_grade, is_locked, is_solution, is_task
from traitlets.config import Config

from course_admin import notebooks
from course_admin.assignments import source_notebook

MB = 1_000_000
ATTACHMENT_BYTES = 2 * MB
CELLS = 2000
PICTURES = {"image/png", "image/jpeg", "image/gif", "image/webp"}
RUN_TAGS = re.compile(r"skip-execution|raises-exception|nbval-.*")
RUN_KEYS = {"timeout", "allow_errors"}  # in the metadata `execution`; JupyterLab notes times there too
AGAIN = "Open it in JupyterLab, save it, and hand it in again."


class Unusable(Exception):
    """A submission that cannot be graded; the message tells the student why and what to do."""


@dataclass(frozen=True)
class Template:
    """What an assignment must look like when it is run; made once from its source notebook.

    It holds the hidden tests and the rubrics, as nbgrader's gradebook does, but nothing of the solutions.
    """

    metadata: NotebookNode
    graded: Mapping[str, NotebookNode]  # grade_id -> cell, in order: tests in full, stubs for answers
    locked: Collection[str]  # the grade_ids of those that students must not change; the others are answers
    released: Mapping[str, str]  # grade_id -> the text that students got, without white space
    places: Mapping[str, int]  # id of any cell of the assignment -> its position
    tags: Collection[str]  # all tags that the assignment itself uses

    @classmethod
    def of(cls, source: NotebookNode, config: Config | None = None) -> "Template":
        full = copy.deepcopy(source)
        for position, cell in enumerate(full.cells):
            cell.setdefault("id", f"cell-{position}")
            MetadataValidator().upgrade_cell_metadata(cell)
        full, _ = ClearSolutions(config=config).preprocess(full, {})
        released = copy.deepcopy(full)
        for clear in (ClearHiddenTests, ClearMarkScheme):
            released, _ = clear(config=config).preprocess(released, {})

        graded = {}
        for cell in full.cells:
            if is_grade(cell) or is_solution(cell) or is_locked(cell) or is_task(cell):
                meta = NotebookNode(cell.metadata.nbgrader, checksum=compute_checksum(cell))
                graded[meta.grade_id] = clean_cell(
                    cell.cell_type, cell.id, cell.source, meta, cell.get("attachments")
                )
        return cls(
            metadata=full.metadata,
            graded=graded,
            locked={grade_id for grade_id, cell in graded.items() if is_locked(cell)},
            released={
                cell.metadata.nbgrader.grade_id: squeezed(cell.source)
                for cell in released.cells
                if cell.metadata.get("nbgrader", {}).get("grade_id") in graded
            },
            places={cell.id: position for position, cell in enumerate(full.cells)},
            tags={tag for cell in full.cells for tag in cell.metadata.get("tags", [])},
        )


@dataclass
class Cell:
    """A cell as the student handed it in, reduced to what counts."""

    kind: str
    id: str | None
    source: str
    attachments: dict
    grade_id: str | None


def read_cells(raw: dict, template: Template, flags: list[str]) -> list[Cell]:
    """The cells of a parsed notebook. Types are checked by hand: a schema check is slow on hostile data."""
    pieces = raw.get("cells")
    if "worksheets" in raw and "cells" not in raw:  # format 3
        sheets = raw["worksheets"] if isinstance(raw["worksheets"], list) else []
        sheets = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
        pieces = [piece for sheet in sheets if isinstance(sheet, list) for piece in sheet]
    if not isinstance(pieces, list):
        raise Unusable(f"the notebook is damaged: its cells are no list. {AGAIN}")
    if len(pieces) > CELLS:
        raise Unusable(f"the notebook has {len(pieces)} cells; at most {CELLS} are run. Delete what you can.")

    noticed = {"broken": 0, "characters": 0, "regions": 0, "attachments": 0}
    settings = run_settings(mapping(raw.get("metadata")))
    cells = []
    for piece in pieces:
        kind, source, meta = "raw", None, {}
        if isinstance(piece, dict):
            kind, meta = piece.get("cell_type"), mapping(piece.get("metadata"))
            source = joined(piece.get("source", piece.get("input", "")))  # "input" in format 3
        else:
            piece = {}
        if kind == "heading":  # of format 3
            kind, source = "markdown", source and f"# {source}"
        if source is None or kind not in ("code", "markdown", "raw"):
            noticed["broken"] += 1
            kind = kind if kind in ("code", "markdown") else "raw"
        text = re.sub("[\0\ud800-\udfff]", "\ufffd", source or "")
        noticed["characters"] += text != (source or "")
        settings |= run_settings(meta)

        grade_id, cell_id = mapping(meta.get("nbgrader")).get("grade_id"), piece.get("id")
        grade_id = grade_id if isinstance(grade_id, str) else None
        if grade_id not in template.locked:
            # nbgrader cuts these regions out of the feedback, or fails on them, wherever they stand.
            text, regions = re.subn(r"\b(BEGIN|END) (HIDDEN|MARK)(?= TESTS| SCHEME)", r"\1-\2", text)
            noticed["regions"] += regions
        attached = mapping(piece.get("attachments"))
        kept = pictures(attached) if kind == "markdown" else {}
        noticed["attachments"] += len(attached) - len(kept)
        valid = isinstance(cell_id, str) and re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", cell_id)
        cells.append(Cell(kind, cell_id if valid else None, text, kept, grade_id or None))

    if noticed["broken"]:
        flags.append(f"Damaged cells: {noticed['broken']}. What could be read of them was kept.")
    if noticed["characters"]:
        flags.append("Characters that no text can hold were replaced by \ufffd.")
    if noticed["regions"]:
        flags.append(
            "Words that nbgrader takes for the bounds of a hidden region got a hyphen in your cells."
        )
    if noticed["attachments"]:
        flags.append(f"Attachments were left out: only pictures below {ATTACHMENT_BYTES // MB} MB are kept.")
    if settings := settings - set(template.tags):
        flags.append(f"Settings that change how a notebook runs were removed: {listed(sorted(settings))}.")
    return cells


def joined(text) -> str | None:
    """Text of a notebook, which may be stored as a list of lines; None if it is anything else."""
    if isinstance(text, list) and all(isinstance(line, str) for line in text):
        return "".join(text)
    return text if isinstance(text, str) else None


def mapping(value) -> dict:
    return value if isinstance(value, dict) else {}


def run_settings(meta: dict) -> set[str]:
    """The names of those tags and metadata that change how a cell or a notebook is run."""
    tags = meta["tags"] if isinstance(meta.get("tags"), list) else []
    found = {tag for tag in tags if isinstance(tag, str) and RUN_TAGS.fullmatch(tag)}
    return found | (RUN_KEYS & mapping(meta.get("execution")).keys())


def pictures(attachments) -> dict:
    """Those attachments that are pictures, small, and nothing but base64."""
    kept = {}
    for name, bundle in mapping(attachments).items():
        texts = {mime: joined(text) or "" for mime, text in mapping(bundle).items() if mime in PICTURES}
        good = {
            mime: text
            for mime, text in texts.items()
            if len(text) <= ATTACHMENT_BYTES and re.fullmatch(r"[A-Za-z0-9+/=\s]+", text)
        }
        if good and name.isprintable():
            kept[name] = good
    return kept


def told_apart(cells: list[Cell], template: Template) -> tuple[set[str], set[str]]:
    """The grade_ids that belong to the assignment, and those that do not."""
    ids = {cell.grade_id for cell in cells if cell.grade_id}
    return ids & template.graded.keys(), ids - template.graded.keys()


def clean_cell(
    kind: str,
    cell_id: str,
    source: str,
    nbgrader: NotebookNode | None = None,
    attachments: dict | None = None,
) -> NotebookNode:
    meta = NotebookNode(nbgrader=nbgrader) if nbgrader else NotebookNode()
    cell = NotebookNode(cell_type=kind, id=cell_id, metadata=meta, source=source)
    if kind == "code":
        cell.update(outputs=[], execution_count=None)
    elif attachments:
        cell.attachments = NotebookNode(attachments)
    return cell


def squeezed(text: str) -> str:
    return "".join(text.split())


def repair(
    raw: dict, template: Template, others: Mapping[str, Collection[str]] | None = None
) -> tuple[NotebookNode, list[str]]:
    """The notebook to run, made from a parsed notebook, and what was repaired; raises Unusable.

    The cells of the assignment stand in its order, each exactly once, the locked ones with the text of the
    source. Cells of the student's own stay behind the cell that they followed.
    """
    flags = []
    cells = read_cells(raw, template, flags)
    check_language(mapping(raw.get("metadata")), flags)
    recognise(cells, template, others or {}, flags)
    cells = single_out(cells, template, flags)
    cells = in_order(cells, template, flags)
    put_back_missing(cells, template, flags)
    nb = NotebookNode(nbformat=4, nbformat_minor=5, metadata=copy.deepcopy(template.metadata))
    nb.cells = build(cells, template, flags)
    return nb, flags


def check_language(meta: dict, flags: list[str]) -> None:
    languages = [
        mapping(meta.get("kernelspec")).get("language"),
        mapping(meta.get("language_info")).get("name"),
    ]
    for language in languages:
        if isinstance(language, str) and not re.match("i?python", language, re.IGNORECASE):
            flags.append(f"The notebook was set to the language {shown(language)}; it was run as Python.")
            return


def recognise(
    cells: list[Cell], template: Template, others: Mapping[str, Collection[str]], flags: list[str]
) -> None:
    """Give cells that lost their mark it back: by their id, and locked cells by their text."""
    known, unknown = told_apart(cells, template)
    if len(unknown) > len(known):
        likely = max(others, key=lambda name: len(unknown & set(others[name])), default=None)
        which = f": it seems to be {likely}" if likely and unknown & set(others[likely]) else ""
        raise Unusable(f"this is the notebook of another assignment{which}. Hand in the right one.")
    by_id = {cell.id: grade_id for grade_id, cell in template.graded.items()}
    texts = Counter(template.released.values())
    by_text = {
        text: grade_id
        for grade_id, text in template.released.items()
        if grade_id in template.locked and text and texts[text] == 1
    }
    found, strays = set(), set()
    for cell in cells:
        if cell.grade_id in known:
            continue
        grade_id = by_id.get(cell.id) or by_text.get(squeezed(cell.source))
        if grade_id and grade_id not in known:
            found.add(grade_id)
        else:
            strays |= {cell.grade_id} - {None}
            grade_id = None
            cell.id = None if cell.id in by_id else cell.id  # it belongs to the cell that carries the mark
        cell.grade_id = grade_id
    answers = template.graded.keys() - template.locked
    if not known and answers and not answers & found:
        raise Unusable(
            "the marks that tell which cell answers which task are gone, or it is another notebook. Fetch "
            "the assignment again, copy your answers into it, and hand that in."
        )
    if found:
        flags.append(f"Cells had lost their mark and were recognised by id or text: {listed(sorted(found))}.")
    if strays:
        flags.append(f"Cells carry marks that are not of this assignment: {listed(sorted(strays))}.")


def single_out(cells: list[Cell], template: Template, flags: list[str]) -> list[Cell]:
    """Of copies of an answer the last one is the answer, as the notebook ran; of locked cells one is kept."""
    last = {cell.grade_id: position for position, cell in enumerate(cells)}
    kept, seen = [], set()
    answers, locked = set(), set()  # the grade_ids of those that there were several of
    for position, cell in enumerate(cells):
        grade_id = cell.grade_id
        if grade_id in template.locked and grade_id in seen:
            locked.add(grade_id)
            continue
        seen.add(grade_id)
        if grade_id and grade_id not in template.locked and position < last[grade_id]:
            answers.add(grade_id)
            cell = Cell(template.graded[grade_id].cell_type, None, cell.source, cell.attachments, None)
        kept.append(cell)
    if answers:
        which = listed(sorted(answers))
        flags.append(f"There were several cells for {which}; all were run, the last one is the answer.")
    if locked:
        flags.append(f"Copies of cells of the assignment were left out: {listed(sorted(locked))}.")
    return kept


def in_order(cells: list[Cell], template: Template, flags: list[str]) -> list[Cell]:
    order = list(template.graded)
    blocks = [[]]  # what comes first, then each cell of the assignment with what follows it
    for cell in cells:
        if cell.grade_id:
            blocks.append([])
        blocks[-1].append(cell)
    moved = sorted(blocks[1:], key=lambda block: order.index(block[0].grade_id))
    if moved != blocks[1:]:
        flags.append("The cells of the assignment were in another order; they were put back into theirs.")
    return [cell for block in [blocks[0], *moved] for cell in block]


def put_back_missing(cells: list[Cell], template: Template, flags: list[str]) -> None:
    """Insert each cell that is missing, at its place.

    An answer comes back empty: its stub would overwrite a function that the student wrote in another cell.
    """
    there = {cell.grade_id for cell in cells}
    missing = [grade_id for grade_id in template.graded if grade_id not in there]
    for grade_id in missing:
        model = template.graded[grade_id]
        source = model.source if grade_id in template.locked else ""
        cells.insert(place(cells, grade_id, template), Cell(model.cell_type, None, source, {}, grade_id))
    if answers := [grade_id for grade_id in missing if grade_id not in template.locked]:
        flags.append(f"Missing and counted as empty, unless other cells do their work: {listed(answers)}.")
    if locked := [grade_id for grade_id in missing if grade_id in template.locked]:
        flags.append(f"Cells of the assignment were missing and were put back: {listed(locked)}.")


def place(cells: list[Cell], grade_id: str, template: Template) -> int:
    """Where a missing cell belongs: between its neighbours, a test as late as can be, anything else early."""
    order = {each: position for position, each in enumerate(template.graded)}
    before = [i for i, cell in enumerate(cells) if cell.grade_id and order[cell.grade_id] < order[grade_id]]
    after = [i for i, cell in enumerate(cells) if cell.grade_id and order[cell.grade_id] > order[grade_id]]
    low, high = before[-1] + 1 if before else 0, after[0] if after else len(cells)
    # The texts between the graded cells, where they kept their ids, say it more closely.
    model = template.graded[grade_id]
    here = template.places[model.id]
    texts = [(i, template.places[cells[i].id]) for i in range(low, high) if cells[i].id in template.places]
    if is_grade(model) and grade_id in template.locked:
        return next((i for i, position in texts if position > here), high)
    return next((i + 1 for i, position in reversed(texts) if position < here), low)


def build(cells: list[Cell], template: Template, flags: list[str]) -> list[NotebookNode]:
    """The cells to run: everything but ids, texts and pictures comes from the template."""
    used = {cell.id for cell in template.graded.values()}
    built, altered, retyped = [], [], []

    def add_own(cell: Cell) -> None:
        free = cell.id if cell.id not in used else None
        free = free or next(f"own-{n}" for n in count(len(built)) if f"own-{n}" not in used)
        used.add(free)
        built.append(clean_cell(cell.kind, free, cell.source, attachments=cell.attachments))

    for cell in cells:
        if not cell.grade_id:
            add_own(cell)
            continue
        model = template.graded[cell.grade_id]
        if cell.grade_id not in template.locked:
            if cell.kind != model.cell_type:
                retyped.append(cell.grade_id)
            meta = copy.deepcopy(model.metadata.nbgrader)
            built.append(clean_cell(model.cell_type, model.id, cell.source, meta, cell.attachments))
            continue
        built.append(copy.deepcopy(model))
        if squeezed(cell.source) not in (template.released[cell.grade_id], squeezed(model.source)):
            altered.append(cell.grade_id)
            if (
                model.cell_type == "markdown" and cell.source
            ):  # it may be the answer, written into the question
                add_own(Cell("markdown", None, cell.source, cell.attachments, None))
    if altered:
        flags.append(
            f"Locked cells had been changed; their own text was put back: {listed(altered)}. "
            "Where it is a question, your version stands below it."
        )
    if retyped:
        flags.append(f"Answers stood in cells of another type; it was set right: {listed(retyped)}.")
    return built


class Repair(NbGraderPreprocessor):
    """Repairs a submission when it is graded with `nbgrader autograde`; for Autograde.sanitize_preprocessors.

    What was repaired is listed in the notebook's metadata, under `course_flags`.
    """

    def preprocess(self, nb: NotebookNode, resources: dict):
        course = CourseDirectory(config=self.config)  # nbgrader's converters work in the course's folder
        source = notebooks.read(source_notebook(course, resources["nbgrader"]["assignment"]))
        repaired, flags = repair(nb, Template.of(source, self.config))
        repaired.metadata.course_flags = flags
        return repaired, resources


def shown(name: str) -> str:
    """A name as it can be printed: no control characters, not too long."""
    name = name if name.isprintable() else ascii(name)[1:-1]
    return name if len(name) <= 80 else name[:77] + "..."


def listed(names: Collection[str]) -> str:
    names = [shown(name) for name in names]
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
