"""Grade a class: a queue of submissions, workers that run them, one writer that saves what they bring.

A submission is graded again only if its key has changed: a digest of what was handed in, of the assignment
and of the settings. So a run that was interrupted, or killed, goes on where it was, and a second one is free.
"""

import contextlib
import difflib
import errno
import fcntl
import hashlib
import json
import os
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from traceback import format_exc

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory

from course_admin import notebooks
from course_admin.assignments import course_directory, folder, known, open_gradebook, source_notebook
from course_admin.errors import CourseError
from course_admin.grading import audit, gradebook, outcomes, worker
from course_admin.grading.integrity import Submission, Template, examine
from course_admin.grading.outcomes import Outcome
from course_admin.grading.sandbox.box import Box, check_out_of_sight
from course_admin.grading.sandbox.cgroup import sweep
from course_admin.grading.settings import Settings

VERSION = 1  # of grading: raise it when the same submission would get other points than before
ATTEMPTS = 3  # of a submission whose worker dies or fails
AHEAD = 2  # submissions in the hands of the workers, for each of them


@dataclass(frozen=True)
class Assignment:
    """What all submissions to one assignment share."""

    name: str
    template: Template
    data: dict[str, bytes]  # the files beside the source notebook
    settings: Settings
    digest: str
    others: dict[str, set[str]]  # the grade_ids of the other assignments

    @classmethod
    def of(cls, course: CourseDirectory, name: str, sandboxed: bool) -> "Assignment":
        path = source_notebook(course, name)
        source = notebooks.read(path)
        settings = Settings.of(course.config, source, sandboxed)
        data = data_files(course, path.parent)
        digest = hashlib.sha256(path.read_bytes())
        digest.update(json.dumps([VERSION, settings.as_dict()], sort_keys=True).encode())
        for file, content in sorted(data.items()):
            digest.update(f"{file}\0{len(content)}\0".encode() + content)
        others = {
            other: {c.metadata.nbgrader.grade_id for c in notebooks.read(source_notebook(course, other)).cells
                    if "nbgrader" in c.metadata}
            for other in known(course) if other != name
        }  # fmt: skip
        return cls(name, Template.of(source, course.config), data, settings, digest.hexdigest(), others)

    def key(self, submission: Submission) -> str:
        return hashlib.sha256(f"{self.digest} {submission.digest}".encode()).hexdigest()


def data_files(course: CourseDirectory, top: Path) -> dict[str, bytes]:
    """What lies beside the source notebook and goes to students with it."""
    ignored = set(course.ignore)
    return {
        path.relative_to(top).as_posix(): path.read_bytes()
        for path in sorted(top.rglob("*"))
        if path.is_file() and path.suffix != ".ipynb" and not ignored & set(path.relative_to(top).parts)
    }


def grade(
    root: Path,
    name: str,
    students: list[str] | None = None,
    *,
    regrade: bool = False,
    workers: int | None = None,
    scheduler: str | None = None,
    sandboxed: bool = True,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Outcome]:
    """Grade submitted/STUDENT/NAME for everybody, or for the students named; return every outcome.

    `workers` local processes (default: one a core) or the Dask scheduler at an address do the work. Raises
    CourseError for what stops the whole run; nothing that a submission contains does.
    """
    course = course_directory(root)
    with room_on_disk(), the_only_run(course):
        with gradebook.explained(course), open_gradebook(course) as book:
            require_release(book, source_notebook(course, name), name)
        assignment = Assignment.of(course, name, sandboxed)
        if sandboxed:
            check_out_of_sight(root)
            sweep()
            Box(
                assignment.settings.limits, assignment.settings.not_importable
            ).close()  # or say why it cannot
        todo = submitted(course, name, students)
        audit.log(course, "run", assignment=name, submissions=len(todo), sandboxed=sandboxed, regrade=regrade)
        run = Run(course, assignment, regrade)
        with executor(workers, scheduler) as pool:
            for count, _ in enumerate(run.through(pool, todo), 1):
                progress(count, len(todo))
        audit.log(course, "end", assignment=name, submissions=len(run.done))
    return [run.done[student] for student in todo]


class Run:
    """One pass over the submissions to one assignment."""

    def __init__(self, course: CourseDirectory, assignment: Assignment, regrade: bool):
        self.course, self.assignment, self.regrade = course, assignment, regrade
        self.done: dict[str, Outcome] = {}
        self.examined: dict[str, Submission] = {}  # of those in the hands of the workers
        self.attempts: Counter = Counter()

    def through(self, pool: "Pool", todo: list[str]) -> Iterator[Outcome]:
        """Yield each outcome when it is recorded."""
        queue, running = deque(todo), {}
        while queue or running:
            while queue and len(running) < AHEAD * pool.size:
                student = queue.popleft()
                job = self.prepare(student)
                if job is None:
                    yield self.done[student]
                else:
                    running[pool.submit(job)] = job
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                job = running.pop(future)
                again = self.finish(job, future)
                if again:
                    queue.appendleft(job.student)
                else:
                    yield self.done[job.student]

    def prepare(self, student: str) -> worker.Job | None:
        """Examine a submission; None if there is nothing to run."""
        name, course = self.assignment.name, self.course
        submission = look_at(course, self.assignment, student)
        key = self.assignment.key(submission)
        before = outcomes.recorded(course, name, student)
        if before is not None and before.key == key and not self.regrade and self.stands(student, before):
            self.done[student] = before
            return None
        # From here until the new outcome is written, an interruption leaves "not graded yet".
        outcomes.forget(course, name, student)
        if submission.problem:
            gradebook.remove(course, name, student)
            self.record(Outcome(student, True, submission.problem, submission.flags, key))
            return None
        self.examined[student] = submission
        text = json.dumps(submission.notebook)
        return worker.Job(student, text, submission.files, self.assignment.data, self.assignment.settings)

    def stands(self, student: str, before: Outcome) -> bool:
        """Whether what was recorded is still there."""
        name, course = self.assignment.name, self.course
        if before.failed:
            return True
        if not (folder(course, "autograded", name, student) / f"{name}.ipynb").exists():
            return False
        with gradebook.explained(course), open_gradebook(course) as book:
            return gradebook.is_complete(book, name, student)

    def finish(self, job: worker.Job, future: Future) -> bool:
        """Save what a worker brought back; True if the submission has to be tried again."""
        name, student = self.assignment.name, job.student
        submission = self.examined.pop(student)
        try:
            ran = future.result()
        except CourseError:
            raise  # the assignment or the machine is at fault: it would be the same for everybody
        except Exception as error:  # a worker that died or failed: not the student's fault
            self.attempts[student] += 1
            cause = f"{type(error).__name__}: {error}".strip()
            audit.log(self.course, "fault", assignment=name, student=student, cause=cause[:500])
            if self.attempts[student] < ATTEMPTS:
                return True
            reason = (
                f"The machine that grades failed {ATTEMPTS} times ({cause[:200]}). Your work is not at fault."
            )
            gradebook.remove(self.course, name, student)
            self.record(Outcome(student, True, reason))  # without a key: the next run tries again
            return False
        notebook = nbformat.reads(ran.notebook, as_version=4)
        try:
            written = gradebook.write(self.course, name, student, notebook, submission.timestamp)
        except (CourseError, OSError):
            raise  # the gradebook or the disk, for everybody
        except Exception as error:  # something in this notebook that nbgrader stops at
            reason = f"nbgrader could not save the result ({type(error).__name__}: {str(error)[:200]})."
            gradebook.remove(self.course, name, student)
            self.record(Outcome(student, True, f"{reason} Tell your instructor."), traceback=format_exc())
            return False
        settings = self.assignment.settings
        outcome = Outcome(
            student,
            failed=False,
            reason="",
            flags=submission.flags + ran.flags,
            key=self.assignment.key(submission),
            sandboxed=settings.sandboxed,
            trusted=settings.trusted,
        )
        changed = {
            k: [written.before[k], v] for k, v in written.points.items() if written.before.get(k, v) != v
        }
        self.record(
            outcome, points=written.points, changed=changed, seconds=round(ran.seconds, 3), worker=ran.worker
        )
        return False

    def record(self, outcome: Outcome, **details) -> None:
        name = self.assignment.name
        outcomes.record(self.course, name, outcome)
        self.done[outcome.student] = outcome
        about = {"reason": outcome.reason, "flags": outcome.flags, "key": outcome.key}
        event = "failed" if outcome.failed else "graded"
        audit.log(self.course, event, assignment=name, student=outcome.student, **about, **details)


class Pool:
    """An executor, and how many jobs it runs at a time. Local workers that die are replaced."""

    def __init__(self, make: Callable[[], Executor], size: int):
        self._make, self.size = make, size
        self._executor = make()

    def submit(self, job: worker.Job) -> Future:
        try:
            return self._executor.submit(worker.run_job, job)
        except BrokenProcessPool:
            self._executor.shutdown()
            self._executor = self._make()
            return self._executor.submit(worker.run_job, job)

    def stop(self) -> None:
        """Without waiting for what runs: it is not saved anyway."""
        processes = list((getattr(self._executor, "_processes", None) or {}).values())
        self._executor.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()


@contextlib.contextmanager
def executor(workers: int | None, scheduler: str | None) -> Iterator[Pool]:
    if scheduler is None:
        size = workers or len(os.sched_getaffinity(0))
        pool = Pool(lambda: ProcessPoolExecutor(size, get_context("spawn"), worker.start), size)
        try:
            yield pool
        finally:
            pool.stop()
        return
    from distributed import Client

    try:
        client = Client(scheduler, timeout=10)
    except (OSError, ValueError) as error:
        raise CourseError(
            f"There is no Dask scheduler at {scheduler!r} ({error}). Start one with `dask scheduler`, and "
            "workers with `dask worker ADDRESS`, or leave --scheduler out."
        ) from error
    with client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise CourseError(
                f"The Dask scheduler at {scheduler!r} has no workers: start some with `dask worker`."
            )
        yield Pool(lambda: client.get_executor(pure=False, retries=0), threads)


@contextlib.contextmanager
def room_on_disk() -> Iterator[None]:
    """A full disk, in words that say what to do."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise CourseError(
            f"The disk is full: {error.filename or 'a file'} could not be written. Make room, then run the "
            "same command again: what was graded is kept, and it goes on from there."
        ) from error


@contextlib.contextmanager
def the_only_run(course: CourseDirectory) -> Iterator[None]:
    """One writer: a second run on the same course is refused as long as the first goes on."""
    path = Path(course.root) / "outcomes" / ".lock"
    path.parent.mkdir(exist_ok=True)
    with open(path, "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CourseError(
                "Another `course grade` is at work on this course. Wait until it has ended."
            ) from None
        yield


def look_at(course: CourseDirectory, assignment: Assignment, student: str) -> Submission:
    """`examine`, and what is wrong with the place of a submission rather than with its contents."""
    top = folder(course, "submitted", assignment.name, student)
    if top.parent.is_dir() and not top.is_symlink() and not top.is_dir():
        there = ", ".join(sorted(path.name for path in top.parent.iterdir()))
        problem = f"Expected the folder {assignment.name}, found {there}."
        digest = hashlib.sha256(there.encode(errors="replace")).hexdigest()
        return Submission(None, {}, (), problem, None, digest)
    submission = examine(top, assignment.name, assignment.template, assignment.others)
    if not submission.problem and not Autograde(config=course.config).create_student:
        with open_gradebook(course) as book:
            try:
                book.find_student(student)
            except MissingEntry:
                problem = (
                    f"{student} is not in the gradebook's list of students. Add the student with "
                    f"`nbgrader db student add {student}`, or rename the folder."
                )
                return Submission(None, {}, (), problem, None, submission.digest + "?")
    return submission


def require_release(book: Gradebook, path: Path, name: str) -> None:
    """The tests that nbgrader knows are those in the gradebook; they must be the ones in solutions/."""
    remedy = f"Run `course release {name}` first."
    try:
        released = {cell.name: cell.source for cell in book.find_notebook(name, name).source_cells}
    except MissingEntry:
        raise CourseError(f"The gradebook does not know {name}: it was not released here. {remedy}") from None
    for cell in notebooks.read(path).cells:
        meta = cell.metadata.get("nbgrader", {})
        if meta.get("locked") and released.get(meta["grade_id"]) != cell.source:
            raise CourseError(
                f"The cell {meta['grade_id']!r} of {name} has changed in {path.parent.parent.name}/ since it "
                f"was released, so the gradebook would grade by the old tests. {remedy}"
            )


def submitted(course: CourseDirectory, name: str, students: list[str] | None) -> list[str]:
    """Whose work is to be graded: everybody with a folder for NAME, or with none of a known name."""
    top = Path(course.root) / course.submitted_directory
    names = set(known(course))
    found = []
    for student in sorted(path for path in top.glob("[!.]*") if path.is_dir()):
        inside = {path.name for path in student.glob("[!.]*")}
        if name in inside or (inside and not inside & names):
            found.append(student.name)
    where = f"{course.submitted_directory}/STUDENT/{name}/{name}.ipynb"
    if not found:
        raise CourseError(
            f"Nothing to grade for {name}. Put each student's notebook at {where}, "
            f"or fetch them with `nbgrader collect {name}` or `nbgrader zip_collect {name}`."
        )
    unknown = sorted(set(students or []) - set(found))
    if unknown:
        near = difflib.get_close_matches(unknown[0], found, 3)
        meant = f" Did you mean {' or '.join(near)}?" if near else ""
        raise CourseError(f"There is no submission of {', '.join(unknown)}: expected {where}.{meant}")
    return list(dict.fromkeys(students or found))
