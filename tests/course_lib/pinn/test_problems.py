"""Each exact solution fulfils its equation, and each ansatz its conditions."""

import numpy as np
import pytest
import torch
from torch import nn

from course_lib.pinn import problems
from course_lib.pinn.derivatives import derivatives
from course_lib.pinn.networks import mlp
from course_lib.pinn.operators import D
from course_lib.pinn.problems import Condition, Problem
from course_lib.pinn.sampling import sample

RNG = np.random.default_rng(0)
PROBLEMS = {
    "cosine": problems.cosine(15.0),
    "oscillator": problems.oscillator(2.0, 20.0),
    "hard oscillator": problems.oscillator(2.0, 20.0, hard=True),
    "burgers": problems.burgers(0.05, rng=RNG),  # smooth enough for differences
    "hard burgers": problems.burgers(0.05, hard=True),
    "diffusion": problems.diffusion(),
    "wave": problems.wave(),
    "allen-cahn": problems.allen_cahn(),
    "poisson": problems.poisson(),
    "multiscale poisson": problems.poisson((2, 4, 8)),
}


class Exact(nn.Module):
    """A solution in numpy, as if it were a network; `factor` makes it wrong."""

    def __init__(self, function, factor=1.0):
        super().__init__()
        self.function, self.factor = function, factor

    def forward(self, x):
        return self.factor * torch.as_tensor(self.function(x.numpy()))[:, None]


def inside(problem, n=40):
    """Points far enough from the walls for a difference quotient."""
    lower, upper = np.array(problem.lower), np.array(problem.upper)
    return sample(
        lower + 0.02 * (upper - lower), upper - 0.02 * (upper - lower), n, rng=np.random.default_rng(1)
    )


def residual(problem, factor=1.0):
    """The largest residual, in units of the largest term."""
    terms = {w: D(w) for operator in problem.operators.values() for w in operator.terms}
    sizes = {w: abs(c) for operator in problem.operators.values() for w, c in operator.terms.items()}
    x = torch.as_tensor(inside(problem))
    options = {"coordinates": problem.coordinates, "method": "differences"}
    u = derivatives(Exact(problem.exact, factor), x, problem.operators | terms, **options)
    size = max(sizes[word] * torch.abs(u[word]).max().item() for word in terms)
    return torch.abs(problem.residual(x, u)).max().item() / size


@pytest.mark.parametrize("name", PROBLEMS)
def test_the_exact_solution_fulfils_the_equation_and_another_does_not(name):
    problem = PROBLEMS[name]
    # The differences of step 1e-3 leave STEP^2 k^2 / 12 of a wave with k = 8 pi, 5e-5.
    assert residual(problem) < 2e-4
    if name not in (
        "oscillator",
        "hard oscillator",
        "wave",
    ):  # linear and without a source: any multiple is one
        assert residual(problem, 1.1) > 10 * 2e-4


@pytest.mark.parametrize("name", ["oscillator", "wave"])
def test_a_solution_with_another_parameter_is_noticed(name):
    other = {"oscillator": problems.oscillator(2.0, 21.0), "wave": problems.wave(2.2)}[name]
    u = Exact(other.exact)
    x = torch.as_tensor(inside(other))
    problem = PROBLEMS[name]
    found = derivatives(u, x, problem.operators, coordinates=problem.coordinates, method="differences")
    assert torch.abs(problem.residual(x, found)).max() > 0.05


@pytest.mark.parametrize("name", [name for name, p in PROBLEMS.items() if p.conditions])
def test_the_exact_solution_fulfils_the_soft_conditions(name):
    problem = PROBLEMS[name]
    for condition in problem.conditions:
        x = torch.as_tensor(condition.points)
        u = derivatives(
            Exact(problem.exact),
            x,
            {"it": condition.operator},
            coordinates=problem.coordinates,
            method="differences",
        )["it"][:, 0]
        if (
            condition.name == "velocity"
        ):  # times before 0 are not the oscillator's: u is even to first order there
            assert abs(u.item()) < 0.5
        else:
            assert np.abs(u.numpy() - condition.values).max() < 1e-6, condition.name


@pytest.mark.parametrize("name", [name for name, p in PROBLEMS.items() if p.ansatz is not None])
def test_any_network_in_the_ansatz_has_the_values_of_the_exact_solution_at_start_and_walls(name):
    problem = PROBLEMS[name]
    u = problem.solution(mlp([len(problem.coordinates), 5, 1], rng=np.random.default_rng(2)))
    x = inside(problem)
    for i, letter in enumerate(problem.coordinates):
        walls = [problem.lower[i]] if letter == "t" else [problem.lower[i], problem.upper[i]]
        for wall in [0.0] if name == "cosine" else walls:
            at = x.copy()
            at[:, i] = wall
            assert np.abs(u(at) - problem.exact(at)).max() < 1e-12, (letter, wall)
    assert np.abs(u(x) - problem.exact(x)).max() > 0.01  # but not elsewhere


@pytest.mark.parametrize("name", ["hard oscillator", "wave"])
def test_the_ansatz_starts_from_rest(name):
    problem = PROBLEMS[name]
    x = np.linspace(0.1, 0.9, 7)[:, None]
    at = torch.as_tensor(x * 0 if name == "hard oscillator" else np.hstack([x, 0 * x]))
    net = mlp([at.shape[1], 5, 1], rng=np.random.default_rng(3))
    u = derivatives(net, at, {"u_t": D("t")}, coordinates=problem.coordinates, ansatz=problem.ansatz)
    assert torch.abs(u["u_t"]).max() < 1e-14


def test_a_new_problem_takes_few_lines_and_knows_its_error():
    growth = Problem(
        "t", 0, 1, {"u_t": D("t")}, lambda t, u: u["u_t"] - u["u"], exact=lambda t: np.exp(t[:, 0])
    )
    net = nn.Linear(1, 1, dtype=torch.float64)
    nn.init.zeros_(net.weight)
    nn.init.zeros_(net.bias)
    assert growth.error(net, np.linspace(0, 1, 5)[:, None]) == 1.0


def test_without_an_exact_solution_there_is_no_error():
    with pytest.raises(ValueError, match="no exact solution"):
        Problem("t", 0, 1, {}, lambda t, u: u["u"]).error(None, np.zeros((1, 1)))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("a", [1, 2], 0.0), r"shape \(n, d\)"),
        (("a", [[1], [2]], [1, 2, 3]), "each of the 2 points"),
        (("a", [[1], [2]], [[1], [2]]), r"got the shape \(2, 1\)"),
        (("a", [[1], [np.nan]], 0.0), "not finite"),
        (("a", [[1], [2]], np.inf), "not finite"),
        (("a", [[1]], 0.0, D(), -1.0), "weight must be >= 0"),
        (("a", [[1]], 0.0, D(), np.nan), "weight must be >= 0"),
    ],
)
def test_bad_conditions(arguments, message):
    with pytest.raises(ValueError, match=message):
        Condition(*arguments)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lower": (0, 0)}, "a lower and an upper bound"),
        ({"coordinates": "xx", "lower": (0, 0), "upper": (1, 1)}, "different letters"),
        ({"lower": 1}, "below its upper bound"),
        ({"conditions": (Condition("a", [[0.5]], 0.0), Condition("a", [[1.0]], 0.0))}, "a name of its own"),
        ({"conditions": (Condition("residual", [[0.5]], 0.0),)}, "other than 'residual'"),
        ({"conditions": (Condition("a", [[1.5]], 0.0),)}, r"'a': 1 of 1 points lie outside .* at \[1.5\]"),
        ({"conditions": (Condition("a", [[0.5, 1]], 0.0),)}, r"\(n, 1\) is expected"),
    ],
)
def test_bad_problems(change, message):
    arguments = {"coordinates": "x", "lower": 0, "upper": 1, "operators": {}, "residual": lambda x, u: u["u"]}
    with pytest.raises(ValueError, match=message):
        Problem(**(arguments | change))
