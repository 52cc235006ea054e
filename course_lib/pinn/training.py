"""The loss of a physics-informed network; a training that can be watched, stopped, saved and continued."""

import os
from pathlib import Path

import numpy as np
import torch
from torch import nn

from course_lib._checks import check_integer
from course_lib.pinn.derivatives import METHODS
from course_lib.quasi_newton import BFGS, LBFGS

__all__ = ["NotFiniteError", "Trainer"]

QUASI_NEWTON = {"bfgs": BFGS(self_scaling=True), "lbfgs": LBFGS(history=50)}


class NotFiniteError(FloatingPointError):
    """The loss became infinite or not a number; the network holds its best state."""


class Trainer:
    """Minimises L = mean(residual^2) + sum_k lambda_k mean((operator_k u - values_k)^2).

    Parameters
    ----------
    problem : Problem
    network : torch.nn.Module
        Maps (n, d) to (n, 1); it is trained in place, and moved to `device`.
    points : array_like of shape (n, d)
        Where the residual is looked at. Assign to `trainer.points` to change them: the training goes on with
        what it has learned of the curvature.
    optimiser : {"bfgs", "lbfgs", "adam"}
        Dense self-scaled BFGS, for up to a few thousand parameters in float64; L-BFGS, for more; Adam. Assign
        to `trainer.optimiser` to change it; it starts afresh.
    rate : float
        Adam's.
    method : {"taylor", "nested", "differences"}
        How the derivatives are computed.
    device : str
        For example "cuda".

    Attributes
    ----------
    step : int
        Steps taken.
    history : dict of str to list
        "step", "loss", one entry for each term, "residual" first, unweighted, and one for each unknown
        number, every `every` steps and after the last.
    best : float
        The lowest loss met at the present points.
    stopped : str
        Why the last training ended before its time, or an empty text.

    Raises
    ------
    ValueError
        If the points lie outside the domain, the network does not fit its dimension, the residual has a wrong
        shape, there is no such optimiser, method or device, or a quasi-Newton method is asked for in float32.

    References
    ----------
    Dolean, An introduction to SciML, part 3, "PINN training loop"; Urbán, Stefanou and Pons, Journal of
    Computational Physics 523 (2025) 113656, for self-scaled BFGS.

    Examples
    --------
    >>> from course_lib.pinn.networks import mlp
    >>> from course_lib.pinn.problems import cosine
    >>> from course_lib.pinn.sampling import sample
    >>> rng = np.random.default_rng(0)
    >>> problem, network = cosine(1.0), mlp([1, 16, 1], rng=rng)
    >>> points = sample(problem.lower, problem.upper, 60, "grid")
    >>> Trainer(problem, network, points).train(200)["loss"][-1] < 1e-3
    True
    """

    def __init__(
        self, problem, network, points, *, optimiser="bfgs", rate=1e-3, method="taylor", device="cpu"
    ):
        self._device = _available(device)
        if method not in METHODS:
            raise ValueError(f"there is no method {method!r}; choose one of {', '.join(METHODS)}")
        self.problem, self.method, self.rate = problem, METHODS[method], rate
        self.network = network.to(self._device)
        self._learned = nn.ModuleList([self.network])
        if problem.unknowns is not None:
            self._learned.append(problem.unknowns.to(self._device))
        self._parameters = [p for p in self._learned.parameters() if p.requires_grad]
        self._dtype = next(network.parameters()).dtype
        self.step, self.stopped = 0, ""
        self.best, self._best_state, self._best_step = np.inf, None, 0
        self.history = {
            name: [] for name in ["step", "loss", "residual", *(c.name for c in problem.conditions)]
        }
        self.history |= {name: [] for name in self._numbers()}
        self._check_network()
        self._conditions = self._group_conditions()
        self.points = points
        self._check_residual()
        self.optimiser = optimiser

    @property
    def points(self):
        """Where the residual is looked at, an ndarray of shape (n, d)."""
        return self._points

    @points.setter
    def points(self, points):
        self._points = self.problem.check_inside(points)
        self._at_points = self._evaluator(self._points, self.problem.operators)
        # The loss is another function now: what it was at other points says nothing.
        self.best, self._best_step = np.inf, self.step
        if getattr(self, "_optimiser", "adam") != "adam":
            self._state["evaluated"] = None

    @property
    def optimiser(self):
        """The name of the optimiser."""
        return self._optimiser

    @optimiser.setter
    def optimiser(self, name):
        if name == "adam":
            self._state = torch.optim.Adam(self._parameters, lr=self.rate, fused=True)
        elif name in QUASI_NEWTON:
            if any(p.dtype != torch.float64 for p in self._parameters):
                raise ValueError(
                    f"{name!r} needs parameters in float64, because rounding in float32 hides the curvature; "
                    "make the network in torch.float64, or use 'adam'"
                )
            self._state = QUASI_NEWTON[name].start(None)
        else:
            raise ValueError(f"there is no optimiser {name!r}; choose one of adam, {', '.join(QUASI_NEWTON)}")
        self._optimiser = name

    def losses(self):
        """The loss and its unweighted terms, Tensors that gradients can be taken of."""
        x = self._at_points.x
        terms = {"residual": torch.mean(self.problem.residual(x, self._at_points(self.network)) ** 2)}
        for evaluate, parts in self._conditions:
            found = evaluate(self.network)["condition"]
            for (condition, values), u in zip(parts, found.split([len(v) for _, v in parts]), strict=True):
                terms[condition.name] = torch.mean((u - values) ** 2)
        weights = {condition.name: condition.weight for condition in self.problem.conditions}
        return sum(weights.get(name, 1.0) * term for name, term in terms.items()), terms

    def residual(self, points):
        """The residual at other points of the domain, ndarray of shape (n,)."""
        evaluate = self._evaluator(self.problem.check_inside(points), self.problem.operators)
        with torch.set_grad_enabled(self.method is METHODS["nested"]):
            return self.problem.residual(evaluate.x, evaluate(self.network))[:, 0].detach().cpu().numpy()

    def train(self, n_steps, *, every=100, callback=None, patience=None):
        """Take steps, and return the history; call again to go on.

        Parameters
        ----------
        n_steps : int
        every : int
            The history is written, and `callback` called, every so many steps and after the last.
        callback : callable, optional
            callback(trainer); the training stops early when it returns True.
        patience : int, optional
            Stop early when the best loss is older than so many steps.

        Raises
        ------
        NotFiniteError
            If the loss is not finite. The network then holds the best state met, and the message says at
            which step and in which term it happened.
        """
        check_integer("n_steps", n_steps, 1)
        check_integer("every", every, 1)
        take = self._adam_step if self._optimiser == "adam" else self._quasi_newton_step
        self.stopped = ""
        for _ in range(n_steps):
            if self.step % every == 0:
                self._record()
                if callback is not None and callback(self) is True:
                    self.stopped = "the callback returned True"
            if patience is not None and self.step - self._best_step > patience:
                self.stopped = f"no loss was lower than that of step {self._best_step}"
            if self.stopped:
                break
            take()
            self.step += 1
        seen = self._record()
        if callback is not None and not seen:
            callback(self)
        return self.history

    def save(self, path):
        """Write all that `load` needs to go on as if nothing had happened; a file there is replaced whole."""
        path = Path(path)
        state = self._state.state_dict() if self._optimiser == "adam" else _to_tensors(self._state)
        content = {
            "learned": self._learned.state_dict(),
            "best": (self.best, self._best_step, self._best_state),
            "optimiser": self._optimiser,
            "rate": self.rate,
            "state": state,
            "step": self.step,
            "history": self.history,
            "points": torch.as_tensor(self._points),
        }
        unfinished = path.with_name(path.name + ".part")
        torch.save(content, unfinished)
        os.replace(unfinished, path)

    def load(self, path):
        """Continue from a file that `save` wrote, with the same problem and a network of the same sizes.

        Raises
        ------
        ValueError
            If the file is of another network.
        """
        content = torch.load(path, map_location=self._device, weights_only=True)
        try:
            self._learned.load_state_dict(content["learned"])
        except RuntimeError as error:
            raise ValueError(
                f"{path} was saved from another network or other unknowns; make them with the same sizes. "
                f"PyTorch says: {error}"
            ) from error
        self.rate, self.optimiser = content["rate"], content["optimiser"]
        self.points = content["points"].cpu().numpy()
        if self._optimiser == "adam":
            self._state.load_state_dict(content["state"])
        else:
            self._state = _to_arrays(content["state"])
        self.step, self.history = content["step"], content["history"]
        self.best, self._best_step, self._best_state = content["best"]
        return self

    # The steps

    def _adam_step(self):
        loss, terms = self.losses()
        self._check_finite(loss.item(), terms)
        self._state.zero_grad()
        loss.backward()
        self._state.step()

    def _quasi_newton_step(self):
        method = QUASI_NEWTON[self._optimiser]
        theta, self._state = method.step(self._cost_and_gradient, self._vector(), self._state)
        self._set(theta)
        # Where only the curvature was forgotten theta has not moved either, but the next step will.
        if self._state["stuck"] or not np.any(self._state["evaluated"][1]):
            self._state["cost"] = self.losses()[0].item()  # not what is remembered
            self.stopped = "no step lowers the loss any more"
        self._check_finite(self._state["cost"])

    def _cost_and_gradient(self, theta):
        self._set(theta)
        loss, _ = self.losses()
        gradients = torch.autograd.grad(loss, self._parameters, materialize_grads=True)
        gradient = torch.cat([g.flatten() for g in gradients]).cpu().numpy()
        cost = loss.item()
        return (cost, gradient) if np.isfinite(cost) else (np.inf, np.nan_to_num(gradient))

    def _vector(self):
        return nn.utils.parameters_to_vector(self._parameters).detach().cpu().numpy().copy()

    def _set(self, theta):
        nn.utils.vector_to_parameters(torch.as_tensor(theta, device=self._device), self._parameters)

    def _check_finite(self, cost, terms=None):
        """Keep the best state; raise NotFiniteError, with it restored, where the loss is not finite."""
        if cost < self.best:
            self.best, self._best_step = cost, self.step
            self._best_state = nn.utils.parameters_to_vector(self._parameters).detach().clone()
        if np.isfinite(cost):
            return
        terms = terms or self.losses()[1]
        bad = [name for name, value in terms.items() if not torch.isfinite(value)]
        self._set(self._best_state) if self._best_state is not None else None
        raise NotFiniteError(
            f"the loss is not finite at step {self.step}, in the term {', '.join(bad) or 'of the sum'}; the "
            f"network holds its best state, of step {self._best_step}, with the loss {self.best:.3g}. Try a "
            "smaller rate; look whether the residual divides by zero or takes the root of a negative number"
        )

    def _record(self):
        """Write the history; True if this step is in it already."""
        if self.history["step"][-1:] == [self.step]:
            return True
        loss, terms = self.losses()
        for name, value in {"step": self.step, "loss": loss, **terms, **self._numbers()}.items():
            self.history[name].append(value.item() if isinstance(value, torch.Tensor) else value)
        return False

    def _numbers(self):
        """The unknowns that are single numbers."""
        unknowns = self.problem.unknowns
        named = () if unknowns is None else unknowns.named_parameters()
        return {name: p.detach() for name, p in named if p.numel() == 1}

    # What is prepared once

    def _evaluator(self, points, operators):
        x = torch.as_tensor(points, dtype=self._dtype, device=self._device)
        return self.method(x, operators, coordinates=self.problem.coordinates, ansatz=self.problem.ansatz)

    def _group_conditions(self):
        """One evaluation for all the conditions with the same operator."""
        groups = {}
        for condition in self.problem.conditions:
            groups.setdefault(frozenset(condition.operator.terms.items()), []).append(condition)
        prepared = []
        for group in groups.values():
            points = np.concatenate([condition.points for condition in group])
            values = [torch.as_tensor(c.values.copy()[:, None]).to(self._device, self._dtype) for c in group]
            evaluate = self._evaluator(points, {"condition": group[0].operator})
            prepared.append((evaluate, list(zip(group, values, strict=True))))
        return prepared

    def _check_network(self):
        d = len(self.problem.coordinates)
        middle = (np.array(self.problem.lower) + np.array(self.problem.upper)) / 2
        x = torch.as_tensor(middle, dtype=self._dtype, device=self._device).expand(2, d)
        try:
            with torch.no_grad():
                shape = tuple(self.network(x).shape)
        except RuntimeError as error:
            raise ValueError(
                f"the network cannot be applied to points of the domain, which has {d} coordinates "
                f"({self.problem.coordinates!r}): its first layer must have {d} inputs. PyTorch says: {error}"
            ) from error
        if shape != (2, 1):
            raise ValueError(f"the network must map (n, {d}) to (n, 1), but 2 points gave the shape {shape}")

    def _check_residual(self):
        n = len(self._points)
        value = self.problem.residual(self._at_points.x, self._at_points(self.network))
        if not isinstance(value, torch.Tensor) or value.shape != (n, 1):
            got = tuple(value.shape) if isinstance(value, torch.Tensor) else type(value).__name__
            raise ValueError(
                f"the residual must return a Tensor of shape (n, 1) = ({n}, 1), one row a point, got {got}; "
                "columns of x are x[:, 0:1], and a vector of shape (n,) added to (n, 1) gives (n, n)"
            )


def _available(device):
    device = torch.device(device)
    if device.type == "cuda" and not torch.cuda.is_available():
        raise ValueError(
            f"device {str(device)!r} was asked for, and PyTorch finds no CUDA device; use device='cpu', or "
            "install a CUDA build of PyTorch on a machine with an NVIDIA GPU"
        )
    return device


def _to_tensors(state):
    """Arrays as Tensors, in nested tuples, lists and dicts: what torch loads without running code."""
    return _mapped(state, lambda a: torch.as_tensor(a.copy()) if isinstance(a, np.ndarray) else a)


def _to_arrays(state):
    return _mapped(state, lambda a: a.cpu().numpy() if isinstance(a, torch.Tensor) else a)


def _mapped(state, f):
    if isinstance(state, dict):
        return {key: _mapped(value, f) for key, value in state.items()}
    if isinstance(state, tuple | list):
        return type(state)(_mapped(value, f) for value in state)
    return (
        float(state)
        if isinstance(state, np.floating)
        else bool(state)
        if isinstance(state, np.bool_)
        else f(state)
    )
