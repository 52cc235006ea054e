"""What is to be solved: a domain, a residual, conditions, and the exact solution where there is one.

The course's problems are at the end. A new one takes about fifteen lines; `cosine` is the shortest model.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import nn

from course_lib import pde
from course_lib._checks import check_rng
from course_lib.pinn.constraints import Ansatz
from course_lib.pinn.operators import D, Operator
from course_lib.pinn.sampling import sample

__all__ = [
    "Condition",
    "Problem",
    "allen_cahn",
    "burgers",
    "cosine",
    "diffusion",
    "oscillator",
    "poisson",
    "wave",
]


@dataclass(frozen=True)
class Condition:
    """Known values of u, or of an operator on u, at some points: a boundary, a start, or measurements.

    It adds weight * mean((operator u - values)^2) to the loss.

    Parameters
    ----------
    name : str
        The name of its term in the history.
    points : array_like of shape (n, d)
    values : array_like of shape (n,), or one number
    operator : Operator
        The identity if left out.
    weight : float
        lambda_k, >= 0.

    Raises
    ------
    ValueError
        If the shapes do not fit, a number is not finite, or the weight is negative.
    """

    name: str
    points: np.ndarray
    values: np.ndarray
    operator: Operator = field(default_factory=D)
    weight: float = 1.0

    def __post_init__(self):
        points = np.asarray(self.points, float)
        if points.ndim != 2:
            raise ValueError(
                f"condition {self.name!r}: points of shape (n, d) are expected, got {points.shape}"
            )
        values = np.asarray(self.values, float)
        if values.shape not in ((), (len(points),)):
            raise ValueError(
                f"condition {self.name!r}: a vector with one value for each of the {len(points)} points is "
                f"expected, got the shape {values.shape}"
            )
        if not (np.all(np.isfinite(points)) and np.all(np.isfinite(values))):
            raise ValueError(f"condition {self.name!r}: a point or a value is not finite")
        if not self.weight >= 0:
            raise ValueError(f"condition {self.name!r}: the weight must be >= 0, got {self.weight!r}")
        object.__setattr__(self, "points", points)
        object.__setattr__(self, "values", np.broadcast_to(values, len(points)))


@dataclass(frozen=True)
class Problem:
    """A differential equation on a box, with its conditions.

    Parameters
    ----------
    coordinates : str
        One letter a coordinate, such as "xt".
    lower, upper : sequences of d floats
        The box.
    operators : dict of str to Operator
        The derivatives that the residual needs.
    residual : callable
        residual(x, u) of shape (n, 1), zero where u solves the equation; x is a Tensor of shape (n, d), u a
        dict of Tensors of shape (n, 1), with u["u"] and one entry for each operator.
    conditions : sequence of Condition
        The soft ones, which are terms of the loss.
    ansatz : Ansatz, optional
        The hard ones, which hold by construction.
    unknowns : torch.nn.Module, optional
        What is learned beside the network and used in the residual, such as a ParameterDict of numbers or a
        second network.
    exact : callable, optional
        exact(x) of shape (n,) for an ndarray of shape (n, d).

    Raises
    ------
    ValueError
        If the box, the letters or a condition's points do not fit together.
    """

    coordinates: str
    lower: tuple
    upper: tuple
    operators: Mapping[str, Operator]
    residual: Callable
    conditions: tuple[Condition, ...] = ()
    ansatz: Ansatz | None = None
    unknowns: nn.Module | None = None
    exact: Callable | None = None

    def __post_init__(self):
        for name in ("lower", "upper"):
            object.__setattr__(
                self, name, tuple(np.atleast_1d(np.asarray(getattr(self, name), float)).tolist())
            )
        d = len(self.coordinates)
        if len(set(self.coordinates)) != d or len(self.lower) != d or len(self.upper) != d:
            raise ValueError(
                f"different letters, and a lower and an upper bound for each, are expected, got "
                f"{self.coordinates!r} from {self.lower} to {self.upper}"
            )
        if not all(low < high for low, high in zip(self.lower, self.upper, strict=True)):
            raise ValueError(
                f"every lower bound must be below its upper bound, got {self.lower} and {self.upper}"
            )
        names = [condition.name for condition in self.conditions]
        if len({*names, "residual"}) != len(names) + 1:
            raise ValueError(f"each condition needs a name of its own, other than 'residual', got {names}")
        object.__setattr__(self, "conditions", tuple(self.conditions))
        for condition in self.conditions:
            self.check_inside(condition.points, f"condition {condition.name!r}")

    def check_inside(self, points, whose="points"):
        """Return the points as an array of shape (n, d); ValueError unless all lie in the box."""
        points = np.asarray(points, float)
        if points.ndim != 2 or points.shape[1] != len(self.coordinates):
            raise ValueError(
                f"{whose}: the shape (n, {len(self.coordinates)}) is expected, one column for each of "
                f"{self.coordinates!r}, got {points.shape}"
            )
        lower, upper = np.array(self.lower), np.array(self.upper)
        slack = 1e-9 * (upper - lower)
        outside = ~np.all((points >= lower - slack) & (points <= upper + slack), axis=1)
        if np.any(outside):
            raise ValueError(
                f"{whose}: {np.count_nonzero(outside)} of {len(points)} points lie outside the domain from "
                f"{self.lower} to {self.upper}, the first of them at {points[outside][0]}"
            )
        return points

    def solution(self, network):
        """u as a function of an ndarray of shape (n, d) that returns one of shape (n,)."""

        def u(x):
            like = next(network.parameters())
            with torch.no_grad():
                at = torch.as_tensor(np.asarray(x, float), dtype=like.dtype, device=like.device)
                return (network(at) if self.ansatz is None else self.ansatz(network, at))[:, 0].cpu().numpy()

        return u

    def error(self, network, x):
        """Relative L2 error of the network's solution at x, of shape (n, d).

        Raises
        ------
        ValueError
            If no exact solution is known.
        """
        if self.exact is None:
            raise ValueError(
                "this problem has no exact solution to compare with; compare with a reference solver"
            )
        exact = self.exact(np.asarray(x, float))
        return float(np.linalg.norm(self.solution(network)(x) - exact) / np.linalg.norm(exact))


def _column(i):
    return lambda x: x[:, i : i + 1]


_first, _second = _column(0), _column(1)


def cosine(omega, width=2 * np.pi):
    """du/dx = cos(omega x) with u(0) = 0 on [-width, width], kept by u = tanh(omega x) NN(x).

    Moseley, Markham and Nissen-Meyer, Advances in Computational Mathematics 49 (2023) 62, section 5.2.1.
    """
    return Problem(
        coordinates="x",
        lower=-width,
        upper=width,
        operators={"u_x": D("x")},
        residual=lambda x, u: u["u_x"] - torch.cos(omega * x),
        ansatz=Ansatz(torch.zeros_like, lambda x: torch.tanh(omega * x)),
        exact=lambda x: np.sin(omega * x[:, 0]) / omega,
    )


def oscillator(d, omega_0, duration=1.0, *, hard=False, weights=(1.0, 1.0)):
    """u'' + 2 d u' + omega_0^2 u = 0 with u(0) = 1, u'(0) = 0: the damped oscillator, divided by its mass.

    `weights` are the lecture's lambda_1 and lambda_2; `hard` builds both conditions in, by
    u = 1 + tanh^2(omega_0 t) NN(t). The residual is divided by omega_0^2: then its terms are of order one.

    Dolean, An introduction to SciML, part 3, "What is a PINN?".
    """
    start = np.zeros((1, 1))
    conditions = (
        Condition("position", start, 1.0, weight=weights[0]),
        Condition("velocity", start, 0.0, D("t"), weight=weights[1]),
    )
    operator = (1 / omega_0**2) * D("tt") + (2 * d / omega_0**2) * D("t") + D()
    return Problem(
        coordinates="t",
        lower=0.0,
        upper=duration,
        operators={"force": operator},
        residual=lambda t, u: u["force"],
        conditions=() if hard else conditions,
        ansatz=Ansatz(torch.ones_like, lambda t: torch.tanh(omega_0 * t) ** 2) if hard else None,
        exact=lambda t: pde.damped_oscillator(t[:, 0], d, omega_0),
    )


def burgers(nu=0.01 / np.pi, *, n_conditions=100, rng=None, hard=False):
    """u_t + u u_x = nu u_xx on [-1, 1] x [0, 1], u(x, 0) = -sin(pi x), u(-1, t) = u(1, t) = 0.

    Half of the `n_conditions` points lie at the start, a quarter at each wall, drawn with `rng`; `hard` needs
    no points: u = -sin(pi x) + t (1 - x^2) NN(x, t). With points that never change, a network can put the
    shock between them and be wrong with a tiny loss: draw them anew, by `sampling.rad`.

    Raissi, Perdikaris and Karniadakis, Journal of Computational Physics 378 (2019) 686, appendix A.1.
    """
    conditions = ()
    if not hard:
        check_rng(rng)
        x = sample(-1, 1, n_conditions // 2, rng=rng)
        left, right = (sample(0, 1, n_conditions // 4, rng=rng) for _ in range(2))
        conditions = (
            Condition("start", np.hstack([x, np.zeros_like(x)]), -np.sin(np.pi * x[:, 0])),
            Condition("left", np.hstack([np.full_like(left, -1), left]), 0.0),
            Condition("right", np.hstack([np.full_like(right, 1), right]), 0.0),
        )
    return Problem(
        coordinates="xt",
        lower=(-1, 0),
        upper=(1, 1),
        operators={"u_x": D("x"), "heat": D("t") - nu * D("xx")},
        residual=lambda x, u: u["heat"] + u["u"] * u["u_x"],
        conditions=conditions,
        ansatz=Ansatz(lambda x: -torch.sin(np.pi * _first(x)), lambda x: _second(x) * (1 - _first(x) ** 2))
        if hard
        else None,
        exact=lambda x: pde.burgers(x[:, 0], x[:, 1], nu),
    )


def diffusion():
    """u_t = u_xx + e^-t (pi^2 - 1) sin(pi x) on [-1, 1] x [0, 1], with u = e^-t sin(pi x); hard conditions.

    Wu, Zhu, Tan, Kartha and Lu, Computer Methods in Applied Mechanics and Engineering 403 (2023) 115671.
    """
    return Problem(
        coordinates="xt",
        lower=(-1, 0),
        upper=(1, 1),
        operators={"heat": D("t") - D("xx")},
        residual=lambda x, u: (
            u["heat"] - (np.pi**2 - 1) * torch.exp(-_second(x)) * torch.sin(np.pi * _first(x))
        ),
        ansatz=Ansatz(lambda x: torch.sin(np.pi * _first(x)), lambda x: _second(x) * (1 - _first(x) ** 2)),
        exact=lambda x: np.exp(-x[:, 1]) * np.sin(np.pi * x[:, 0]),
    )


def wave(c=2.0):
    """u_tt = c^2 u_xx on [0, 1] x [0, 1] from rest, with two modes and u = 0 at both ends; hard conditions.

    u = sin(pi x) cos(c pi t) + sin(4 pi x) cos(4 c pi t) / 2, so c = 2 is the problem of Wu et al. (2023).
    The residual is divided by c^2.
    """

    def start(x):
        return torch.sin(np.pi * _first(x)) + 0.5 * torch.sin(4 * np.pi * _first(x))

    return Problem(
        coordinates="xt",
        lower=(0, 0),
        upper=(1, 1),
        operators={"wave": c**-2 * D("tt") - D("xx")},
        residual=lambda x, u: u["wave"],
        ansatz=Ansatz(start, lambda x: _first(x) * (1 - _first(x)) * _second(x) ** 2),
        exact=lambda x: sum(
            a * np.sin(k * np.pi * x[:, 0]) * np.cos(k * c * np.pi * x[:, 1]) for k, a in ((1, 1.0), (4, 0.5))
        ),
    )


def allen_cahn():
    """u_t = u_xx / 1000 + 5 (u - u^3) on [-1, 1] x [0, 1], u(x, 0) = x^2 cos(pi x), u(-1, t) = u(1, t) = -1.

    Hard conditions; to compare with there is the numerical solution of `course_lib.pde`. Wu et al. (2023).
    """
    return Problem(
        coordinates="xt",
        lower=(-1, 0),
        upper=(1, 1),
        operators={"heat": D("t") - 1e-3 * D("xx")},
        residual=lambda x, u: u["heat"] - 5 * (u["u"] - u["u"] ** 3),
        ansatz=Ansatz(
            lambda x: _first(x) ** 2 * torch.cos(np.pi * _first(x)),
            lambda x: _second(x) * (1 - _first(x) ** 2),
        ),
        exact=lambda x: pde.allen_cahn(x[:, 0], x[:, 1]),
    )


def poisson(frequencies=(1,)):
    """-(u_xx + u_yy) = f on the unit square, u = 0 around it, with u the mean of sin(w pi x) sin(w pi y).

    One frequency is the textbook's case; with 2, 4, ... the solution has many scales.
    """

    def modes(x, sin, size):
        return sum(
            size(w) * sin(w * np.pi * x[:, :1]) * sin(w * np.pi * x[:, 1:]) for w in frequencies
        ) / len(frequencies)

    return Problem(
        coordinates="xy",
        lower=(0, 0),
        upper=(1, 1),
        operators={"laplacian": D("xx") + D("yy")},
        residual=lambda x, u: u["laplacian"] + modes(x, torch.sin, lambda w: 2 * (w * np.pi) ** 2),
        ansatz=Ansatz(
            lambda x: torch.zeros_like(_first(x)),
            lambda x: _first(x) * (1 - _first(x)) * _second(x) * (1 - _second(x)),
        ),
        exact=lambda x: modes(x, np.sin, lambda w: 1.0)[:, 0],
    )
