"""Variances of a layer's weights before training, and the argument behind them as a number."""

import numpy as np

from course_lib.activations import activation

__all__ = ["INITIALISERS", "gain", "initialiser"]

# Variance of the weights of a layer with n_in inputs and n_out outputs.
INITIALISERS = {
    "glorot": lambda n_in, n_out: 2 / (n_in + n_out),
    "he": lambda n_in, n_out: 2 / n_in,
    "lecun": lambda n_in, n_out: 1 / n_in,
    "standard normal": lambda n_in, n_out: 1.0,
}


def gain(f):
    """Factor on LeCun's standard deviation 1/sqrt(n_in) that keeps E[(z^l)^2] = 1 through a wide network.

    For z ~ N(0, 1) and weights of variance gain^2 / n_in the next layer has E[z^2] = gain^2 E[f(z)^2], so
    gain = 1 / sqrt(E[f(z)^2]): 1 for the identity, sqrt(2) for ReLU, which is He's initialiser.

    Parameters
    ----------
    f : str or Activation

    Examples
    --------
    >>> round(gain("relu"), 4), round(gain("tanh"), 4)
    (1.4142, 1.5925)
    """
    z = np.linspace(-10, 10, 20_000)  # without 0, where a step is neither
    density = np.exp(-(z**2) / 2)
    return float(np.sqrt(density.sum() / (density * activation(f).f(z) ** 2).sum()))


def initialiser(name):
    """The function of (n_in, n_out) of that name, which returns a variance; a function is returned as it is.

    Raises
    ------
    ValueError
        If there is none of that name.
    """
    if callable(name):
        return name
    if name not in INITIALISERS:
        raise ValueError(
            f"there is no initialiser {name!r}; choose one of {', '.join(INITIALISERS)}, or pass a function "
            "of (n_in, n_out) that returns a variance"
        )
    return INITIALISERS[name]
