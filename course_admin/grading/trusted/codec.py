"""Plain data to a frame and back: JSON for the structure, raw buffers beside it, nothing that runs.

A frame is two counts, the lengths of the buffers, JSON, buffers. The JSON holds values as themselves
where JSON knows them exactly (None, bool, int below 2**63, float, short str) and as [tag, ...] otherwise.
What is no plain data goes through a hook: `export(value, encoder)` makes a [tag, ...] of it,
`imported(tag, rest, decoder)` a value.

Mutable values (list, dict, set, ndarray, Generator) are *nodes*, numbered in the order in which they are
met on either side: a value met twice is sent once, and the receiver can name the nodes that it changed.

The bytes may come from a hostile sender. Whatever is wrong with them ends in ProtocolError, in bounded
time and memory: frames, items, nesting and the total that shared references unfold to are capped.
"""

import json
import math
import operator
import re
import struct
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

MAX_FRAME = 64 * 2**20  # bytes of one frame, all together
MAX_JSON = 16 * 2**20
MAX_ITEMS = 500_000
MAX_DEPTH = 50
MAX_BUFFERS = 20_000
MAX_INT = 250_000  # hexadecimal digits
INLINE_TEXT = 200
PACKED = 16  # lists of at least so many floats, or small ints, go as one buffer

HEAD = struct.Struct("!II")
dump = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
load = json.JSONDecoder().decode


class ProtocolError(Exception):
    """The other process sent something that is not part of the protocol."""


class CannotCross(TypeError):
    """A value cannot go to the other process: it is too large, or of a kind that does not travel."""

    def __init__(self, reason: str):
        super().__init__(f"A value cannot go between the notebook and its tests. {reason}")


ARRAY_KINDS = "biufcSUmM"
DTYPE = re.compile(
    r"[<>|](b1|[iu][1248]|f(2|4|8|12|16)|c(8|16|24|32)|[SU]\d{1,6}|[mM]8(\[\d{0,4}[A-Za-zμ]{1,2}\])?)"
)
TYPES: dict[str, type] = {
    kind.__name__: kind
    for kind in (bool, int, float, complex, str, bytes, list, tuple, dict, set, frozenset, type(None))
} | {
    f"numpy.{kind.__name__}": kind for kind in (*np.sctypeDict.values(), np.ndarray) if kind is not np.object_
}
TYPE_NAMES = {kind: name for name, kind in TYPES.items()}

# Functions that both sides have: they cross by name, so each side calls its own.
LIBRARY: dict[str, Callable] = {
    **{f"math.{name}": f for name, f in vars(math).items() if callable(f) and not name.startswith("_")},
    **{f"numpy.{name}": f for name, f in vars(np).items() if isinstance(f, np.ufunc)},
    **{
        f"numpy.{name}": operator.attrgetter(name)(np)
        for name in [
            "sum",
            "mean",
            "std",
            "var",
            "median",
            "min",
            "max",
            "prod",
            "dot",
            "argmin",
            "argmax",
            "linspace",
            "arange",
            "zeros",
            "ones",
            "eye",
            "zeros_like",
            "ones_like",
            "linalg.norm",
            "linalg.solve",
            "linalg.lstsq",
            "linalg.inv",
            "linalg.pinv",
            "linalg.det",
        ]
    },
    **{f.__name__: f for f in (abs, len, max, min, sum, round, sorted, all, any, zip, enumerate, pow)},
}
LIBRARY_NAMES = {id(f): name for name, f in LIBRARY.items()}

# Bit generators and the fields of their state: how many numbers (None: a plain int) below what bound. They
# matter: numpy indexes memory by `pos` without a check.
SHORT = {"has_uint32": (None, 2), "uinteger": (None, 2**32)}
PCG = {"state.state": (None, 2**128), "state.inc": (None, 2**128)} | SHORT
BIT_GENERATORS = {
    "PCG64": PCG,
    "PCG64DXSM": PCG,
    "SFC64": {"state.state": (4, 2**64)} | SHORT,
    "MT19937": {"state.key": (624, 2**32), "state.pos": (None, 625)},
    "Philox": {
        "state.counter": (4, 2**64),
        "state.key": (2, 2**64),
        "buffer": (4, 2**64),
        "buffer_pos": (None, 5),
    }
    | SHORT,
}
WIDTH = {2**32: np.uint32, 2**64: np.uint64}

MUTABLE = (list, dict, set, np.ndarray, np.random.Generator)


# ---------------------------------------------------------------------------------------------- encoding


class Encoder:
    """Encodes the values of one message; `buffers` and `nodes` grow as it goes.

    `known` are the nodes of the message that this one answers: they are named by number, not sent again.
    """

    def __init__(self, export: Callable[[Any, "Encoder"], list], known: list = ()):
        self.export = export
        self.buffers: list[bytes | memoryview] = []
        self.size = 0
        self.nodes: list = []
        self.memo = {id(node): ["arg", i] for i, node in enumerate(known)}
        self.items = 0

    def encode(self, value: Any, depth: int = 0) -> Any:
        kind = type(value)
        if value is None or kind is bool or kind is float:
            return value
        if kind is int:
            return value if -(2**63) <= value < 2**63 else self.large_int(value)
        if kind is str:
            return self.text(value)
        seen = self.memo.get(id(value))
        return self.fresh(value, depth) if seen is None else seen

    def fresh(self, value: Any, depth: int = 0) -> Any:
        """Encode the content, also of a node that could be named by its number."""
        self.items += 1
        if depth > MAX_DEPTH:
            raise CannotCross(
                f"It is nested more than {MAX_DEPTH} levels deep, too deep to leave its process."
            )
        kind = type(value)
        if kind is tuple:
            return ["tuple", self.each(value, depth)]
        if isinstance(value, MUTABLE):
            return self.node(value, depth)
        if isinstance(value, np.generic):
            dtype = array_dtype(value.dtype)
            return ["np", dtype, np.asarray(value).tobytes().hex()]
        if isinstance(value, (bool, int, float, complex, str, bytes, tuple, frozenset, slice, range)):
            return self.plain(value, depth)
        if value is Ellipsis or value is NotImplemented:
            return ["..." if value is Ellipsis else "notimplemented"]
        if isinstance(value, np.dtype):
            return ["dtype", array_dtype(value)]
        if isinstance(value, type) and value in TYPE_NAMES:
            return ["type", TYPE_NAMES[value]]
        if id(value) in LIBRARY_NAMES:
            return ["lib", LIBRARY_NAMES[id(value)]]
        return self.export(value, self)

    def each(self, values, depth: int) -> list:
        self.items += len(values)
        if self.items > MAX_ITEMS:
            raise CannotCross(
                f"It has more than {MAX_ITEMS} items, too many to leave its process: use arrays."
            )
        return [self.encode(value, depth + 1) for value in values]

    def buffer(self, data: bytes | memoryview) -> int:
        self.size += len(data)
        if self.size > MAX_FRAME - MAX_JSON or len(self.buffers) >= MAX_BUFFERS:
            raise CannotCross(
                f"It is larger than {(MAX_FRAME - MAX_JSON) >> 20} MB, too large to leave its process."
            )
        self.buffers.append(data)
        return len(self.buffers) - 1

    def text(self, value: str) -> Any:
        if len(value) <= INLINE_TEXT:
            return value
        return ["str", self.buffer(value.encode("utf-8", "surrogatepass"))]

    def large_int(self, value: int) -> list:
        if value.bit_length() > 4 * MAX_INT:
            raise CannotCross(
                f"It is an integer of {value.bit_length()} bits, too large to leave its process."
            )
        return ["int", f"{value:x}"]

    def plain(self, value: Any, depth: int) -> Any:
        """Immutable values, and subclasses of them reduced to the base class by its own methods."""
        match value:
            case bool():
                return value
            case int():
                return self.encode(int.__int__(value))
            case float():
                return float.__float__(value)
            case complex():
                value = complex.__pos__(value)
                return ["complex", value.real, value.imag]
            case str():
                return self.text(str.__str__(value))
            case bytes():
                return ["bytes", self.buffer(bytes.__getitem__(value, slice(None)))]
            case frozenset():
                return ["frozenset", self.each(frozenset.copy(value), depth)]
            case slice():
                return ["slice", self.each([value.start, value.stop, value.step], depth)]
            case range():
                return ["range", self.each([value.start, value.stop, value.step], depth)]
            case tuple():
                fields = getattr(type(value), "_fields", None)
                items = self.each(tuple.__getitem__(value, slice(None)), depth)
                if isinstance(fields, tuple) and len(fields) == len(items) and all(map(is_field, fields)):
                    return ["named", type(value).__name__[:INLINE_TEXT], list(fields), items]
                return ["tuple", items]
        raise AssertionError(f"no case for {type(value)}")

    def node(self, value: Any, depth: int) -> list:
        self.memo.setdefault(id(value), ["ref", len(self.nodes)])
        self.nodes.append(value)
        if isinstance(value, np.ndarray):
            return self.array(value)
        if isinstance(value, np.random.Generator):
            return self.generator(value)
        if isinstance(value, dict):
            flat = [part for item in dict.items(value) for part in item]
            return ["dict", self.each(flat, depth)]
        if isinstance(value, set):
            return ["set", self.each(set.copy(value), depth)]
        items = list.__getitem__(value, slice(None))
        kinds = set(map(type, items)) if len(items) >= PACKED else ()
        if kinds == {float}:
            return ["floats", self.buffer(np.array(items).tobytes())]
        if kinds == {int} and max(items) < 2**63 and min(items) >= -(2**63):
            return ["ints", self.buffer(np.array(items, dtype="<i8").tobytes())]
        return ["list", self.each(items, depth)]

    def array(self, value: np.ndarray) -> list:
        plain = np.asarray(value)
        dtype = array_dtype(plain.dtype)
        if plain.nbytes > MAX_FRAME:
            raise CannotCross(f"It is an array of {plain.nbytes >> 20} MB, too large to leave its process.")
        if plain.nbytes > 2**16 and plain.flags.c_contiguous:
            data = memoryview(plain.reshape(-1).view(np.uint8))
        else:
            data = plain.tobytes()
        return ["array", dtype, list(plain.shape), self.buffer(data), bool(plain.flags.writeable)]

    def generator(self, value: np.random.Generator) -> list:
        return ["rng", *generator_state(value)]


def array_dtype(dtype: np.dtype) -> str:
    if dtype.kind not in ARRAY_KINDS or dtype.subdtype or not DTYPE.fullmatch(dtype.str):
        what = "an array of Python objects" if dtype.kind == "O" else f"an array of the type {dtype}"
        raise CannotCross(
            f"It is {what}; only arrays of numbers, bools, dates and short texts can be tested."
        )
    return dtype.str


def generator_state(rng: np.random.Generator) -> tuple[str, list]:
    """The name of the bit generator, and its state as hexadecimal numbers."""
    name = type(rng.bit_generator).__name__
    if name not in BIT_GENERATORS:
        raise CannotCross(
            f"It is a random generator of the kind {name}; expected {', '.join(BIT_GENERATORS)}."
        )
    state, numbers = rng.bit_generator.state, []
    for field in BIT_GENERATORS[name]:
        part = state
        for key in field.split("."):
            part = part[key]
        numbers += [f"{int(number):x}" for number in np.ravel(np.asarray(part, dtype=object))]
    return name, numbers


def is_field(name: Any) -> bool:
    return type(name) is str and name.isidentifier() and not name.startswith("_") and not hasattr(tuple, name)


# ---------------------------------------------------------------------------------------------- decoding


class Decoder:
    """Decodes the values of one message, in the order in which they were encoded.

    `known` are the nodes that the sender may name. `private`: arrays get memory of their own, so that
    `changed` can compare them with what came.
    """

    def __init__(self, buffers: list, imported: Callable, known: list = (), private: bool = False):
        self.buffers = buffers
        self.imported = imported
        self.known = known
        self.private = private
        self.nodes: list = []
        self.weights: list[int] = []
        self.before: list = []
        self.count = 0

    def decode(self, wire: Any) -> Any:
        try:
            return self.value(wire, 0)
        except ProtocolError:
            raise
        except Exception as error:  # malformed input may fail in any way; there is one answer to all of them
            raise ProtocolError(
                f"a value could not be read ({type(error).__name__}: {str(error)[:200]})"
            ) from None

    def value(self, wire: Any, depth: int) -> Any:
        kind = type(wire)
        if wire is None or kind is bool or kind is float or kind is int or kind is str:
            return wire
        if kind is not list or not wire or type(wire[0]) is not str:
            raise ProtocolError("a value is neither plain nor [tag, ...]")
        if depth > 2 * MAX_DEPTH:
            raise ProtocolError("a value is nested too deep")
        self.add(1)
        tag, *rest = wire
        decode = self.READ.get(tag)
        return decode(self, rest, depth) if decode else self.imported(tag, rest, self)

    def add(self, weight: int) -> None:
        self.count += weight
        if self.count > 4 * MAX_ITEMS:
            raise ProtocolError("a value has too many items")

    def each(self, items: Any, depth: int) -> list:
        expect(type(items) is list, "a list of items")
        self.add(len(items))
        return [self.value(item, depth + 1) for item in items]

    def buffer(self, index: Any) -> bytearray:
        expect(type(index) is int and 0 <= index < len(self.buffers), "the number of a buffer")
        return self.buffers[index]

    def node(self, value: Any, before: Any = None) -> int:
        self.nodes.append(value)
        self.weights.append(1)
        self.before.append(before)
        return len(self.nodes) - 1

    def container(self, empty: Any, fill: Callable, items: Any, depth: int) -> Any:
        """A mutable container is registered before it is filled, as the encoder does it."""
        start, index = self.count, self.node(empty)
        fill(empty, self.each(items, depth))
        self.weights[index] = self.count - start + 1
        self.before[index] = snapshot(empty)
        return empty

    def read_list(self, rest, depth):
        (items,) = rest
        return self.container([], list.extend, items, depth)

    def read_set(self, rest, depth):
        (items,) = rest
        return self.container(set(), set.update, items, depth)

    def read_dict(self, rest, depth):
        (items,) = rest
        return self.container(
            {}, lambda d, flat: d.update(zip(flat[::2], flat[1::2], strict=True)), items, depth
        )

    def read_packed(self, dtype):
        def read(self, rest, depth):
            (index,) = rest
            values = np.frombuffer(self.buffer(index), dtype).tolist()
            self.add(len(values))
            self.node(values, list(values))
            return values

        return read

    def read_ref(self, rest, depth):
        (index,) = rest
        expect(type(index) is int and 0 <= index < len(self.nodes), "the number of a node")
        self.add(self.weights[index])
        return self.nodes[index]

    def read_arg(self, rest, depth):
        (index,) = rest
        expect(type(index) is int and 0 <= index < len(self.known), "the number of an argument")
        return self.known[index]

    def read_named(self, rest, depth):
        name, fields, items = rest
        expect(type(name) is str and type(fields) is list and len(fields) < 100, "a tuple with named fields")
        expect(len(set(fields)) == len(fields) and all(map(is_field, fields)), "names of fields")
        expect(len(self.each_is_list(items)) == len(fields), "as many items as fields")
        return named_tuple(name, tuple(fields))(self.each(items, depth))

    def each_is_list(self, items):
        expect(type(items) is list, "a list of items")
        return items

    def read_array(self, rest, depth):
        dtype, shape, index, writeable = rest
        dtype = read_dtype(dtype)
        expect(type(shape) is list and len(shape) <= 64, "the shape of an array")
        expect(all(type(n) is int and 0 <= n < 2**48 for n in shape), "the shape of an array")
        raw = self.buffer(index)
        expect(math.prod(shape) * dtype.itemsize == len(raw), "as many bytes as the shape says")
        array = np.frombuffer(raw, dtype).reshape(shape) if raw else np.empty(shape, dtype)
        array = sound(array)
        if self.private and raw:
            array, before = array.copy(), array
        else:
            before = array
        expect(type(writeable) is bool, "a flag")
        if not writeable:
            array.flags.writeable = False
        self.node(array, before)
        return array

    def read_scalar(self, rest, depth):
        dtype, digits = rest
        dtype = read_dtype(dtype)
        raw = bytes.fromhex(digits)
        expect(len(raw) == dtype.itemsize, "as many bytes as the type has")
        return sound(np.frombuffer(raw, dtype))[0] if raw else dtype.type()

    def read_generator(self, rest, depth):
        name, numbers = rest
        rng = np.random.Generator(getattr(np.random, name)(0)) if name in BIT_GENERATORS else None
        expect(rng is not None and type(numbers) is list and len(numbers) <= 1000, "a random generator")
        set_generator_state(rng, numbers)
        self.node(rng, numbers)
        return rng

    def read_int(self, rest, depth):
        (digits,) = rest
        expect(type(digits) is str and len(digits) <= MAX_INT + 1, "a large integer")
        return int(digits, 16)

    def read_complex(self, rest, depth):
        real, imag = rest
        expect(type(real) is float and type(imag) is float, "a complex number")
        return complex(real, imag)

    def read_text(self, rest, depth):
        (index,) = rest
        return str(self.buffer(index), "utf-8", "surrogatepass")

    def read_slice(self, rest, depth):
        start, stop, step = self.each(rest[0], depth)
        return slice(start, stop, step)

    def read_range(self, rest, depth):
        start, stop, step = self.each(rest[0], depth)
        expect(type(start) is type(stop) is type(step) is int, "a range")
        return range(start, stop, step)

    READ: ClassVar[dict[str, Callable]] = {
        "list": read_list,
        "set": read_set,
        "dict": read_dict,
        "floats": read_packed(None, np.dtype("<f8")),
        "ints": read_packed(None, np.dtype("<i8")),
        "ref": read_ref,
        "arg": read_arg,
        "named": read_named,
        "array": read_array,
        "np": read_scalar,
        "rng": read_generator,
        "int": read_int,
        "complex": read_complex,
        "str": read_text,
        "range": read_range,
        "bytes": lambda self, rest, depth: bytes(self.buffer(*rest)),
        "tuple": lambda self, rest, depth: tuple(self.each(*rest, depth)),
        "frozenset": lambda self, rest, depth: frozenset(self.each(*rest, depth)),
        "slice": read_slice,
        "...": lambda self, rest, depth: Ellipsis,
        "notimplemented": lambda self, rest, depth: NotImplemented,
        "dtype": lambda self, rest, depth: read_dtype(*rest),
        "type": lambda self, rest, depth: TYPES[rest[0]],
        "lib": lambda self, rest, depth: LIBRARY[rest[0]],
    }


def expect(condition: bool, what: str) -> None:
    if not condition:
        raise ProtocolError(f"expected {what}")


def read_dtype(text: Any) -> np.dtype:
    expect(type(text) is str and DTYPE.fullmatch(text) is not None, "the type of an array")
    return np.dtype(text)


def sound(array: np.ndarray) -> np.ndarray:
    """Bytes that are no values of their type would behave oddly later: a bool of 2, a character of 2**31."""
    if array.dtype.kind == "b":
        return array.view(np.uint8) != 0
    if array.dtype.kind == "U" and array.size:
        codes = np.frombuffer(array.tobytes(), array.dtype.byteorder.replace("|", "=") + "u4")
        expect(codes.max(initial=0) <= 0x10FFFF, "characters")
    return array


def set_generator_state(rng: np.random.Generator, numbers: list[str]) -> None:
    name = type(rng.bit_generator).__name__
    state: dict = {"bit_generator": name}
    for field, (count, bound) in BIT_GENERATORS[name].items():
        taken, numbers = numbers[: count or 1], numbers[count or 1 :]
        expect(len(taken) == (count or 1), "the state of a random generator")
        expect(all(type(n) is str and len(n) <= 32 for n in taken), "the state of a random generator")
        values = [int(number, 16) for number in taken]
        expect(all(0 <= value < bound for value in values), "the state of a random generator")
        part, *keys = state, *field.split(".")
        for key in keys[:-1]:
            part = part.setdefault(key, {})
        part[keys[-1]] = values[0] if count is None else np.array(values, WIDTH[bound])
    expect(not numbers, "the state of a random generator")
    rng.bit_generator.state = state


NAMED: dict[tuple, type] = {}


def named_tuple(name: str, fields: tuple[str, ...]) -> type:
    """A tuple with attributes. Not collections.namedtuple, which evaluates text made from the names."""
    if (name, fields) not in NAMED:
        if len(NAMED) > 1000:
            NAMED.clear()
        body = {field: property(operator.itemgetter(i)) for i, field in enumerate(fields)}
        name_of_class = name if name.isidentifier() else "tuple"
        NAMED[name, fields] = type(name_of_class, (tuple,), body | {"__slots__": (), "_fields": fields})
    return NAMED[name, fields]


# -------------------------------------------------------------------------------------- changes in place


def snapshot(node: Any) -> Any:
    """What `changed` compares a container with: the items themselves, in order."""
    if type(node) is dict:
        return [part for item in node.items() for part in item]
    return list(node)


def changed(decoder: Decoder) -> list[int]:
    """The nodes of a decoded message that have been changed since."""
    return [
        i
        for i, (node, before) in enumerate(zip(decoder.nodes, decoder.before, strict=True))
        if is_changed(node, before)
    ]


def is_changed(node: Any, before: Any) -> bool:
    if callable(before):  # a node that is not one of ours says itself how to tell
        return before(node)
    if type(node) is np.ndarray:
        if node is before:
            return False
        return node.shape != before.shape or node.dtype != before.dtype or not same_bytes(node, before)
    if type(node) is np.random.Generator:
        return generator_state(node)[1] != before
    if type(node) in (list, dict, set):
        now = snapshot(node)
        return len(now) != len(before) or any(map(operator.is_not, now, before))
    return False


def same_bytes(one: np.ndarray, other: np.ndarray) -> bool:
    """Not ==, for which nan differs from nan and 0.0 equals -0.0."""
    if one.nbytes < 4096:
        return one.tobytes() == other.tobytes()
    return np.array_equal(*(np.ascontiguousarray(a).reshape(-1).view(np.uint8) for a in (one, other)))


def apply_change(node: Any, new: Any) -> None:
    """Give a node the content that its copy in the other process has now."""
    if isinstance(node, np.ndarray):
        expect(type(new) is np.ndarray and new.dtype == node.dtype, "an array of the same type")
        if new.shape != node.shape:
            raise CannotCross(
                f"The function changed the shape of an array it was given, from {node.shape} to {new.shape}, "
                "in place: work on a copy."
            )
        expect(bool(node.flags.writeable), "an array that may be changed")
        np.asarray(node)[...] = new
    elif isinstance(node, np.random.Generator):
        expect(type(new) is np.random.Generator, "a random generator")
        expect(type(new.bit_generator) is type(node.bit_generator), "the same kind of random generator")
        node.bit_generator.state = new.bit_generator.state
    elif isinstance(node, list):
        expect(type(new) is list, "a list")
        list.__setitem__(node, slice(None), new)
    elif isinstance(node, dict):
        expect(type(new) is dict, "a dict")
        dict.clear(node)
        dict.update(node, new)
    elif isinstance(node, set):
        expect(type(new) is set, "a set")
        set.clear(node)
        set.update(node, new)
    else:
        raise ProtocolError("expected a change of something that can change")


# ------------------------------------------------------------------------------------------------ frames


def pack(wire: Any, buffers: list) -> list:
    """The parts of a frame, to be sent one after the other."""
    text = dump(wire).encode("ascii")
    if len(text) > MAX_JSON:
        raise CannotCross(
            f"It needs more than {MAX_JSON >> 20} MB of text, too much to leave its process: use arrays."
        )
    lengths = struct.pack(f"!{len(buffers)}Q", *map(len, buffers))
    return [HEAD.pack(len(text), len(buffers)) + lengths + text, *buffers]


def unpack(read: Callable[[int], bytearray]) -> tuple[Any, list[bytearray]]:
    """Read one frame; `read(n)` returns the next n bytes."""
    size, count = HEAD.unpack(read(HEAD.size))
    expect(size <= MAX_JSON and count <= MAX_BUFFERS, "a smaller frame")
    lengths = struct.unpack(f"!{count}Q", read(8 * count)) if count else ()
    expect(size + sum(lengths) <= MAX_FRAME, "a smaller frame")
    text = read(size)
    # Each item needs a comma or a bracket, so this bounds what the parser makes of it.
    expect(text.count(b",") + text.count(b"[") + text.count(b"{") <= 6 * MAX_ITEMS, "fewer items")
    buffers = [read(length) for length in lengths]
    try:
        return load(text.decode("ascii")), buffers
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"the text of a frame could not be read ({type(error).__name__})") from None
