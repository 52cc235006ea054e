import numpy as np
import torch

from course_lib.pinn.constraints import Ansatz
from course_lib.pinn.networks import mlp


def test_values_where_the_factor_vanishes_are_the_offset_s():
    ansatz = Ansatz(offset=torch.cos, factor=lambda x: x * (1 - x))
    x = torch.tensor([[0.0], [0.5], [1.0]], dtype=torch.float64)
    u = [ansatz(mlp([1, 4, 1], rng=np.random.default_rng(seed)), x) for seed in (0, 1)]
    assert torch.equal(u[0][[0, 2]], torch.cos(x[[0, 2]]))
    assert torch.equal(u[1][[0, 2]], u[0][[0, 2]])
    assert u[0][1] != u[1][1]
