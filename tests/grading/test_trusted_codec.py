"""What crosses between the notebook and its tests: exact round trips, and malformed frames of every kind."""

import collections
import copy
import json
import math
import random
import struct
import time

import numpy as np
import pytest

from course_admin.grading.trusted import codec
from course_admin.grading.trusted.codec import CannotCross, Decoder, Encoder, ProtocolError


def refuse(*args):
    raise CannotCross("no handle in this test")


def unknown(tag, rest, decoder):
    raise ProtocolError("unknown tag")


def reader(data):
    """A function that hands out the bytes of a frame, and fails as a closed socket does."""
    position = 0

    def read(size):
        nonlocal position
        if position + size > len(data):
            raise ProtocolError("the end")
        position += size
        return bytearray(data[position - size : position])

    return read


def frame(value):
    encoder = Encoder(refuse)
    wire = encoder.encode(value)
    return b"".join(bytes(part) for part in codec.pack(wire, encoder.buffers))


def read(data):
    wire, buffers = codec.unpack(reader(data))
    return Decoder(buffers, unknown).decode(wire)


def cross(value):
    return read(frame(value))


class Float(float):
    def __float__(self):
        return 99.0

    def __eq__(self, other):
        return True

    __hash__ = float.__hash__


class Text(str):
    def __str__(self):
        return "lies"


class Whole(int):
    def __int__(self):
        return 99

    def __index__(self):
        return 99


class List(list):
    def __iter__(self):
        return iter([99])

    def __getitem__(self, key):
        return 99


class Array(np.ndarray):
    def __eq__(self, other):
        return True

    def __array_ufunc__(self, *args, **kwargs):
        return True


Pair = collections.namedtuple("Pair", "energy error")


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        0,
        -(2**63),
        2**63,
        -(10**400),
        1.5,
        -0.0,
        math.inf,
        1e-320,
        1 + 2j,
        "text é \U0001f600",
        "lone \ud800 surrogate",
        "long " * 1000,
        b"\x00\xff",
        [],
        [1.0] * 100,
        list(range(-50, 50)),
        [[1], [2.0, "x"], [None]],
        (),
        (1, (2, 3)),
        {"a": 1, 2: [3], (4, 5): {6}},
        set(),
        frozenset({1, "x"}),
        slice(1, None, 2),
        range(3, 30, 4),
        Ellipsis,
        float,
        np.float64,
        np.dtype(">i4"),
        np.sin,
        math.sin,
        np.linalg.norm,
    ],
)
def test_plain_values_cross_exactly(value):
    got = cross(value)
    assert type(got) is type(value)
    assert got == value
    assert repr(got) == repr(value)


def test_not_a_number_crosses():
    assert math.isnan(cross(math.nan))


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6.0).reshape(2, 3),
        np.arange(6, dtype=">i2").reshape(3, 2).T,
        np.arange(10)[::-3],
        np.array(3.5),
        np.zeros((0, 4)),
        np.array([True, False]),
        np.array([1 + 2j], dtype=np.complex64),
        np.array(["one", "three"]),
        np.array([b"ab"]),
        np.array(["2024-01-01", "NaT"], dtype="M8[D]"),
        np.array([np.nan, -0.0, np.inf], dtype=np.float32),
        np.broadcast_to(np.float16(2), (3, 2)),
        np.zeros(100_000),
    ],
)
def test_arrays_cross_exactly(array):
    got = cross(array)
    assert type(got) is np.ndarray
    assert got.dtype == array.dtype
    assert got.shape == array.shape
    assert got.tobytes() == array.tobytes()
    assert got.flags.writeable == array.flags.writeable


NUMBERS = [np.float32(0.1), np.int8(-3), np.bool_(True), np.complex128(1j), np.str_("x")]


@pytest.mark.parametrize("value", NUMBERS)
def test_numpy_scalars_keep_their_type(value):
    got = cross(value)
    assert type(got) is type(value)
    assert got == value


def test_subclasses_become_the_data_that_they_hold():
    """Whatever their methods claim: the methods of the base class are asked."""
    for value, plain in [(Float(1.5), 1.5), (Whole(3), 3), (Text("x"), "x"), (List([1, 2]), [1, 2])]:
        got = cross(value)
        assert type(got) is type(plain)
        assert got == plain
    got = cross(np.array([1.0, 2.0]).view(Array))
    assert type(got) is np.ndarray
    assert got.tolist() == [1.0, 2.0]
    assert type(cross(collections.OrderedDict(a=1))) is dict


def test_named_tuples_keep_their_fields():
    got = cross(Pair(1.0, 0.1))
    assert got == (1.0, 0.1)
    assert got.error == 0.1
    assert type(cross(Pair(1.0, 0.1))) is type(got)


@pytest.mark.parametrize("name", ["PCG64", "PCG64DXSM", "SFC64", "MT19937", "Philox"])
def test_generators_go_on_from_where_they_are(name):
    rng = np.random.Generator(getattr(np.random, name)(7))
    rng.normal(size=3), rng.integers(10, dtype=np.int32)
    expected = copy.deepcopy(rng).normal(size=5)
    assert cross(rng).normal(size=5).tolist() == expected.tolist()


def test_the_same_object_twice_stays_one_object():
    array = np.ones(2)
    loop = [array, array]
    loop.append(loop)
    got = cross(loop)
    assert got[0] is got[1]
    assert got[2] is got


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (np.array([object()]), "Python objects"),
        (np.zeros(2, dtype=[("a", int)]), "only arrays of numbers"),
        (np.zeros(10**7), "too large"),
        ("x" * 10**8, "too large"),
        ([None] * 10**6, "items"),
        (object(), "no handle"),
        (np.random.RandomState(0), "no handle"),
    ],
)
def test_what_cannot_cross_says_why(value, what):
    with pytest.raises(CannotCross, match=what):
        frame(value)


def test_a_huge_integer_is_refused():
    with pytest.raises(CannotCross, match="bits"):
        frame(1 << 5_000_000)


def test_deep_nesting_is_refused():
    deep = []
    for _ in range(1000):
        deep = [deep]
    with pytest.raises(CannotCross, match="nested"):
        frame(deep)


# ---------------------------------------------------------------------------------- changes in place


def sent(value):
    """(sender's encoder, receiver's decoder, received value)."""
    encoder = Encoder(refuse)
    wire = encoder.encode(value)
    parts = codec.pack(wire, encoder.buffers)
    wire, buffers = codec.unpack(reader(b"".join(bytes(part) for part in parts)))
    decoder = Decoder(buffers, unknown, private=True)
    return encoder, decoder, decoder.decode(wire)


def came_back(encoder, decoder):
    """Send the changed nodes back and apply them."""
    for index in codec.changed(decoder):
        back = Encoder(refuse, known=decoder.nodes)
        wire = json.loads(codec.dump(back.fresh(decoder.nodes[index])))
        buffers = [bytearray(part) for part in back.buffers]
        new = Decoder(buffers, unknown, known=encoder.nodes).decode(wire)
        codec.apply_change(encoder.nodes[index], new)


@pytest.mark.parametrize(
    ("make", "change"),
    [
        (lambda: np.arange(4.0), lambda a: a.__setitem__(1, np.nan)),
        (lambda: np.arange(6).reshape(2, 3).T, lambda a: a.__imul__(2)),
        (lambda: np.zeros(5000), lambda a: a.__setitem__(-1, -0.0)),
        (lambda: [1, 2, 3], lambda a: a.append([4])),
        (lambda: [3.0, 1.0] * 20, lambda a: a.sort()),
        (lambda: {"a": 1}, lambda a: a.update(a=2, b=3)),
        (lambda: {1, 2}, lambda a: a.discard(1)),
        (lambda: np.random.default_rng(3), lambda a: a.normal(size=7)),
        (lambda: np.random.Generator(np.random.MT19937(3)), lambda a: a.integers(5)),
    ],
)
def test_changes_in_place_come_back(make, change):
    ours, expected = make(), make()
    encoder, decoder, theirs = sent(ours)
    assert codec.changed(decoder) == [], "nothing has been changed yet"
    change(theirs), change(expected)
    came_back(encoder, decoder)
    assert frame(ours) == frame(expected)


def test_a_change_can_name_the_other_arguments():
    box, array = [], np.ones(2)
    encoder, decoder, (their_box, their_array) = sent((box, array))
    their_box.append(their_array)
    came_back(encoder, decoder)
    assert box[0] is array


def test_a_change_of_shape_or_type_is_refused():
    array = np.ones(4)
    with pytest.raises(CannotCross, match="shape"):
        codec.apply_change(array, np.ones((2, 2)))
    with pytest.raises(ProtocolError):
        codec.apply_change(array, np.ones(4, dtype=int))
    with pytest.raises(ProtocolError):
        codec.apply_change(array, [1.0] * 4)
    assert array.tolist() == [1.0] * 4


# -------------------------------------------------------------------------------------- malformed input


def wire_frame(wire, *buffers):
    return b"".join(bytes(part) for part in codec.pack(wire, list(buffers)))


@pytest.mark.parametrize(
    "wire",
    [
        {"not": "a list"},
        [],
        [1, 2],
        ["unknown tag"],
        ["list"],
        ["list", 3],
        ["list", [], []],
        ["dict", [1]],
        ["dict", [["list", []], 1]],
        ["set", [["dict", []]]],
        ["int", "zz"],
        ["int", "1" * 300_000],
        ["int", 5],
        ["complex", "1", 2.0],
        ["str", 0],
        ["str", -1],
        ["bytes", 10**9],
        ["slice", [1]],
        ["range", [0, 1, 0]],
        ["range", [0.5, 1, 1]],
        ["ref", 0],
        ["ref", -1],
        ["arg", 0],
        ["type", "object"],
        ["type", ["list", []]],
        ["lib", "os.system"],
        ["lib", "numpy.load"],
        ["dtype", "O"],
        ["dtype", "i4,i4"],
        ["dtype", "<U99999999999"],
        ["np", "<f8", "00"],
        ["np", "<f8", "xyz"],
        ["np", "O", "00" * 8],
        ["rng", "PCG64", []],
        ["rng", "__class__", []],
        ["rng", "PCG64", ["-1", "1", "0", "0"]],
        ["rng", "MT19937", ["0"] * 624 + ["9999999"]],
        ["rng", "Philox", ["0"] * 10 + ["64", "0", "0"]],
        ["named", "P", ["a"], []],
        ["named", "P", ["__class__"], [1]],
        ["named", "P", ["count"], [1]],
        ["named", "P", ["a", "a"], [1, 2]],
        ["named", "P", ["a; import os"], [1]],
    ],
)
def test_malformed_values_are_protocol_errors(wire):
    with pytest.raises(ProtocolError):
        read(wire_frame(wire))


@pytest.mark.parametrize(
    ("dtype", "shape", "data"),
    [
        ("<f8", [2], b"\0" * 8),
        ("<f8", [-1], b"\0" * 8),
        ("<f8", [2**40, 2**40, 0], b""),
        ("<f8", [1.0], b"\0" * 8),
        ("<f8", [True], b"\0" * 8),
        ("<f8", [1] * 65, b"\0" * 8),
        ("<f8", "1", b"\0" * 8),
        ("|O", [1], b"\0" * 8),
        ("V8", [1], b"\0" * 8),
        ("<f8,<f8", [1], b"\0" * 16),
        ("(2,)<f8", [1], b"\0" * 16),
        ("float64", [1], b"\0" * 8),
        (None, [1], b"\0" * 8),
        ("<U2", [1], b"\xff" * 8),
        ("<M8[no]", [1], b"\0" * 8),
    ],
)
def test_malformed_arrays_are_protocol_errors(dtype, shape, data):
    with pytest.raises(ProtocolError):
        read(wire_frame(["array", dtype, shape, 0, True], data))


def test_bools_are_zero_or_one():
    got = read(wire_frame(["array", "|b1", [3], 0, True], bytes([0, 2, 255])))
    assert got.view(np.uint8).tolist() == [0, 1, 1]
    assert read(wire_frame(["np", "|b1", "07"])) == np.True_


def test_references_that_unfold_without_end_are_refused():
    """Twenty lists, each holding the one before ten times: a few bytes that stand for 10**20 items."""
    wire = ["list", [1] * 10]
    for index in range(20):
        wire = ["list", [wire, *[["ref", index]] * 9]]
    # Nodes are numbered from the outside in: ["ref", i] names an outer, unfinished list, which makes a cycle.
    read(wire_frame(wire))
    levels = [["list", [1] * 10]]
    for index in range(20):
        levels.append(["list", [["ref", index + 1]] * 10])
    with pytest.raises(ProtocolError, match="items"):
        read(wire_frame(["list", levels]))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 8,
        struct.pack("!II", 2**31, 0),
        struct.pack("!II", 2, 2**31),
        struct.pack("!IIQ", 2, 1, 2**62) + b"[]",
        struct.pack("!IIQQ", 2, 2, 2**63, 2**63) + b"[]",
        struct.pack("!II", 3, 0) + b"[1,",
        struct.pack("!II", 4, 0) + b"\xff\xfe\xfd\xfc",
        struct.pack("!II", 200_000, 0) + b"[" * 100_000 + b"]" * 100_000,
        struct.pack("!II", 5000, 0) + b"1" * 5000,
        struct.pack("!II", 10**7, 0) + b"[" + b"1," * (5 * 10**6 - 1) + b"]",
    ],
)
def test_malformed_frames_are_protocol_errors(data):
    start = time.perf_counter()
    with pytest.raises(ProtocolError):
        read(data)
    assert time.perf_counter() - start < 2


SEEDS = [
    [1, 2.5, "x", None, True],
    {"a": np.arange(3.0), "b": [np.float32(1), {1, 2}]},
    (np.random.default_rng(0), Pair(1, 2), slice(1, 2)),
    [float(i) for i in range(30)],
    [np.array(["ab"]), np.array([True]), 10**30, 1j, b"abc", "y" * 300],
]


def test_mutated_frames_raise_nothing_but_protocol_errors():
    """Byte flips, cuts, insertions, and JSON whose parts are exchanged; 20 000 of them, from a fixed seed."""
    rng = random.Random(5)
    frames = [frame(value) for value in SEEDS]
    read_at_all = 0
    start = time.perf_counter()
    for _ in range(20_000):
        data = bytearray(rng.choice(frames))
        for _ in range(rng.randint(1, 4)):
            where = rng.randrange(len(data))
            match rng.randrange(5):
                case 0:
                    data[where] = rng.randrange(256)
                case 1:
                    del data[where : where + rng.randint(1, 9)]
                case 2:
                    data[where:where] = rng.choice(
                        [b"[", b"]", b",", b"-", b"9", b'"ref",', b"null", b"1e999"]
                    )
                case 3:
                    data[where] = rng.choice(b'[]",0123456789')
                case 4:
                    other = rng.choice(frames)
                    data[where:] = other[rng.randrange(len(other)) :]
            if not data:
                break
        try:
            read(bytes(data))
            read_at_all += 1
        except ProtocolError:
            pass
    assert read_at_all > 100, "the mutations should not all fail at the first byte"
    assert time.perf_counter() - start < 60


def test_random_wires_raise_nothing_but_protocol_errors():
    """Well-formed JSON of the protocol's own words, put together at random."""
    rng = random.Random(6)
    words = [
        *Decoder.READ,
        "<f8",
        "|b1",
        "<U2",
        "PCG64",
        "numpy.sin",
        "float",
        0,
        1,
        -1,
        2**62,
        1.5,
        None,
        True,
    ]

    def make(depth):
        if depth == 0 or rng.random() < 0.3:
            return rng.choice(words)
        return [
            rng.choice(words) if rng.random() < 0.6 else make(depth - 1) for _ in range(rng.randint(0, 5))
        ]

    read_at_all = 0
    for _ in range(20_000):
        try:
            read(wire_frame(make(4), b"\0" * 8, b"\1" * 16))
            read_at_all += 1
        except ProtocolError:
            pass
    assert read_at_all > 100
