"""The worker's end of the warm parent (`forkserver`): start it once for an assignment, then fork from it."""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
from dataclasses import asdict

from course_admin.errors import CourseError
from course_admin.grading.sandbox.box import SOCKETS, WORK, Box
from course_admin.grading.settings import Settings


class Child:
    """A process forked from the warm parent, inside a box or, where there is none, beside it."""

    def __init__(self, status_fd: int, box: Box | None):
        self._status = status_fd
        self._text = b""
        self._box = box
        self.exit_code: int | None = None
        self.pid = int(self._next("start")) if box is None else (self._next("start"), None)[1]

    def _next(self, step: str) -> str:
        while b"\n" not in self._text:
            ready, _, _ = select.select([self._status], [], [], 30)
            more = os.read(self._status, 4096) if ready else b""
            if not more:
                raise CourseError(
                    f"A process for students' code did not {step} ({'ended' if ready else '30 s'})."
                )
            self._text += more
        line, _, self._text = self._text.partition(b"\n")
        if line.startswith(b"error"):
            raise RuntimeError(f"A process for students' code could not {step}: {line.decode()}")
        return line.decode()

    def poll(self) -> int | None:
        """The exit code (negative: a signal), or None as long as it runs. Never waits."""
        if self.exit_code is None and select.select([self._status], [], [], 0)[0]:
            try:
                self.exit_code = int(self._next("end"))
            except RuntimeError:  # the whole box was ended, with the process that reports
                self.exit_code = -int(signal.SIGKILL)
        return self.exit_code

    def kill(self) -> None:
        if self._box is not None:
            self._box.end()
        elif self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)

    def close(self) -> None:
        self.kill()
        os.close(self._status)


class Warm:
    """A warm parent for one assignment's settings; use it as a context manager."""

    def __init__(self, settings: Settings):
        self.settings = settings
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, "-m", "course_admin.grading.sandbox.forkserver", str(theirs.fileno())]
        self._process = subprocess.Popen(
            command, env=START, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, cwd="/"
        )
        theirs.close()
        self._control = ours
        setup = {
            "imports": settings.imports,
            "not_importable": settings.not_importable,
            "environ": {name: os.environ[name] for name in CACHES if name in os.environ},
        }
        ours.send(json.dumps(setup).encode())
        answer = json.loads(ours.recv(2**16) or b'{"error": "it ended while it loaded its modules"}')
        if "error" in answer:
            self.close()
            raise CourseError(f"Grading could not start: {answer['error']}")

    def fork(self, entry: str, box: Box | None, fds: list[int], folder: str | None = None) -> Child:
        """Fork a "kernel" or "tests" into the box, or into a folder on this machine if there is none."""
        request = {
            "entry": entry,
            "sandboxed": box is not None,
            "folder": WORK if box else folder,
            "sockets": SOCKETS if box else folder,
            "limits": asdict(self.settings.limits),
            "groups": box.group.entries if box else [],
        }
        read_end, write_end = os.pipe()
        try:
            passed = [write_end, *([box.pidfd] if box else []), *fds]
            socket.send_fds(self._control, [json.dumps(request).encode()], passed)
        finally:
            os.close(write_end)
        return Child(read_end, box)

    def close(self) -> None:
        self._control.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()


# With these matplotlib finds its list of fonts, while it is loaded; students' processes do not see them.
CACHES = ("HOME", "MPLCONFIGDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")
# A student's process can read the environment that this one was started with, so it says nothing.
START = {"LANG": "C.UTF-8", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PATH": "/usr/bin:/bin"}
START |= {"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
