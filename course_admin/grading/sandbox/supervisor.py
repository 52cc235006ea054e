"""Counts what all processes of a sandbox use together, and ends the sandbox when it is too much.

The kernel's own limits (`enter.limit`) hold for one process, and some not for root. Control groups (`cgroup`)
count whole trees, but need rights that not every grader has; looking at a handful of /proc entries twenty
times a second needs none, and closing the sandbox ends a thousand processes as surely as one.
"""

import os
import threading
import time
from pathlib import Path

from course_admin.grading.sandbox.box import Box
from course_admin.grading.settings import Limits

INTERVAL = 0.05  # seconds
SPARE_MB = 300  # when the machine has less memory left than this, a sandbox that holds much is ended
TICKS = os.sysconf("SC_CLK_TCK")
# Memory that belongs to no file: as one process sees it, and its share of what it has in common with others.
HELD = (b"RssAnon:", b"RssShmem:", b"VmSwap:")
SHARE = (b"Pss_Anon:", b"Pss_Shmem:", b"SwapPss:")


class Supervisor:
    """Watches one sandbox from a thread; `verdict` says why it was ended, in words for a student."""

    def __init__(self, box: Box, limits: Limits):
        self.box, self.limits = box, limits
        self.verdict = ""
        self.deadline = time.monotonic() + limits.total_seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True, name="supervisor")
        self._thread.start()

    def _watch(self) -> None:
        while not self._stop.wait(INTERVAL):
            self.verdict = self._excess()
            self.why()
            if not self.verdict and time.monotonic() > self.deadline:
                self.verdict = f"it ran longer than the {self.limits.total_seconds} s allowed for a notebook"
            if self.verdict:
                self.box.end()
                return

    def _excess(self) -> str:
        processes = self.box.processes()
        if len(processes) > self.limits.processes:  # at once: to read about thousands would take too long
            return excess({"processes": len(processes)}, self.limits)
        used = usage(processes) | {"files": self.box.files()}
        if used["memory_mb"] > self.limits.memory_mb:  # forked processes share pages: count them once
            used["memory_mb"] = sum(map(proportional_mb, processes))
        return excess(used, self.limits)

    def why(self) -> str:
        """The verdict; also where the kernel was quicker to end a process than this to look."""
        if not self.verdict and self.box.group.out_of_memory():
            self.verdict = f"it used more than {self.limits.memory_mb} MB of memory"
        return self.verdict

    def look(self) -> str:
        """The verdict after one more look: a fork bomb can leave the thread no time for its own."""
        return self.why() or self._excess()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()


def usage(processes: list[Path]) -> dict[str, float]:
    """What these /proc entries use together; an entry that has gone counts nothing."""
    total = {"processes": 0, "threads": 0, "cpu_seconds": 0.0, "memory_mb": 0.0}
    for entry in processes:
        try:
            # Bytes: a process may call itself by a name that is no text.
            stat = (entry / "stat").read_bytes().rpartition(b")")[2].split()
            memory = kilobytes((entry / "status").read_bytes(), HELD)
        except (OSError, ValueError):
            continue
        total["processes"] += 1
        total["threads"] += int(stat[17])
        total["cpu_seconds"] += sum(int(n) for n in stat[11:15]) / TICKS  # with children that have ended
        total["memory_mb"] += memory / 1024
    return total


def kilobytes(content: bytes, names: tuple[bytes, ...]) -> int:
    """The sum of these fields of /proc/PID/status or smaps_rollup."""
    return sum(int(line.split()[1]) for line in content.splitlines() if line.startswith(names))


def proportional_mb(entry: Path) -> float:
    """A process's share of the memory that belongs to no file; slower to find out than what `usage` reads.

    A process can forbid to look so closely (PR_SET_DUMPABLE); then all that it uses counts as its own.
    """
    for file, names in (("smaps_rollup", SHARE), ("status", HELD)):
        try:
            return kilobytes((entry / file).read_bytes(), names) / 1024
        except (OSError, ValueError):  # not allowed, or gone
            continue
    return 0.0


def excess(used: dict[str, float], limits: Limits) -> str:
    """Which limit is exceeded, in words, or an empty text."""
    words = {
        "processes": f"it started more than {limits.processes} processes",
        "threads": f"it started more than {limits.threads} threads",
        "cpu_seconds": f"it used more than {limits.cpu_seconds} s of processor time",
        "memory_mb": f"it used more than {limits.memory_mb} MB of memory",
        "files": f"it made more than {limits.files} files",
    }
    for name, sentence in words.items():
        if used.get(name, 0) > getattr(limits, name):
            return sentence
    if used.get("memory_mb", 0) > SPARE_MB and available_mb() < SPARE_MB:
        return "it used so much memory that the machine had none left"
    return ""


def available_mb() -> float:
    with open("/proc/meminfo") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable")) / 1024
