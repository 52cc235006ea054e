"""Training: what is seen, what is kept, when it stops."""

import numpy as np
import pytest

from course_lib.nn import Network
from course_lib.optimisers import BFGS, LBFGS, Adam, ConvergenceWarning, GradientDescent, minimise
from course_lib.training import train

x = np.linspace(-1, 1, 40)[:, np.newaxis]
y = np.sin(3 * x)


def network(seed=0, **options):
    return Network([1, 8, 1], rng=np.random.default_rng(seed), **options)


def test_every_sample_is_seen_once_an_epoch_in_another_order():
    seen = []

    class Spy(Network):
        def cost_and_gradient(self, theta, X, y, *, rng=None):
            seen.append(X[:, 0].copy())
            return super().cost_and_gradient(theta, X, y, rng=rng)

    spy = Spy([1, 8, 1], rng=np.random.default_rng(0))
    train(spy, x, y, n_epochs=2, batch_size=15, rng=np.random.default_rng(1))
    assert [len(batch) for batch in seen] == [15, 15, 10] * 2
    first, second = np.concatenate(seen[:3]), np.concatenate(seen[3:])
    np.testing.assert_array_equal(np.sort(first), x[:, 0])
    np.testing.assert_array_equal(np.sort(second), x[:, 0])
    assert np.any(first != second)


def test_a_full_batch_is_minimise():
    trained, by_hand = network(), network()
    history = train(
        trained,
        x,
        y,
        optimiser=GradientDescent(0.1),
        n_epochs=30,
        batch_size=None,
        rng=np.random.default_rng(0),
    )
    costs = []
    with pytest.warns(ConvergenceWarning):
        found = minimise(
            GradientDescent(0.1),
            lambda theta: by_hand.cost_and_gradient(theta, x, y),
            by_hand.theta,
            30,
            callback=lambda t, theta, cost: costs.append(cost),
        )
    np.testing.assert_allclose(trained.theta, found.theta, rtol=1e-13)
    np.testing.assert_allclose(history.cost, costs[:-1], rtol=1e-13)


@pytest.mark.parametrize("optimiser", [BFGS(), LBFGS()])
def test_quasi_newton_beats_adam_on_a_small_smooth_problem(optimiser):
    second, first = network(), network()
    train(second, x, y, optimiser=optimiser, n_epochs=100, batch_size=None, rng=np.random.default_rng(0))
    train(first, x, y, optimiser=Adam(0.01), n_epochs=100, batch_size=None, rng=np.random.default_rng(0))
    errors = [np.mean((net.predict(x) - y) ** 2) for net in (second, first)]
    assert errors[0] < errors[1] / 100


def test_the_best_epoch_on_the_validation_data_is_kept():
    rng = np.random.default_rng(3)
    noisy, thetas = y + 0.5 * rng.normal(size=y.shape), []
    net = Network([1, 40, 1], rng=rng)
    history = train(
        net,
        x[::4],
        noisy[::4],
        optimiser=Adam(0.05),
        n_epochs=300,
        batch_size=5,
        validation=(x, y),
        rng=rng,
        callback=lambda epoch, net, cost: thetas.append(net.theta.copy()),
    )
    assert history.stopped == "epochs"
    assert history.best_epoch == np.argmin(history.validation_cost) < 299
    np.testing.assert_array_equal(net.theta, thetas[history.best_epoch])
    assert np.mean((net.predict(x) - y) ** 2) == pytest.approx(history.validation_cost.min(), rel=1e-12)


def test_validation_cost_has_neither_decay_nor_dropout():
    net = network(lam=0.5, dropout=0.5)
    history = train(net, x, y, n_epochs=1, validation=(x, y), rng=np.random.default_rng(0))
    assert history.validation_cost[0] == pytest.approx(np.mean((net.predict(x) - y) ** 2), rel=1e-12)
    assert history.cost[0] > history.validation_cost[0]


def test_patience():
    net = network()
    history = train(
        net,
        x,
        y,
        n_epochs=500,
        validation=(x, -y),
        patience=7,
        rng=np.random.default_rng(0),
        optimiser=Adam(0.01),
    )
    assert history.stopped == "patience"
    assert len(history.cost) == history.best_epoch + 8


def test_divergence_is_said_and_the_last_good_parameters_are_kept():
    net = network()
    with pytest.warns(ConvergenceWarning, match="training diverged.*try a smaller eta"):
        history = train(
            net, 100 * x, 100 * y, optimiser=GradientDescent(0.5), n_epochs=400, rng=np.random.default_rng(0)
        )
    assert history.stopped == "diverged"
    assert history.best_epoch == len(history.cost) - 1
    assert np.all(np.isfinite(net.theta))
    assert np.all(np.isfinite(history.cost))
    assert "stopped by diverged" in str(history)


def test_a_first_epoch_that_diverges_leaves_the_first_parameters():
    net = network()
    theta = net.theta.copy()
    with pytest.warns(ConvergenceWarning):
        history = train(net, x, 1e200 * y, optimiser=GradientDescent(1.0), rng=np.random.default_rng(0))
    assert history.best_epoch == -1
    np.testing.assert_array_equal(net.theta, theta)
    assert str(history) == "no epoch finished after 0 epochs, parameters of epoch -1, stopped by diverged"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"X": x.T}, r"X has shape \(1, 40\).*rows are samples"),
        ({"y": np.hstack([y, y])}, r"y has shape \(40, 2\)"),
        ({"y": y[:-1]}, "X has 40, y has 39"),
        ({"X": np.where(x > 0.9, np.nan, x)}, "X holds NaN or infinity"),
        ({"X": x[:0], "y": y[:0]}, r"X has shape \(0, 1\)"),
        ({"optimiser": BFGS(), "batch_size": 10}, "BFGS compares costs.*batch_size=None"),
        ({"patience": 3}, "pass validation="),
        ({"validation": (x, y[:3])}, "the same number of rows"),
        ({"n_epochs": 0}, "n_epochs must be an integer >= 1"),
        ({"batch_size": 0}, "batch_size must be an integer >= 1"),
    ],
)
def test_what_cannot_be_trained_on_is_refused_before_anything_changes(change, message):
    net = network()
    theta = net.theta.copy()
    with pytest.raises(ValueError, match=message):
        train(net, **({"X": x, "y": y, "rng": np.random.default_rng(0)} | change))
    np.testing.assert_array_equal(net.theta, theta)


def test_a_one_dimensional_target_is_one_output():
    a, b = network(), network()
    train(a, x, y[:, 0], n_epochs=3, rng=np.random.default_rng(0))
    train(b, x, y, n_epochs=3, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(a.theta, b.theta)
