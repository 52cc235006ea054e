"""The plain networks that approximate solutions."""

from itertools import pairwise

import torch
from torch import nn

from course_lib._checks import check_integer, check_rng

__all__ = ["count_parameters", "mlp"]


def mlp(sizes, *, rng, activation=nn.Tanh, dtype=torch.float64):
    """A fully connected network with Glorot's normal weights and no activation at its end.

    Parameters
    ----------
    sizes : sequence of int
        Nodes of the input, of each hidden layer and of the output, such as [2, 20, 20, 20, 1].
    rng : numpy.random.Generator
        Draws the weights; the biases are zero.
    activation : class of torch.nn.Module
    dtype : torch.dtype
        Quasi-Newton methods need torch.float64.

    Returns
    -------
    torch.nn.Sequential

    Raises
    ------
    ValueError
        If there are fewer than two sizes, or one is no integer >= 1.
    TypeError
        If `rng` is no generator.

    Examples
    --------
    >>> import numpy as np
    >>> count_parameters(mlp([2, *[20] * 8, 1], rng=np.random.default_rng(0)))
    3021
    """
    check_rng(rng)
    if len(sizes) < 2:
        raise ValueError(f"sizes must name the input and the output at least, got {sizes!r}")
    for size in sizes:
        check_integer("a size", size, 1)
    layers = []
    for n_in, n_out in pairwise(sizes):
        linear = nn.Linear(n_in, n_out, dtype=dtype)
        weight = rng.normal(0, (2 / (n_in + n_out)) ** 0.5, (n_out, n_in))
        with torch.no_grad():
            linear.weight.copy_(torch.as_tensor(weight))
            linear.bias.zero_()
        layers += [linear, activation()]
    return nn.Sequential(*layers[:-1])


def count_parameters(network):
    """How many numbers are learned."""
    return sum(p.numel() for p in network.parameters())
