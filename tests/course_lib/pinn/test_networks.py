import numpy as np
import pytest
import torch
from torch import nn

from course_lib.pinn.networks import count_parameters, mlp


def test_the_lecture_s_networks_have_the_lecture_s_numbers_of_parameters():
    rng = np.random.default_rng(0)
    assert count_parameters(mlp([2, *[20] * 8, 1], rng=rng)) == 3021
    assert count_parameters(mlp([1, 16, 16, 1], rng=rng)) == 321
    assert count_parameters(mlp([1, *[128] * 5, 1], rng=rng)) == 66_433


def test_glorot_s_variance_and_zero_biases():
    net = mlp([300, 200, 1], rng=np.random.default_rng(1))
    weights = net[0].weight
    n = weights.numel()
    assert weights.var().item() == pytest.approx(2 / 500, rel=5 * (2 / n) ** 0.5)
    assert weights.dtype == torch.float64
    assert torch.count_nonzero(net[0].bias) == 0


def test_the_layers():
    net = mlp([2, 3, 1], rng=np.random.default_rng(0), activation=nn.Softplus, dtype=torch.float32)
    assert [type(m) for m in net] == [nn.Linear, nn.Softplus, nn.Linear]
    assert net(torch.zeros(4, 2)).shape == (4, 1)


def test_the_generator_decides():
    a, b, c = (mlp([2, 3, 1], rng=np.random.default_rng(s))[0].weight for s in (0, 0, 1))
    assert torch.equal(a, b)
    assert not torch.equal(a, c)


def test_bad_input():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="input and the output"):
        mlp([2], rng=rng)
    with pytest.raises(ValueError, match="integer >= 1"):
        mlp([2, 0, 1], rng=rng)
    with pytest.raises(TypeError, match="Generator"):
        mlp([2, 1], rng=0)
