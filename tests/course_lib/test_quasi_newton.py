"""Newton, BFGS and L-BFGS: quadratics, Rosenbrock's valley, PyTorch's L-BFGS, scipy's BFGS."""

import numpy as np
import pytest
import torch
from scipy.optimize import minimize, rosen, rosen_der, rosen_hess

from course_lib.optimisers import BFGS, LBFGS, Newton, minimise

RNG = np.random.default_rng(5)
M = RNG.normal(size=(8, 8))
H = M @ M.T + 0.1 * np.eye(8)
C = RNG.normal(size=8)


def quadratic(theta):
    return float(0.5 * theta @ H @ theta - C @ theta), H @ theta - C


def valley(theta):
    return float(rosen(theta)), rosen_der(theta)


def test_newton_solves_a_quadratic_in_one_step():
    found = minimise(Newton(lambda theta: H), quadratic, np.zeros(8), 5, tolerance=1e-10)
    assert found.n_steps == 1
    np.testing.assert_allclose(found.theta, np.linalg.solve(H, C), atol=1e-10)


def test_newton_converges_quadratically_in_the_valley():
    errors = []
    minimise(
        Newton(rosen_hess),
        valley,
        [-1.2, 1.0],
        20,
        tolerance=1e-12,
        callback=lambda t, theta, cost: errors.append(np.linalg.norm(theta - 1)),
    )
    close = [e for e in errors if 1e-7 < e < 0.1]
    assert len(close) >= 2
    for error, after in zip(close, errors[errors.index(close[0]) + 1 :], strict=False):
        assert after < 100 * error**2


def test_newton_goes_to_a_saddle():
    saddle = Newton(lambda theta: np.diag([2.0, -2.0]))
    found = minimise(
        saddle, lambda t: (t[0] ** 2 - t[1] ** 2, np.array([2 * t[0], -2 * t[1]])), [1.0, 1.0], 3
    )
    np.testing.assert_allclose(found.theta, 0, atol=1e-15)


def test_a_singular_hessian_is_named():
    with pytest.raises(ValueError, match=r"Hessian is singular.*use BFGS"):
        minimise(Newton(lambda theta: np.zeros((2, 2))), lambda t: (float(t @ t), 2 * t), [1.0, 1.0], 3)


@pytest.mark.parametrize("optimiser", [BFGS(), BFGS(self_scaling=True), LBFGS()], ids=str)
@pytest.mark.parametrize("n", [2, 10])
def test_the_valley_is_crossed_from_ten_starts(optimiser, n):
    for seed in range(10):
        start = np.random.default_rng(seed).normal(size=n)
        found = minimise(optimiser, valley, start, 500, tolerance=1e-6)
        assert found.converged
        # From four dimensions on the valley has a second minimum, near (-1, 1, ...).
        assert found.cost < 1e-8 or np.linalg.norm(found.theta - [-1, *[1] * (n - 1)]) < 0.5


def test_bfgs_needs_about_the_evaluations_of_scipys():
    calls = []

    def counted(theta):
        calls.append(1)
        return valley(theta)

    start = np.zeros(10)
    assert minimise(BFGS(), counted, start, 500, tolerance=1e-6).converged
    peer = minimize(rosen, start, jac=rosen_der, method="BFGS", options={"gtol": 1e-6})
    assert len(calls) < 2.5 * peer.nfev  # minimise itself evaluates once more a step


@pytest.mark.parametrize("optimiser", [BFGS(), BFGS(self_scaling=True)], ids=str)
def test_the_estimate_fulfils_the_secant_equation_and_stays_positive_definite(optimiser):
    theta, state = np.zeros(8), optimiser.start(np.zeros(8))
    for _ in range(12):
        before, g = theta, quadratic(theta)[1]
        theta, state = optimiser.step(quadratic, theta, state)
        y = quadratic(theta)[1] - g
        np.testing.assert_allclose(state["curvature"] @ y, theta - before, atol=1e-9)
        assert np.linalg.eigvalsh(state["curvature"]).min() > 0


def test_self_scaling_helps_where_the_curvature_falls():
    """A quartic in 40 directions of very different curvature: plain BFGS carries the first scale along."""
    scales = np.logspace(0, 4, 40)

    def quartic(theta):
        return float(np.sum(scales * theta**4) / 4 + np.sum(theta**2) / 2), scales * theta**3 + theta

    steps = {
        scaled: sum(
            minimise(
                BFGS(self_scaling=scaled),
                quartic,
                np.random.default_rng(seed).normal(size=40),
                2000,
                tolerance=1e-8,
            ).n_steps
            for seed in range(5)
        )
        for scaled in (False, True)
    }
    assert steps[True] < steps[False]


def test_lbfgs_without_line_search_is_pytorchs():
    start = 0.1 * RNG.normal(size=8)
    ours, state = start.copy(), LBFGS(5, line_search=False).start(start)
    theta = torch.tensor(start, requires_grad=True)
    H_torch, C_torch = torch.tensor(H), torch.tensor(C)
    peer = torch.optim.LBFGS([theta], lr=1, max_iter=1, history_size=5, tolerance_grad=0, tolerance_change=0)

    def closure():
        peer.zero_grad()
        cost = 0.5 * theta @ H_torch @ theta - C_torch @ theta
        cost.backward()
        return cost

    for _ in range(20):
        ours, state = LBFGS(5, line_search=False).step(quadratic, ours, state)
        peer.step(closure)
        np.testing.assert_allclose(ours, theta.detach().numpy(), atol=1e-9)


def test_lbfgs_with_a_long_history_goes_where_bfgs_goes():
    paths = []
    for optimiser in (BFGS(), LBFGS(history=100)):
        path = []
        minimise(
            optimiser, valley, [-1.2, 1.0], 100, callback=lambda t, theta, c, path=path: path.append(theta)
        )
        paths.append(path)
    # BFGS keeps its first scaling and L-BFGS renews it, so only the first two steps are the same.
    np.testing.assert_allclose(paths[0][:3], paths[1][:3], atol=1e-12)
    np.testing.assert_allclose(paths[0][-1], paths[1][-1], atol=1e-6)


def test_lbfgs_remembers_no_more_than_its_history():
    theta, state = np.zeros(8), LBFGS(3).start(np.zeros(8))
    for _ in range(6):
        theta, state = LBFGS(3).step(quadratic, theta, state)
    assert len(state["curvature"]) == 3


@pytest.mark.parametrize("history", [0, -1, 2.5])
def test_bad_history(history):
    with pytest.raises(ValueError, match="history must be an integer >= 1"):
        LBFGS(history)
