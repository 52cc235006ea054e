"""Checks that the modules share: each error says what was expected, what came, and what to do."""

import numpy as np


def check_lambda(lam):
    """Return `lam` as a float; raise ValueError unless it is a finite number >= 0."""
    if np.ndim(lam) != 0 or not np.isreal(lam) or not np.isfinite(lam) or lam < 0:
        raise ValueError(
            f"lam must be a finite number >= 0, got {lam!r}; it multiplies the penalty, and 0 switches it off"
        )
    return float(lam)


def check_lambdas(lams):
    """Return `lams` as a 1-D float array; raise ValueError unless all are finite, >= 0, and there is one."""
    lams = np.asarray(lams, dtype=float)
    if lams.ndim != 1 or lams.size == 0 or not np.all(np.isfinite(lams)) or np.any(lams < 0):
        raise ValueError(
            f"lams must be a 1-D sequence of finite numbers >= 0, got shape {lams.shape} "
            f"with values {lams.ravel()[:5]}; numpy.logspace(-6, 2, 50) is one"
        )
    return lams


def check_integer(name, value, minimum):
    """Return `value` as an int; raise ValueError unless it is an integer >= `minimum`."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < minimum:
        raise ValueError(f"{name} must be an integer >= {minimum}, got {value!r}")
    return int(value)


def check_rng(rng):
    """Return `rng`; raise TypeError unless it is a numpy.random.Generator."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"rng must be a numpy.random.Generator, got {type(rng).__name__}; "
            "make one with numpy.random.default_rng(seed)"
        )
    return rng


def check_same_length(**arrays):
    """Raise ValueError unless the named arrays have the same number of rows."""
    lengths = {name: len(a) for name, a in arrays.items()}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{name} has {n}" for name, n in lengths.items())
        raise ValueError(f"the same number of rows is expected (rows are samples), but {listed}")


def check_rate(eta):
    """Raise ValueError unless the learning rate `eta` is a finite number > 0, or a function of the step."""
    number = isinstance(eta, (int, float, np.number)) and np.isfinite(eta) and eta > 0
    if not (number or callable(eta)):
        raise ValueError(f"eta must be a finite number > 0 or a function of the step, got {eta!r}")
