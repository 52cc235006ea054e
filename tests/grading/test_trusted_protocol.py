"""Locked cells in one process, the student's code in another: what works, and what a hostile one can do."""

import dataclasses
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import nbformat
import numpy as np
import pytest

from course_admin.grading.trusted import codec, session, student
from course_admin.grading.trusted.channel import MAX_TEXT
from course_admin.grading.trusted.session import CellResult, TestSession

ROOT = Path(__file__).resolve().parents[2]


def fork(run, *others):
    """Run a function with one end of a socket pair in a child process; (its pid, the other end)."""
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        try:
            for sock in (ours, *others):
                sock.close()
            sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - as long as the process
            signal.alarm(120)
            run(theirs)
        finally:
            os._exit(0)
    theirs.close()
    return pid, ours


def serving(source):
    """What the student's process does: run the cells, then answer for as many tests as there are."""

    def run(sock):
        namespace = {}
        exec(compile(textwrap.dedent(source), "notebook", "exec"), namespace)
        for _ in range(1000):
            student.serve(sock, namespace)

    return run


class Pair:
    """A session, and the student's process behind it."""

    def __init__(self, run):
        self.pid, sock = fork(run)
        self.session = TestSession(sock)

    def cell(self, source) -> CellResult:
        return self.session.run_cell(textwrap.dedent(source), "tests")

    def passes(self, source):
        result = self.cell(source)
        assert result.ok, "\n".join(result.traceback)
        return result

    def fails(self, source, what=""):
        result = self.cell(source)
        assert not result.ok, f"passed: {source}"
        assert re.search(what, f"{result.ename}: {result.evalue}"), result
        return result


@pytest.fixture
def notebook():
    """A function that starts a student's process with this source."""
    pairs = []

    def start(source):
        pairs.append(Pair(source if callable(source) else serving(source)))
        return pairs[-1]

    yield start
    for pair in pairs:
        pair.session.channel.sock.close()
        os.kill(pair.pid, signal.SIGKILL)
        os.waitpid(pair.pid, 0)


# ----------------------------------------------------------------------------------------- what works


def test_right_answers_pass_and_wrong_ones_fail(notebook):
    pair = notebook("def double(x):\n    return 2 * x\ndef triple(x):\n    return 2 * x")
    pair.passes("assert double(3) == 6\nassert np.array_equal(double(np.ones(2)), [2, 2])")
    pair.fails("assert triple(3) == 9, 'triple(3) should be 9'", "AssertionError: triple")


def test_an_undefined_name_says_what_to_do(notebook):
    result = notebook("").fails("missing_function(3)", "NameError")
    assert "your notebook does not define it" in result.evalue


def test_definitions_are_looked_up_when_a_function_runs_and_anew_in_each_cell(notebook):
    pair = notebook("""
        def version():
            return 1
        def newer():
            global version
            version = lambda: 2
    """)
    pair.passes("def check(n):\n    assert version() == n\ncheck(1)\nnewer()")
    pair.passes("check(2)")


def test_names_of_the_tests_win_and_stay_with_them(notebook):
    pair = notebook("""
        helper = secret = "the student's"
        def see(name):
            return globals()[name]
    """)
    pair.passes("def helper():\n    return 1\nsecret = 42\nassert helper() == 1")
    pair.passes("assert see('helper') == see('secret') == \"the student's\"")


def test_a_name_of_the_students_can_be_replaced_over_there(notebook):
    """As ps01 does, so that a wrong soft_threshold costs nothing in the task after it."""
    pair = notebook("""
        def inner(x):
            return "wrong"
        def outer(x):
            return inner(x)
    """)
    pair.fails("assert inner(1) == 2")
    pair.passes("def right(x):\n    return x + 1\ninner = right\nassert outer(1) == 2")
    pair.passes("assert outer(2) == 3")


def test_a_replacement_outlives_the_students_process(notebook):
    source = "def inner(x):\n    return 'wrong'\ndef outer(x):\n    return inner(x)"
    pair, other = notebook(source), notebook(source)
    pair.fails("assert inner(1) == 2")
    pair.passes("inner = lambda x: x + 1\nassert outer(1) == 2")
    pair.session.set_channel(other.session.channel.sock.dup())
    pair.passes("assert outer(2) == 3")


def test_arguments_changed_in_place_are_seen(notebook):
    pair = notebook("""
        def spoil(x, box, table):
            x[0] = 7
            box.append(x)
            table["seen"] = True
            return x
        def draw(rng):
            return rng.normal()
    """)
    pair.passes("""
        x, box, table = np.zeros(3), [], {}
        got = spoil(x, box, table)
        assert got is x and box[0] is x and x[0] == 7 and table == {"seen": True}
        rng, same = np.random.default_rng(1), np.random.default_rng(1)
        assert draw(rng) == same.normal() and draw(rng) == same.normal() and rng.normal() == same.normal()
    """)
    pair.fails(
        "x = np.zeros(3)\nbefore = x.copy()\nspoil(x, [], {})\nassert np.array_equal(x, before), 'changed'",
        "changed",
    )


def test_callbacks_in_both_directions(notebook):
    pair = notebook("""
        def integrate(f, a, b, n=200):
            return sum(f(a + (i + 0.5) * (b - a) / n) for i in range(n)) * (b - a) / n
        def compose(f, g):
            return lambda x: f(g(x))
        def name_of(f):
            return f.__name__, f.__doc__
        def touch(f, x):
            f(x)
            return x
        def items(iterator):
            return list(iterator)
    """)
    pair.passes("""
        def square(x):
            "x squared"
            calls.append(x)
            return x * x
        calls = []
        assert abs(integrate(square, 0, 3) - 9) < 1e-3 and len(calls) == 200
        assert compose(square, lambda x: x + 1)(2) == 9
        assert compose(np.sin, math.cos)(0.3) == np.sin(math.cos(0.3))
        assert name_of(square) == ("square", "x squared")
        def fill(x):
            x[:] = 5
        assert touch(fill, np.zeros(2)).tolist() == [5, 5]
        assert items(i * i for i in range(4)) == [0, 1, 4, 9]
    """)


def test_objects_classes_and_iterators_of_the_student(notebook):
    pair = notebook("""
        import collections
        class Dual:
            def __init__(self, value, slope=0.0):
                self.value, self.slope = value, slope
            def __add__(self, other):
                other = other if isinstance(other, Dual) else Dual(other)
                return Dual(self.value + other.value, self.slope + other.slope)
            __radd__ = __add__
            def __neg__(self):
                return Dual(-self.value, -self.slope)
            def __repr__(self):
                return f"Dual({self.value})"
        class Model:
            "A model."
            def __init__(self):
                self.weights = [1.0, 2.0]
            def __len__(self):
                return 2
            def __iter__(self):
                return iter(self.weights)
            def __getitem__(self, i):
                return self.weights[i]
            def __setitem__(self, i, value):
                self.weights[i] = value
            def __enter__(self):
                self.entered = True
                return self
            def __exit__(self, *details):
                self.entered = False
        def numbers():
            n = 0
            while True:
                yield n
                n += 1
        Result = collections.namedtuple("Result", "energy error")
        def result():
            return Result(-2.9, 0.1)
    """)
    pair.passes("""
        import copy
        d = Dual(2.0, 1.0)
        assert (d + 3).value == (3 + d).value == 5 and (d + d).slope == 2 and (-d).value == -2
        assert str(d) == f"{d}" == "Dual(2.0)" and type(d).__name__ == "Dual"
        m = Model()
        assert isinstance(m, Model) and not isinstance(m, Dual) and not isinstance(3, Model)
        assert len(m) == 2 and list(m) == [1.0, 2.0] and m[1] == 2.0 and 2.0 in m and 3.0 not in m
        m[0] = 5.0
        m.bias = np.ones(2)
        assert m.weights == [5.0, 2.0] and m.bias.tolist() == [1, 1] and Model.__doc__ == "A model."
        other = copy.deepcopy(m)
        other[0] = 0.0
        assert m[0] == 5.0 and not hasattr(m, "absent")
        with m as inside:
            assert inside is m and m.entered
        assert not m.entered
        counting = numbers()
        assert [next(counting) for _ in range(3)] == [0, 1, 2]
        assert result() == (-2.9, 0.1) and result().error == 0.1
    """)


def test_objects_of_the_tests_over_there(notebook):
    pair = notebook("""
        def use(probe):
            return probe.twice(4) + probe.offset + (probe * 3) + len(probe)
        def order(items):
            return sorted(items)[0].offset
    """)
    pair.passes("""
        class Probe:
            def __init__(self, offset):
                self.offset = offset
            def twice(self, x):
                return 2 * x
            def __mul__(self, other):
                return 100 * other
            def __len__(self):
                return 7
            def __lt__(self, other):
                return self.offset < other.offset
        assert use(Probe(1000)) == 8 + 1000 + 300 + 7
        assert order([Probe(3), Probe(1), Probe(2)]) == 1
    """)


def test_exceptions_cross_with_their_classes(notebook):
    pair = notebook("""
        class NotConverged(RuntimeError):
            pass
        def fail(kind=NotConverged):
            raise kind("after 10 steps")
        def singular():
            import numpy as np
            return np.linalg.inv(np.zeros((2, 2)))
        def call(f):
            try:
                return f()
            except ValueError as error:
                return f"caught {error}"
    """)
    pair.passes("""
        for wanted in (NotConverged, RuntimeError, Exception):
            try:
                fail()
            except wanted as error:
                assert str(error) == "after 10 steps" and type(error).__name__ == "NotConverged"
            else:
                assert False
        assert issubclass(NotConverged, RuntimeError) and not issubclass(NotConverged, ValueError)
        try:
            singular()
        except np.linalg.LinAlgError:
            pass
        else:
            assert False
        def bad():
            raise ValueError("of the test")
        assert call(bad) == "caught of the test"
        class Mine(Exception):
            pass
        def worse():
            raise mine
        mine = Mine()
        try:
            call(worse)
        except Mine as error:
            assert error is mine
        else:
            assert False
    """)
    result = pair.fails("fail()", "NotConverged: after 10 steps")
    text = "\n".join(result.traceback)
    assert "fail()" in text, "the line of the test"
    assert 'raise kind("after 10 steps")' not in text, "the notebook has no file here"
    assert "line 5, in fail" in text, "the line of the notebook"
    assert "trusted" not in text, "nothing of our own"


def test_hidden_frames_are_left_out(notebook):
    pair = notebook("")
    pair.passes("def check(x):\n    __tracebackhide__ = True\n    assert x, 'no'")
    assert "in check" not in "\n".join(pair.fails("check(False)").traceback)


def test_warnings_are_given_again(notebook):
    pair = notebook("""
        import warnings
        class Odd(UserWarning):
            pass
        def warn(category):
            warnings.warn("careful", category)
            return 1
        def odd():
            warnings.warn("strange", Odd)
    """)
    pair.passes("""
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            assert warn(RuntimeWarning) == 1
            odd()
        assert [(w.category, str(w.message)) for w in seen] == [
            (RuntimeWarning, "careful"), (UserWarning, "strange")]
    """)
    pair.fails(
        "with warnings.catch_warnings():\n    warnings.simplefilter('error')\n    warn(RuntimeWarning)",
        "RuntimeWarning: careful",
    )


def test_the_number_on_the_last_line_is_the_points(notebook):
    pair = notebook("def half():\n    return 0.5\nhalf_array = [0.5]")
    assert pair.passes("1 + 1.5").result == "2.5"
    assert pair.passes("np.int64(3)").result == "3"
    assert pair.passes("x = 3").result is None
    assert pair.passes("None").result is None
    for no_points in ("'2'", "True", "half_array", "np.array([1.0])", "half"):
        pair.fails(no_points, "or the points as a number")
    pair.fails("-1", "points")
    pair.fails("np.float64('nan')", "points")


def test_plain_python_only_and_the_end_of_a_test_is_no_end_of_the_tests(notebook):
    pair = notebook("")
    pair.fails("%matplotlib inline", "plain Python")
    pair.fails("def f(:", "SyntaxError")
    pair.fails("import sys\nsys.exit(0)", "SystemExit")
    pair.passes("a = 7 \\\n    %4")
    pair.passes("""
        import dataclasses
        @dataclasses.dataclass
        class Case:
            x: int = 1
        assert Case() == Case(1)
    """)


def test_output_is_kept_and_capped(notebook):
    pair = notebook("")
    assert pair.passes("print('seen')").stdout == "seen\n"
    assert len(pair.passes("for i in range(10**4):\n    print('x' * 100)").stdout) < session.MAX_STDOUT + 100
    assert "\x1b" not in pair.passes(r"print('\x1b[2J \ud800')").stdout


# ------------------------------------------------------------------------------------------ accidents


def test_endings_of_the_program_are_failures_and_the_next_cell_runs(notebook):
    pair = notebook("""
        import sys
        def leave():
            sys.exit("bye")
        def stop():
            raise KeyboardInterrupt
        def forever():
            return forever()
        def good():
            return 1
    """)
    pair.fails("leave()", "ended the program")
    pair.fails("stop()", "KeyboardInterrupt")
    pair.fails("forever()", "RecursionError")
    pair.passes("assert good() == 1")


def test_a_dead_process_is_noticed_at_once_and_can_be_replaced(notebook):
    source = """
        import os
        def die(*args):
            os._exit(1)
        def call(f):
            return f(die)
        def good():
            return 1
    """
    pair, other = notebook(source), notebook(source)
    pair.passes("kept = call")
    start = time.perf_counter()
    pair.fails("die()", "StudentProcessDied")
    assert time.perf_counter() - start < 1
    pair.fails("good()", "StudentProcessDied")
    pair.passes("1 + 1")
    pair.session.set_channel(other.session.channel.sock.dup())
    pair.passes("assert good() == 1")
    pair.fails("kept(good)", "StudentProcessDied")
    pair.fails("def cb(f):\n    return f()\ncall(cb)", "StudentProcessDied")


def test_the_death_of_the_process_cannot_pass_for_an_expected_exception(notebook):
    pair = notebook("import os\ndef die():\n    os._exit(1)")
    pair.fails("try:\n    die()\nexcept Exception:\n    pass", "StudentProcessDied")


def test_mutual_recursion_ends(notebook):
    pair = notebook("def down(f, n):\n    return f(down, n)\ndef good():\n    return 1")
    pair.fails("def up(g, n):\n    return g(up, n + 1)\ndown(up, 0)", "RecursionError")
    pair.fails(
        "def deep(n):\n    return deep(n + 1) if n < 10**6 else 0\ndown(lambda g, n: deep(0), 0)",
        "RecursionError",
    )
    pair.passes("assert good() == 1")


def test_a_callback_near_the_recursion_limit_leaves_the_conversation_whole(notebook):
    pair = notebook("""
        def dig(f, n):
            try:
                return dig(f, n + 1)
            except RecursionError:
                try:
                    f(n)
                except RecursionError:
                    raise
                return n
    """)
    pair.cell("count = []\ndig(count.append, 0)")
    pair.passes("assert dig(lambda n: None, 0) > 100")


def test_callbacks_in_other_threads_are_refused(notebook):
    pair = notebook("""
        from concurrent.futures import ThreadPoolExecutor
        def parallel(f):
            with ThreadPoolExecutor(1) as pool:
                return pool.submit(f, 1).result()
        def good():
            return 1
    """)
    pair.fails("parallel(lambda x: x)", "thread")
    pair.passes("assert good() == 1")


def test_an_interrupt_ends_the_students_function_and_nothing_else(notebook):
    pair = notebook("""
        import time
        def sleep():
            time.sleep(30)
        def good():
            return 1
    """)
    pair.passes("assert good() == 1")
    time.sleep(0.3)  # it is waiting for the next cell again
    os.kill(pair.pid, signal.SIGINT)
    pair.passes("assert good() == 1")
    pid = os.fork()
    if pid == 0:
        time.sleep(0.3)
        os.kill(pair.pid, signal.SIGINT)
        os._exit(0)
    pair.fails("sleep()", "KeyboardInterrupt")
    os.waitpid(pid, 0)
    pair.passes("assert good() == 1")


# -------------------------------------------------------------------------------------------- forgery

FORGER = """
    import numpy
    real = numpy
    class Liar:
        def __getattr__(self, name): return lambda *args, **kwargs: self
        for _name in ("eq ne lt le gt ge".split()):
            exec(f"def __{_name}__(self, other): return True")
        def _same(self, *others): return 0.0
        __sub__ = __rsub__ = __abs__ = __add__ = __radd__ = __mul__ = __matmul__ = __pow__ = __neg__ = _same
        def __float__(self): return 9.0
        def __int__(self): return 9
        __index__ = __int__
        def __array__(self, *args, **kwargs): return real.zeros(3)
        def __array_ufunc__(self, *args, **kwargs): return True
        def __array_function__(self, *args, **kwargs): return True
        def __len__(self): return 3
        def __getitem__(self, i): return 0.0
        def __iter__(self): return iter([0.0] * 3)
        def __contains__(self, item): return True
        def __instancecheck__(self, other): return True
        def __bool__(self): return False
        __hash__ = lambda self: hash(9)
        __class__ = float
        def max(self, *args, **kwargs): return 0.0
        min = mean = sum = item = all = any = __abs__ = norm = max
        shape = (3,)
    class Self(Liar):
        def _self(self, *others): return self
        __sub__ = __rsub__ = __abs__ = __neg__ = __pow__ = _self
    class Array(real.ndarray):
        def __eq__(self, other): return real.array(True)
        def __array_ufunc__(self, *args, **kwargs): return real.True_
        def __array_function__(self, *args, **kwargs): return True
    class Float(float):
        def __eq__(self, other): return True
        def __sub__(self, other): return 0.0
        __hash__ = float.__hash__
    liar, self_, array, number = Liar(), Self(), real.zeros(3).view(Array), Float(1.0)
    def f(x): return LIES[x]
    LIES = {"liar": liar, "self": self_, "array": array, "number": number}
    class np_(Liar): pass
    np = numpy = math = np_()
    def check_close(*args): return True
    isinstance = abs = all = len = print = lambda *args: True
"""


@pytest.mark.parametrize("lie", ["liar", "self", "array", "number"])
@pytest.mark.parametrize(
    "check",
    [
        "got == 9",
        "not got != 9",
        "9 == got",
        "abs(got - 9) < 1e-9",
        "abs(9 - got) < 1e-9",
        "abs(got) == 9",
        "-1e-9 < got - 9 < 1e-9",
        "got in (9, 10)",
        "9 in got",
        "math.isclose(got, 9)",
        "float(got) == 9",
        "range(20)[got] == 9",
        "np.allclose(got, wanted)",
        "np.allclose(wanted, got)",
        "np.array_equal(got, wanted)",
        "np.testing.assert_allclose(got, wanted) is None",
        "np.testing.assert_allclose(wanted, got) is None",
        "np.max(np.abs(got - wanted)) < 1e-9",
        "np.max(np.abs(wanted - got)) < 1e-9",
        "np.sum((got - wanted) ** 2) < 1e-9",
        "((got - wanted) ** 2).sum() < 1e-9",
        "abs(got - wanted).max() < 1e-9",
        "np.linalg.norm(got - wanted) < 1e-9",
        "max(abs(d) for d in got - wanted) < 1e-9",
        "(got - wanted)[1] == 0 and len(got - wanted) == 3",
        "(got == wanted).all()",
        "np.all(got == wanted)",
        "not np.any(got != wanted)",
        "{9: True}.get(got)",
        "list(got) == [1.0, 2.0, 3.0]",
        "set(got) == {1.0, 2.0, 3.0}",
        "np.asarray(got, dtype=float)[1] == 2.0",
        "isinstance(got, Liar) and got == 9",
        "sorted([got, 9])[0] == 9 and got <= 9 and got == 9",
        "str(got - 9) == '0.0'",
    ],
)
def test_no_object_of_the_students_forges_a_comparison(notebook, lie, check):
    pair = notebook(FORGER)
    pair.fails(f"wanted = np.array([1.0, 2.0, 3.0])\ngot = f('{lie}')\nassert {check}")


def test_the_forger_forges_in_its_own_process(notebook):
    """Or the test above would prove nothing."""
    namespace = {}
    exec(textwrap.dedent(FORGER), namespace)
    liar, array = namespace["liar"], namespace["array"]
    assert liar == 9
    assert abs(liar - 9) < 1e-9
    assert np.allclose(liar, [1, 2, 3])
    assert array == 9


def test_builtins_and_numpy_of_the_tests_are_their_own(notebook):
    pair = notebook(FORGER)
    pair.fails("assert abs(-3) == 4")
    pair.fails("assert np.allclose(1, 2)")
    pair.fails("assert math.sqrt(4) == 3")


def test_exceptions_of_the_students_never_end_a_loop_of_checks(notebook):
    pair = notebook("""
        def stop(x):
            raise StopIteration
        def leave(x):
            raise GeneratorExit
        class Sly(StopIteration, AssertionError):
            pass
        def sly(x):
            raise Sly
    """)
    for name in ("stop", "leave", "sly"):
        pair.fails(f"assert all(map(lambda x: {name}(x) == x, [1, 2]))")
        pair.fails(f"for x in map({name}, [1]):\n    pass")
        pair.fails(f"def gen():\n    yield {name}(1)\nlist(gen())")
    pair.fails("try:\n    sly(1)\nexcept StopIteration:\n    pass")


def test_odd_exceptions_are_reported(notebook):
    pair = notebook("""
        class Broken(Exception):
            def __str__(self):
                raise ValueError
        class Long(Exception):
            def __str__(self):
                return "x" * 10**8
        class CellResult(Exception):
            pass
        class Meta(type):
            @property
            def __name__(cls):
                return "\\n<script>"
        class Named(Exception, metaclass=Meta):
            pass
        def fail(kind):
            raise kind
        def terminal():
            raise ValueError("\\x1b[2J\\x00 \\ud800")
    """)
    pair.fails("fail(Broken)", "could not be made")
    assert len(pair.fails("fail(Long)", "Long: xxx").evalue) <= MAX_TEXT
    pair.fails("fail(CellResult)", "CellResult")
    assert "<script>" not in pair.fails("fail(Named)").ename
    result = pair.fails("terminal()", "ValueError")
    json.dumps(dataclasses.asdict(result)).encode("utf-8")
    assert not re.search(r"[\x00-\x08\x1b\ud800-\udfff]", result.evalue)


def test_values_that_cannot_come_are_ordinary_errors(notebook):
    pair = notebook("""
        import numpy as np
        def huge():
            return np.zeros(2 * 10**7)
        def deep():
            x = []
            for _ in range(10**4):
                x = [x]
            return x
        def objects():
            return np.array([object()])
        def digits():
            return 10**(10**6 * 4)
        def endless():
            while True:
                yield 1
        class Long:
            def __len__(self):
                return 10**12
        def good():
            return 1
    """)
    pair.fails("huge()", "TypeError: .*too large")
    pair.fails("deep()", "nested")
    pair.fails("objects()", "Python objects")
    pair.fails("digits()", "too large")
    pair.fails("list(Long())")
    pair.passes("assert good() == 1")


def test_an_endless_generator_ends(notebook, monkeypatch):
    monkeypatch.setattr("course_admin.grading.trusted.remote.MAX_ITERATIONS", 100)
    pair = notebook("def endless():\n    while True:\n        yield 1\ndef good():\n    return 1")
    pair.fails("list(endless())", "ever end")
    pair.passes("assert good() == 1")


# ------------------------------------------------------------------------------- fishing in the tests

FISHER = """
    import gc
    def look(thing, name):
        return getattr(thing, name)
    def raw(thing, name):
        return thing._channel.ask("getattr", thing, name)
    def forged(thing, number, *args):
        thing._handle = number
        return thing(*args)
    def raw_call(thing, what, *args):
        return thing._channel.ask(what, *args)
    def good():
        return 1
"""
TESTS_OBJECTS = """
    expected = 42
    def callback(x, hidden=7):
        return x
    class Probe:
        def __init__(self):
            self.shown, self._secret = 1, expected
            self.module, self.kind, self.frame = np, type(self), None
        def method(self):
            return 1
        def gen(self):
            yield expected
    probe = Probe()
"""


@pytest.mark.parametrize("how", ["look", "raw"])
@pytest.mark.parametrize(
    ("thing", "name"),
    [
        ("callback", "__globals__"),
        ("callback", "__code__"),
        ("callback", "__defaults__"),
        ("callback", "__closure__"),
        ("callback", "__self__"),
        ("callback", "func_globals"),
        ("probe", "_secret"),
        ("probe", "__dict__"),
        ("probe", "__init__"),
        ("probe.method", "__func__"),
        ("probe.method", "__self__"),
        ("probe", "module"),
        ("probe.gen()", "gi_frame"),
        ("probe.gen()", "gi_code"),
        ("Probe", "mro"),
        ("Probe", "__subclasses__"),
    ],
)
def test_what_the_tests_hand_over_shows_nothing_else(notebook, how, thing, name):
    pair = notebook(FISHER)
    pair.passes(TESTS_OBJECTS)
    pair.passes("assert look(probe, 'shown') == 1" if how == "look" else "assert raw(probe, 'method')() == 1")
    if how == "look" and name in ("__dict__", "__init__"):
        return  # the proxy has its own
    pair.fails(f"{how}({thing}, '{name}')", "AttributeError|TypeError|ProtocolError|broke the rules")


@pytest.mark.parametrize(
    "call",
    [
        "forged(callback, 10**6, 1)",
        "forged(callback, -1, 1)",
        "forged(callback, 'callback', 1)",
        "raw_call(callback, 'lookup', 'expected')",
        "raw_call(callback, 'eval', 'expected')",
        "raw_call(callback, 'assign', 'expected', 1)",
        "raw_call(callback, 'apply', 'getattr', probe, '_secret')",
        "raw_call(callback, 'apply', 'add', 1, 2)",
        "raw_call(callback, 'apply', '__class__', probe)",
        "raw_call(callback, 'call', np.sin, (1.0,), {})",
        "raw_call(callback, 'call', callback, 3, {})",
        "raw_call(callback, 'vjp', callback, 1, True)",
        "raw_call(callback, 'next', callback)",
    ],
)
def test_forged_questions_end_the_conversation(notebook, call):
    pair = notebook(FISHER)
    pair.passes(TESTS_OBJECTS)
    pair.fails(call, "ProtocolError")
    pair.fails("good()", "ProtocolError|StudentProcessDied")
    pair.passes("1")


@pytest.mark.parametrize(
    "thing",
    ["np.linalg", "sys._getframe()", "callback.__code__", "type(1)", "object", "eval", "open", "exec"],
)
def test_what_is_not_for_the_notebook_is_not_handed_over(notebook, thing):
    pair = notebook("def keep(x):\n    return 1")
    pair.passes("import sys\ndef callback():\n    pass")
    if thing == "type(1)":
        pair.passes(f"assert keep({thing}) == 1")  # plain types of data are the same on both sides
    else:
        pair.fails(f"keep({thing})", "TypeError: A value cannot go")


# ------------------------------------------------------------------------------------- raw hostile peers


def frame(*wire, buffers=()):
    return b"".join(bytes(part) for part in codec.pack(list(wire), list(buffers)))


def after_first_question(data):
    """A peer that sends these bytes when it is asked something, and again, until nobody listens."""

    def run(sock):
        while sock.recv(2**16):
            sock.sendall(data)

    return run


ERROR = {"classes": [["ValueError", None]], "message": "", "trace": "", "mine": 1, "yours": None}


@pytest.mark.parametrize(
    "data",
    [
        b"garbage " * 100,
        struct.pack("!II", 2**31, 2**31),
        frame(),
        frame("ok"),
        frame("done"),
        frame("ok", 1, [], [], [], 3, 4),
        frame("ok", 2, [], [], [], 3),
        frame("ok", "1", [], [], [], 3),
        frame("fine", 1, [], [], [], 3),
        frame("ok", 1, [5], [], [], 3),
        frame("ok", 1, 5, [], [], 3),
        frame("ok", 1, [], [[0, ["list", []]]], [], 3),
        frame("ok", 1, [], 3, [], 3),
        frame("ok", 1, [], [], [["SystemExit", "x"]], 3),
        frame("ok", 1, [], [], [[3, 4]], 3),
        frame("ok", 1, [], [], [["UserWarning", "x"]] * 1000, 3),
        frame("ok", 1, [], [], [], ["yours", 1]),
        frame("ok", 1, [], [], [], ["mine", "x", 1, 2]),
        frame("ok", 1, [], [], [], ["mine", 1, "object", "x" * 10**6, ""]),
        frame("ok", 1, [], [], [], ["tensor", "float64", [1], 0, None, []]),
        frame("ok", 1, [], [], [], ["tensor", "float64", [1], 0, 3, [["list", []]]], buffers=[b"\0" * 8]),
        frame("ok", 1, [], [], [], True),
        frame("ok", 1, [], [], [], ["tuple", [1, 2, 3]]),
        frame("error", 1, [], [], [], 3),
        frame("error", 1, [], [], [], {}),
        frame("error", 1, [], [], [], ERROR | {"classes": []}),
        frame("error", 1, [], [], [], ERROR | {"classes": [["ValueError"]]}),
        frame("error", 1, [], [], [], ERROR | {"message": 3}),
        frame("error", 1, [], [], [], ERROR | {"more": 3}),
        frame("ask", 1, [], "call", []),
        frame("ask", 1, [], "call", [["yours", 1], ["tuple", []], ["dict", []]]),
        frame("ask", 1, [], "lookup", ["expected"]),
        frame("ask", "x", [], "call", []),
        frame("ask", 1),
    ],
)
def test_a_peer_that_breaks_the_rules_fails_the_test_and_poisons_the_channel(notebook, data):
    pair = notebook(after_first_question(data))
    pair.passes("expected = 3")
    result = pair.fails("assert f(1) == 2", "ProtocolError|TypeError")
    assert "Traceback" in result.traceback[0]
    pair.fails("try:\n    f(1)\nexcept BaseException:\n    pass\nassert f(1) == 2")
    pair.passes("assert expected == 3")


@pytest.mark.parametrize(
    "kind", ["StopIteration", "SystemExit", "KeyboardInterrupt", "CellResult", "a b", ""]
)
def test_forged_exceptions_are_failures(notebook, kind):
    pair = notebook(after_first_question(frame("error", 1, [], [], [], ERROR | {"classes": [[kind, None]]})))
    pair.fails("assert f(1) == 2")


def test_a_reply_that_was_sent_in_advance_is_noticed(notebook):
    yes = [frame("ok", i, [], [], [], ["tuple", [True, 3]]) for i in (1, 2, 1, 2)]
    pair = notebook(lambda sock: (sock.recv(2**16), sock.sendall(b"".join(yes)), time.sleep(60)))
    pair.passes("assert f == 3")
    pair.passes(
        "assert f == 3"
    )  # the second question was foreseen; what it says is still the student's to say
    pair.fails("assert f == 3", "ProtocolError")


def test_a_frame_that_never_ends_is_the_workers_business_and_its_end_is_noticed(notebook):
    pair = notebook(lambda sock: (sock.recv(2**16), sock.sendall(struct.pack("!II", 1000, 0)), os._exit(0)))
    pair.fails("assert f == 3", "StudentProcessDied")


# ------------------------------------------------------------------------------------ the tests' process


@pytest.fixture
def tester():
    """The control socket of a process that runs `main`, with a student's process behind it."""
    pid, channel = fork(
        serving("def double(x):\n    return 2 * x\ndef die():\n    import os\n    os._exit(1)")
    )
    tests, control = fork(lambda sock: session.main(sock, channel))
    channel.close()
    yield control
    session.end(control)
    control.close()
    os.waitpid(tests, 0)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def test_a_worker_asks_for_cells_and_hands_over_new_channels(tester):
    assert session.request_cell(tester, "assert double(2) == 4\n3", "first") == CellResult(True, result="3")
    assert not session.request_cell(tester, "assert double(2) == 5", "second").ok
    assert session.request_cell(tester, "die()", "third").ename == "StudentProcessDied"
    pid, channel = fork(serving("def double(x):\n    return 'again'"), tester)
    session.change_channel(tester, channel)
    channel.close()
    assert session.request_cell(tester, "assert double(2) == 'again'", "fourth").ok
    assert session.request_cell(tester, "print('\\ud800' + '\\x00')", "fifth").stdout == "?\ufffd\n"
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def test_a_tester_that_ends_is_noticed(tester):
    with pytest.raises(EOFError):
        session.request_cell(tester, "import os\nos._exit(0)", "first")


def test_nothing_heavy_is_imported():
    """Both processes are forked from a small parent."""
    code = (
        "import sys\nimport course_admin.grading.trusted.session, course_admin.grading.trusted.student\n"
        "heavy = ('torch', 'nbgrader', 'jupyter_client', 'IPython', 'click', 'scipy')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert out.stdout == "[]\n"


# ------------------------------------------------------------------------------------------ a real one

PS01 = ROOT / "solutions" / "ps01-linear-models"


def grade(cells, answers):
    """{test cell: passed} for a notebook, with these answers in place of the reference's."""

    def run(sock):
        namespace = {"__name__": "__main__"}
        for cell in cells:
            meta = cell.metadata.get("nbgrader", {})
            if not meta.get("grade"):
                exec(compile(answers.get(cell.id, cell.source), "cell", "exec"), namespace)
            if meta.get("locked"):
                student.serve(sock, namespace)

    pair, verdicts = Pair(run), {}
    for cell in cells:
        meta = cell.metadata["nbgrader"]
        if meta["locked"]:
            verdicts[meta["grade_id"]] = pair.session.run_cell(cell.source, meta["grade_id"]).ok
    pair.session.channel.sock.close()
    os.waitpid(pair.pid, 0)
    return verdicts


@pytest.fixture(scope="module")
def ps01():
    cells = nbformat.read(PS01 / "ps01-linear-models.ipynb", 4).cells
    return [cell for cell in cells if cell.cell_type == "code" and "nbgrader" in cell.metadata]


@pytest.mark.slow
def test_the_reference_of_ps01_passes_all_its_tests(ps01):
    verdicts = grade(ps01, {})
    assert len(verdicts) == 19
    assert all(verdicts.values()), verdicts


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(path.stem for path in PS01.glob("answers/*.py")))
def test_wrong_answers_to_ps01_fail_and_right_ones_pass(ps01, name):
    """One function is replaced at a time: its tests say so, those of the other functions do not."""
    chunks = re.split(r"^# %% ", (PS01 / "answers" / f"{name}.py").read_text(), flags=re.MULTILINE)[1:]
    assert chunks
    for chunk in chunks:
        title, answer = chunk.split("\n", 1)
        verdicts = grade(ps01, {name: answer})
        failed = {test for test, passed in verdicts.items() if not passed}
        if title.startswith("right"):
            assert not failed, title
        else:
            assert failed, title
            assert failed <= {f"{name}-tests", f"{name}-more-tests"}, title
