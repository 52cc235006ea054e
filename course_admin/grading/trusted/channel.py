"""Calls between two processes over one stream socket: symmetric, synchronous, nested.

A side that waits for a reply serves the calls that come in, so callbacks work in both directions, to a
limited depth. What each side exports stands in a table; the other side knows numbers only. A reply also
carries the arguments that were changed in place, and the warnings that were given.

Messages: ["ask", serial, released handles, operation, arguments]; ["ok" or "error", serial, released handles,
changes, warnings, value or description of the exception]; ["done"], after which the student's side returns.
"""

import builtins
import os
import socket
import threading
import traceback
import warnings
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

from course_admin.grading.trusted import codec, torch_bridge
from course_admin.grading.trusted.codec import Decoder, Encoder, ProtocolError, expect

BINARY = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul")  # operators that cross
UNARY = ("neg", "pos", "abs")
MAX_NESTED = 40  # calls that wait for each other
MAX_TEXT = 20_000  # characters of a message or a traceback
MAX_WARNINGS = 100
MAX_CLASSES = 1000
OURS = "course_admin"
HERE = os.path.dirname(os.path.abspath(__file__))


class StudentProcessDied(Exception):
    """The process that ran the student's code is gone."""

    def __init__(self, message: str = ""):
        super().__init__(
            message
            or "The process that ran your notebook ended during the tests. The usual causes are os._exit, "
            "a crash inside a library, and more memory or time than there is."
        )


class Finished(BaseException):
    """On the student's side: the tests no longer wait for what is being computed. Not to be caught."""


class Channel:
    """One end of the socket. The two sides differ in `export`, `imported_handle` and `answer`."""

    who = "the other process"

    def __init__(self, sock: socket.socket):
        self.sock = sock
        self.inbox = bytearray()
        self.serial = 0
        self.nested = 0  # questions of the other side that we are answering
        self.asking = 0  # questions of ours that are open
        self.broken: Exception | None = None
        self.owner = os.getpid(), threading.get_ident()
        self.exported: dict[int, Any] = {}  # handle -> our object; keeps it alive
        self.handles: dict[int, int] = {}  # id of our object -> handle
        self.last_handle = 0
        self.to_release: list[int] = []  # handles of the other side that nobody here uses any more
        self.raised: dict[
            int, BaseException
        ] = {}  # by our side, in answer to calls that go on; may come back
        self.last_raised = 0
        self.exceptions: dict[int, type] = {}  # handle of an exception class of the other side -> ours for it
        torch_bridge.new_tables(self)

    shares_leaves = False  # whether the other side gets the parameters that a tensor depends on

    # What the sides do differently.

    def export_kind(self, value: Any) -> list:
        """[kind, name, documentation] of a value that goes by handle; CannotCross if it must not."""
        raise NotImplementedError

    def proxy(self, handle: int, kind: str, name: str, doc: str) -> Any:
        raise NotImplementedError

    def handle_of(self, value: Any) -> int | None:
        """The other side's handle, if the value is a proxy of ours."""
        raise NotImplementedError

    def answer(self, operation: str, values: list) -> Any:
        raise NotImplementedError

    # Asking.

    def ask(self, operation: str, *values: Any) -> Any:
        """Have the other side do something; returns what it returns, raises what it raises."""
        if (os.getpid(), threading.get_ident()) != self.owner:
            raise RuntimeError(
                "Functions that are handed over between a test and your notebook can be called in the thread "
                "that runs the test only, not in other threads or processes."
            )
        if self.broken:
            raise type(self.broken)(*self.broken.args)
        make_room()
        encoder = Encoder(self.export)
        wire = [encoder.encode(value) for value in values]
        self.serial += 1
        parts = codec.pack(["ask", self.serial, self.released(), operation, wire], encoder.buffers)
        self.asking += 1
        try:
            return self.settle(self.exchange(parts, self.serial), encoder)
        except (ProtocolError, StudentProcessDied) as error:
            self.broken = self.broken or error
            raise
        finally:
            self.asking -= 1
            self.forget_exceptions()

    def exchange(self, parts: list, serial: int) -> tuple[list, list]:
        """Send a question, serve until its reply has come."""
        try:
            self.send(parts)
            while True:
                message, buffers = self.receive()
                expect(type(message) is list and bool(message), "a message")
                if message[0] == "ask":
                    self.serve(message, buffers)
                elif message[0] == "done":
                    self.finished()
                else:
                    expect(message[0] in ("ok", "error") and len(message) == 6, "a reply")
                    expect(message[1] == serial, "the reply to the last question")
                    self.release(message[2])
                    return message, buffers
        except BaseException as error:  # half an exchange cannot be taken up again
            known = isinstance(error, (ProtocolError, StudentProcessDied))
            cause = error if known else ProtocolError(f"a call to {self.who} was broken off")
            self.broken = self.broken or cause
            raise

    def settle(self, reply: tuple[list, list], encoder: Encoder) -> Any:
        (kind, _, _, changes, warned, value), buffers = reply
        decoder = Decoder(buffers, self.imported, known=encoder.nodes)
        expect(type(changes) is list, "changes")
        news = []
        for change in changes:
            expect(type(change) is list and len(change) == 2, "a change")
            index, content = change
            expect(type(index) is int and 0 <= index < len(encoder.nodes), "the number of an argument")
            news.append((encoder.nodes[index], decoder.decode(content)))
        error = self.exception(value) if kind == "error" else None
        result = decoder.decode(value) if kind == "ok" else None
        for node, new in news:
            if torch_bridge.is_tensor(node):
                torch_bridge.apply_change(node, new)
            else:
                codec.apply_change(node, new)
        reissue(warned)
        if error is not None:
            raise error
        return result

    def finished(self) -> None:
        raise ProtocolError("the tests cannot be ended from outside")

    # Answering.

    def serve(self, message: list, buffers: list) -> None:
        """Answer one question of the other side."""
        expect(len(message) == 5, "a question")
        _, serial, released, operation, wire = message
        expect(type(serial) is int and type(operation) is str and type(wire) is list, "a question")
        self.release(released)
        decoder = Decoder(buffers, self.imported, private=True)
        values = [decoder.decode(part) for part in wire]
        self.nested += 1
        failure = None
        with self.listening() as warned:
            try:
                if self.nested > MAX_NESTED:
                    raise RecursionError(
                        f"More than {MAX_NESTED} calls between the tests and the notebook are nested."
                    )
                result = self.answer(operation, values)
            except (Finished, ProtocolError):
                raise
            except BaseException as error:  # SystemExit and KeyboardInterrupt too: the other side is told
                if self.broken:
                    raise
                failure, result = error, None
            finally:
                self.nested -= 1
        for attempt in (1, 2):
            encoder = Encoder(self.export, known=decoder.nodes)
            try:
                changes = [[i, encoder.fresh(decoder.nodes[i])] for i in codec.changed(decoder)]
                told = describe_warnings(warned)
                value = self.describe(failure) if failure is not None else encoder.encode(result)
                kind = "ok" if failure is None else "error"
                parts = codec.pack([kind, serial, self.released(), changes, told, value], encoder.buffers)
                break
            except (
                Exception
            ) as error:  # a value that cannot cross, or a broken object: that is the answer then
                if attempt == 2:
                    parts = codec.pack(["error", serial, self.released(), [], [], self.describe(error)], [])
                failure = error
        self.send(parts)
        self.forget_exceptions()

    def forget_exceptions(self) -> None:
        """When no call is open, none of them can come back."""
        if not self.nested and not self.asking:
            self.raised.clear()

    def listening(self) -> AbstractContextManager[list]:
        """A context that collects the warnings which the other side is to be told."""
        return nullcontext([])

    # Handles.

    def export(self, value: Any, encoder: Encoder) -> list:
        handle = self.handle_of(value)
        if handle is None:
            handle = torch_bridge.image_handle(self, value)
        if handle is not None:
            return ["yours", handle]
        if torch_bridge.is_tensor(value):
            return torch_bridge.export(self, value, encoder)
        if isinstance(value, BaseException) and not isinstance(value, type):
            return ["exception", self.describe(value)]
        if isinstance(value, type) and issubclass(value, BaseException):
            return ["exception class", self.describe_class(value)]
        kind = self.export_kind(value)
        return ["mine", self.enter(value), *kind]

    def enter(self, value: Any) -> int:
        """The handle under which the other side knows our object."""
        handle = self.handles.get(id(value))
        if handle is None:
            self.last_handle += 1
            handle = self.last_handle
            self.handles[id(value)], self.exported[handle] = handle, value
        return handle

    def imported(self, tag: str, rest: list, decoder: Decoder) -> Any:
        if tag == "mine":
            handle, kind, name, doc = rest
            expect(type(handle) is int and type(kind) is type(name) is type(doc) is str, "a handle")
            expect(len(kind) + len(name) + len(doc) < MAX_TEXT, "a short name")
            return self.proxy(handle, kind, name, doc)
        if tag == "yours":
            (handle,) = rest
            return self.own(handle)
        if tag == "exception":
            (description,) = rest
            return self.exception(description)
        if tag == "exception class":
            (classes,) = rest
            name, handle = classes[0]
            return ERRORS[name] if handle is None and name in ERRORS else self.exception_class(classes)
        if tag == "tensor":
            return torch_bridge.imported(self, rest, decoder)
        raise ProtocolError("a value has an unknown tag")

    def own(self, handle: Any) -> Any:
        expect(type(handle) is int and handle in self.exported, "a handle that was handed out")
        return self.exported[handle]

    def released(self) -> list[int]:
        handles = self.to_release[:]
        del self.to_release[: len(handles)]  # the list itself stays: finalizers append to it
        return handles

    def release(self, handles: Any) -> None:
        expect(type(handles) is list, "a list of handles")
        for handle in handles:
            expect(type(handle) is int and handle in self.exported, "a handle that was handed out")
            self.handles.pop(id(self.exported.pop(handle)), None)

    # Exceptions.

    def describe(self, error: BaseException) -> dict:
        """An exception as plain data: names of its classes, message, lines of the code that is ours."""
        came = getattr(error, "_course_origin", None)
        self.last_raised += 1
        self.raised[self.last_raised] = error
        try:
            message = str(error)[:MAX_TEXT]
        except Exception as broken:  # the student's own __str__
            message = f"(its message could not be made: {type(broken).__name__})"
        return {
            "classes": self.describe_class(type(error)),
            "message": message,
            "trace": self.trace(error)[-MAX_TEXT:],
            "mine": self.last_raised,
            "yours": came[1] if came is not None and came[0] is self else None,
        }

    def describe_class(self, kind: type) -> list:
        """Names of an exception class and of its bases, with handles of those that only this side has."""
        kinds = [base for base in kind.__mro__[:30] if base.__module__.partition(".")[0] != OURS]
        return [[str(base.__name__)[:100], self.class_handle(base)] for base in kinds]

    def class_handle(self, kind: type) -> int | None:
        return None

    def trace(self, error: BaseException) -> str:
        return ""

    def exception(self, description: Any) -> BaseException:
        """The exception to raise for what the other side describes."""
        expect(type(description) is dict, "an exception")
        expect(set(description) == {"classes", "message", "trace", "mine", "yours"}, "an exception")
        if type(description["yours"]) is int and description["yours"] in self.raised:
            return self.raised[description["yours"]]
        message, trace, number = (description[key] for key in ("message", "trace", "mine"))
        expect(type(message) is type(trace) is str and type(number) is int, "an exception")
        expect(len(message) + len(trace) <= 2 * MAX_TEXT, "a shorter message")
        kind = self.exception_class(description["classes"])
        if kind.__name__ in ENDINGS:
            message = f"{ENDINGS[kind.__name__]}. {message}".strip()
        error = kind.__new__(kind)
        error.args = (message,)
        error._course_message, error._course_trace = message, trace
        error._course_origin = self, number
        return error

    def exception_class(self, classes: Any) -> type:
        """A class with that name, and the bases that are known here; the same one for the same handle."""
        expect(type(classes) is list and 0 < len(classes) <= 30, "the classes of an exception")
        expect(
            all(type(entry) is list and len(entry) == 2 for entry in classes), "the classes of an exception"
        )
        expect(all(type(name) is str and len(name) <= 100 for name, _ in classes), "names of classes")
        known = [i for i, (name, handle) in enumerate(classes) if name in ERRORS and handle is None]
        kind = ERRORS[classes[known[0]][0]] if known else Exception
        own = (
            classes[: known[0]]
            if known
            else [entry for entry in classes if entry[1] is not None] or classes[:1]
        )
        for name, handle in reversed(own or classes[:1]):
            expect(handle is None or type(handle) is int, "a handle")
            if handle is None or handle not in self.exceptions:
                bases = (kind,) if issubclass(kind, FromOtherSide) else (FromOtherSide, kind)
                body = {"__module__": "builtins", "_course_class": (self, handle)}
                kind = type(name if name.isidentifier() else "Exception", bases, body)
                if handle is not None and len(self.exceptions) < MAX_CLASSES:
                    self.exceptions[handle] = kind
            else:
                kind = self.exceptions[handle]
        return kind

    # Bytes.

    def send(self, parts: list) -> None:
        try:
            for part in parts:
                self.sock.sendall(part)
        except OSError:
            raise self.gone() from None

    def receive(self) -> tuple[Any, list]:
        return codec.unpack(self.read)

    def read(self, size: int) -> bytearray:
        """The next bytes. A large block goes straight into its own memory."""
        if size <= 4096:
            while len(self.inbox) < size:
                self.inbox += self.chunk()
            data = self.inbox[:size]
            del self.inbox[:size]
            return data
        data = bytearray(size)
        have = min(size, len(self.inbox))
        data[:have] = self.inbox[:have]
        del self.inbox[:have]
        view = memoryview(data)
        while have < size:
            try:
                got = self.sock.recv_into(view[have:])
            except OSError:
                got = 0
            if not got:
                raise self.gone()
            have += got
        return data

    def chunk(self) -> bytes:
        try:
            data = self.sock.recv(2**16)
        except OSError:
            data = b""
        if not data:
            raise self.gone()
        return data

    def gone(self) -> Exception:
        return StudentProcessDied()


def make_room(levels: int = 80) -> None:
    """Raise RecursionError now, rather than between a question and its reply."""
    if levels:
        make_room(levels - 1)


# ---------------------------------------------------------------------------- exceptions and warnings by name

CLASSES = [
    kind for kind in vars(builtins).values() if isinstance(kind, type) and issubclass(kind, Exception)
] + [np.linalg.LinAlgError, *(vars(np.exceptions)[name] for name in np.exceptions.__all__)]
ERRORS = {kind.__name__: kind for kind in CLASSES if not issubclass(kind, BaseExceptionGroup)}
CATEGORIES = {name: kind for name, kind in ERRORS.items() if issubclass(kind, Warning)}
# An exception that steers the interpreter's own loops must not come from outside: it could end the checks.
STEERING = {"StopIteration", "StopAsyncIteration", "GeneratorExit"}
for name in STEERING:
    ERRORS.pop(name, None)
ENDINGS = {
    "SystemExit": "the code ended the program (exit, quit or sys.exit)",
    "KeyboardInterrupt": "it was stopped",
}


class FromOtherSide:
    """Mixed into every exception that is rebuilt from its description."""

    def __str__(self):
        return getattr(self, "_course_message", "")


def describe_warnings(warned: list) -> list:
    seen = []
    for warning in warned[:MAX_WARNINGS]:
        names = [kind.__name__ for kind in warning.category.__mro__]
        name = next((name for name in names if name in CATEGORIES), "UserWarning")
        entry = [name, str(warning.message)[:MAX_TEXT]]
        if entry not in seen:
            seen.append(entry)
    return seen


def reissue(warned: Any) -> None:
    """Give the other side's warnings again, for the filters and the recorders of this side."""
    expect(type(warned) is list and len(warned) <= MAX_WARNINGS, "warnings")
    for entry in warned:
        expect(type(entry) is list and len(entry) == 2, "a warning")
        name, message = entry
        expect(type(name) is str and type(message) is str and len(message) <= MAX_TEXT, "a warning")
        expect(name in CATEGORIES, "a known kind of warning")
        warnings.warn_explicit(message, CATEGORIES[name], "your notebook", 1)


def own_frames(error: BaseException) -> list[traceback.FrameSummary]:
    """The frames of an exception's traceback, without those of this package."""
    frames = [
        (frame, line)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if not frame.f_code.co_filename.startswith(HERE)
        and frame.f_locals.get("__tracebackhide__") is not True
    ]
    if len(frames) > 20:
        frames = frames[:5] + frames[-15:]
    return list(traceback.StackSummary.extract(iter(frames)))
