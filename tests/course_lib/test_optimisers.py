"""First-order methods against PyTorch's, schedules against their definitions, and what goes wrong."""

import dataclasses

import numpy as np
import pytest
import torch

from course_lib.optimisers import (
    BFGS,
    AdaGrad,
    Adam,
    ConvergenceWarning,
    GradientDescent,
    RMSprop,
    cosine_decay,
    exponential_decay,
    inverse_time_decay,
    minimise,
)

RNG = np.random.default_rng(0)
A, B, START = RNG.normal(size=(20, 6)), RNG.normal(size=20), RNG.normal(size=6)


def wavy(theta):
    """A least-squares cost with waves on it, and its gradient."""
    r = A @ theta - B
    return float(r @ r / 20 + 0.3 * np.sum(np.cos(3 * theta))), A.T @ r / 10 - 0.9 * np.sin(3 * theta)


def run(optimiser, n_steps, start=START):
    theta, state = start.copy(), optimiser.start(start)
    for _ in range(n_steps):
        theta, state = optimiser.step(wavy, theta, state)
    return theta


def run_pytorch(kind, n_steps, schedule=None, **options):
    theta = torch.tensor(START, requires_grad=True)
    optimiser = kind([theta], **options)
    rates = None if schedule is None else torch.optim.lr_scheduler.LambdaLR(optimiser, schedule)
    for _ in range(n_steps):
        optimiser.zero_grad()
        r = torch.tensor(A) @ theta - torch.tensor(B)
        (r @ r / 20 + 0.3 * torch.cos(3 * theta).sum()).backward()
        optimiser.step()
        if rates is not None:
            rates.step()
    return theta.detach().numpy()


PAIRS = [
    (GradientDescent(0.05), torch.optim.SGD, {"lr": 0.05}),
    (GradientDescent(0.02, momentum=0.9), torch.optim.SGD, {"lr": 0.02, "momentum": 0.9}),
    (AdaGrad(0.1), torch.optim.Adagrad, {"lr": 0.1}),
    (RMSprop(0.01), torch.optim.RMSprop, {"lr": 0.01}),
    (Adam(0.05), torch.optim.Adam, {"lr": 0.05}),
    (Adam(0.05, 0.8, 0.9, 1e-3), torch.optim.Adam, {"lr": 0.05, "betas": (0.8, 0.9), "eps": 1e-3}),
]


@pytest.mark.parametrize(("optimiser", "kind", "options"), PAIRS, ids=lambda x: type(x).__name__)
def test_a_hundred_steps_are_pytorchs(optimiser, kind, options):
    np.testing.assert_allclose(run(optimiser, 100), run_pytorch(kind, 100, **options), rtol=0, atol=1e-12)


@pytest.mark.parametrize(("optimiser", "kind", "options"), PAIRS, ids=lambda x: type(x).__name__)
def test_another_rate_is_noticed(optimiser, kind, options):
    other = dataclasses.replace(optimiser, eta=1.001 * optimiser.eta)
    assert np.max(np.abs(run(other, 100) - run_pytorch(kind, 100, **options))) > 1e-9


@pytest.mark.parametrize(
    ("schedule", "factor"),
    [
        (inverse_time_decay(0.05, 20), lambda t: 1 / (1 + t / 20)),
        (exponential_decay(0.05, 20), lambda t: np.exp(-t / 20)),
        (cosine_decay(0.05, 100), lambda t: (1 + np.cos(np.pi * t / 100)) / 2),
    ],
)
def test_schedules(schedule, factor):
    peer = run_pytorch(torch.optim.SGD, 100, schedule=factor, lr=0.05)
    np.testing.assert_allclose(run(GradientDescent(schedule), 100), peer, rtol=0, atol=1e-12)


def test_the_rates_that_the_schedules_state():
    assert inverse_time_decay(1.0, 10)(10) == 0.5
    assert exponential_decay(1.0, 10)(10) == pytest.approx(1 / np.e, rel=1e-15)
    assert [cosine_decay(1.0, 10)(t) for t in (0, 5, 10, 11)] == pytest.approx([1, 0.5, 0, 0], abs=1e-15)


@pytest.mark.parametrize(("optimiser", "kind", "options"), PAIRS, ids=lambda x: type(x).__name__)
def test_a_step_changes_nothing_that_it_was_given_and_can_be_repeated(optimiser, kind, options):
    theta, state = START.copy(), optimiser.start(START)
    theta_1, state_1 = optimiser.step(wavy, theta, state)
    kept = {name: np.copy(value) for name, value in state_1.items()}
    theta_2, _ = optimiser.step(wavy, theta_1, state_1)
    again, _ = optimiser.step(wavy, theta_1, state_1)
    np.testing.assert_array_equal(theta, START)
    for name, value in kept.items():
        np.testing.assert_array_equal(state_1[name], value)
    np.testing.assert_array_equal(theta_2, again)
    assert state_1["t"] == 1
    assert state_1["cost"] == wavy(START)[0]


@pytest.mark.parametrize(("optimiser", "kind", "options"), PAIRS, ids=lambda x: type(x).__name__)
def test_float32_stays_float32(optimiser, kind, options):
    def half_square(theta):
        return 0.5 * float(theta @ theta), theta

    theta = np.ones(3, dtype=np.float32)
    theta, state = optimiser.step(half_square, theta, optimiser.start(theta))
    assert theta.dtype == np.float32
    assert all(array.dtype == np.float32 for array in state.values() if isinstance(array, np.ndarray))


@pytest.mark.parametrize("kind", [GradientDescent, AdaGrad, RMSprop, Adam])
@pytest.mark.parametrize("eta", [0, -1, np.nan, np.inf, "fast"])
def test_a_bad_rate_is_refused(kind, eta):
    with pytest.raises(ValueError, match="eta must be a finite number > 0 or a function"):
        kind(eta)


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: GradientDescent(0.1, momentum=1.0), "momentum"),
        (lambda: RMSprop(0.1, rho=-0.1), "rho"),
        (lambda: Adam(0.1, beta_1=1.0), "beta_1"),
        (lambda: Adam(0.1, beta_2=2.0), "beta_2"),
    ],
)
def test_a_bad_fraction_is_refused(make, name):
    with pytest.raises(ValueError, match=f"{name} must be from 0 to below 1"):
        make()


def bowl(theta):
    return float(theta @ theta), 2 * theta


def test_minimise_stops_at_the_tolerance_and_reports_it():
    seen = []
    found = minimise(
        GradientDescent(0.25), bowl, [1.0, -2.0], 100, callback=lambda t, theta, C: seen.append(C)
    )
    # theta halves with every step: the largest entry of the gradient is 4 / 2^t
    assert found.converged
    assert found.n_steps == 22
    assert seen == pytest.approx([5 / 4**t for t in range(23)], rel=1e-12)
    assert str(found) == "cost 2.84217e-13, largest gradient 9.5e-07, converged after 22 steps"


def test_minimise_says_when_it_is_not_there():
    with pytest.warns(ConvergenceWarning, match="not converged after 3 steps.*3 steps were not enough"):
        found = minimise(GradientDescent(0.25), bowl, [1.0, -2.0], 3)
    assert not found.converged
    assert found.cost == pytest.approx(5 / 4**3)


def test_minimise_says_when_it_diverges():
    with (
        np.errstate(over="ignore"),
        pytest.warns(ConvergenceWarning, match="not finite any more; try a smaller eta"),
    ):
        found = minimise(GradientDescent(1e3), bowl, [1.0, -2.0], 200)
    assert not found.converged


def test_minimise_says_when_there_is_no_way_down():
    with pytest.warns(ConvergenceWarning, match="no step along the negative gradient lowers the cost"):
        minimise(BFGS(), lambda theta: (float(theta @ theta), -2 * theta), [1.0, -2.0], 20)


def test_minimise_refuses_what_it_cannot_begin_with():
    with pytest.raises(ValueError, match="not finite at the start"):
        minimise(Adam(), lambda theta: (np.nan, theta), [1.0], 5)
    with pytest.raises(ValueError, match=r"gradient has shape \(1,\), but theta has shape \(2,\)"):
        minimise(Adam(), lambda theta: (1.0, theta[:1]), [1.0, 2.0], 5)
