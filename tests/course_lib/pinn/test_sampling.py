import numpy as np
import pytest
from scipy import stats

from course_lib.pinn.sampling import KINDS, rad, sample

LOWER, UPPER = [-1.0, 2.0], [1.0, 5.0]


@pytest.mark.parametrize("kind", KINDS[1:])
def test_points_lie_in_the_box_and_fill_it(kind):
    x = sample(LOWER, UPPER, 1024, kind, rng=np.random.default_rng(0))
    assert x.shape == (1024, 2)
    assert np.all((x >= LOWER) & (x <= UPPER))
    # The mean of uniform points has this standard error; the others are closer.
    error = np.subtract(UPPER, LOWER) / np.sqrt(12 * 1024)
    assert np.all(np.abs(x.mean(axis=0) - [0, 3.5]) < 4 * error)


def test_grid():
    x = sample(LOWER, UPPER, 3, "grid")
    assert sorted(map(tuple, x)) == [(a, b) for a in (-1, 0, 1) for b in (2, 3.5, 5)]


def test_latin_hypercube_has_one_point_in_every_slice():
    x = sample([0, 0, 0], [1, 1, 1], 50, rng=np.random.default_rng(1))
    for column in x.T:
        assert sorted(np.floor(50 * column)) == list(range(50))
    uniform = sample([0], [1], 50, "uniform", rng=np.random.default_rng(1))
    assert sorted(np.floor(50 * uniform[:, 0])) != list(range(50))


def test_hammersley_by_its_definition():
    """Its second coordinate is the radical inverse of i in base 2."""
    x = sample([0, 0], [1, 1], 4, "hammersley")
    assert x.tolist() == [[1 / 8, 1 / 2], [3 / 8, 1 / 4], [5 / 8, 3 / 4], [7 / 8, 1 / 8]]
    assert sample(0, 1, 2, "hammersley").tolist() == [[0.25], [0.75]]


def test_sobol_is_more_even_than_chance():
    from scipy.stats import qmc

    rng = np.random.default_rng(2)
    sobol, uniform = (qmc.discrepancy(sample([0, 0], [1, 1], 256, k, rng=rng)) for k in ("sobol", "uniform"))
    assert sobol < uniform / 10


@pytest.mark.parametrize(("k", "c"), [(1, 1), (2, 0), (0.5, 2)])
def test_rad_draws_by_the_formula(k, c):
    rng = np.random.default_rng(3)
    residual = np.array([0.1, -1.0, 3.0, 0.5])
    expected = np.abs(residual) ** k / np.mean(np.abs(residual) ** k) + c
    drawn = [rad(np.arange(4.0)[:, None], residual, 1, k=k, c=c, rng=rng)[0, 0] for _ in range(4000)]
    counts = np.bincount(np.array(drawn, int), minlength=4)
    assert stats.chisquare(counts, 4000 * expected / expected.sum()).pvalue > 1e-3
    assert stats.chisquare(counts).pvalue < 1e-6  # and not evenly


def test_rad_where_nothing_is_left_draws_evenly_and_no_point_twice():
    x = rad(np.arange(5.0)[:, None], np.zeros(5), 5, rng=np.random.default_rng(0))
    assert sorted(x[:, 0]) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda r: sample([0, 0], [1], 3, rng=r), ValueError, "lower bound"),
        (lambda r: sample([0], [0], 3, rng=r), ValueError, "lower bound"),
        (lambda r: sample([0], [1], 0, rng=r), ValueError, "n must be an integer >= 1"),
        (lambda r: sample([0], [1], 3, "random", rng=r), ValueError, "choose one of grid"),
        (lambda r: sample([0], [1], 3), TypeError, "Generator"),
        (lambda r: rad(np.zeros((3, 1)), np.zeros(2), 1, rng=r), ValueError, "got 2 for 3"),
        (lambda r: rad(np.zeros((2, 1)), np.array([1, np.nan]), 1, rng=r), ValueError, "not finite"),
        (
            lambda r: rad(np.zeros((3, 1)), np.array([0, 1, 0]), 2, c=0, rng=r),
            ValueError,
            "only 1 candidates",
        ),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call(np.random.default_rng(0))
