"""Run one submission: the student's cells in a sandboxed kernel, the tests in another process.

A cell that ends its kernel, or never ends, costs the student that cell and no more: the kernel is started
again, the cells before it are run again, and the rest goes on without it.
"""

import contextlib
import copy
import socket
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from pathlib import Path

from course_admin.grading.cells import HIDDEN, grade_id, is_helper, is_test, marks, title
from course_admin.grading.harmless import make_harmless
from course_admin.grading.kernel import KernelDied, StudentKernel
from course_admin.grading.sandbox.box import Box, put
from course_admin.grading.sandbox.supervisor import Supervisor
from course_admin.grading.sandbox.warm import Warm
from course_admin.grading.trusted.channel import StudentProcessDied
from course_admin.grading.trusted.session import CellResult, change_channel, request_cell

SERVE = "%serve_tests"  # which `forkserver` defines
GRACE = 10.0  # seconds for what should be at its end to say its last words; a busy machine is slow


@dataclass(frozen=True)
class Executed:
    """A notebook with its outputs, and what is worth knowing about how it ran."""

    notebook: dict
    flags: tuple[str, ...]


def run(notebook: dict, files: dict[str, bytes], data: dict[str, bytes], warm: Warm) -> Executed:
    """Run every code cell of a notebook that `integrity` has examined.

    `files` lie beside the student's code, `data` (files of the assignment) beside that and beside the tests.
    """
    notebook = copy.deepcopy(notebook)
    with Run(files | data, data, warm) as this:
        for number, cell in enumerate(notebook["cells"], 1):
            if cell["cell_type"] != "code" or not cell["source"].strip():
                continue
            if is_test(cell) and warm.settings.trusted:
                cell["outputs"] = this.test(cell)
            else:
                cell["outputs"] = this.student(number, cell)
                if is_test(cell):
                    cell["outputs"] = capped(cell["outputs"], marks(cell)["points"])
            cell["execution_count"] = number
            for output in cell["outputs"]:
                if "execution_count" in output:
                    output["execution_count"] = number
        make_harmless(notebook)
        return Executed(notebook, tuple(dict.fromkeys(this.flags)))


class Run:
    """The two processes of one submission, and what has been run in them so far."""

    def __init__(self, files: dict[str, bytes], data: dict[str, bytes], warm: Warm):
        self.files, self.data, self.warm = files, data, warm
        self.limits = warm.settings.limits
        self.end = time.monotonic() + self.limits.total_seconds
        self.flags: list[str] = []
        self.sources: list[str] = []  # of the student's cells, in order, without those that killed the kernel
        self.kernel: StudentKernel | None = None
        self.channel: socket.socket | None = None
        self.tester: Tester | None = None
        try:
            self.start_kernel()
            if warm.settings.trusted:
                self.tester = Tester(data, warm)
                self.tester.use_channel(self.channel)
        except BaseException:
            self.close()
            raise

    def start_kernel(self) -> None:
        ours, theirs = socket.socketpair()
        self.channel = ours
        try:
            self.kernel = StudentKernel(self.warm, self.files, theirs)
        finally:
            theirs.close()

    def cell_end(self) -> float:
        return min(time.monotonic() + self.limits.cell_seconds, self.end)

    def ready(self) -> bool:
        """Make sure that a kernel runs in which all earlier cells have run; False if the time is used up."""
        while self.kernel is None or not self.kernel.alive():
            if time.monotonic() > self.end:
                self.flags.append(
                    f"The notebook used up the {self.limits.total_seconds} s that it may run; "
                    "what came after that got no points."
                )
                return False
            self.drop_kernel()
            self.start_kernel()
            if self.tester:
                self.tester.use_channel(self.channel)
            for number, source in enumerate(self.sources):
                try:
                    self.kernel.collect(self.kernel.send(source), self.cell_end())
                except (KernelDied, TimeoutError):  # it went well the first time; not again
                    self.sources[number] = ""
                    self.drop_kernel()
                    break
        return True

    def drop_kernel(self) -> None:
        if self.kernel is not None:
            self.kernel.close()
            self.channel.close()
            self.kernel = None

    def student(self, number: int, cell: dict) -> list[dict]:
        """Run a cell of the student's, or one that both processes need; return its outputs."""
        if not self.ready():
            return [not_run(f"The notebook had used up its {self.limits.total_seconds} s.")]
        if self.tester is not None and is_helper(cell):
            result = self.in_tester(cell)
            if isinstance(result, str) or not result.ok:
                why = result if isinstance(result, str) else f"{result.ename}: {result.evalue}"
                # With the reference this is refused at release: here the student's process had a hand in it.
                self.flags.append(f"The locked cell {grade_id(cell)!r} failed: {why}")
            self.tester.helpers.append((cell["source"], grade_id(cell)))
        source = cell["source"] if is_test(cell) else HIDDEN.sub("", cell["source"])
        for last_try in (False, True):
            try:
                outputs = self.kernel.collect(self.kernel.send(source), self.cell_end())
            except KernelDied as death:  # or of what an earlier cell, or a test, has left running
                what = f"The kernel died in {title(number, cell)}: {death}."
                if not last_try and self.ready():
                    continue
            except TimeoutError:
                excess = self.kernel.excess()
                self.kernel.kill()
                why = excess or "it did not end"
                what = f"The {title(number, cell)} was stopped after {self.limits.cell_seconds} s: {why}."
            else:
                self.sources.append(source)
                return outputs
            break
        self.flags.append(f"{what} The other cells were run without it.")
        return [not_run(what)]

    def test(self, cell: dict) -> list[dict]:
        """Run a test cell in the tests' process; return its outputs, as nbgrader wants to read them."""
        if not self.ready():
            return [not_run(f"The notebook had used up its {self.limits.total_seconds} s.")]
        result = self.in_tester(cell)
        if isinstance(result, str):
            self.flags.append(result)
            return [not_run(result)]
        return outputs_of(result, marks(cell)["points"])

    def in_tester(self, cell: dict) -> CellResult | str:
        """Run a locked cell in the tests' process, while the student's answers for its names."""
        name, end = grade_id(cell), self.cell_end()
        request = self.kernel.send(SERVE, silent=True)
        stopped = float("inf")  # since when the kernel does not answer the tests any more

        def trouble() -> str:
            """Why the test cannot go on, or an empty text."""
            if not self.kernel.alive():
                return f"The kernel died while {name!r} ran: {self.kernel.cause()}."
            if time.monotonic() > end:
                return f"The tests in {name!r} were stopped after {self.limits.cell_seconds} s."
            nonlocal stopped
            if self.kernel.replied(request):  # it does so, too, when the tests have just ended
                stopped = min(stopped, time.monotonic())
            if time.monotonic() > stopped + 1:
                return f"The kernel stopped answering while {name!r} ran."
            return ""

        result = self.tester.run(cell["source"], name, trouble, self.kernel.kill)
        if isinstance(result, CellResult) and result.ename == StudentProcessDied.__name__:
            self.kernel.wait(GRACE)
            result = trouble() or result
        if not self.tester.alive():
            self.tester.restart()
            self.drop_kernel()  # it waits for a tester that is gone
        elif self.kernel.alive():
            try:
                self.kernel.collect(request, time.monotonic() + GRACE)
            except (KernelDied, TimeoutError):
                self.kernel.kill()
        return result

    def close(self) -> None:
        self.drop_kernel()
        if self.tester is not None:
            self.tester.close()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()


class Tester:
    """The process that runs the test cells; in a sandbox of its own."""

    def __init__(self, data: dict[str, bytes], warm: Warm):
        self.data, self.warm = data, warm
        self.helpers: list[tuple[str, str]] = []  # the locked cells that it has run, which are no tests
        self.waiting = ThreadPoolExecutor(1)
        self._start()

    def _start(self) -> None:
        settings = self.warm.settings
        self.folder = None if settings.sandboxed else tempfile.TemporaryDirectory(prefix="t")
        self.box = Box(settings.limits) if settings.sandboxed else None
        if self.box is not None:
            self.box.put(self.data)
        else:
            put(Path(self.folder.name), self.data)
        self.control, theirs = socket.socketpair()
        nobody, unused = socket.socketpair()
        with theirs, nobody, unused:
            fds = [theirs.fileno(), nobody.fileno()]
            self.child = self.warm.fork("tests", self.box, fds, folder=self.folder and self.folder.name)
        self.supervisor = Supervisor(self.box, settings.limits) if self.box else None

    def restart(self) -> None:
        """A new process, in which the locked cells have run again."""
        self.stop()
        self._start()
        for source, name in self.helpers:
            self.run(source, name, lambda: "", lambda: None)

    def alive(self) -> bool:
        return self.child.poll() is None

    def use_channel(self, channel: socket.socket) -> None:
        change_channel(self.control, channel)

    def run(self, source: str, name: str, trouble: Callable[[], str], stop: Callable) -> CellResult | str:
        """Run one cell; the result, or in words why there is none.

        While it runs, `trouble` is asked twenty times a second; when it has an answer, `stop` is called,
        which should make the tests end too.
        """
        answer = self.waiting.submit(request_cell, self.control, source, name)
        what, end = "", float("inf")
        while True:
            with contextlib.suppress(FutureTimeout):
                result = answer.result(timeout=0.05)
                return what or result
            if not what and (what := trouble()):
                stop()
                end = time.monotonic() + GRACE
            if time.monotonic() > end or not self.alive():
                self.child.kill()
                wait([answer])
                verdict = self.supervisor.verdict if self.supervisor else ""
                return what or f"The process of the tests in {name!r} died{verdict and ': ' + verdict}."

    def stop(self) -> None:
        for part in (self.supervisor, self.child, self.box, self.control):
            if part is not None:
                part.close()
        if self.folder is not None:
            self.folder.cleanup()

    def close(self) -> None:
        self.stop()
        self.waiting.shutdown()


def outputs_of(result: CellResult, points: float) -> list[dict]:
    """As nbgrader reads them: an error gives no points, a number so many, and nothing gives all."""
    outputs = []
    if result.stdout:
        outputs.append({"output_type": "stream", "name": "stdout", "text": result.stdout})
    if not result.ok:
        error = {"ename": result.ename, "evalue": result.evalue, "traceback": list(result.traceback)}
        outputs.append({"output_type": "error"} | error)
    elif result.result is not None:
        number = {"output_type": "execute_result", "metadata": {}, "execution_count": None}
        outputs.append(number | {"data": {"text/plain": result.result}})
    return capped(outputs, points)


def capped(outputs: list[dict], points: float) -> list[dict]:
    """No number above the points of the cell, at which nbgrader would stop."""
    for output in outputs:
        if output["output_type"] == "execute_result":
            with contextlib.suppress(ValueError, KeyError, TypeError):  # no number: all points, for nbgrader
                if not 0 <= float(output["data"]["text/plain"]) <= points:
                    output["data"]["text/plain"] = f"{points:g}"
    return outputs


def not_run(what: str) -> dict:
    return {"output_type": "error", "ename": "NotRun", "evalue": what, "traceback": [f"NotRun: {what}"]}
