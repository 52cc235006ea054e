"""The warm parent: a process that has imported what notebooks need, and forks itself into a sandbox.

It runs as a program of its own, started by `warm` with an empty environment; it never sees a submission, a
test or a grade. For each request it forks twice: the first child enters the sandbox's namespaces, the second
is born inside them, gives up its rights, and becomes a Jupyter kernel or runs the tests. The first waits for
the second and reports how it ended.
"""

import contextlib
import gc
import importlib
import io
import json
import os
import signal
import socket
import sys

from course_admin.grading.sandbox import enter

INSIDE = {  # the whole environment of whatever runs in a sandbox; the paths are the sandbox's own
    "HOME": "/notebook",
    "IPYTHONDIR": "/tmp/ipython",
    "LANG": "C.UTF-8",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "MPLCONFIGDIR": "/tmp/matplotlib",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PATH": "/usr/bin:/bin",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONUNBUFFERED": "1",
    "USER": "student",
}
# What every kernel imports when it starts, so that it need not.
ALWAYS = ["numpy", "ipykernel.kernelapp", "ipykernel.zmqshell", "ipykernel.debugger"]
ALWAYS += ["IPython.core.completer", "IPython.core.completerlib", "IPython.core.oinspect"]
ALWAYS += ["IPython.extensions.storemagic", "pydoc", "tornado.platform.asyncio", "tornado.queues"]
ALWAYS += ["course_admin.grading.trusted.student", "course_admin.grading.trusted.session"]


def main() -> None:
    control = socket.socket(fileno=int(sys.argv[1]))
    enter.die_with_parent()
    setup = json.loads(control.recv(2**16))
    try:
        load(setup)
    except Exception as error:  # reported to the worker, which raises it
        control.send(json.dumps({"error": f"{type(error).__name__}: {error}"}).encode())
        return
    control.send(b"{}")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children are reaped without being waited for
    while True:
        message, fds, _, _ = socket.recv_fds(control, 2**16, 8)
        if not message:
            return
        if os.fork() == 0:
            control.close()
            first_child(json.loads(message), fds)
        for fd in fds:
            os.close(fd)


def load(setup: dict) -> None:
    os.environ.update(INSIDE)
    del os.environ["MPLCONFIGDIR"]
    os.environ.update(setup["environ"])
    for module in ALWAYS:
        importlib.import_module(module)
    for module in setup["imports"]:
        with contextlib.suppress(ImportError):  # the notebook's own import will say what is wrong
            importlib.import_module(module)
    if "matplotlib" in sys.modules:
        draw_something()
    os.environ.clear()
    os.environ.update(INSIDE)
    hidden = setup["not_importable"]
    loaded = [m for m in sys.modules for h in hidden if m == h or m.startswith(h + ".")]
    if loaded:
        raise ImportError(
            f"{loaded[0]} should not be importable while this assignment is graded, but something that its "
            "notebook imports needs it. Take it off `not_importable`, or the import out of the notebook."
        )
    gc.collect()
    gc.freeze()  # what is loaded stays shared between the children


def draw_something() -> None:
    """The first figure loads fonts and more; let it be drawn here, once.

    The fonts that it cached hold open files. A child closes their descriptors and reuses the numbers, for its
    sockets; a font that is dropped from a cache there would close one of those. So the caches are emptied.
    """
    from matplotlib.figure import Figure
    from matplotlib.font_manager import _get_font
    from matplotlib.mathtext import MathTextParser

    figure = Figure()
    axes = figure.subplots()
    axes.semilogx([1, 2], [1, 2], label="$x$")
    axes.legend(title="a", fontsize="small")
    axes.set(xlabel="$x$", ylabel="y", title="t")
    figure.savefig(io.BytesIO(), format="png", bbox_inches="tight")
    MathTextParser._parse_cached.cache_clear()
    _get_font.cache_clear()


def first_child(request: dict, fds: list[int]) -> None:
    """Never returns. fds: status, then a pidfd if there is a sandbox, then what the entry needs."""
    status = os.fdopen(fds[0], "w")
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    try:
        rest = fds[1:]
        for entry in request["groups"]:
            with open(entry, "w") as file:
                file.write(str(os.getpid()))
        if request["sandboxed"]:
            enter.join(rest.pop(0))
        enter.die_with_parent()  # after joining, which would undo it
        os.chdir(request["folder"])
        second = os.fork()
        if second == 0:
            status.close()
            second_child(request, rest)
        for fd in rest:  # who talks to the second child must notice when it ends
            os.close(fd)
        status.write(f"{second}\n")
        status.flush()
        status.write(f"{os.waitstatus_to_exitcode(os.waitpid(second, 0)[1])}\n")
    except BaseException as error:
        status.write(f"error {type(error).__name__}: {error}\n")
    finally:
        with contextlib.suppress(OSError):
            status.close()
        os._exit(0)


def second_child(request: dict, fds: list[int]) -> None:
    """Never returns. From here on nothing that is not the student's, or the tests', is in reach."""
    code = 1
    try:
        enter.die_with_parent()
        os.setsid()
        null = os.open(os.devnull, os.O_RDWR)
        for fd in (0, 1, 2):
            os.dup2(null, fd)
        kept = {}
        for place, fd in enumerate(fds):  # to the numbers 10, 11, ..., and everything else is closed
            os.dup2(fd, 10 + place + 100)
            kept[place] = 10 + place + 100
        os.closerange(3, 110)
        os.closerange(110 + len(fds), 65536)
        enter.limit(request["limits"], request["sandboxed"])
        os.nice(10)  # so that the supervisor finds a processor whatever runs here
        if request["sandboxed"]:
            enter.give_up_rights()
        else:  # the folders above are the machine's own there
            names = ("HOME", "IPYTHONDIR", "MPLCONFIGDIR")
            os.environ.update({name: f"{request['folder']}/.{name.lower()}" for name in names})
        sockets = [socket.socket(fileno=fd) for fd in kept.values()]
        code = {"kernel": kernel, "tests": tests}[request["entry"]](request, sockets)
    finally:
        os._exit(code)


def kernel(request: dict, sockets: list[socket.socket]) -> int:
    """Become a Jupyter kernel. Its connection comes through a socket: no other student's is in memory."""
    from ipykernel.kernelapp import IPKernelApp

    from course_admin.grading.trusted import student

    connection = os.path.join(request["sockets"], "connection.json")
    with sockets[1] as source, open(connection, "wb") as file:
        file.write(source.recv(2**16))
    arguments = ["-f", connection, "--IPKernelApp.log_level=50", "--HistoryManager.enabled=False"]
    app = IPKernelApp.instance()
    app.initialize(arguments)

    def serve_tests(line):
        student.serve(sockets[0], app.shell.user_ns)

    app.shell.register_magic_function(serve_tests)
    # exit() would end the kernel a moment later, in the middle of another cell or of a test.
    app.shell.ask_exit = lambda: print("exit() does nothing while the notebook is graded.")
    app.start()
    return 0


def tests(request: dict, sockets: list[socket.socket]) -> int:
    import numpy

    from course_admin.grading.trusted import session

    numpy.random.seed()  # noqa: NPY002 - the student's process was forked from the same state
    session.main(sockets[0], sockets[1])
    return 0


if __name__ == "__main__":
    main()
