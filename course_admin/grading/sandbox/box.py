"""One empty sandbox: bubblewrap's namespaces, the runtime read-only, a little scratch space in memory.

Nothing runs in it at first but a process that waits for the end of its standard input. `warm` forks processes
into it. When the grader closes the sandbox, or dies, the kernel ends every process in it and frees its files.
"""

import atexit
import contextlib
import functools
import importlib.machinery
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path, PurePosixPath

from course_admin.errors import CourseError
from course_admin.grading.sandbox.cgroup import Group
from course_admin.grading.settings import Limits

WORK = "/notebook"  # where a notebook runs; it, /tmp and /dev/shm are all that can be written to
SOCKETS = "/run/kernel"  # where a kernel listens
SCRATCH = (WORK, "/tmp", "/dev/shm", SOCKETS)
INSTALL = "Install it (Debian, Ubuntu: apt install bubblewrap), or grade with --unsandboxed"
SYSTEM = ("/bin", "/lib", "/lib32", "/lib64", "/sbin")
# From /etc only what the loader, clocks and fonts need: no account, no host name, no configuration.
ETC = (
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/fonts",
    "/etc/alternatives",
)

# bubblewrap gives a fresh /proc. Where the grader is root, so is, for the kernel, who runs inside: without
# any capability, but as the owner of these.
READ_ONLY = ("/proc/sys", "/proc/fs", "/proc/pressure", "/proc/sysrq-trigger", "/proc/mtrr")
COVERED = ("/proc/acpi", "/proc/asound", "/proc/driver", "/proc/kallsyms", "/proc/kcore", "/proc/key-users")
COVERED += ("/proc/keys", "/proc/kmsg", "/proc/latency_stats", "/proc/sched_debug", "/proc/scsi")
COVERED += ("/proc/slabinfo", "/proc/timer_list", "/proc/vmallocinfo")


class Box:
    """A sandbox with a process 1 and an empty folder; use it as a context manager."""

    def __init__(self, limits: Limits, not_importable: tuple[str, ...] = ()):
        read_end, write_end = os.pipe()
        try:
            self._bwrap = subprocess.Popen(
                [*arguments(limits, not_importable), "--info-fd", str(write_end), *WAIT],
                env={},  # the environment of process 1 can be read from inside
                pass_fds=[write_end],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd="/",
            )
        finally:
            os.close(write_end)
        with os.fdopen(read_end) as info:
            ready = self._bwrap.stdout.readline()
            if ready != b"ready\n":
                raise CourseError(refused(self._bwrap.stderr.read().decode(errors="replace")))
            self.pid = json.load(info)["child-pid"]
        self.pidfd = os.pidfd_open(self.pid)
        self.group = Group(limits)
        self.root = Path(f"/proc/{self.pid}/root")

    def put(self, files: dict[str, bytes]) -> None:
        """Write files below WORK. Only before the first process of a student runs: paths are followed."""
        put(self.root / WORK[1:], files)

    def processes(self) -> list[Path]:
        """The /proc entries of everything that runs inside, process 1 and the waiting one included."""
        try:
            return [self.root / "proc" / name for name in os.listdir(self.root / "proc") if name.isdigit()]
        except OSError:  # it ended while we looked
            return []

    def files(self) -> int:
        """How many files and folders lie in the scratch space; even an empty one takes memory."""
        count = 0
        for folder in SCRATCH:
            with contextlib.suppress(OSError):  # it ended while we looked
                room = os.statvfs(f"{self.root}{folder}")
                count += room.f_files - room.f_ffree
        return count

    def alive(self) -> bool:
        return self._bwrap.poll() is None

    def end(self) -> None:
        """End every process inside."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)  # process 1 takes all others with it

    def close(self) -> None:
        """End every process inside, and wait until they are gone."""
        if self.pidfd < 0:
            return
        self.end()
        self._bwrap.kill()
        self._bwrap.communicate()
        os.close(self.pidfd)
        self.pidfd = -1
        self.group.close()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()


def put(folder: Path, files: dict[str, bytes]) -> None:
    """Write files below a folder: relative POSIX path -> content."""
    for name, content in files.items():
        parts = PurePosixPath(name)
        if parts.is_absolute() or ".." in parts.parts:
            raise ValueError(f"{name!r} leads out of the folder of the notebook.")
        path = folder / parts
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


WAIT = ("/bin/sh", "-c", "echo ready; exec cat")


def arguments(limits: Limits, not_importable: tuple[str, ...]) -> list[str]:
    """The command line of bwrap, up to the command to run."""
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        raise CourseError(f"Grading needs bubblewrap (the command bwrap), which is not installed. {INSTALL}.")
    size = str(limits.scratch_mb * 2**20 // len(SCRATCH))
    line = [bwrap, "--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent"]
    line += ["--new-session", "--uid", "1000", "--gid", "1000", "--hostname", "sandbox"]
    line += ["--cap-drop", "ALL", "--clearenv"]
    line += ["--proc", "/proc", "--dev", "/dev"]
    for scratch in SCRATCH:  # before what follows, some of which may lie in /tmp
        line += ["--size", size, "--tmpfs", scratch]
    for folder in runtime():
        line += ["--ro-bind", folder, folder]
    for folder in SYSTEM:
        if os.path.islink(folder):
            line += ["--symlink", os.readlink(folder), folder]
        elif os.path.isdir(folder):
            line += ["--ro-bind", folder, folder]
    for path in (*ETC, *READ_ONLY):
        line += ["--ro-bind-try", path, path]
    for path in filter(os.path.exists, COVERED):
        line += ["--ro-bind", str(_scratch() / ("none" if os.path.isdir(path) else "empty")), path]
    for module in not_importable:
        line += mask(module)
    # bubblewrap's own / and /dev are file systems in memory without a limit.
    return [*line, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", WORK]


@functools.cache
def runtime() -> tuple[str, ...]:
    """The folders that Python and the libraries live in, and course_lib."""
    wanted = [
        "/usr",
        sys.prefix,
        sys.base_prefix,
        str(Path(sys.executable).resolve().parents[1]),
        course_lib(),
    ]
    found = []
    for folder in sorted({os.path.abspath(path) for path in wanted}, key=len):
        if not any(folder == outer or folder.startswith(outer + "/") for outer in found):
            found.append(folder)
    return tuple(found)


def course_lib() -> str:
    return str(Path(importlib.util.find_spec("course_lib").origin).parent)


def check_out_of_sight(root: Path) -> None:
    """Refuse a course that lies inside what the sandbox shows."""
    for folder in runtime():
        if Path(root).resolve().is_relative_to(folder):
            raise CourseError(
                f"The course in {root} lies inside {folder}, which students' code can read while it is "
                "graded. Move the course to a folder of its own."
            )


def mask(module: str) -> list[str]:
    """Cover a module, with its compiled form, by one that refuses to be imported."""
    path = location(module)
    folder = stubs(module)
    if path.is_dir():
        return ["--ro-bind", str(folder), str(path)]
    compiled = [*path.parent.glob(f"__pycache__/{path.name.split('.')[0]}.*.pyc")]
    hidden = ["--ro-bind", str(folder / "__init__.py"), str(path)]
    for each in compiled:
        hidden += ["--ro-bind", str(_scratch() / "empty"), str(each)]
    return hidden


@functools.cache
def location(module: str) -> Path:
    """The folder or the file of a module, found without importing it or a package that it is in."""
    search = None
    for depth in range(1, module.count(".") + 2):
        name = ".".join(module.split(".")[:depth])
        spec = (
            importlib.util.find_spec(name)
            if depth == 1
            else importlib.machinery.PathFinder.find_spec(name, search)
        )
        if spec is None or spec.origin is None:
            raise CourseError(
                f"The assignment says that {module} is not importable while it is graded, but there is no "
                f"module {name}. Correct the list `not_importable` in the metadata of its source notebook."
            )
        search = spec.submodule_search_locations
    return Path(spec.origin).parent if search else Path(spec.origin)


@functools.cache
def stubs(module: str) -> Path:
    """A folder with what stands in for a hidden module; removed when this process ends."""
    folder = _scratch() / module
    folder.mkdir()
    message = (
        f"{module} is not available while this assignment is graded: it holds what you are asked to write"
    )
    (folder / "__init__.py").write_text(f"raise ImportError({message!r})\n")
    return folder


@functools.cache
def _scratch() -> Path:
    """A folder for what is bound over other things; it goes when this process does."""
    folder = tempfile.TemporaryDirectory(prefix="course-sandbox-")
    atexit.register(folder.cleanup)
    path = Path(folder.name)
    (path / "none").mkdir()
    (path / "empty").touch()
    return path


def refused(error: str) -> str:
    """What to tell an instructor when bubblewrap could not make a sandbox."""
    detail = error.strip().splitlines()[-1] if error.strip() else "it gave no reason"
    remedy = "Or grade with --unsandboxed on a machine that holds nothing else."
    if "namespace" in error or "uid map" in error:
        return (
            f"bubblewrap could not make a sandbox ({detail}): this machine does not let ordinary users make "
            "user namespaces. Ask its administrator to allow them (kernel.unprivileged_userns_clone=1 and "
            f"user.max_user_namespaces above 0; on Ubuntu, an AppArmor profile for bwrap). {remedy}"
        )
    return f"bubblewrap could not make a sandbox: {detail}. {remedy}"
