"""Training of a network by mini-batches, with early stopping, and a record of how it went."""

import warnings
from dataclasses import dataclass
from functools import partial

import numpy as np

from course_lib._checks import check_integer, check_rng, check_same_length
from course_lib.optimisers import BFGS, LBFGS, Adam, ConvergenceWarning

__all__ = ["History", "train"]

QUASI_NEWTON = (BFGS, LBFGS)


@dataclass(frozen=True)
class History:
    """What training recorded, one entry an epoch.

    Attributes
    ----------
    cost : ndarray
        Mean over the mini-batches, each before its step.
    validation_cost : ndarray
        After the epoch, without weight decay and dropout; empty without validation data.
    best_epoch : int
        Epoch, from 0, whose parameters the network has now: that of smallest validation cost, or the last;
        -1 for those it started with.
    stopped : str
        "epochs" if all were run, "patience" if the validation cost no longer fell, "diverged" if the cost was
        no longer finite.
    """

    cost: np.ndarray
    validation_cost: np.ndarray
    best_epoch: int
    stopped: str

    def __str__(self):
        value = f"cost {self.cost[-1]:.4g}" if len(self.cost) else "no epoch finished"
        return (
            f"{value} after {len(self.cost)} epochs, parameters of epoch {self.best_epoch}, "
            f"stopped by {self.stopped}"
        )


def train(
    network,
    X,
    y,
    *,
    optimiser=None,
    n_epochs=100,
    batch_size=64,
    validation=None,
    patience=None,
    rng,
    callback=None,
):
    """Minimise a network's cost by mini-batches; the network's theta becomes the best that was found.

    Parameters
    ----------
    network : Network
    X : array_like of shape (n_samples, M_0)
    y : array_like of shape (n_samples, M_L) or (n_samples,)
    optimiser : object, optional
        One of :mod:`course_lib.optimisers`; Adam() if not given. Quasi-Newton methods need batch_size=None.
    n_epochs : int
    batch_size : int or None
        None for all samples at once.
    validation : tuple (X, y), optional
        Data that is not trained on; its cost chooses the epoch whose parameters are kept.
    patience : int, optional
        Stop when the validation cost has not fallen for so many epochs.
    rng : numpy.random.Generator
        For the order of the samples, and dropout.
    callback : callable, optional
        Called as callback(epoch, network, cost) after each epoch.

    Returns
    -------
    History

    Warns
    -----
    ConvergenceWarning
        If the cost became infinite or NaN; the network keeps the parameters of the last good epoch.

    Raises
    ------
    ValueError
        If shapes do not fit, data is not finite, patience is given without validation, or a quasi-Newton
        method gets mini-batches.

    Examples
    --------
    >>> from course_lib.nn import Network
    >>> rng = np.random.default_rng(0)
    >>> x = np.linspace(-1, 1, 50)[:, np.newaxis]
    >>> network = Network([1, 10, 1], rng=rng)
    >>> history = train(network, x, x**2, optimiser=Adam(0.01), n_epochs=100, batch_size=10, rng=rng)
    >>> history.stopped, history.best_epoch, bool(history.cost[-1] < history.cost[0])
    ('epochs', 99, True)
    """
    check_rng(rng)
    optimiser = Adam() if optimiser is None else optimiser
    X, y = _check_data(network, X, y)
    n = len(X)
    batch_size = n if batch_size is None else min(check_integer("batch_size", batch_size, 1), n)
    if batch_size < n and isinstance(optimiser, QUASI_NEWTON):
        raise ValueError(
            f"{type(optimiser).__name__} compares costs, which mini-batches make noisy; pass batch_size=None"
        )
    if patience is not None and validation is None:
        raise ValueError(
            "patience looks at the validation cost; pass validation=(X, y), data that is held out"
        )
    if validation is not None:
        validation = _check_data(network, *validation)
    costs, validation_costs, stopped = [], [], "epochs"
    theta = network.theta.copy()
    state = optimiser.start(theta)
    best_epoch, best_theta = -1, theta
    for epoch in range(check_integer("n_epochs", n_epochs, 1)):
        total = 0.0
        with np.errstate(over="ignore", invalid="ignore"):  # a cost that overflows is dealt with below
            for X_batch, y_batch in _batches(X, y, batch_size, rng):
                on_batch = partial(network.cost_and_gradient, X=X_batch, y=y_batch, rng=rng)
                theta, state = optimiser.step(on_batch, theta, state)
                total += state["cost"] * len(X_batch)
        if not (np.isfinite(total) and np.all(np.isfinite(theta))):
            stopped = "diverged"
            warnings.warn(
                f"training diverged: the cost is not finite in epoch {epoch}. The network keeps the theta of "
                f"epoch {best_epoch} (-1: the first one); try a smaller eta, or scale the inputs",
                ConvergenceWarning,
                stacklevel=2,
            )
            break
        network.theta[:] = theta
        costs.append(total / n)
        if validation is not None:
            network.forward(validation[0])
            validation_costs.append(network.cost_of_last_pass(validation[1], decay=False))
        if validation is None or validation_costs[-1] <= min(validation_costs):
            best_epoch, best_theta = epoch, theta
        if callback is not None:
            callback(epoch, network, costs[-1])
        if patience is not None and epoch - best_epoch >= patience:
            stopped = "patience"
            break
    network.theta[:] = best_theta
    return History(np.array(costs), np.array(validation_costs), best_epoch, stopped)


def _batches(X, y, batch_size, rng):
    """Pairs of rows of X and y that hold every sample once, in random order."""
    if batch_size == len(X):
        return [(X, y)]
    order = rng.permutation(len(X))
    X, y = X[order], y[order]
    return [(X[i : i + batch_size], y[i : i + batch_size]) for i in range(0, len(X), batch_size)]


def _check_data(network, X, y):
    """X and y as arrays of the network's dtype with one column a node; a 1-D y is one output."""
    X, y = (np.asarray(array, dtype=network.theta.dtype) for array in (X, y))
    y = y[:, np.newaxis] if y.ndim == 1 else y
    for name, array, width in (("X", X, network.sizes[0]), ("y", y, network.sizes[-1])):
        if array.ndim != 2 or array.shape[1] != width or len(array) == 0:
            raise ValueError(
                f"{name} has shape {array.shape}, but the network of sizes {network.sizes} takes "
                f"(n_samples, {width}); rows are samples"
            )
        if not np.all(np.isfinite(array)):
            raise ValueError(f"{name} holds NaN or infinity; drop or fill in those samples")
    check_same_length(X=X, y=y)
    return X, y
