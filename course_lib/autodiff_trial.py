"""A trial wave function of which only log psi is written; torch differentiates it."""

from course_lib.trial_functions import TrialFunction

__all__ = ["AutodiffTrialFunction"]


class AutodiffTrialFunction(TrialFunction):
    """A trial function of which only log psi is written, in torch; automatic differentiation does the rest.

    Everything is computed in float64 and goes in and out as numpy arrays. Slower than calculus by hand: the
    Laplacian takes one pass for every coordinate.

    Parameters
    ----------
    log_psi : callable
        Takes tensors R of shape (n_walkers, n_particles, n_dimensions) and theta of shape (n_parameters,),
        returns log abs(psi) of shape (n_walkers,). torch.func.vmap goes through it, so it may not branch on
        values or write into tensors.
    theta : array_like of shape (n_parameters,)
    device : str, optional
        Where torch computes, such as "cuda"; the CPU if not given.

    Raises
    ------
    ValueError
        If the device is unknown or not there.

    Examples
    --------
    >>> import numpy as np
    >>> trial = AutodiffTrialFunction(lambda R, theta: -theta[0] * (R**2).sum((1, 2)), [0.5])
    >>> trial.kinetic_energy(np.zeros((1, 2, 3)))
    array([3.])
    """

    def __init__(self, log_psi, theta, device=None):
        super().__init__(*theta)
        self.function = log_psi
        self.device = _checked_device(device)

    def _evaluate(self, function, R):
        """function(position of one walker, theta), batched over the walkers."""
        import torch

        def tensor(x):
            return torch.as_tensor(x, dtype=torch.float64, device=self.device)

        return torch.func.vmap(function, (0, None))(tensor(R), tensor(self.theta)).cpu().numpy()

    def _one(self, r, theta):
        return self.function(r[None], theta)[0]

    def log_psi(self, R):
        """The function itself."""
        return self._evaluate(self._one, R)

    def gradient(self, R):
        """Reverse mode in the positions."""
        from torch.func import grad

        return self._evaluate(grad(self._one), R)

    def laplacian(self, R):
        """Trace of the Hessian: forward over reverse mode."""
        from torch.func import hessian

        def trace(r, theta):
            return hessian(lambda x: self._one(x.reshape(r.shape), theta))(r.reshape(-1)).trace()

        return self._evaluate(trace, R)

    def parameter_gradient(self, R):
        """Reverse mode in the parameters."""
        from torch.func import grad

        return self._evaluate(grad(self._one, argnums=1), R)


def _checked_device(device):
    """A torch.device that exists, or a ValueError."""
    import torch

    try:
        found = torch.device("cpu" if device is None else device)
        torch.empty(0, device=found)
    except (RuntimeError, AssertionError) as error:
        raise ValueError(
            f"device = {device!r} cannot be used by this torch ({torch.__version__}); "
            "leave it out for the CPU, or see torch.cuda.is_available()"
        ) from error
    return found
