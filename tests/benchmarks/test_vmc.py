"""The benchmark of variational Monte Carlo tells right walkers from wrong ones, and notices a missed bar."""

import copy
import json

import numpy as np
import pytest

from benchmarks import harness, vmc
from course_lib.vmc import random_positions


def test_walkers_that_are_not_distributed_as_psi_squared_fail():
    rng = np.random.default_rng(0)
    right = random_positions(1000, 1, 3, scale=np.sqrt(0.5), rng=rng)
    assert vmc.radii_fail(right) == 0
    assert vmc.radii_fail(right[:, 0]) == 0  # as emcee returns them
    assert vmc.radii_fail(1.15 * right) == 1


def test_steps_are_counted_in_every_way_of_walking():
    rates = vmc.rates(n_walkers=10, n_steps=20, repeats=1)
    assert len(rates) == 4
    assert all(value > 0 for value in rates.values())


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("steps_per_second", "importance"), 0.9e6),
        (("coverage", "16 walkers, 2000 steps"), 0.5),
        (("coverage", "16 walkers, 2000 steps"), 0.8),
        (("two_electrons", "helium", "energy"), -2.86),
        (("two_electrons", "trap", "energy"), 3.02),
    ],
)
def test_the_committed_result_reaches_its_bars_and_a_missed_one_is_noticed(place, value):
    saved = json.loads((harness.RESULTS / "vmc.json").read_text())
    assert vmc.met(saved)
    spoilt = copy.deepcopy(saved)
    *folders, last = place
    inside = spoilt
    for folder in folders:
        inside = inside[folder]
    assert last in inside
    inside[last] = value
    assert not vmc.met(spoilt)
