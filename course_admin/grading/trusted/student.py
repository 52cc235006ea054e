"""The student's side: answers what the tests ask about the names of the notebook.

Nothing here protects the student's process from the tests, nor itself from the student's code: whoever
breaks it gets a failed test. It only keeps clear of accidents: names are bound at import, interrupts
arrive where the student's code runs, and what that code raises is reported and does not end the kernel.
"""

import builtins
import copy
import operator
import signal
import socket
import threading
import types
import warnings
import weakref
from contextlib import contextmanager
from typing import Any

from course_admin.grading.trusted import torch_bridge
from course_admin.grading.trusted.channel import (
    BINARY,
    ERRORS,
    UNARY,
    Channel,
    Finished,
    StudentProcessDied,
    own_frames,
)

NOTHING = object()

# What the tests may have done to an object, by name. `call` and `getattr` have operations of their own.
APPLY = {name: getattr(operator, name) for name in (*BINARY, *UNARY, "getitem", "setitem", "delitem")} | {
    "len": len,
    "iter": iter,
    "isinstance": isinstance,
    "issubclass": issubclass,
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "repr": repr,
    "str": str,
    "format": format,
    "setattr": setattr,
    "delattr": delattr,
    "enter": lambda thing: type(thing).__enter__(thing),
    "exit": lambda thing: type(thing).__exit__(thing, None, None, None),
}


class Callback:
    """A function of the tests. It can be called, and nothing else."""

    def __init__(self, channel: Channel, handle: int, name: str, doc: str):
        self._channel, self._handle = channel, handle
        self.__name__ = self.__qualname__ = name
        self.__doc__ = doc

    def __call__(self, *args, **kwargs):
        return self._channel.ask("call", self, args, kwargs)

    def __repr__(self):
        return f"<function {self.__name__} of the tests>"

    def __del__(self):
        self._channel.to_release.append(self._handle)


class TestIterator(Callback):
    """An iterator of the tests."""

    def __call__(self):
        raise TypeError("An iterator cannot be called.")

    def __iter__(self):
        return self

    def __next__(self):
        found, value = self._channel.ask("next", self)
        if not found:
            raise StopIteration
        return value


class TestObject(Callback):
    """An object of a class that a test cell defines: public attributes, public methods, operators."""

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(f"{type(self).__name__} has no attribute {name}")
        return self._channel.ask("getattr", self, name)


def _forwarded(name, reflected=False):
    def method(self, *others):
        operands = (*others, self) if reflected else (self, *others)
        return self._channel.ask("apply", name, *operands)

    return method

    def __next__(self):
        return TestIterator.__next__(self)


for _name in BINARY:
    setattr(TestObject, f"__{_name}__", _forwarded(_name))
    setattr(TestObject, f"__r{_name}__", _forwarded(_name, reflected=True))
for _name in (*UNARY, "getitem", "len", "iter", "lt", "le", "gt", "ge", "eq", "ne"):
    setattr(TestObject, f"__{_name}__", _forwarded(_name))
TestObject.__hash__ = object.__hash__

PROXIES = {"callable": Callback, "iterator": TestIterator, "object": TestObject}


class StudentSide(Channel):
    """Answers every question about the namespace and about the objects that it handed out."""

    who = "the tests"
    shares_leaves = True

    def __init__(self, sock: socket.socket, namespace: dict):
        super().__init__(sock)
        self.namespace = namespace
        self.proxies = weakref.WeakValueDictionary()
        self.in_student_code = False
        self.serving = False
        self.replaced: dict[str, Any] = {}  # what stood under names that the tests assigned, until they end

    def give_back(self) -> None:
        """The names that the tests had replaced mean again what the notebook says."""
        for name, value in self.replaced.items():
            if value is NOTHING:
                self.namespace.pop(name, None)
            else:
                self.namespace[name] = value
        self.replaced.clear()

    def export_kind(self, value: Any) -> list:
        kind = (
            "class"
            if isinstance(value, type)
            else "module"
            if isinstance(value, types.ModuleType)
            else "object"
        )
        name = type(value).__name__ if kind == "object" else value.__name__
        return [kind, str(name)[:200], ""]

    def proxy(self, handle: int, kind: str, name: str, doc: str) -> Any:
        if handle in self.to_release:
            self.to_release.remove(handle)
        found = self.proxies.get(handle)
        if found is None:
            found = self.proxies[handle] = PROXIES[kind](self, handle, name, doc)
        return found

    def handle_of(self, value: Any) -> int | None:
        return value._handle if isinstance(value, Callback) and value._channel is self else None

    def answer(self, operation: str, values: list) -> Any:
        if operation == "lookup":
            found = self.namespace.get(values[0], NOTHING)
            return (False, None) if found is NOTHING else (True, found)
        if operation == "assign":
            name, value = values
            self.replaced.setdefault(name, self.namespace.get(name, NOTHING))
            self.namespace[name] = value
            return None
        self.in_student_code = True
        try:
            match operation, values:
                case "call", [function, args, kwargs]:
                    return function(*args, **kwargs)
                case "getattr", [thing, name]:
                    return getattr(thing, name)
                case "apply", [name, *operands]:
                    return APPLY[name](*operands)
                case "next", [iterator]:
                    value = next(iterator, NOTHING)
                    return (False, None) if value is NOTHING else (True, value)
                case "vjp", [tensor, *others]:
                    return torch_bridge.product(self, tensor, *others)
        finally:
            self.in_student_code = False
        raise ValueError(f"The tests asked for the unknown operation {operation!r}.")

    def ask(self, operation: str, *values: Any) -> Any:
        if not self.serving:  # nobody would answer
            raise RuntimeError("This function belongs to tests that have ended.")
        before, self.in_student_code = self.in_student_code, False
        try:
            return super().ask(operation, *values)
        finally:
            self.in_student_code = before

    @contextmanager
    def listening(self):
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            yield warned

    def class_handle(self, kind: type) -> int | None:
        name = kind.__name__
        known = kind is ERRORS.get(name) or kind is vars(builtins).get(name)
        return None if known else self.enter(kind)

    def trace(self, error: BaseException) -> str:
        frames = own_frames(error)
        for frame in frames:
            if "ipykernel" in frame.filename:  # the file of a cell: a long name that says nothing
                frame.filename = "your notebook"
        return "".join(frames_text(frames))

    def finished(self) -> None:
        raise Finished

    def gone(self) -> Exception:
        return StudentProcessDied("The tests have ended.")


def frames_text(frames: list) -> list[str]:
    return [
        f"  {frame.filename}, line {frame.lineno}, in {frame.name}\n"
        + (f"    {frame.line}\n" if frame.line else "")
        for frame in frames
    ]


_sides: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()  # socket -> StudentSide


def serve(sock: socket.socket, namespace: dict) -> None:
    """Answer the tests' questions in this thread until they have finished a cell, or are gone.

    Call it with the same socket object for each cell: what the tests hold from earlier cells belongs to it.
    """
    side = _sides.get(sock)
    if side is None:
        side = _sides[sock] = StudentSide(sock, namespace)
    side.namespace, side.broken, side.nested, side.asking = namespace, None, 0, 0
    side.serving = True
    try:
        with _interrupts_for_student_code(side):
            while True:
                message, buffers = side.receive()
                if message[0] == "done":
                    return
                side.serve(message, buffers)
    except (Finished, StudentProcessDied):
        return
    finally:
        side.serving = False
        side.give_back()


@contextmanager
def _interrupts_for_student_code(side: StudentSide):
    """An interrupt between two calls would leave half a message in the socket; inside them it may come."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number, frame):
        if side.in_student_code:
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
