"""The audit log: one line of JSON for everything that grading did; lines are added, never changed."""

import json
import os
import time
from pathlib import Path

from nbgrader.coursedir import CourseDirectory


def path(course: CourseDirectory) -> Path:
    return Path(course.root) / "outcomes" / "audit.jsonl"


def log(course: CourseDirectory, event: str, **what) -> None:
    """Add one line, and wait until it is on the disk."""
    file = path(course)
    file.parent.mkdir(parents=True, exist_ok=True)
    line = (
        json.dumps({"time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "event": event, **what})
        + "\n"
    )
    with open(file, "ab+") as out:
        if out.tell() and not ends_with_newline(out):  # a line that a power cut left half-written
            line = "\n" + line
        out.write(line.encode())
        out.flush()
        os.fsync(out.fileno())


def ends_with_newline(file) -> bool:
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"


def read(course: CourseDirectory) -> list[dict]:
    """All lines; one that is not whole is left out."""
    lines = (
        path(course).read_text(encoding="utf-8", errors="replace").splitlines()
        if path(course).exists()
        else []
    )
    entries = []
    for line in lines:
        try:
            entries.append(json.loads(line))
        except json.JSONDecodeError:  # a line that a power cut left half-written
            continue
    return entries
