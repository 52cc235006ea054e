"""What runs in a worker process, on this machine or another: one submission at a time, all of it by value."""

import atexit
import functools
import json
import os
import signal
import time
from dataclasses import dataclass

from course_admin.errors import CourseError
from course_admin.grading.run import run
from course_admin.grading.sandbox import enter
from course_admin.grading.sandbox.warm import Warm
from course_admin.grading.settings import Settings


@dataclass(frozen=True)
class Job:
    """A submission that `integrity` has examined, with all that is needed to run it."""

    student: str
    notebook: str  # JSON
    files: dict[str, bytes]  # of the student
    data: dict[str, bytes]  # of the assignment
    settings: Settings


@dataclass(frozen=True)
class Ran:
    """What came of a job."""

    student: str
    notebook: str  # JSON, with outputs
    flags: tuple[str, ...]
    seconds: float
    worker: str


def start() -> None:
    """Called once in a worker process of this machine: Ctrl-C is for the parent, and its end is ours."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    enter.die_with_parent()


def run_job(job: Job) -> Ran:
    began = time.perf_counter()
    parent = warm(job.settings)  # CourseError: it would be the same for everybody
    try:
        executed = run(json.loads(job.notebook), job.files, job.data, parent)
    except CourseError as error:  # a sandbox was to be had before: a fault of the machine, to be tried again
        raise RuntimeError(error.message) from error
    text = json.dumps(executed.notebook)
    name = f"{os.uname().nodename}:{os.getpid()}"
    return Ran(job.student, text, executed.flags, time.perf_counter() - began, name)


@functools.lru_cache(maxsize=1)
def warm(settings: Settings) -> Warm:
    """The warm parent for these settings; the one before it ends when nothing uses it any more."""
    parent = Warm(settings)
    atexit.register(parent.close)
    return parent
