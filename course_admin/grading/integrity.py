"""What comes in: from a submission folder, hostile or broken until shown otherwise, to a notebook to run.

`examine` reads the folder without following links, finds the notebook in it, and lets `repairs` build a clean
one. For what cannot be repaired there is no notebook, but a reason that the student can read.
"""

import errno
import hashlib
import json
import os
import re
import stat
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from nbformat import NotebookNode
from nbgrader.utils import parse_utc

from course_admin.grading.repairs import (
    AGAIN,
    MB,
    Template,
    Unusable,
    listed,
    read_cells,
    repair,
    shown,
    told_apart,
)

NOTEBOOK_BYTES = 20 * MB
TOTAL_BYTES = 50 * MB
ENTRIES = 1000  # files and folders of a submission
DEPTH = 10  # folders inside folders
PARTS = 2_000_000  # values in a notebook's JSON: bounds the memory that parsing takes
CANDIDATES = 10  # notebooks that are looked into when none has the right name

CHECKPOINTS = ".ipynb_checkpoints"
TIMESTAMP = "timestamp.txt"
# Faults of the machine, not of a submission: they are raised, so that the submission is tried again.
MACHINE = {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO, errno.ESTALE}


@dataclass(frozen=True)
class Submission:
    """What `examine` made of a submission folder."""

    notebook: NotebookNode | None  # safe to run; None if there is a problem
    files: dict[str, bytes]  # what else was handed in: path as seen from the notebook -> content
    flags: tuple[str, ...]  # what was repaired or noticed, for student and grader
    problem: str  # why it cannot be graded, and what to do; "" otherwise
    timestamp: str | None  # text of timestamp.txt, if it can be read as a time
    digest: str  # sha256 of all names and contents; of too large files: name, size and first MB


def examine(
    folder: Path, name: str, template: Template, others: Mapping[str, Collection[str]] | None = None
) -> Submission:
    """Read the submission of the assignment `name` in `folder`; nothing in it makes this raise.

    `others` maps further assignments to their grade_ids, to say which one was handed in by mistake. Only a
    fault of the machine, such as a disk that cannot be read, raises OSError.
    """
    found = Found()
    notebook, flags, files, stamp, problem = None, [], {}, None, ""
    try:
        found.collect(Path(folder), name)
        flags += found.flags()
        stamp = timestamp(found, flags)
        path, nb = find_notebook(found, name, template, flags)
        notebook, repairs = repair(nb, template, others)
        flags += repairs
        files = beside(path, found.files)
    except Unusable as error:
        problem = str(error)
    return Submission(notebook, files, tuple(dict.fromkeys(flags)), problem, stamp, found.digest.hexdigest())


# The folder


@dataclass
class Found:
    """The files of a folder, and why some were left out."""

    files: dict[str, bytes] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)  # path -> why
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    entries: int = 0
    bytes: int = 0

    def collect(self, folder: Path, name: str) -> None:
        try:
            kind = folder.lstat().st_mode
        except OSError:
            there = sorted(os.listdir(folder.parent)) if os.access(folder.parent, os.R_OK) else []
            raise Unusable(f"expected the folder {name}, found {listed(there) or 'nothing'}") from None
        if stat.S_ISLNK(kind):
            raise Unusable(
                f"the folder {name} is a link to another place: hand in the files themselves, not a link"
            )
        if not stat.S_ISDIR(kind):
            raise Unusable(f"{name} is a file: hand in a folder {name} with the notebook {name}.ipynb in it")
        try:
            top = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError as error:
            raise_if_machine(error)
            raise Unusable(f"the folder {name} cannot be read ({error.strerror}): hand it in again") from None
        try:
            self.visit(top, "", {f"{name}.ipynb", TIMESTAMP}, DEPTH)
        finally:
            os.close(top)

    def visit(self, top: int, prefix: str, first: set[str], depth: int) -> None:
        """Take the files of an open folder, then those of its folders; in the order of their names.

        Everything is opened from the folder that holds it and without following links, so no name leads out.
        """
        folders = []
        for entry in sorted(os.listdir(top), key=lambda entry: (entry not in first, entry)):
            path = prefix + entry
            if entry == CHECKPOINTS:
                continue
            self.entries += 1
            if self.entries > ENTRIES:
                self.leave_out("all further files", f"there are more than {ENTRIES} files")
                return
            try:
                status = os.stat(entry, dir_fd=top, follow_symlinks=False)
                if stat.S_ISDIR(status.st_mode):
                    folders.append(entry)
                else:
                    self.take(top, entry, path, status)
            except OSError as error:
                raise_if_machine(error)
                self.leave_out(path, f"it cannot be read ({error.strerror})")
        for entry in folders:
            path = prefix + entry
            if depth == 0:
                self.leave_out(path, f"it lies more than {DEPTH} folders deep")
                continue
            if not plain_name(entry):
                self.leave_out(path, "its name holds signs that are not allowed")
                continue
            try:
                inner = os.open(entry, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=top)
            except OSError as error:
                raise_if_machine(error)
                self.leave_out(path, f"it cannot be read ({error.strerror})")
                continue
            try:
                self.visit(inner, path + "/", set(), depth - 1)
            finally:
                os.close(inner)

    def take(self, top: int, entry: str, path: str, status: os.stat_result) -> None:
        if stat.S_ISLNK(status.st_mode):
            return self.leave_out(path, "it is a link to another place")
        if not stat.S_ISREG(status.st_mode):  # to open a device can have effects, so it is not even opened
            return self.leave_out(path, "it is no ordinary file")
        limit = NOTEBOOK_BYTES if path.lower().endswith(".ipynb") else TOTAL_BYTES
        limit = min(limit, TOTAL_BYTES - self.bytes)
        # The file may have been exchanged since: O_NONBLOCK, so that a pipe does not keep us waiting.
        handle = os.open(entry, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY, dir_fd=top)
        with open(handle, "rb") as file:
            size = os.fstat(handle).st_size
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                return self.leave_out(path, "it is no ordinary file")
            content = file.read(MB if size > limit else size + 1)  # one more, should it have grown
        self.note(path, size, hashlib.sha256(content).hexdigest())
        if size > limit or len(content) > limit:
            return self.leave_out(path, f"it is too large ({max(size, len(content)) / MB:.1f} MB)")
        if not plain_name(entry):
            return self.leave_out(path, "its name holds signs that are not allowed")
        self.bytes += len(content)
        self.files[path] = content
        return None

    def leave_out(self, path: str, why: str) -> None:
        self.note(path, why)
        self.left_out[path] = why

    def note(self, *what) -> None:
        self.digest.update(ascii(what).encode() + b"\n")

    def flags(self) -> list[str]:
        reasons = {}
        for path, why in self.left_out.items():
            if path != TIMESTAMP:
                reasons.setdefault(why, []).append(path)
        return [f"Left out: {listed(paths)}, because {why}." for why, paths in reasons.items()]


def raise_if_machine(error: OSError) -> None:
    if error.errno in MACHINE:
        raise error


def plain_name(name: str) -> bool:
    """Whether a name is text that shows as it is, and that no program takes for an option or a path."""
    return name.isprintable() and not name.startswith("-") and "\\" not in name


def timestamp(found: Found, flags: list[str]) -> str | None:
    """The text of timestamp.txt, if it holds a date and a time that nbgrader can read."""
    if TIMESTAMP not in found.files and TIMESTAMP not in found.left_out:
        return None
    try:
        text = found.files[TIMESTAMP][:100].decode().strip()
        # What is missing, dateutil would take from today.
        if not (text.isprintable() and re.match(r"\d{4}-?\d\d-?\d\d\D", text)):
            raise ValueError("no date")
        parse_utc(text)
        return text
    except Exception:  # dateutil raises whatever the damage leads to; the flag says what follows from it
        flags.append(f"{TIMESTAMP} holds no time that can be read: whether it was late was not judged.")
        return None


def find_notebook(found: Found, name: str, template: Template, flags: list[str]) -> tuple[str, dict]:
    """The notebook of this assignment among the files: its path and its parsed content."""
    wanted = f"{name}.ipynb"
    if why := found.left_out.get(wanted):
        remedy = "Clear its outputs, save it" if "large" in why else "Save the notebook itself"
        raise Unusable(f"{wanted} cannot be used, because {why}. {remedy}, and hand it in again.")
    if wanted in found.files:
        return wanted, parse(found.files[wanted], wanted, flags)

    candidates = [path for path in found.files if path.lower().endswith(".ipynb")]
    if len(candidates) > 1:
        if len(candidates) > CANDIDATES:
            raise Unusable(
                f"expected {wanted}, found {len(candidates)} other notebooks: hand in {wanted} only"
            )
        candidates = [path for path in candidates if is_of(found.files[path], template)] or candidates
    if len(candidates) > 1:
        raise Unusable(
            f"expected {wanted}, found several notebooks that it could be: {listed(candidates)}. "
            f"Call the right one {wanted}, and hand it in again."
        )
    if not candidates:
        there = [*found.files, *found.left_out]
        raise Unusable(f"expected {wanted}, found {listed(there) or 'nothing'}")
    [path] = candidates
    flags.append(f"The notebook was called {shown(path)} instead of {wanted}; it was used all the same.")
    return path, parse(found.files[path], shown(path), flags)


def is_of(data: bytes, template: Template) -> bool:
    try:
        known, unknown = told_apart(read_cells(parse(data, "", []), template, []), template)
    except Unusable:
        return False
    return len(known) > len(unknown)


def beside(notebook: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The other files in the notebook's folder and below it, by their path from there."""
    home = PurePosixPath(notebook).parent
    return {
        str(PurePosixPath(path).relative_to(home)): content
        for path, content in files.items()
        if path not in (notebook, TIMESTAMP) and PurePosixPath(path).is_relative_to(home)
    }


# The file


def parse(data: bytes, path: str, flags: list[str]) -> dict:
    """A notebook file as plain JSON data, or the reason why it is none."""
    text = decode(data, path, flags)
    if not text.strip("\0 \t\r\n"):
        raise Unusable(f"{path} is empty: saving or uploading it failed. {AGAIN}")
    if sum(map(text.count, "[{,")) > PARTS:
        raise Unusable(f"{path} holds too much data. Clear its outputs, save it, and hand it in again.")
    try:
        raw = json.loads(text)
    except RecursionError:
        raise Unusable(f"{path} is not a notebook: its parts are nested too deeply. {AGAIN}") from None
    except ValueError as error:  # also for numbers of thousands of digits
        raise Unusable(f"{path} is not a notebook: {seems(text, error)}") from None
    if not isinstance(raw, dict) or not ({"cells", "worksheets"} & raw.keys()):
        raise Unusable(f"{path} is not a notebook: it is JSON, but holds no cells. {AGAIN}")
    version = raw.get("nbformat", 4)
    if version not in (3, 4):
        raise Unusable(f"{path} is a notebook of format {shown(str(version))}; expected 4. {AGAIN}")
    return raw


def decode(data: bytes, path: str, flags: list[str]) -> str:
    marks = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    encoding = next((code for mark, code in marks.items() if data.startswith(mark)), None)
    try:
        if encoding:
            text = data.decode(encoding).removeprefix("\ufeff")
            flags.append("The notebook was not saved as plain UTF-8; it was read all the same.")
            return text
        return data.decode()
    except UnicodeDecodeError:
        kinds = {b"%PDF": "a PDF file", b"PK": "a ZIP archive", b"\x89PNG": "a picture"}
        for start, kind in kinds.items():
            if data.startswith(start):
                raise Unusable(f"{path} is not a notebook: it seems to be {kind}. {AGAIN}") from None
        raise Unusable(f"{path} is not a notebook: it is not text in the encoding UTF-8. {AGAIN}") from None


def seems(text: str, error: ValueError) -> str:
    """What a text that is no JSON seems to be, and what to do."""
    start = text.lstrip()[:2000]
    if start.startswith("<") and re.search(r"<(!doctype|html|head|body)", start, re.IGNORECASE):
        return "it seems to be a web page. Download the notebook itself (.ipynb), and hand that in."
    if re.search("^<<<<<<< ", text, re.MULTILINE) and re.search("^>>>>>>> ", text, re.MULTILINE):
        return "it holds the marks of a git merge (<<<<<<<). Resolve the conflict, and hand it in again."
    if re.search(r"^(import \w|from \w+ import|def \w+\(|#!|# %%)", start, re.MULTILINE):
        return "it seems to be a Python script. Hand in the notebook (.ipynb) that you were given."
    if start.startswith("{"):
        at_end = getattr(error, "pos", 0) >= len(text.rstrip()) - 1 or "Unterminated" in str(error)
        what = "it ends in the middle: saving or uploading it was cut short" if at_end else "it is damaged"
        return f"{what}. {AGAIN}"
    return f"it is some other kind of file. {AGAIN}"
