"""The network against PyTorch and finite differences; the estimators against scikit-learn's checks."""

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits, load_iris
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

from course_lib.activations import ACTIVATIONS
from course_lib.gradcheck import gradient_error
from course_lib.nn import Network, NNClassifier, NNRegressor
from course_lib.optimisers import LBFGS, Adam, ConvergenceWarning, GradientDescent

RNG = np.random.default_rng(2)
X = RNG.normal(size=(6, 3))
REAL = RNG.normal(size=(6, 2))
BITS = RNG.integers(0, 2, (6, 2)).astype(float)
ONE_HOT = np.eye(2)[RNG.integers(0, 2, 6)]
PAIRS = [
    ("identity", "half squared error", REAL),
    ("identity", "mean squared error", REAL),
    ("tanh", "mean squared error", REAL),
    ("logistic", "half squared error", BITS),
    ("logistic", "binary cross entropy", BITS),
    ("softmax", "cross entropy", ONE_HOT),
]
F = torch.nn.functional
IN_TORCH = {
    "identity": lambda z: z,
    "step": lambda z: (z >= 0).to(z.dtype) + 0 * z,
    "logistic": torch.sigmoid,
    "tanh": torch.tanh,
    "arctan": torch.arctan,
    "softsign": F.softsign,
    "isru": lambda z: z / torch.sqrt(1 + z * z),
    "relu": torch.relu,
    "leaky relu": lambda z: F.leaky_relu(z, 0.01),
    "prelu": lambda z: F.leaky_relu(z, 0.25),
    "softmax": lambda z: F.softmax(z, dim=1),
}
COSTS_IN_TORCH = {
    "half squared error": lambda y, a: 0.5 * ((a - y) ** 2).sum(),
    "mean squared error": lambda y, a: ((a - y) ** 2).sum() / len(y),
    "binary cross entropy": lambda y, a: F.binary_cross_entropy(a, y, reduction="sum") / len(y),
    "cross entropy": lambda y, a: -(y * a.log()).sum() / len(y),
}


def make(activation="tanh", output="identity", cost="mean squared error", sizes=(3, 5, 4, 2), **options):
    network = Network(sizes, activation, output, cost, rng=np.random.default_rng(7), **options)
    network.theta += 0.1 * np.random.default_rng(8).normal(
        size=network.theta.size
    )  # biases that are not zero
    return network


def pytorchs_gradient(network, activation, output, cost, y):
    W, b = (
        [torch.tensor(array, requires_grad=True) for array in arrays[1:]] for arrays in (network.W, network.b)
    )
    a = torch.tensor(X)
    for l in range(network.L):
        f = IN_TORCH[output if l == network.L - 1 else activation]
        a = f(a @ W[l] + b[l])
    value = COSTS_IN_TORCH[cost](torch.tensor(y), a) + network.lam * sum((w**2).sum() for w in W)
    value.backward()
    parts = [part.grad.numpy().ravel() for pair in zip(W, b, strict=True) for part in pair]
    return value.item(), np.concatenate(parts)


@pytest.mark.parametrize("lam", [0.0, 0.3])
@pytest.mark.parametrize(("output", "cost", "y"), PAIRS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_cost_and_gradient_are_pytorchs(activation, output, cost, y, lam):
    network = make(activation, output, cost, lam=lam)
    value, gradient = network.cost_and_gradient(network.theta.copy(), X, y)
    peer_value, peer_gradient = pytorchs_gradient(network, activation, output, cost, y)
    assert value == pytest.approx(peer_value, rel=1e-12)
    np.testing.assert_allclose(gradient, peer_gradient, rtol=0, atol=1e-10)


@pytest.mark.parametrize(("output", "cost", "y"), PAIRS)
def test_gradient_is_that_of_the_cost(output, cost, y):
    network = make("tanh", output, cost, lam=0.1)

    def value(theta):
        return network.cost_and_gradient(theta, X, y)[0]

    def gradient(theta):
        return network.cost_and_gradient(theta, X, y)[1]

    theta = network.theta.copy()
    assert gradient_error(value, gradient, theta) < 1e-8
    assert gradient_error(value, lambda t: gradient(t) * np.linspace(1, 1.01, t.size), theta) > 1e-4


def test_the_layers_carry_the_names_of_the_formulas():
    network = make("logistic")
    network.forward(X)
    gradient = network.backward(REAL)
    W, b, z, a, delta = network.W, network.b, network.z, network.a, network.delta
    for l in range(1, network.L + 1):
        for i in range(len(X)):
            for j in range(network.sizes[l]):
                assert z[l][i, j] == pytest.approx(sum(a[l - 1][i] * W[l][:, j]) + b[l][j])
        f = (lambda z: z) if l == network.L else (lambda z: 1 / (1 + np.exp(-z)))
        np.testing.assert_allclose(a[l], f(z[l]), rtol=1e-14)
    np.testing.assert_allclose(delta[3], 2 * (a[3] - REAL) / len(X), rtol=1e-14)
    np.testing.assert_allclose(delta[2], (delta[3] @ W[3].T) * a[2] * (1 - a[2]), rtol=1e-13)
    dW, db = network.views(gradient)
    np.testing.assert_allclose(dW[2], a[1].T @ delta[2], rtol=1e-13)
    np.testing.assert_allclose(db[2], delta[2].sum(axis=0), rtol=1e-12, atol=1e-15)


def test_theta_holds_the_parameters_and_their_number_is_the_formula():
    network = make(sizes=(3, 5, 4, 2))
    assert network.theta.size == 3 * 5 + 5 + 5 * 4 + 4 + 4 * 2 + 2
    network.theta[:] = 0
    assert not any(array.any() for array in network.W[1:] + network.b[1:])


def test_passes_do_not_change_data_or_theta():
    network, y = make(), REAL.copy()
    data, theta = X.copy(), network.theta.copy()
    network.forward(data)
    network.backward(y)
    np.testing.assert_array_equal(data, X)
    np.testing.assert_array_equal(y, REAL)
    np.testing.assert_array_equal(network.theta, theta)


def test_float32_throughout():
    network = make("relu", "softmax", "cross entropy", dtype=np.float32, dropout=0.2, lam=0.1)
    network.forward(X.astype(np.float32), rng=np.random.default_rng(0))
    gradient = network.backward(ONE_HOT.astype(np.float32))
    for array in [gradient, *network.z[1:], *network.a, *network.delta[1:]]:
        assert array.dtype == np.float32


def test_dropout_leaves_the_expected_input_of_the_next_layer_unchanged():
    network = make("tanh", dropout=0.3, sizes=(3, 5, 2))
    rng, n = np.random.default_rng(4), 20_000
    exact = network.forward(X[:1])[0].copy()
    a_1 = network.a[1][0].copy()
    outputs = network.forward(np.repeat(X[:1], n, axis=0), rng=rng)
    # Each node is left out with probability p = 0.3: variance of the output sum_j (a_j w_jk)^2 p / (1 - p).
    error = np.sqrt(((a_1[:, None] * network.W[2]) ** 2).sum(axis=0) * 0.3 / 0.7 / n)
    assert np.all(np.abs(outputs.mean(axis=0) - exact) < 5 * error)
    left_out = np.mean(network.a[1] == 0)
    assert abs(left_out - 0.3) < 5 * np.sqrt(0.3 * 0.7 / (5 * n))
    np.testing.assert_allclose(np.unique(network.mask[1]), [0, 1 / 0.7], rtol=1e-14)


def test_gradient_with_dropout_is_that_of_the_cost_with_the_same_nodes_left_out():
    network = make("tanh", dropout=0.5)

    def pass_with_fixed_nodes(theta):
        return network.cost_and_gradient(theta, X, REAL, rng=np.random.default_rng(11))

    theta = network.theta.copy()
    assert (
        gradient_error(lambda t: pass_with_fixed_nodes(t)[0], lambda t: pass_with_fixed_nodes(t)[1], theta)
        < 1e-8
    )


def test_predict_leaves_no_node_out():
    network = make(dropout=0.5)
    np.testing.assert_array_equal(network.predict(X), make(dropout=0.0).predict(X))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sizes": (3,)}, "at least two entries"),
        ({"sizes": (3, 0, 2)}, "a number of nodes in sizes must be an integer >= 1, got 0"),
        ({"sizes": (3, 2.5, 2)}, "integer >= 1, got 2.5"),
        ({"activation": "sigmoid"}, "there is no activation 'sigmoid'; choose one of"),
        ({"cost": "hinge"}, "there is no cost 'hinge'"),
        ({"initialiser": "xavier"}, "there is no initialiser 'xavier'"),
        ({"output": "softmax"}, "softmax goes with the cross entropy"),
        ({"cost": "cross entropy"}, "output 'identity' and cost 'cross entropy' do not go together"),
        ({"output": "tanh", "cost": "binary cross entropy"}, "do not go together"),
        ({"lam": -1.0}, "lam must be a finite number >= 0"),
        ({"dropout": 1.0}, "dropout must be from 0 to below 1"),
    ],
)
def test_bad_parameters_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        make(**options)


def test_rng_is_asked_for():
    with pytest.raises(TypeError, match=r"numpy\.random\.default_rng"):
        Network([2, 1], rng=0)


def test_predict_says_which_shape_it_takes():
    with pytest.raises(ValueError, match=r"X has shape \(3, 6\), but the network takes \(n_samples, 3\)"):
        make().predict(X.T)


@pytest.mark.slow
@pytest.mark.parametrize("estimator", [NNClassifier(), NNRegressor()], ids=lambda e: type(e).__name__)
def test_scikit_learns_checks(estimator):
    results = check_estimator(estimator, on_skip=None, on_fail="raise")
    assert sum(result["status"] == "passed" for result in results) > 45
    skipped = [result["check_name"] for result in results if result["status"] == "skipped"]
    assert skipped in ([], ["check_array_api_input"])


@pytest.mark.slow
def test_digits():
    inputs, labels = load_digits(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(
        inputs / 16, labels, test_size=0.25, random_state=0, stratify=labels
    )
    scores = [
        NNClassifier((64, 64), n_epochs=50, random_state=seed).fit(X_train, y_train).score(X_test, y_test)
        for seed in range(5)
    ]
    assert min(scores) >= 0.97


def test_labels_may_be_strings_and_probabilities_add_up():
    inputs, labels = load_iris(return_X_y=True)
    names = np.array(["setosa", "versicolor", "virginica"])[labels]
    model = make_pipeline(
        StandardScaler(), NNClassifier((10,), optimiser=Adam(0.02), n_epochs=50, random_state=0)
    )
    model.fit(inputs, names)
    assert model.score(inputs, names) > 0.95
    assert list(model.classes_) == ["setosa", "versicolor", "virginica"]
    np.testing.assert_allclose(model.predict_proba(inputs).sum(axis=1), 1, rtol=1e-12)


def test_without_a_hidden_layer_it_is_logistic_regression():
    from sklearn.linear_model import LogisticRegression

    inputs, labels = load_iris(return_X_y=True)
    inputs = StandardScaler().fit_transform(inputs)
    n, lam = len(inputs), 0.01
    model = NNClassifier((), optimiser=LBFGS(), batch_size=None, n_epochs=200, lam=lam, random_state=0)
    peer = LogisticRegression(C=1 / (2 * n * lam), tol=1e-10, max_iter=1000).fit(inputs, labels)
    ours = model.fit(inputs, labels).predict_proba(inputs)
    np.testing.assert_allclose(ours, peer.predict_proba(inputs), atol=2e-5)


def test_same_random_state_same_model_other_state_another():
    inputs, labels = load_iris(return_X_y=True)
    a, b, c = (
        NNClassifier((5,), n_epochs=3, random_state=seed).fit(inputs, labels).network_.theta
        for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(a, b)
    assert np.any(a != c)


def test_several_targets():
    y = np.column_stack([X[:, 0], X[:, 1] ** 2])
    model = NNRegressor((20,), "tanh", optimiser=Adam(0.02), n_epochs=500, random_state=0).fit(X, y)
    assert model.predict(X).shape == y.shape
    assert model.score(X, y) > 0.99
    assert NNRegressor((4,), n_epochs=1, random_state=0).fit(X, y[:, 0]).predict(X).shape == (6,)


def test_early_stopping_holds_samples_out_and_keeps_the_best_epoch():
    inputs, labels = load_iris(return_X_y=True)
    model = NNClassifier((50,), optimiser=Adam(0.05), n_epochs=500, patience=10, random_state=0).fit(
        inputs, labels
    )
    history = model.history_
    assert history.stopped == "patience"
    assert history.best_epoch == np.argmin(history.validation_cost)
    assert len(history.cost) == history.best_epoch + 11


def test_scikit_learns_search_works_on_it():
    inputs, labels = load_iris(return_X_y=True)
    grid = {"hidden_sizes": [(5,), (10, 5)], "lam": [0.0, 0.01]}
    model = NNClassifier(optimiser=Adam(0.05), n_epochs=20, random_state=0)
    search = GridSearchCV(model, grid, cv=3).fit(inputs / 4, labels)
    assert search.best_score_ > 0.9


@pytest.mark.parametrize(
    ("inputs", "labels", "message"),
    [
        (X, np.zeros(6, dtype=int), "one class only"),
        (np.where(X > 2, np.nan, X) * np.nan, np.arange(6) % 2, "NaN"),
        (X[:1], np.array([1]), "one class only"),
        (X, np.linspace(0, 1, 6), "continuous"),
    ],
)
def test_bad_data_is_refused_and_nothing_is_half_fitted(inputs, labels, message):
    model = NNClassifier((5,), n_epochs=2, random_state=0)
    with pytest.raises(ValueError, match=message):
        model.fit(inputs, labels)
    assert not hasattr(model, "network_")
    assert not hasattr(model, "classes_")
    with pytest.raises(NotFittedError):
        model.predict(X)


@pytest.mark.parametrize(
    "options",
    [
        {"hidden_sizes": (0,)},
        {"activation": "sigmoid"},
        {"n_epochs": 0},
        {"batch_size": 0},
        {"lam": -1},
        {"dropout": 1.5},
    ],
)
def test_bad_options_are_refused_by_fit(options):
    model = NNClassifier(random_state=0, **options)
    with pytest.raises(ValueError, match=r"must be|there is no"):
        model.fit(X, np.arange(6) % 2)
    assert not hasattr(model, "network_")


def test_a_fit_that_diverges_warns_and_can_still_predict():
    model = NNRegressor((5,), "relu", optimiser=GradientDescent(1e4), n_epochs=50, random_state=0)
    with pytest.warns(ConvergenceWarning, match="training diverged"):
        model.fit(100 * X, X[:, 0])
    assert model.history_.stopped == "diverged"
    assert np.all(np.isfinite(model.predict(X)))
