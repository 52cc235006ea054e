"""The trainer against a plain PyTorch loop, finite differences, its own continuation, and bad input."""

import re
import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import nn

from course_lib.gradcheck import gradient_error
from course_lib.pinn import problems
from course_lib.pinn.networks import mlp
from course_lib.pinn.operators import D
from course_lib.pinn.problems import Condition, Problem
from course_lib.pinn.sampling import sample
from course_lib.pinn.training import NotFiniteError, Trainer

NU = 0.05


def burgers(optimiser="bfgs", seed=0, n=40, sizes=(2, 6, 5, 1), **options):
    rng = np.random.default_rng(seed)
    problem = problems.burgers(NU, n_conditions=20, rng=rng)
    points = sample(problem.lower, problem.upper, n, rng=rng)
    return Trainer(problem, mlp(sizes, rng=rng), points, optimiser=optimiser, **options)


def plain_loss(trainer):
    """The lecture's loss, written out."""
    x = torch.as_tensor(trainer.points).requires_grad_()
    u = trainer.network(x)
    du = torch.autograd.grad(u, x, torch.ones_like(u), create_graph=True)[0]
    u_xx = torch.autograd.grad(du[:, 0], x, torch.ones_like(u[:, 0]), create_graph=True)[0][:, 0]
    loss = torch.mean((du[:, 1] + u[:, 0] * du[:, 0] - NU * u_xx) ** 2)
    for condition in trainer.problem.conditions:
        at = torch.as_tensor(condition.points)
        loss = loss + torch.mean((trainer.network(at)[:, 0] - torch.as_tensor(condition.values.copy())) ** 2)
    return loss


@pytest.mark.parametrize("method", ["taylor", "nested"])
def test_adam_takes_the_steps_of_a_plain_loop(method):
    ours, theirs = burgers("adam", method=method, rate=0.01), burgers("adam")
    adam = torch.optim.Adam(theirs.network.parameters(), lr=0.01)
    for _ in range(30):
        adam.zero_grad()
        loss = plain_loss(theirs)
        loss.backward()
        adam.step()
    ours.train(30, every=1)
    assert ours.history["loss"][29] == pytest.approx(loss.item(), rel=1e-9)
    for a, b in zip(ours.network.parameters(), theirs.network.parameters(), strict=True):
        assert torch.allclose(a, b, rtol=0, atol=1e-10)


def test_the_gradient_is_that_of_finite_differences():
    trainer = burgers()
    theta = trainer._vector()

    def cost(at):
        return trainer._cost_and_gradient(at)[0]

    assert gradient_error(cost, lambda at: trainer._cost_and_gradient(at)[1], theta) < 1e-7
    assert gradient_error(cost, lambda at: 1.01 * trainer._cost_and_gradient(at)[1], theta) > 1e-3


@pytest.mark.parametrize("optimiser", ["bfgs", "lbfgs"])
def test_quasi_newton_never_climbs_and_beats_adam(optimiser):
    loss = burgers(optimiser).train(150, every=1)["loss"]
    assert np.all(np.diff(loss) <= 0)
    assert loss[-1] < 0.3 * burgers("adam").train(150)["loss"][-1]


def test_weights_and_operators_of_conditions():
    start = np.array([[0.0]])
    line = nn.Linear(1, 1, dtype=torch.float64)
    nn.init.constant_(line.weight, 3.0)
    nn.init.constant_(line.bias, 2.0)
    conditions = (
        Condition("value", start, 1.0, weight=10.0),
        Condition("slope", start, 1.0, D("t"), weight=0.5),
    )
    problem = Problem("t", 0, 1, {"u_t": D("t")}, lambda t, u: u["u_t"] - t, conditions)
    loss, terms = Trainer(problem, line, [[0.0], [1.0]], optimiser="adam").losses()
    assert {name: term.item() for name, term in terms.items()} == {
        "residual": (9 + 4) / 2,
        "value": 1,
        "slope": 4,
    }
    assert loss.item() == 6.5 + 10 * 1 + 0.5 * 4


def test_operators_that_print_alike_are_not_taken_for_one():
    start, line = np.array([[0.0]]), nn.Linear(1, 1, dtype=torch.float64)
    nn.init.constant_(line.weight, 1e6)
    a, b = 1.0000001 * D("t"), 1.0000002 * D("t")
    assert str(a) == str(b)
    conditions = (Condition("a", start, 1e6, a), Condition("b", start, 1e6, b))
    problem = Problem("t", 0, 1, {}, lambda t, u: u["u"], conditions)
    _, terms = Trainer(problem, line, [[0.5]], optimiser="adam").losses()
    assert terms["a"].item() == pytest.approx(0.01, rel=1e-6)
    assert terms["b"].item() == pytest.approx(0.04, rel=1e-6)


# History, stopping


def test_history_has_every_record_and_the_last():
    history = burgers().train(25, every=10)
    assert history["step"] == [0, 10, 20, 25]
    assert set(history) == {"step", "loss", "residual", "start", "left", "right"}
    assert all(len(values) == 4 for values in history.values())
    total = np.sum([history[name] for name in ("residual", "start", "left", "right")], axis=0)
    assert history["loss"] == pytest.approx(total)


def test_training_twice_is_training_longer():
    once, twice = burgers(), burgers()
    once.train(40, every=10)
    twice.train(20, every=10)
    twice.train(20, every=10)
    assert once.history == twice.history


def test_a_callback_sees_and_stops():
    seen = []

    def enough(trainer):
        seen.append(trainer.step)
        return trainer.history["loss"][-1] < 1

    trainer = burgers()
    trainer.train(200, every=5, callback=enough)
    assert trainer.step == seen[-1] < 200
    assert trainer.stopped == "the callback returned True"
    assert len(seen) == len(set(seen))
    assert trainer.history["loss"][-1] < 1 <= trainer.history["loss"][-2]


def test_patience_ends_a_training_that_does_not_get_better():
    trainer = burgers("adam", rate=1.0)
    trainer.train(500, patience=20)
    assert trainer.step < 500
    assert re.fullmatch(r"no loss was lower than that of step \d+", trainer.stopped)
    assert burgers("adam", rate=1e-4).train(60, patience=20)["step"][-1] == 60


def test_at_a_minimum_the_training_ends():
    problem = Problem("t", 0, 1, {}, lambda t, u: u["u"] - 1)
    trainer = Trainer(problem, nn.Linear(1, 1, dtype=torch.float64), [[0.0], [1.0]])
    assert trainer.train(1000)["loss"][-1] < 1e-25
    assert trainer.step < 1000
    assert trainer.stopped == "no step lowers the loss any more"


def test_forgetting_the_curvature_is_not_the_end():
    trainer = burgers()
    trainer.train(10)
    trainer._state["curvature"] *= -1  # uphill: no step along it lowers the loss
    before = trainer.losses()[0].item()
    trainer.train(10)
    assert (trainer.step, trainer.stopped) == (20, "")
    assert trainer.losses()[0].item() < before


def test_new_points_keep_the_curvature_and_change_the_loss():
    trainer = burgers()
    trainer.train(20)
    before, curvature = trainer.losses()[0].item(), trainer._state["curvature"]
    trainer.points = sample((-1, 0), (1, 1), 60, rng=np.random.default_rng(5))
    assert trainer.losses()[0].item() != before
    assert trainer.best == np.inf  # it was that of another loss
    assert trainer._state["curvature"] is curvature
    now = trainer.losses()[0].item()
    assert trainer.train(5)["loss"][-1] < now


def test_the_residual_elsewhere():
    trainer = burgers()
    assert np.mean(trainer.residual(trainer.points) ** 2) == pytest.approx(
        trainer.losses()[1]["residual"].item()
    )
    assert trainer.residual([[0.0, 0.5]]).shape == (1,)


# Unknowns


def test_an_unknown_number_is_learned_with_the_network():
    mu = nn.ParameterDict({"mu": nn.Parameter(torch.tensor(0.5, dtype=torch.float64))})
    t = np.linspace(0, 1, 30)[:, None]
    problem = Problem(
        "t", 0, 1, {"u_t": D("t")}, lambda t, u: u["u_t"] + mu["mu"] * u["u"],
        (Condition("data", t, np.exp(-3 * t[:, 0])),), unknowns=mu,
    )  # fmt: skip
    history = Trainer(problem, mlp([1, 8, 1], rng=np.random.default_rng(0)), t).train(200)
    assert history["mu"][0] == 0.5
    assert history["mu"][-1] == mu["mu"].item() == pytest.approx(3, abs=0.02)


def test_a_second_network_is_learned_too():
    field = mlp([1, 4, 1], rng=np.random.default_rng(1))
    t = np.linspace(0, 1, 30)[:, None]
    problem = Problem(
        "t", 0, 1, {"u_t": D("t")}, lambda t, u: u["u_t"] - field(t),
        (Condition("data", t, np.sin(2 * t[:, 0])),), unknowns=field,
    )  # fmt: skip
    trainer = Trainer(problem, mlp([1, 8, 1], rng=np.random.default_rng(0)), t)
    trainer.train(300)
    with torch.no_grad():
        found = field(torch.as_tensor(t[3:-3]))[:, 0].numpy()
    assert np.abs(found - 2 * np.cos(2 * t[3:-3, 0])).max() < 0.1


# Checkpoints


@pytest.mark.parametrize("optimiser", ["adam", "bfgs", "lbfgs"])
def test_a_checkpoint_resumes_exactly(optimiser, tmp_path):
    whole = burgers(optimiser)
    whole.train(40, every=7)
    first = burgers(optimiser)
    first.train(20, every=7)
    first.save(tmp_path / "half.pt")
    second = burgers(optimiser, seed=9).load(
        tmp_path / "half.pt"
    )  # another start, other points: all overwritten
    second.problem = first.problem
    second._conditions = first._conditions
    second.train(20, every=7)
    assert torch.equal(torch.as_tensor(second._vector()), torch.as_tensor(whole._vector()))
    kept = [step for step in second.history["step"] if step != 20]
    assert kept == whole.history["step"]
    assert [
        loss for step, loss in zip(second.history["step"], second.history["loss"], strict=True) if step != 20
    ] == whole.history["loss"]
    assert second.best == whole.best


def test_a_checkpoint_resumes_in_another_process(tmp_path):
    trainer = burgers()
    trainer.train(10)
    trainer.save(tmp_path / "a.pt")
    code = f"""
import sys; sys.path.insert(0, {str(__file__.rpartition("/")[0])!r})
from test_training import burgers
trainer = burgers().load({str(tmp_path / "a.pt")!r})
print(trainer.train(10)["loss"][-1].hex())
"""
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float.fromhex(out.stdout.strip()) == pytest.approx(trainer.train(10)["loss"][-1], rel=1e-9)


def test_a_checkpoint_of_another_network_is_refused(tmp_path):
    burgers().save(tmp_path / "a.pt")
    with pytest.raises(ValueError, match="same sizes"):
        burgers(sizes=(2, 7, 1)).load(tmp_path / "a.pt")


def test_a_failed_save_leaves_the_old_checkpoint(tmp_path, monkeypatch):
    trainer = burgers()
    trainer.save(tmp_path / "a.pt")
    before = (tmp_path / "a.pt").read_bytes()

    def full(*_):
        raise OSError("no space left")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(OSError, match="no space"):
        trainer.save(tmp_path / "a.pt")
    assert (tmp_path / "a.pt").read_bytes() == before


# Losses that are no numbers


def sick(after, where="residual", optimiser="adam"):
    """A problem whose loss is finite for `after` evaluations, and then not."""
    count = iter(range(10**6))

    def residual(t, u):
        bad = next(count) > after
        return u["u_t"] + u["u"] + (torch.nan if bad and where == "residual" else 0)

    conditions = (Condition("start", [[0.0]], 1.0),)
    problem = Problem("t", 0, 1, {"u_t": D("t")}, residual, conditions)
    return Trainer(
        problem,
        mlp([1, 4, 1], rng=np.random.default_rng(0)),
        np.linspace(0, 1, 9)[:, None],
        optimiser=optimiser,
    )


@pytest.mark.parametrize("optimiser", ["adam", "bfgs", "lbfgs"])
def test_not_a_number_stops_says_where_and_keeps_the_best_state(optimiser):
    trainer = sick(30, optimiser=optimiser)
    states = []
    with pytest.raises(
        NotFiniteError, match=r"at step \d+, in the term residual; .* its best state, of step \d+"
    ):
        trainer.train(200, every=1, callback=lambda t: states.append(t._vector()))
    assert np.isfinite(trainer.best)
    assert any(np.array_equal(trainer._vector(), state) for state in states)
    assert trainer.step > 3


def test_an_overflow_of_adam_names_the_term():
    start = Condition("start", [[0.0]], 1.0, weight=1e300)
    problem = Problem("t", 0, 1, {"u_t": D("t")}, lambda t, u: u["u_t"], (start,))
    trainer = Trainer(problem, nn.Linear(1, 1, dtype=torch.float64), [[0.5]], optimiser="adam", rate=1e200)
    with pytest.raises(NotFiniteError, match="step 1, in the term residual, start"):
        trainer.train(5)
    assert np.isfinite(trainer._vector()).all()


# Bad input


def test_cuda_without_a_device_is_refused(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ValueError, match="finds no CUDA device; use device='cpu'"):
        burgers(device="cuda")


@pytest.mark.parametrize(
    ("residual", "message"),
    [
        (lambda x, u: u["u"][:, 0], r"\(3, 1\), one row a point, got \(3,\)"),
        (lambda x, u: u["u"] + u["u"][:, 0], r"got \(3, 3\)"),
        (lambda x, u: torch.mean(u["u"]), r"got \(\)"),
        (lambda x, u: 0.0, "got float"),
    ],
)
def test_a_residual_of_the_wrong_shape_is_refused(residual, message):
    with pytest.raises(ValueError, match=message):
        Trainer(
            Problem("t", 0, 1, {}, residual),
            mlp([1, 2, 1], rng=np.random.default_rng(0)),
            [[0.0], [0.5], [1.0]],
        )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"network": [1, 3, 1]}, "must have 2 inputs"),
        ({"network": [2, 3, 2]}, r"must map \(n, 2\) to \(n, 1\), but 2 points gave the shape \(2, 2\)"),
        ({"points": [[0.0, 0.5], [3.0, 0.5]]}, r"1 of 2 points lie outside the domain .* at \[3.  0.5\]"),
        ({"points": [[0.0, np.nan]]}, "outside the domain"),
        ({"points": [0.0, 0.5]}, r"\(n, 2\) is expected"),
        ({"optimiser": "sgd"}, "choose one of adam, bfgs, lbfgs"),
        ({"method": "magic"}, "choose one of taylor"),
    ],
)
def test_bad_input(change, message):
    rng = np.random.default_rng(0)
    arguments = {"network": [2, 3, 1], "points": [[0.0, 0.5]]} | change
    arguments["network"] = mlp(arguments["network"], rng=rng)
    with pytest.raises(ValueError, match=message):
        Trainer(problems.burgers(hard=True), **arguments)


def test_quasi_newton_needs_float64():
    net = mlp([2, 3, 1], rng=np.random.default_rng(0), dtype=torch.float32)
    problem = problems.burgers(hard=True)
    with pytest.raises(ValueError, match="float64"):
        Trainer(problem, net, [[0.0, 0.5]])
    loss = Trainer(problem, net, [[0.0, 0.5]], optimiser="adam", rate=0.01).train(50)["loss"]
    assert loss[-1] < loss[0]


# The course's numbers


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("hard", [False, True])
def test_the_damped_oscillator_is_solved_within_one_per_cent(seed, hard):
    rng = np.random.default_rng(seed)
    problem = problems.oscillator(2.0, 20.0, hard=hard)
    network = mlp([1, 16, 16, 1], rng=rng)
    trainer = Trainer(problem, network, sample(0, 1, 60, "grid"))
    trainer.train(800)
    assert problem.error(network, sample(0, 1, 301, "grid")) < 0.01


@pytest.mark.slow
@pytest.mark.parametrize("name", ["diffusion", "poisson", "cosine"])
def test_smooth_problems_are_solved(name):
    problem = {"cosine": lambda: problems.cosine(1.0)}.get(name, getattr(problems, name))()
    rng = np.random.default_rng(1)
    d = len(problem.coordinates)
    network = mlp([d, 16, 16, 1], rng=rng)
    Trainer(problem, network, sample(problem.lower, problem.upper, 400, rng=rng)).train(600)
    assert problem.error(network, sample(problem.lower, problem.upper, 41, "grid")) < 0.01
