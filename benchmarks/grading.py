"""Grading beside stock `nbgrader autograde` on the same submissions: rate, sandbox overhead, memory."""

import copy
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import nbformat
import psutil

from benchmarks.harness import save
from course_admin.release import release

ROOT = Path(__file__).parents[1]
NAME = "ps01-linear-models"
SUBMISSIONS, FEW = 40, 8
RATIO, OVERHEAD_SECONDS, ENGINE_MB, WORKER_MB = 4, 0.3, 300, 250

# nbgrader as it comes, but for the names of two folders and a longer time limit.
STOCK = """
c = get_config()
c.CourseDirectory.course_id = "stock"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
c.Execute.timeout = 60
"""
GRADE = """
import sys
from course_admin.grading.engine import grade
done = grade(sys.argv[1], sys.argv[2], workers=int(sys.argv[3]), sandboxed=sys.argv[4] == "sandboxed")
assert not any(outcome.failed for outcome in done), done
"""


def make_course(root: Path, submissions: int) -> None:
    """A course with a class that handed in the reference solution, all figures included."""
    shutil.copy(ROOT / "nbgrader_config.py", root)
    shutil.copytree(ROOT / "solutions" / NAME, root / "solutions" / NAME)
    release(root, NAME)
    source = nbformat.read(root / "solutions" / NAME / f"{NAME}.ipynb", 4)
    for number in range(submissions):
        notebook = copy.deepcopy(source)
        notebook.cells.append(nbformat.v4.new_markdown_cell(f"Submission {number}.", id="own"))
        path = root / "submitted" / f"student{number:03}" / NAME / f"{NAME}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)


def ours(root: Path, workers: int, sandboxed: bool = True) -> tuple[float, dict[str, float]]:
    """Wall seconds of a whole grading process, and the memory of its parts in MB, each at its peak."""
    shutil.rmtree(root / "outcomes", ignore_errors=True)
    mode = "sandboxed" if sandboxed else "unsandboxed"
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", GRADE, root, NAME, str(workers), mode])
    peaks, stop = {"engine": 0.0, "worker": 0.0}, threading.Event()
    watch = threading.Thread(target=sample, args=(psutil.Process(process.pid), peaks, stop))
    watch.start()
    if process.wait() != 0:
        raise RuntimeError("grading failed")
    seconds = time.perf_counter() - start
    stop.set()
    watch.join()
    return seconds, peaks


def sample(main: psutil.Process, peaks: dict[str, float], stop: threading.Event) -> None:
    """Proportional set sizes: the engine's process, and a worker with its warm parent."""
    while not stop.wait(0.2):
        try:
            peaks["engine"] = max(peaks["engine"], main.memory_full_info().pss / 2**20)
            for worker in main.children():
                if "resource_tracker" in " ".join(worker.cmdline()):
                    continue
                family = [worker, *worker.children()]
                size = sum(member.memory_full_info().pss for member in family) / 2**20
                peaks["worker"] = max(peaks["worker"], size)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue


def stock(root: Path) -> float:
    """Wall seconds of `nbgrader autograde` with nbgrader's own settings."""
    (root / "nbgrader_config.py").write_text(STOCK)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = [sys.executable, "-m", "nbgrader", "autograde", NAME]
    start = time.perf_counter()
    subprocess.run(command, cwd=root, env=os.environ | {"PATH": path}, check=True, capture_output=True)
    return time.perf_counter() - start


def points(root: Path) -> list[float]:
    """The points of everybody's tests, in the order of the students."""
    from course_admin.assignments import course_directory, open_gradebook

    with open_gradebook(course_directory(root)) as gradebook:
        return [s.score for s in sorted(gradebook.assignment_submissions(NAME), key=lambda s: s.student.id)]


def run() -> bool:
    """Measure, print, save; returns whether every bar was reached."""
    os.environ["OMP_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as scratch:
        here, there = Path(scratch) / "ours", Path(scratch) / "stock"
        here.mkdir()
        make_course(here, SUBMISSIONS)
        shutil.copytree(here, there)
        stock_seconds = stock(there)
        seconds, peaks = ours(here, 2)
        if points(here) != points(there):
            raise RuntimeError("the grades differ from those of stock nbgrader")
        for path in sorted((here / "submitted").iterdir())[FEW:]:
            shutil.rmtree(path)
        timed = {mode: min(ours(here, 1, mode)[0] for _ in range(2)) for mode in (False, True)}
    results = {
        "submissions": SUBMISSIONS,
        "workers": 2,
        "ours_per_minute": round(60 * SUBMISSIONS / seconds, 1),
        "stock_per_minute": round(60 * SUBMISSIONS / stock_seconds, 1),
        "ratio": round(stock_seconds / seconds, 2),
        "sandbox_overhead_seconds": round((timed[True] - timed[False]) / FEW, 3),
        "engine_mb": round(peaks["engine"]),
        "worker_mb": round(peaks["worker"]),
        "bars": {
            "ratio": RATIO,
            "sandbox_overhead_seconds": OVERHEAD_SECONDS,
            "engine_mb": ENGINE_MB,
            "worker_mb": WORKER_MB,
        },
    }
    print(json.dumps(results, indent=1))
    print(save("grading", [], grading=results))
    return met(results)


def met(results: dict) -> bool:
    bars = results["bars"]
    at_most = ("sandbox_overhead_seconds", "engine_mb", "worker_mb")
    return results["ratio"] >= bars["ratio"] and all(results[name] <= bars[name] for name in at_most)
