"""The sandbox from inside: what a student's code can see, reach, use up and leave behind."""

import dataclasses
import mmap
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from course_admin.errors import CourseError
from course_admin.grading.kernel import KernelDied, StudentKernel
from course_admin.grading.sandbox import cgroup, enter, supervisor
from course_admin.grading.sandbox.box import Box, check_out_of_sight, location, runtime
from course_admin.grading.sandbox.supervisor import excess, usage
from course_admin.grading.sandbox.warm import Warm
from course_admin.grading.settings import Limits, Settings

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("bubblewrap")]
ROOT = Path(__file__).resolve().parents[2]
TIGHT = Limits(memory_mb=300, processes=20, threads=80, scratch_mb=40, files=500, cpu_seconds=5, output_mb=1)
HIDDEN = ("course_lib.linear_model", "course_lib._solvers", "sklearn")


@pytest.fixture(scope="module")
def warm():
    with Warm(Settings(limits=TIGHT, not_importable=HIDDEN, imports=("numpy",))) as parent:
        yield parent


@pytest.fixture
def kernel(warm):
    with StudentKernel(warm, {"data/x.csv": b"1,2\n"}) as student:
        yield student


def shown(kernel, code, seconds=20):
    """What a cell prints; its error, if it ends in one."""
    outputs = kernel.collect(kernel.send(code), time.monotonic() + seconds)
    errors = [f"{o['ename']}: {o['evalue']}" for o in outputs if o["output_type"] == "error"]
    return "".join([o["text"] for o in outputs if o["output_type"] == "stream"] + errors)


def test_a_notebook_runs_as_it_should(kernel):
    assert shown(kernel, "print(open('data/x.csv').read(), 6 * 7)") == "1,2\n 42\n"
    plot = "import matplotlib.pyplot as plt\n_ = plt.plot([1, 2])"
    outputs = kernel.collect(kernel.send(plot), time.monotonic() + 20)
    assert "image/png" in outputs[0]["data"]
    assert "files" in shown(kernel, "open('out', 'w').write('x')\n!echo files")


def test_a_notebook_may_draw_more_formulas_than_matplotlib_remembers():
    # Fonts that the warm process had opened were dropped here, and closed the kernel's own sockets with them.
    draw = (
        "import matplotlib.pyplot as plt\n"
        "figure = plt.figure()\n"
        "texts = [figure.text(0.1, 0.1, f'$x_{{{k}}}$') for k in range(120)]\n"
        "figure.canvas.draw()\n"
        "print('drawn')"
    )
    settings = Settings(limits=TIGHT, imports=("matplotlib.pyplot",))
    with Warm(settings) as parent, StudentKernel(parent, {}) as kernel:
        assert shown(kernel, draw) == "drawn\n"
        assert shown(kernel, "print('alive')") == "alive\n"


def test_nothing_of_the_course_the_grader_or_the_machine_is_in_sight(kernel):
    code = "import glob, os\nprint([p for p in {} if os.path.exists(p)])"
    paths = [
        str(ROOT / "solutions"),
        str(ROOT / "course_admin"),
        "/etc/passwd",
        "/etc/hostname",
        "/var",
        "/srv",
    ]
    assert all(os.path.exists(path) for path in paths[:2])
    assert shown(kernel, code.format(paths)) == "[]\n"
    assert shown(kernel, f"print(os.listdir({str(ROOT)!r}))") in (
        "['.venv', 'course_lib']\n",
        "['course_lib', '.venv']\n",
    )
    assert (
        shown(kernel, "print(sorted(p for p in os.listdir('/proc') if p.isdigit()))") == "['1', '2', '3']\n"
    )


def test_the_environment_is_empty_of_the_grader_s_own(warm, monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "hunter2")
    with Warm(warm.settings) as parent, StudentKernel(parent, {}) as kernel:
        look = "import os\nprint([open(f'/proc/{p}/environ').read() for p in (1, 2, 'self')], os.environ)"
        seen = shown(kernel, look)
    assert "LANG" in seen
    for secret in ("hunter2", str(Path.home()), os.environ["PATH"].split(":")[0]):
        assert secret not in seen


@pytest.mark.parametrize(
    "code",
    [
        "open('/x', 'w')",
        "open('/dev/x', 'w')",
        "open('/run/x', 'w')",
        "open('/proc/sys/kernel/core_pattern', 'w')",
        "import os; os.mkdir('/usr/x')",
        "import numpy; open(numpy.__file__, 'a')",
        "import course_lib; open(course_lib.__file__, 'a')",
        "import os; os.mkdir('/tmp/m'); os.chroot('/tmp/m')",
        "import socket; socket.create_connection(('127.0.0.1', 22), timeout=2)",
        "import socket; socket.create_connection(('1.1.1.1', 80), timeout=2)",
        "import socket; socket.gethostbyname('example.org')",
        "import ctypes; c = ctypes.CDLL(None); assert c.memfd_create(b'x', 0) >= 0",
        "import ctypes; c = ctypes.CDLL(None); assert c.unshare(0x10000000) == 0",
        "import ctypes; c = ctypes.CDLL(None); assert c.mount(b'x', b'/tmp', b'tmpfs', 0, 0) == 0",
        "import ctypes; c = ctypes.CDLL(None); assert c.ptrace(16, 2, 0, 0) == 0",
        "import ctypes; c = ctypes.CDLL(None); assert c.shmget(0, 4096, 0o1600) >= 0",
        "import os; os.setuid(0)",
        "input()",
    ],
)
def test_what_is_refused(kernel, code):
    assert "error: " in shown(kernel, code).lower()


def test_nothing_but_the_scratch_space_can_be_written_to(kernel):
    """Walks all that is in sight: also for root, who owns most of it, as far as the kernel is concerned."""
    walk = """
import os
found, count = [], 0
for top, folders, files in os.walk("/"):
    if top == "/proc":
        folders[:] = [f for f in folders if not f.isdigit() and f not in ("self", "thread-self")]
    for path in [top, *(os.path.join(top, f) for f in files)]:
        count += 1
        if os.path.islink(path) or path.startswith(("/notebook", "/tmp", "/dev/", "/run/kernel")):
            continue
        if os.access(path, os.W_OK):
            found.append(path)
print(count > 1000, found)
"""
    assert shown(kernel, walk, 60) == "True []\n"
    assert shown(kernel, "import os\nprint(os.listdir('/dev'))").count("'") < 40


def test_killing_everything_in_reach_kills_only_the_kernel(warm, kernel):
    with StudentKernel(warm, {}) as other:
        assert shown(kernel, "import os\nos.kill(1, 9)\nprint('still here')") == "still here\n"
        with pytest.raises(KernelDied):
            shown(kernel, "os.kill(-1, 9)\nos.kill(os.getpid(), 9)")
        assert shown(other, "print(1)") == "1\n"
    assert usage([Path("/proc/self")])["processes"] == 1


@pytest.mark.parametrize("module", [*HIDDEN, "sklearn.linear_model"])
def test_what_the_assignment_asks_for_cannot_be_imported_or_read(kernel, module):
    assert "is not available while this assignment is graded" in shown(kernel, f"import {module}")
    if module.startswith("course_lib"):
        code = """
import glob, os
for path in glob.glob({0!r} + ".py") + glob.glob({1!r} + ".*"):
    print(os.path.basename(path), len(open(path, "rb").read()))
"""
        path = location(module)
        sizes = shown(kernel, code.format(str(path)[:-3], str(path.parent / "__pycache__" / path.stem)))
        assert len(sizes.splitlines()) >= 1
        assert all(int(line.split()[1]) < 200 for line in sizes.splitlines()), sizes
    else:
        assert (
            shown(kernel, f"import os\nprint(os.listdir({str(location('sklearn'))!r}))")
            == "['__init__.py']\n"
        )


def test_a_module_that_is_not_listed_can_be_imported(kernel):
    assert shown(kernel, "import course_lib.metrics, scipy.linalg\nprint('ok')") == "ok\n"


def test_a_list_that_names_no_module_is_refused():
    with pytest.raises(CourseError, match=r"there is no module sklearn\.nothing"):
        Box(TIGHT, ("sklearn.nothing",))


def test_a_notebook_whose_imports_need_a_hidden_module_is_refused():
    settings = Settings(not_importable=("course_lib.metrics",), imports=("course_lib.metrics",))
    with pytest.raises(CourseError, match=r"course_lib\.metrics should not be importable"):
        Warm(settings)


LIMITS = {
    "memory": ("x = []\nwhile True:\n    x.append(bytearray(20_000_000))", "more than 300 MB of memory"),
    "memory of many": (
        "import os, time\nfor _ in range(8):\n    if os.fork() == 0:\n        x = bytearray(60_000_000)\n"
        "        time.sleep(60)\ntime.sleep(60)",
        "more than 300 MB of memory",
    ),
    "processes": ("import os\nwhile True:\n    os.fork()", "more than 20 processes"),
    "processes by the shell": ("%%bash\nf() { f | f & }; f; sleep 60", "more than 20 processes"),
    "processor time": (
        "import os\nfor _ in range(3): os.fork()\nwhile True: pass",
        "more than 5 s of processor",
    ),
    "files": (
        "for i in range(5000): open(f'/tmp/{i}', 'w').close()\nimport time; time.sleep(60)",
        "more than 500 files",
    ),
}


@pytest.mark.parametrize("name", LIMITS)
def test_limits_of_the_whole_tree(kernel, name):
    code, verdict = LIMITS[name]
    with pytest.raises(KernelDied, match=verdict):
        shown(kernel, code, seconds=60)
    assert not kernel.alive()


def test_a_last_look_finds_what_the_supervisor_had_no_time_to_see(warm, monkeypatch):
    """A fork bomb can starve the thread that counts: at its timeout a cell is asked once more."""
    monkeypatch.setattr(supervisor, "INTERVAL", 3600)
    with StudentKernel(warm, {}) as kernel:
        assert kernel.excess() == ""
        with pytest.raises(TimeoutError):
            shown(kernel, "import os, time\nfor _ in range(5): os.fork()\ntime.sleep(60)", seconds=2)
        assert kernel.excess() == "it started more than 20 processes"


def test_threads_are_bounded(kernel):
    """For an ordinary user the kernel refuses more; where the grader is root, the supervisor counts."""
    code = "import threading, time\nfor _ in range(100):\n"
    code += "    threading.Thread(target=time.sleep, args=(60,)).start()\ntime.sleep(60)"
    try:
        refused = shown(kernel, code, seconds=30)
    except KernelDied as death:
        refused = str(death)
    assert "can't start new thread" in refused or "more than 80 threads" in refused


def test_disk_is_bounded_without_ending_the_notebook(kernel):
    flood = """
for where in ("/notebook", "/tmp", "/dev/shm", "/run/kernel"):
    with open(where + "/f", "wb") as f:
        f.write(bytes(60_000_000))
"""
    assert "OSError" in shown(kernel, flood)
    assert shown(kernel, "print(1)") == "1\n"


def test_output_is_bounded(kernel):
    text = shown(kernel, "for _ in range(5000): print('x' * 1000)")
    assert len(text) < 1.1 * 2**20
    assert "the rest of the output was left out" in text
    assert "left out" in shown(kernel, "print('x' * 50_000_000)")
    assert shown(kernel, "print(1)") == "1\n"


def test_nothing_survives(warm):
    look = "import os\nprint(os.listdir('/tmp'), os.listdir('/notebook'), os.listdir('/dev/shm'))"
    with StudentKernel(warm, {}) as kernel:
        before = shown(kernel, look)
        shown(
            kernel,
            "import subprocess\nfor p in ('/tmp/left', '/notebook/sitecustomize.py', '/dev/shm/left'):\n"
            "    open(p, 'w').write('x')",
        )
        detach = "subprocess.Popen(['setsid', 'nohup', 'sleep', '987654'], start_new_session=True)"
        shown(kernel, detach)
        inside = [p.name for p in kernel._manager.provisioner.box.processes()]
        assert len(inside) > 3
        assert "987654" in subprocess.run(["ps", "axo", "args"], capture_output=True, text=True).stdout
    assert "987654" not in subprocess.run(["ps", "axo", "args"], capture_output=True, text=True).stdout
    with StudentKernel(warm, {}) as kernel:
        assert shown(kernel, look) == before


def test_the_sandbox_ends_with_the_process_that_made_it():
    code = (
        "import os, sys, time\nfrom course_admin.grading.kernel import StudentKernel\n"
        "from course_admin.grading.sandbox.warm import Warm\n"
        "from course_admin.grading.settings import Settings\nk = StudentKernel(Warm(Settings()), {})\n"
        'k.send(\'import subprocess; subprocess.run(["sleep", "876543"])\')\n'
        "time.sleep(1)\nprint(k._manager.provisioner.box.pid, flush=True)\ntime.sleep(60)"
    )
    grader = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    inside = int(grader.stdout.readline())
    assert "876543" in subprocess.run(["ps", "axo", "args"], capture_output=True, text=True).stdout
    grader.kill()
    grader.communicate()
    for _ in range(100):
        if not os.path.exists(f"/proc/{inside}"):
            break
        time.sleep(0.05)
    assert not os.path.exists(f"/proc/{inside}")
    assert " 876543" not in subprocess.run(["ps", "axo", "args"], capture_output=True, text=True).stdout


def test_without_the_sandbox_the_course_is_in_sight():
    """The tests above would prove nothing if they held without a sandbox as well."""
    with Warm(Settings(sandboxed=False)) as parent, StudentKernel(parent, {}) as kernel:
        assert shown(kernel, f"import os\nprint(os.path.exists({str(ROOT / 'solutions')!r}))") == "True\n"
        assert int(shown(kernel, "print(len([p for p in os.listdir('/proc') if p.isdigit()]))")) > 5


def test_without_the_filter_the_calls_succeed():
    code = "import ctypes; print(ctypes.CDLL(None).memfd_create(b'x', 0) >= 0)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "True\n"
    assert len(enter.system_call_filter()) == 8 * (7 + 2 * len(enter.REFUSED))


def test_excess_names_each_limit():
    limits = Limits()
    fine = {"processes": 1, "threads": 1, "cpu_seconds": 1, "memory_mb": 1, "files": 1}
    assert excess(fine, limits) == ""
    for name in fine:
        assert excess(fine | {name: getattr(limits, name) + 1}, limits) != ""


@pytest.mark.parametrize("hold", [bytearray, lambda size: filled(mmap.mmap(-1, size))], ids=["own", "shared"])
def test_usage_counts_the_memory_of_a_process(hold):
    before = usage([Path("/proc/self")])["memory_mb"]
    held = hold(80 * 2**20)
    assert usage([Path("/proc/self")])["memory_mb"] - before == pytest.approx(80, abs=8)
    del held


def filled(memory):
    memory.write(b"x" * len(memory))
    return memory


def test_usage_counts_a_process_whose_name_is_no_text_and_one_that_hides_its_memory():
    """As an ordinary user, for root may look at everything."""
    code = (
        "import ctypes, os\nif os.geteuid() == 0:\n    os.setresuid(65534, 65534, 65534)\n"
        "c = ctypes.CDLL(None)\n"
        "c.prctl(15, b'\\xff\\xfe', 0, 0, 0)\nc.prctl(4, 0, 0, 0, 0)\nx = bytearray(80 * 2**20)\n"
        "print('ready', flush=True)\nimport time; time.sleep(60)"
    )
    hidden = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        hidden.stdout.readline()
        entry = Path(f"/proc/{hidden.pid}")
        assert usage([entry])["memory_mb"] > 80
        look = (
            f"from course_admin.grading.sandbox.supervisor import *\nprint(proportional_mb(Path('{entry}')))"
        )
        drop = "import os\nos.setresuid(65534, 65534, 65534)\n" if os.geteuid() == 0 else ""
        command = [sys.executable, "-c", f"import course_admin.grading.sandbox.supervisor\n{drop}{look}"]
        seen = subprocess.run(command, capture_output=True, text=True)
        assert float(seen.stdout) > 80, seen.stderr
    finally:
        hidden.kill()
        hidden.communicate()


def test_no_bubblewrap(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CourseError, match=r"needs bubblewrap .* apt install bubblewrap.* --unsandboxed"):
        Box(TIGHT)


def test_no_user_namespaces():
    """Inside a bubblewrap that forbids them, which is what a locked-down machine looks like."""
    code = "from course_admin.grading.sandbox.box import Box, Limits\nBox(Limits())"
    outer = [
        shutil.which("bwrap"),
        "--unshare-user",
        "--disable-userns",
        "--dev-bind",
        "/",
        "/",
        "--proc",
        "/proc",
    ]
    run = subprocess.run([*outer, sys.executable, "-c", code], capture_output=True, text=True)
    assert "CourseError" in run.stderr
    assert "does not let ordinary users make user namespaces" in run.stderr
    assert "--unsandboxed" in run.stderr


def test_a_course_inside_what_the_sandbox_shows_is_refused(tmp_path):
    check_out_of_sight(tmp_path)
    with pytest.raises(CourseError, match="Move the course"):
        check_out_of_sight(Path(runtime()[0]) / "share" / "course")


def test_limits_are_what_the_settings_say():
    assert dataclasses.asdict(Settings().limits) == dataclasses.asdict(Limits())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make control groups on every machine")
def test_control_groups_hold_the_sandbox_and_are_removed(warm):
    with StudentKernel(warm, {}) as kernel:
        folders = kernel._manager.provisioner.box.group.folders
        for folder in folders:
            assert len((folder / "cgroup.procs").read_text().split()) == 2, (
                "the kernel and who reports its end"
            )
        assert folders, "root should have found a place for control groups"
        shown(kernel, "import subprocess\np = subprocess.Popen(['sleep', '100'])")
        assert all(len((folder / "cgroup.procs").read_text().split()) == 3 for folder in folders)
    assert not any(folder.exists() for folder in folders)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make control groups on every machine")
def test_groups_that_a_killed_grader_left_are_swept_away():
    gone = cgroup.place("pids") / "course-999999999-x"
    gone.mkdir(exist_ok=True)
    cgroup.sweep()
    assert not gone.exists()
