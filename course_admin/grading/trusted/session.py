"""The tests' side: runs the locked cells of a notebook, with the student's names as proxies.

The cells share one namespace. A name that neither they nor Python define is asked from the student's
process when it is used. Assigning to a name that was asked before (`soft_threshold = a_right_one`)
replaces it there too, so that the student's other functions use it, as they would in one kernel; other
names of the tests never go there.
"""

import ast
import builtins
import contextlib
import io
import json
import linecache
import operator
import re
import socket
import struct
import sys
import types
import weakref
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from course_admin.grading.trusted import codec, torch_bridge
from course_admin.grading.trusted.channel import (
    BINARY,
    MAX_TEXT,
    UNARY,
    Channel,
    FromOtherSide,
    ProtocolError,
    StudentProcessDied,
    own_frames,
)
from course_admin.grading.trusted.codec import CannotCross
from course_admin.grading.trusted.remote import Remote, make_remote

MODULE = "notebook_tests"  # the __module__ of what test cells define
MAX_STDOUT = 100_000
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
LENGTH = struct.Struct("!I")

# Names that a test may use though no locked cell imports them. They are never asked from the student, whose
# np.allclose might say what it likes.
IMPORTS = {"np": "numpy", "plt": "matplotlib.pyplot"} | {
    name: name for name in ("numpy", "scipy", "math", "torch", "itertools", "warnings")
}


@dataclass(frozen=True)
class CellResult:
    """What became of a cell. `result` is the value of its last line, if that is a plain int or float."""

    ok: bool
    ename: str = ""
    evalue: str = ""
    traceback: list[str] = field(default_factory=list)
    stdout: str = ""
    result: str | None = None


# ------------------------------------------------------------------------------------------- the channel

OBJECT_OPERATIONS = {*BINARY, *UNARY, "getitem", "len", "iter", "lt", "le", "gt", "ge", "eq", "ne"}
REFUSED = (types.ModuleType, types.FrameType, types.CodeType, types.TracebackType, types.CellType)
ITERATORS = (
    types.GeneratorType,
    type(iter([])),
    type(iter(())),
    type(iter(range(0))),
    map,
    filter,
    zip,
    enumerate,
)


class TestSide(Channel):
    """Asks; and answers what the student's process may ask about the objects that were handed to it.

    Functions can be called. Objects of classes that test cells define also have public attributes and
    operators. Anything else stays here, so no way leads from an exported object to the tests' namespace.
    """

    who = "the student's process"

    def __init__(self, sock: socket.socket):
        super().__init__(sock)
        self.remotes: weakref.WeakValueDictionary = weakref.WeakValueDictionary()

    def export_kind(self, value: Any) -> list:
        if defined_in_tests(type(value)):
            return ["object", type(value).__name__, ""]
        if isinstance(value, ITERATORS):
            return ["iterator", type(value).__name__, ""]
        if (isinstance(value, type) and not defined_in_tests(value)) or isinstance(value, REFUSED):
            raise CannotCross(f"{value!r:.200} belongs to the tests and cannot be handed to the notebook.")
        module = str(getattr(value, "__module__", "") or "")
        ours = module.startswith(__package__) or type(value).__module__.startswith(__package__)
        bound = getattr(value, "__self__", None)
        if isinstance(value, types.BuiltinFunctionType) and not is_harmless(module, bound):
            ours = True
        if not callable(value) or ours:
            raise CannotCross(
                f"An object of the type {type(value).__name__} belongs to the tests and cannot be handed to "
                "the notebook; numbers, texts, arrays, containers, functions and objects of classes that the "
                "tests define can."
            )
        name = getattr(value, "__name__", type(value).__name__)
        doc = getattr(value, "__doc__", "") or ""
        return ["callable", str(name)[:200], str(doc)[:2000]]

    def proxy(self, handle: int, kind: str, name: str, doc: str) -> Any:
        if kind == "module":
            raise NameError(
                f"A test uses the module {name[:100]!r} as the notebook names it. Import it in a locked "
                "cell: what the student's code calls by that name may be something else."
            )
        if handle in self.to_release:
            self.to_release.remove(handle)
        found = self.remotes.get(handle)
        if found is None:
            found = self.remotes[handle] = make_remote(self, handle, kind, name)
            weakref.finalize(found, self.to_release.append, handle).atexit = False
        return found

    def handle_of(self, value: Any) -> int | None:
        if isinstance(value, Remote):
            channel, handle = value._course_channel, value._course_handle
        elif isinstance(value, type) and issubclass(value, FromOtherSide):
            channel, handle = value._course_class
        else:
            return None
        if channel is not self:
            raise StudentProcessDied(
                "An object of an earlier process of the notebook, which has ended, was used."
            )
        return handle

    def answer(self, operation: str, values: list) -> Any:
        match operation, values:
            case "call", [function, args, kwargs]:
                self.require_own(function)
                codec.expect(type(args) is tuple and type(kwargs) is dict, "arguments")
                return function(*args, **kwargs)
            case "getattr", [thing, name]:
                self.require_own(thing)
                public = type(name) is str and not name.startswith("_") and defined_in_tests(type(thing))
                if not public:
                    raise AttributeError(f"The tests do not show {str(name)[:100]!r}.")
                return getattr(thing, name)
            case "next", [iterator]:
                self.require_own(iterator)
                may = isinstance(iterator, ITERATORS) or defined_in_tests(type(iterator))
                codec.expect(may, "an iterator")
                value = next(iterator, NOTHING)
                return (False, None) if value is NOTHING else (True, value)
            case "apply", [str(name), *operands]:
                return self.operate(name, operands)
            case "vjp", [tensor, *others]:
                return torch_bridge.product(self, tensor, *others)
        raise ProtocolError("the notebook's process asked for something that the tests do not do")

    def operate(self, name: str, operands: list) -> Any:
        own = [x for x in operands if id(x) in self.handles and defined_in_tests(type(x))]
        codec.expect(bool(own) and name in OBJECT_OPERATIONS, "an operator of an object of the tests")
        if name in ("len", "iter"):
            return {"len": len, "iter": iter}[name](*operands)
        return getattr(operator, name)(*operands)

    def require_own(self, value: Any) -> None:
        """Only what was handed out by handle can be called; data that came along cannot pretend to be it."""
        codec.expect(id(value) in self.handles, "an object of the tests")


NOTHING = object()


def defined_in_tests(kind: type) -> bool:
    return kind.__module__ == MODULE


def is_harmless(module: str, bound: Any) -> bool:
    """Built-in functions that may be handed over: those of numerical libraries, and methods of data."""
    if bound is not None and not isinstance(bound, types.ModuleType):
        return isinstance(bound, (list, dict, set, tuple, str, np.ndarray)) or defined_in_tests(type(bound))
    return module.split(".")[0] in ("numpy", "math", "scipy", "torch")


# --------------------------------------------------------------------------------------------- the cells


class Namespace(dict):
    """The names of the test cells. Tells the session when one of the student's names is assigned anew."""

    def __init__(self, session: "TestSession"):
        super().__init__()
        self.session = session

    def __setitem__(self, name, value):
        super().__setitem__(name, value)
        if name in self.session.asked:
            self.session.replace(name, value)


class Names(dict):
    """Python's builtins, then the usual modules, then the student's names."""

    def __init__(self, session: "TestSession"):
        super().__init__(vars(builtins), display=print)
        self.session = session

    def __missing__(self, name):
        if name in IMPORTS:
            __import__(IMPORTS[name])
            return sys.modules[IMPORTS[name]]
        return self.session.student_name(name)


class TestSession:
    """Runs locked cells, one after the other, in one namespace."""

    __test__ = False  # no class of tests, whatever pytest makes of its name

    def __init__(self, sock: socket.socket | None):
        self.channel = TestSide(sock) if sock is not None else None
        self.asked: set[str] = set()  # names of the student's that a test used
        self.borrowed: dict[str, Any] = {}  # their values, for the length of a cell
        self.replaced: set[str] = set()  # those that test cells have assigned anew
        self.module = types.ModuleType(MODULE)
        self.names = Namespace(self)
        self.names.update(__name__=MODULE, __builtins__=Names(self), __doc__=None)
        # dataclasses and pickle look for the module of a class there.
        self.module.__dict__.update(self.names)
        sys.modules[MODULE] = self.module

    def set_channel(self, sock: socket.socket) -> None:
        """Go on with another process of the student's; what came from the first one cannot be used now."""
        if self.channel is not None:
            self.channel.broken = self.channel.broken or StudentProcessDied()
            self.channel.sock.close()
        self.channel = TestSide(sock)

    def student_name(self, name: str) -> Any:
        if name not in self.borrowed:
            self.asked.add(name)
            pair = self.require_channel().ask("lookup", name)
            codec.expect(type(pair) is tuple and len(pair) == 2, "whether the name is defined")
            if pair[0] is not True:
                raise NameError(
                    f"name {name!r} is not defined: the tests need it, and your notebook does not define it. "
                    "Was its cell run without an error, and is the name spelt as the task says?",
                    name=name,
                )
            self.borrowed[name] = pair[1]
        return self.borrowed[name]

    def replace(self, name: str, value: Any) -> None:
        """Give one of the student's names a new value over there."""
        self.borrowed.pop(name, None)
        self.require_channel().ask("assign", name, value)
        self.replaced.add(name)

    def replace_again(self) -> None:
        """After each cell, and in a new process, the names have the student's own values."""
        for name in sorted(self.replaced):
            with contextlib.suppress(StudentProcessDied):  # a value that came from the old process is gone
                self.replace(name, self.names[name])

    def require_channel(self) -> TestSide:
        if self.channel is None:
            raise StudentProcessDied("There is no process with the student's code.")
        return self.channel

    def run_cell(self, source: str, filename: str) -> CellResult:
        """Run a cell. Nothing that it, or the student's process, does ends this process or raises here."""
        self.borrowed.clear()
        broken = self.channel.broken if self.channel else None
        stdout, error, points = Capped(MAX_STDOUT), None, None
        lines = source.splitlines(keepends=True)
        linecache.cache[filename] = (len(source), None, lines, filename)
        try:
            with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stdout):
                self.replace_again()
                body, last = compiled(source, filename)
                exec(body, self.names)
                if last is not None:
                    points = partial_credit(eval(last, self.names))
        except BaseException as caught:  # sys.exit in a test, too: the cell has failed, the next one is run
            error = caught
        finally:
            self.borrowed.clear()
            self.done()
        # A test may expect an exception; the end of the student's process must not pass for it.
        if self.channel and self.channel.broken is not broken:
            known = isinstance(error, (ProtocolError, StudentProcessDied))
            error = error if known else self.channel.broken
        if error is not None:
            return failed(error, filename, stdout.getvalue())
        return CellResult(True, stdout=clean(stdout.getvalue()), result=points)

    def done(self) -> None:
        """Let the student's process go on with the notebook."""
        if self.channel is not None:
            with contextlib.suppress(StudentProcessDied):  # then nobody waits
                self.channel.send(codec.pack(["done"], []))


def compiled(source: str, filename: str) -> tuple[types.CodeType, types.CodeType | None]:
    """The code of a cell, and that of its last line if it is an expression."""
    if magic := re.search(r"^\s*[%!]\S.*", source, flags=re.MULTILINE):
        try:
            ast.parse(source)  # an operator at the start of a continued line is no magic
        except SyntaxError:
            raise SyntaxError(
                f"A locked cell must be plain Python, but has the line {magic[0].strip()!r}."
            ) from None
    tree = ast.parse(source, filename)
    last = None
    if tree.body and isinstance(tree.body[-1], ast.Expr):
        last = compile(ast.Expression(tree.body.pop().value), filename, "eval", dont_inherit=True)
    return compile(tree, filename, "exec", dont_inherit=True), last


def partial_credit(value: Any) -> str | None:
    """nbgrader takes a number on the last line for the points of the cell, and gives all points for None.

    numpy's numbers count too. Anything else would give all points there, and is an error here.
    """
    if value is None:
        return None
    if isinstance(value, (np.integer, np.floating)):
        value = value.item()
    if type(value) not in (int, float):
        raise TypeError(
            "The last line of a cell of tests should give nothing, or the points as a number, but it gives "
            f"a value of the type {type(value).__name__}."
        )
    if not 0 <= value < 1e9:
        raise ValueError(f"The last line of the cell gives its points, and they came out as {value!r}.")
    return repr(value)


def failed(error: BaseException, filename: str, stdout: str) -> CellResult:
    """The result of a cell that raised: its lines, and those of the student's code where the error arose."""
    try:
        message = str(error)
    except Exception as broken:  # an exception class of the test cell
        message = f"(its message could not be made: {type(broken).__name__})"
    name = "TypeError" if isinstance(error, CannotCross) else type(error).__name__
    if isinstance(error, ProtocolError):
        message = (
            "The process that runs your notebook broke the rules of its conversation with the tests, which "
            f"ordinary code cannot do ({message})."
        )
    frames = own_frames(error)
    lines = ["Traceback (most recent call last):"]
    for frame in frames:
        lines.append(f"  {frame.filename}, line {frame.lineno}, in {frame.name}")
        if frame.line:
            lines.append(f"    {frame.line}")
    trace = getattr(error, "_course_trace", "")
    if trace:
        lines += ["In your notebook:", *trace.splitlines()]
    if isinstance(error, SyntaxError) and error.filename == filename:
        lines.append(f"  {filename}, line {error.lineno}")
    text = clean("\n".join(lines))
    if len(text) > MAX_TEXT:
        text = text[: MAX_TEXT // 2] + "\n  ...\n" + text[-MAX_TEXT // 2 :]
    message = clean(message if len(message) <= MAX_TEXT else message[:MAX_TEXT] + " ...")
    return CellResult(False, name, message, [*text.split("\n"), f"{name}: {message}"], clean(stdout))


def clean(text: str) -> str:
    """Without what a terminal or an encoder would stumble over: control characters, halves of surrogates."""
    return CONTROL.sub("\ufffd", text.encode("utf-8", "replace").decode("utf-8"))


class Capped(io.StringIO):
    """Text that stops growing."""

    def __init__(self, limit: int):
        super().__init__()
        self.room = limit

    def write(self, text: str) -> int:
        if self.room > 0:
            super().write(text[: self.room])
            self.room -= len(text)
            if self.room <= 0:
                super().write("\n[more output than this is left out]\n")
        return len(text)


# ------------------------------------------------------------------------------ the worker's side of things


def main(control: socket.socket, channel: socket.socket | None) -> None:
    """Run cells as the worker asks for them, until it says "end" or closes the socket."""
    session = TestSession(channel)
    while True:
        try:
            request, descriptors = _receive(control, descriptors=True)
        except EOFError:
            return
        if request["op"] == "end":
            return
        if request["op"] == "channel":
            session.set_channel(socket.socket(fileno=descriptors[0]))
            reply = {}
        else:
            reply = asdict(session.run_cell(request["source"], request["filename"]))
        _send(control, reply)


def request_cell(
    control: socket.socket, source: str, filename: str, timeout: float | None = None
) -> CellResult:
    """Have the process at the other end run a cell. After a TimeoutError it cannot be used any more."""
    control.settimeout(timeout)
    _send(control, {"op": "run", "source": source, "filename": filename})
    return CellResult(**_receive(control)[0])


def change_channel(control: socket.socket, sock: socket.socket) -> None:
    """Hand over a channel to another process of the student's."""
    _send(control, {"op": "channel"}, [sock.fileno()])
    _receive(control)


def end(control: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it has ended already
        _send(control, {"op": "end"})


def _send(sock: socket.socket, message: dict, descriptors: list[int] = ()) -> None:
    data = json.dumps(message).encode()
    head = LENGTH.pack(len(data))
    if descriptors:
        socket.send_fds(sock, [head], list(descriptors))
        sock.sendall(data)
    else:
        sock.sendall(head + data)


def _receive(sock: socket.socket, descriptors: bool = False) -> tuple[dict, list[int]]:
    found = []
    head = b""
    while len(head) < LENGTH.size:
        if descriptors:
            part, fds, _, _ = socket.recv_fds(sock, LENGTH.size - len(head), 4)
            found += fds
        else:
            part = sock.recv(LENGTH.size - len(head))
        if not part:
            raise EOFError("The process that runs the tests has ended.")
        head += part
    (size,) = LENGTH.unpack(head)
    data = bytearray()
    while len(data) < size:
        part = sock.recv(min(2**16, size - len(data)))
        if not part:
            raise EOFError("The process that runs the tests has ended.")
        data += part
    return json.loads(data), found
