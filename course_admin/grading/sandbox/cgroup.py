"""Control groups for a sandbox, where this process may make them: always for root, hardly ever for others.

They refuse the process too many, and count the memory that the kernel holds for a process, which
`supervisor` cannot see. Ordinary users do without: for them the kernel's limit on processes binds, as it does
not for root.
"""

import contextlib
import os
import time
import uuid
from pathlib import Path

from course_admin.grading.settings import Limits

ROOT = Path("/sys/fs/cgroup")
MEGABYTE = 2**20


def place(controller: str) -> Path | None:
    """The folder below which groups with this controller can be made (version 2, or 1), or None."""
    for top in (ROOT, ROOT / "unified"):
        enabled = top / "cgroup.subtree_control"
        if enabled.exists() and controller in enabled.read_text().split() and os.access(top, os.W_OK):
            return top
    old = ROOT / controller
    return old if (old / "tasks").exists() and os.access(old, os.W_OK) else None


class Group:
    """The groups of one sandbox: one, or with version 1 one for each controller, or none."""

    def __init__(self, limits: Limits):
        self.folders: list[Path] = []
        name = f"course-{os.getpid()}-{uuid.uuid4().hex[:12]}"
        memory = str((limits.memory_mb + limits.scratch_mb) * MEGABYTE)
        # 2: the waiting process and the one that reports stand outside of what the student may use.
        wanted = {
            "pids": {"pids.max": str(limits.threads + 2)},
            "memory": {"memory.max": memory, "memory.swap.max": "0", "memory.limit_in_bytes": memory},
        }
        for controller, settings in wanted.items():
            top = place(controller)
            if top is None:
                continue
            folder = top / name
            try:
                folder.mkdir(exist_ok=True)
            except OSError:  # seen as writable, and is not: a container
                continue
            if folder not in self.folders:
                self.folders.append(folder)
            for file, value in settings.items():
                if (folder / file).exists():
                    (folder / file).write_text(value)

    @property
    def entries(self) -> list[str]:
        """The files that a process writes its number to, to join."""
        return [str(folder / "cgroup.procs") for folder in self.folders]

    def out_of_memory(self) -> bool:
        """Whether the kernel has killed a process of the group for want of memory."""
        for folder in self.folders:
            for file in ("memory.events", "memory.oom_control"):
                with contextlib.suppress(OSError):
                    counts = dict(line.split() for line in (folder / file).read_text().splitlines())
                    if int(counts.get("oom_kill", 0)):
                        return True
        return False

    def close(self) -> None:
        """Remove the groups; their processes have been killed, and may take a moment to go."""
        for folder in self.folders:
            for _ in range(100):
                try:
                    folder.rmdir()
                    break
                except FileNotFoundError:
                    break
                except OSError:
                    time.sleep(0.01)
        self.folders = []


def sweep() -> None:
    """Remove the empty groups that a grader left behind when it was killed."""
    for top in {place(controller) for controller in ("pids", "memory")} - {None}:
        for folder in top.glob("course-*"):
            if not Path(f"/proc/{folder.name.split('-')[1]}").exists():
                with contextlib.suppress(OSError):  # a process in it is still ending
                    folder.rmdir()
