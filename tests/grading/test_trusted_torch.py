"""Gradients that go on in the other process, against the same computation in one process and closed forms."""

import importlib.util
import os
import signal
import struct
import sys
import textwrap
from pathlib import Path

import pytest

from course_admin.grading.trusted import codec

pytestmark = pytest.mark.slow  # imports torch
torch = pytest.importorskip("torch")

spec = importlib.util.spec_from_file_location(
    "protocol", Path(__file__).with_name("test_trusted_protocol.py")
)
protocol = importlib.util.module_from_spec(spec)
sys.modules["protocol"] = protocol
spec.loader.exec_module(protocol)

STUDENT = """
    import torch
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(1, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1)).double()
    def u(x):
        return model(x)
    def cube(x):
        return x**3
    def two(x, y):
        return x * y, x + y**2
    def residual(net, x):
        y = net(x)
        d, = torch.autograd.grad(y.sum(), x, create_graph=True)
        d2, = torch.autograd.grad(d.sum(), x, create_graph=True)
        return d2 + y * x
    def with_copy(net, x):
        z = x * 2.0
        return net(z) * z + x
    def fill(t):
        t += 1
        return t
    def train(steps):
        optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
        for _ in range(steps):
            optimiser.zero_grad()
            (model(torch.ones(1, 1, dtype=torch.float64)) ** 2).sum().backward()
            optimiser.step()
    def detached(x):
        return x.detach() * 2
    def meta():
        return torch.empty(3, device="meta")
"""
TESTS = """
    import torch
    x = torch.linspace(-1, 1, 5, dtype=torch.float64).reshape(-1, 1).requires_grad_()
    net = torch.nn.Sequential(torch.nn.Linear(1, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1)).double()
    def mine(net, x):
        y = net(x)
        d, = torch.autograd.grad(y.sum(), x, create_graph=True)
        d2, = torch.autograd.grad(d.sum(), x, create_graph=True)
        return d2 + y * x
    def same(one, other):
        one, other = list(one), list(other)
        assert len(one) == len(other)
        for a, b in zip(one, other):
            assert (a is None) == (b is None)
            assert a is None or torch.allclose(a, b, rtol=1e-10, atol=1e-12), (a, b)
"""


@pytest.fixture
def pair():
    pair = protocol.Pair(protocol.serving(STUDENT))
    pair.passes(TESTS)
    yield pair
    pair.session.channel.sock.close()
    os.kill(pair.pid, signal.SIGKILL)
    os.waitpid(pair.pid, 0)


def test_tensors_cross_as_data(pair):
    pair.passes("""
        for dtype in (torch.float32, torch.bfloat16, torch.int64, torch.complex64):
            t = torch.tensor([[0, 1], [1, 0]]).to(dtype)
            got = detached(t)
            assert got.dtype == dtype and got.shape == (2, 2)
        t = torch.zeros(3)
        got = fill(t)
        assert got is t and t.tolist() == [1, 1, 1]
        assert not detached(x).requires_grad and torch.equal(detached(x), 2 * x.detach())
        assert torch.equal(cube(torch.zeros(0, 2)), torch.zeros(0, 2))
        assert cube(torch.tensor(2.0)).item() == 8.0
    """)
    pair.fails("meta()", "TypeError")


def test_three_derivatives_of_a_students_function(pair):
    pair.passes("""
        y = cube(x)
        d, = torch.autograd.grad(y.sum(), x, create_graph=True)
        d2, = torch.autograd.grad(d.sum(), x, create_graph=True)
        d3, = torch.autograd.grad(d2.sum(), x)
        same([y, d, d2, d3], [x**3, 3 * x**2, 6 * x, 6 * torch.ones_like(x)])
        for f in (cube, u):
            torch.autograd.gradcheck(f, (x,))
            torch.autograd.gradgradcheck(f, (x,))
    """)


def test_several_arguments_and_results(pair):
    pair.passes("""
        y = (2 * x).detach().requires_grad_()
        p, q = two(x, y)
        same(torch.autograd.grad((p * q).sum(), [x, y]),
             torch.autograd.grad((x * y * (x + y**2)).sum(), [x, y]))
        p, q = two(x, x)
        same(torch.autograd.grad((p * q).sum(), [x]), torch.autograd.grad((x * x * (x + x**2)).sum(), [x]))
        inner = torch.sin(x)
        same(torch.autograd.grad(cube(inner).sum(), [inner, x], retain_graph=True),
             torch.autograd.grad((inner**3).sum(), [inner, x]))
    """)


def test_parameters_of_a_students_model(pair):
    """By hand from the parameters, in the tests' process."""
    pair.passes("""
        y = u(x)
        parameters = list(model.parameters())
        w = [p.detach().clone().requires_grad_() for p in parameters]
        by_hand = torch.tanh(x @ w[0].T + w[1]) @ w[2].T + w[3]
        same([y], [by_hand])
        same(torch.autograd.grad(y.sum(), parameters), torch.autograd.grad(by_hand.sum(), w))
        u(x).sum().backward()
        same([p.grad for p in model.parameters()],
             torch.autograd.grad((torch.tanh(x @ w[0].T + w[1]) @ w[2].T + w[3]).sum(), w))
        assert next(iter(model.parameters())) is parameters[0]
        before = parameters[0].detach().clone()
        train(3)
        assert not torch.equal(list(model.parameters())[0], before)
    """)


def test_a_students_residual_of_the_tests_network(pair):
    """The callback's graph lives here, the differentiation over there; the training gradient agrees."""
    pair.passes("""
        wanted, got = mine(net, x), residual(net, x)
        same([got], [wanted])
        sources = [x, *net.parameters()]
        same(torch.autograd.grad((got**2).mean(), sources, allow_unused=True),
             torch.autograd.grad((wanted**2).mean(), sources, allow_unused=True))
        z = x * 2.0
        same(torch.autograd.grad(with_copy(net, x).sum(), [x, *net.parameters()]),
             torch.autograd.grad((net(z) * z + x).sum(), [x, *net.parameters()]))
    """)


def test_a_residual_of_the_students_own_network(pair):
    pair.passes("""
        parameters = list(model.parameters())
        one, other = residual(model, x), mine(model, x)
        same([one], [other])
        same(torch.autograd.grad(one.sum(), parameters[:3]), torch.autograd.grad(other.sum(), parameters[:3]))
    """)


def test_a_direct_path_and_one_through_the_other_side_are_not_counted_twice(pair):
    """a -> x (here), x -> f(x) there, in which a callback of ours uses both x and a."""
    pair.passes("""
        a = torch.tensor([3.0], dtype=torch.float64, requires_grad=True)
        def callback(z):
            return z * a
        got = with_copy(callback, a)
        z = a * 2.0
        same(torch.autograd.grad(got.sum(), [a]), torch.autograd.grad((callback(z) * z + a).sum(), [a]))
    """)


def test_no_graph_where_none_is_wanted(pair):
    pair.passes("""
        with torch.no_grad():
            assert not u(x).requires_grad
        assert u(x).requires_grad
    """)


ONE = struct.pack("<d", 1.0)
HEAD = ["tensor", "float64", [1], 0]


@pytest.mark.parametrize(
    "value",
    [
        ["tensor", "float64", [2], 0, None, []],
        ["tensor", "float64", [-1], 0, None, []],
        ["tensor", "object", [1], 0, None, []],
        ["tensor", "__class__", [1], 0, None, []],
        ["tensor", "float64", [1], 7, None, []],
        ["tensor", "int64", [1], 0, 3, []],
        [*HEAD, 3, [5]],
        [*HEAD, 3, [["yours", 5]]],
        [*HEAD, 3, [[*HEAD, None, []]]],
        [*HEAD, 3, [[*HEAD, 4, "x"]]],
        [*HEAD, "x", []],
    ],
)
def test_forged_tensors_break_the_rules(value):
    frame = protocol.frame("ok", 1, [], [], [], ["tuple", [True, value]], buffers=[ONE])
    pair = protocol.Pair(protocol.after_first_question(frame))
    pair.fails("import torch\nassert forged == 3", "ProtocolError")
    pair.session.channel.sock.close()
    os.waitpid(pair.pid, 0)


@pytest.mark.parametrize(
    "reply",
    [
        3,
        ["list", []],
        ["list", [3]],
        ["list", [["tensor", "float32", [2], 0, None, []]]],
        ["list", [["tensor", "float64", [1, 1], 0, None, []]]],
    ],
)
def test_forged_products_break_the_rules(reply):
    """A peer that hands over a tensor which depends on one of ours, and then lies about its gradient."""

    def run(sock):
        def asked():
            data = bytearray()

            def read(n):
                while len(data) < n:
                    data.extend(sock.recv(2**16) or os._exit(0))
                taken = bytes(data[:n])
                del data[:n]
                return bytearray(taken)

            return codec.unpack(read)[0]

        def answer(serial, value):
            sock.sendall(protocol.frame("ok", serial, [], [], [], value, buffers=[ONE]))

        answer(asked()[1], ["tuple", [True, ["mine", 1, "object", "function", ""]]])
        question = asked()
        ours = question[4][1][1][0][4]  # the handle of x, in the arguments of the call
        answer(question[1], [*HEAD, 9, [["yours", ours]]])
        answer(asked()[1], reply)
        asked()

    pair = protocol.Pair(run)
    source = """
        import torch
        x = torch.ones(1, dtype=torch.float64, requires_grad=True)
        f(x).backward()
    """
    pair.fails(textwrap.dedent(source), "ProtocolError")
    pair.session.channel.sock.close()
    os.waitpid(pair.pid, 0)
