"""Conditions that hold whatever the network says: u = offset + factor * network."""

from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Ansatz"]


@dataclass(frozen=True)
class Ansatz:
    """u(x) = offset(x) + factor(x) NN(x; theta), where factor vanishes on the boundary.

    The offset fulfils the conditions; a factor that vanishes like the distance to the boundary keeps the
    values there, and one that vanishes like its square keeps the first derivative as well.

    Parameters
    ----------
    offset, factor : callable
        Functions of x, a Tensor of shape (n, d), that return (n, 1) and can be differentiated.

    References
    ----------
    Lagaris, Likas and Fotiadis, IEEE Transactions on Neural Networks 9 (1998) 987, section II.

    Examples
    --------
    >>> import torch
    >>> start = Ansatz(offset=lambda t: torch.ones_like(t), factor=lambda t: t**2)
    >>> start(torch.exp, torch.zeros(1, 1)).item()
    1.0
    """

    offset: Callable
    factor: Callable

    def __call__(self, network, x):
        """u at x, of shape (n, 1)."""
        return self.offset(x) + self.factor(x) * network(x)
