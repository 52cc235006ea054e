"""A feed-forward network whose layers carry the names of the formulas: W, b, z, a, delta.

Layer 0 is the input and layer L the output; rows are samples. Forward and backward are

    z^l = a^{l-1} W^l + b^l,   a^l = f(z^l),
    delta^L = f'(z^L) o dC/da^L,   delta^l = (delta^{l+1} W^{l+1 T}) o f'(z^l),
    dC/dW^l = a^{l-1 T} delta^l,   dC/db^l = sum over samples of delta^l.
"""

from itertools import pairwise

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from course_lib._checks import check_integer, check_lambda, check_rng
from course_lib.activations import activation as find_activation
from course_lib.costs import cost as find_cost
from course_lib.costs import softmax
from course_lib.initialisers import initialiser as find_initialiser
from course_lib.optimisers import Adam
from course_lib.training import train

__all__ = ["NNClassifier", "NNRegressor", "Network", "train"]


class Network:
    """A fully connected network, its last forward pass, and its gradient by backpropagation.

    The cost that is minimised is C + lam sum_l ||W^l||^2, with the biases left free.

    Parameters
    ----------
    sizes : sequence of int
        Nodes of each layer, from the input M_0 to the output M_L.
    activation : str or Activation
        f of the hidden layers.
    output : str or Activation
        f of the output layer: an activation or "softmax".
    cost : str or Cost
        A cross entropy goes with the output function that it belongs to.
    initialiser : str or callable
        One of INITIALISERS, or a function of (n_in, n_out) that returns the variance of the weights. Biases
        start at zero.
    lam : float
        Weight decay, >= 0.
    dropout : float
        Probability that a hidden node is left out in a training pass, from 0 to below 1. The nodes that stay
        are scaled by 1 / (1 - dropout), so that the expected input of the next layer is what it is without.
    dtype : numpy dtype
        Of parameters and of every layer.
    rng : numpy.random.Generator
        For the weights.

    Attributes
    ----------
    L : int
        Number of layers with weights.
    theta : ndarray of shape (n_parameters,)
        All weights and biases. Assigning to `theta[:]` changes W and b.
    W, b : list of ndarray
        W[l], of shape (M_{l-1}, M_l), and b[l], for l = 1 ... L, are views of theta; W[0] and b[0] are None.
    z, a, delta : list of ndarray
        Of the last pass, each of shape (n_samples, M_l); a[0] is the input.

    Raises
    ------
    ValueError, TypeError
        If sizes are not at least two integers >= 1, a name is unknown, output and cost do not go together, or
        rng is not a Generator.

    References
    ----------
    Hjorth-Jensen, FYS5429 week 1, "Setting up the back propagation algorithm"; Srivastava et al., Journal of
    Machine Learning Research 15 (2014) 1929, for dropout.

    Examples
    --------
    >>> network = Network([2, 3, 1], rng=np.random.default_rng(0))
    >>> network.theta.size, network.predict(np.zeros((4, 2))).shape
    (13, (4, 1))
    """

    def __init__(
        self,
        sizes,
        activation="tanh",
        output="identity",
        cost="mean squared error",
        *,
        initialiser="glorot",
        lam=0.0,
        dropout=0.0,
        dtype=np.float64,
        rng,
    ):
        check_rng(rng)
        self.sizes = _check_sizes(sizes)
        self.L = len(self.sizes) - 1
        self.hidden, self.output, self.cost = _check_functions(activation, output, cost)
        self.lam = check_lambda(lam)
        if not 0 <= dropout < 1:
            raise ValueError(f"dropout must be from 0 to below 1, got {dropout!r}; 0 leaves no node out")
        self.dropout = dropout
        variance = find_initialiser(initialiser)
        n_parameters = sum((n_in + 1) * n_out for n_in, n_out in pairwise(self.sizes))
        self.theta = np.zeros(n_parameters, dtype)
        self.W, self.b = self.views(self.theta)
        for W in self.W[1:]:
            W[:] = np.sqrt(variance(*W.shape)) * rng.standard_normal(W.shape, dtype=np.float64)
        self.z, self.a, self.delta, self.mask = ([None] * (self.L + 1) for _ in range(4))

    def views(self, theta):
        """Lists of the W and b, by layer, in a vector of the order of theta, whose memory they share."""
        W, b, start = [None], [None], 0
        for n_in, n_out in pairwise(self.sizes):
            W.append(theta[start : start + n_in * n_out].reshape(n_in, n_out))
            start += n_in * n_out
            b.append(theta[start : start + n_out])
            start += n_out
        return W, b

    def forward(self, X, *, rng=None):
        """Fill z and a from the input to the output, and return a[L].

        Parameters
        ----------
        X : ndarray of shape (n_samples, M_0)
        rng : numpy.random.Generator, optional
            Given in a training pass, for dropout; without it no node is left out.
        """
        W, b, z, a = self.W, self.b, self.z, self.a
        a[0] = X
        for l in range(1, self.L + 1):
            z[l] = a[l - 1] @ W[l] + b[l]
            if l == self.L:
                a[l] = softmax(z[l]) if self.output == "softmax" else self.output.f(z[l])
            else:
                a[l] = self.hidden.f(z[l])
                if self.dropout and rng is not None:
                    kept = rng.random(a[l].shape) >= self.dropout
                    self.mask[l] = kept / a[l].dtype.type(1 - self.dropout)
                    a[l] = a[l] * self.mask[l]
                else:
                    self.mask[l] = None
        return a[self.L]

    def backward(self, y):
        """Fill delta from the output to the first hidden layer, and return the gradient of the cost.

        Call it after forward, with the targets of the same samples.

        Parameters
        ----------
        y : ndarray of shape (n_samples, M_L)

        Returns
        -------
        gradient : ndarray of shape (n_parameters,)
            In the order of theta; `views(gradient)` has it by layer.
        """
        W, z, a, delta = self.W, self.z, self.a, self.delta
        gradient = np.empty_like(self.theta)
        dW, db = self.views(gradient)
        for l in range(self.L, 0, -1):
            if l == self.L:
                delta[l] = self._delta_L(y)
            else:
                delta[l] = (delta[l + 1] @ W[l + 1].T) * self.hidden.df(z[l])
                if self.mask[l] is not None:
                    delta[l] *= self.mask[l]
            np.matmul(a[l - 1].T, delta[l], out=dW[l])
            delta[l].sum(axis=0, out=db[l])
            if self.lam:
                dW[l] += 2 * self.lam * W[l]
        return gradient

    def _delta_L(self, y):
        z, a = self.z[self.L], self.a[self.L]
        if self.cost.output is not None:
            return (a - y) / len(y)
        return self.output.df(z) * self.cost.gradient(y, a)

    def cost_of_last_pass(self, y, *, decay=True):
        """Cost of the last forward pass against the targets y, with the weight decay or without it."""
        z, a = self.z[self.L], self.a[self.L]
        value = self.cost.value_from_z(y, z) if self.cost.output is not None else self.cost.value(y, a)
        if self.lam and decay:
            value += self.lam * sum(float(np.sum(W * W)) for W in self.W[1:])
        return value

    def cost_and_gradient(self, theta, X, y, *, rng=None):
        """Set theta, go forward and backward, return cost and gradient: what an optimiser asks for."""
        self.theta[:] = theta
        self.forward(X, rng=rng)
        return self.cost_of_last_pass(y), self.backward(y)

    def predict(self, X):
        """Output of the network for X, of shape (n_samples, M_L), without dropout."""
        X = np.asarray(X, dtype=self.theta.dtype)
        if X.ndim != 2 or X.shape[1] != self.sizes[0]:
            raise ValueError(
                f"X has shape {X.shape}, but the network takes (n_samples, {self.sizes[0]}); rows are samples"
            )
        return self.forward(X)


def _check_sizes(sizes):
    sizes = list(sizes)
    if len(sizes) < 2:
        raise ValueError(f"sizes must have at least two entries, of the input and of the output, got {sizes}")
    return [check_integer("a number of nodes in sizes", m, 1) for m in sizes]


def _check_functions(hidden, output, cost_name):
    hidden, C = find_activation(hidden), find_cost(cost_name)
    f_L = output if output == "softmax" else find_activation(output)
    name = output if output == "softmax" else f_L.name
    if (C.output is not None or name == "softmax") and C.output != name:
        raise ValueError(
            f"output {name!r} and cost {C.name!r} do not go together: softmax goes with the cross entropy, "
            "logistic with the binary cross entropy or a squared error, every other with a squared error"
        )
    return hidden, f_L, C


class _NNEstimator(BaseEstimator):
    """What the classifier and the regressor share."""

    def __init__(
        self,
        hidden_sizes=(100,),
        activation="relu",
        *,
        initialiser="he",
        optimiser=None,
        n_epochs=200,
        batch_size=64,
        lam=0.0,
        dropout=0.0,
        patience=None,
        validation_fraction=0.1,
        random_state=None,
    ):
        self.hidden_sizes = hidden_sizes
        self.activation = activation
        self.initialiser = initialiser
        self.optimiser = optimiser
        self.n_epochs = n_epochs
        self.batch_size = batch_size
        self.lam = lam
        self.dropout = dropout
        self.patience = patience
        self.validation_fraction = validation_fraction
        self.random_state = random_state

    def _fit_network(self, X, y, output, cost, stratify=None):
        """Train on X and y, 2-D both; network_ and history_ are set when it has worked."""
        rng = np.random.default_rng(check_random_state(self.random_state).randint(2**31))
        sizes = [X.shape[1], *self.hidden_sizes, y.shape[1]]
        options = {"initialiser": self.initialiser, "lam": self.lam, "dropout": self.dropout}
        network = Network(sizes, self.activation, output, cost, **options, dtype=X.dtype, rng=rng)
        validation = None
        if self.patience is not None:
            seed = int(rng.integers(2**31))
            X, X_held, y, y_held = train_test_split(
                X, y, test_size=self.validation_fraction, random_state=seed, stratify=stratify
            )
            validation = (X_held, y_held)
        history = train(
            network,
            X,
            y,
            optimiser=Adam() if self.optimiser is None else self.optimiser,
            n_epochs=self.n_epochs,
            batch_size=self.batch_size,
            validation=validation,
            patience=self.patience,
            rng=rng,
        )
        self.network_, self.history_ = network, history
        return self

    def _output(self, X):
        check_is_fitted(self, "network_")
        return self.network_.predict(validate_data(self, X, dtype=[np.float64, np.float32], reset=False))


class NNClassifier(ClassifierMixin, _NNEstimator):
    """Feed-forward network with a softmax output, trained on the cross entropy.

    Scale the inputs first, for instance with scikit-learn's ``StandardScaler``. In scikit-learn's
    ``MLPClassifier`` the weight decay is alpha = 2 n lam, with n the size of the mini-batch.

    Parameters
    ----------
    hidden_sizes : sequence of int
        Nodes of the hidden layers; empty for multinomial logistic regression.
    activation : str or Activation
    initialiser : str or callable
    optimiser : object, optional
        One of :mod:`course_lib.optimisers`; Adam() if not given.
    n_epochs : int
    batch_size : int or None
        None for all samples at once.
    lam, dropout : float
        As for Network.
    patience : int, optional
        Stop when the cost on held-out samples has not fallen for so many epochs, and keep the best theta.
    validation_fraction : float
        Of the samples, held out when patience is given.
    random_state : int, numpy RandomState or None
        Weights, order of the samples, dropout and the samples that are held out.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    network_ : Network
    history_ : History

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> bool(NNClassifier((10,), optimiser=Adam(0.01), random_state=0).fit(X, y).score(X, y) > 0.9)
    True
    """

    def fit(self, X, y):
        """Train from fresh weights.

        Parameters
        ----------
        X : array_like of shape (n_samples, n_features)
            float32 is computed in float32.
        y : array_like of shape (n_samples,)
            Labels, numbers or strings.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If there is one class only, data is not finite, or a parameter is out of its range.
        """
        X, y = validate_data(self, X, y, dtype=[np.float64, np.float32])
        check_classification_targets(y)
        classes, k = np.unique(y, return_inverse=True)
        if len(classes) < 2:
            raise ValueError(f"y holds one class only, {classes[0]!r}; a classifier needs at least two")
        self._fit_network(X, np.eye(len(classes), dtype=X.dtype)[k], "softmax", "cross entropy", stratify=k)
        self.classes_ = classes
        return self

    def predict_proba(self, X):
        """Probability of each class, of shape (n_samples, n_classes)."""
        return self._output(X)

    def predict(self, X):
        """Most probable label of each row, of shape (n_samples,)."""
        k = np.argmax(self._output(X), axis=1)
        return self.classes_[k]


class NNRegressor(RegressorMixin, _NNEstimator):
    """Feed-forward network with an identity output, trained on the mean squared error.

    Parameters and attributes are those of NNClassifier, but for ``classes_``. Scale inputs and targets first.

    Examples
    --------
    >>> x = np.linspace(0, 1, 100)[:, np.newaxis]
    >>> model = NNRegressor((20,), "tanh", optimiser=Adam(0.01), random_state=0).fit(x, x[:, 0] ** 2)
    >>> bool(model.score(x, x[:, 0] ** 2) > 0.99)
    True
    """

    def fit(self, X, y):
        """Train from fresh weights, as NNClassifier; y of shape (n_samples,) or (n_samples, n_outputs)."""
        X, y = validate_data(self, X, y, dtype=[np.float64, np.float32], multi_output=True, y_numeric=True)
        self._fit_network(X, y.reshape(len(y), -1).astype(X.dtype), "identity", "mean squared error")
        self._flat = y.ndim == 1
        return self

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def predict(self, X):
        """Predicted targets, of the shape that y had in fit."""
        y_tilde = self._output(X)
        return y_tilde[:, 0] if self._flat else y_tilde
