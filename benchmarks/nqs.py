"""Stochastic reconfiguration for the Ising chain beside NetKet, at equal error, on one core."""

import os
import sys
import time
from importlib.metadata import version
from importlib.util import find_spec
from itertools import product

import numpy as np

from benchmarks.harness import Case, compare, save, table
from course_lib.spin_rbm import SpinRBM
from course_lib.spin_vmc import exact_energy, minimise_spin_energy
from course_lib.spins import IsingChain, free_fermion_energy, random_spins

CHAIN = IsingChain(16)
N_SAMPLES, SHIFT, ETA = 1024, 0.01, 0.05
N_ITERATIONS, SEEDS = 300, range(8)  # of the runs whose error counts
TIMED = 20  # iterations in one repeat
BAR = 1.3


def relative_error(rbm):
    """Of the energy of a trained machine, as a sum over all states, so that it has no noise of its own."""
    return 1 - exact_energy(rbm, CHAIN) / free_fermion_energy(CHAIN)


class Ours:
    """course_lib: one chain a sample, one sweep between two iterations."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        self.rbm = SpinRBM.random(CHAIN.n_spins, CHAIN.n_spins, rng=self.rng)
        self.s = random_spins(N_SAMPLES, CHAIN.n_spins, rng=self.rng)

    def advance(self, n_iterations):
        course = minimise_spin_energy(
            self.rbm,
            CHAIN,
            self.s,
            n_iterations=n_iterations,
            eta=ETA,
            shift=SHIFT,
            tolerance=np.inf,
            rng=self.rng,
        )
        self.rbm, self.s = course.rbm, course.s


class NetKet:
    """The same machine, Hamiltonian, sampler and step in NetKet, whose gradient has no factor 2.

    Parameters
    ----------
    dtype : type
        Of the parameters.
    n_chains : int
        The fewer there are, the more sweeps make up the samples.
    driver : {"VMC", "VMC_SR"}
        The one with a dense matrix and Cholesky's solver as preconditioner, the other with both built in.
    """

    def __init__(self, seed, dtype, n_chains, driver):
        import netket as nk
        from netket.optimizer import SR, qgt, solver

        space = nk.hilbert.Spin(0.5, CHAIN.n_spins)
        graph = nk.graph.Chain(CHAIN.n_spins, pbc=True)
        H = nk.operator.IsingJax(space, graph, h=CHAIN.h, J=-CHAIN.J)  # NetKet's coupling has the other sign
        self.state = nk.vqs.MCState(
            nk.sampler.MetropolisLocal(space, n_chains=n_chains, dtype=np.int8),
            nk.models.RBM(alpha=1, param_dtype=dtype),
            n_samples=N_SAMPLES,
            n_discard_per_chain=0,
            seed=seed,
            sampler_seed=seed,
        )
        rate = nk.optimizer.Sgd(2 * ETA)
        if driver == "VMC":
            matrix = qgt.QGTJacobianDense(holomorphic=False)
            step = SR(qgt=matrix, solver=solver.cholesky, diag_shift=SHIFT)
            self.driver = nk.driver.VMC(H, rate, variational_state=self.state, preconditioner=step)
        else:
            self.driver = nk.driver.VMC_SR(
                H, rate, variational_state=self.state, diag_shift=SHIFT, use_ntk=False, on_the_fly=False
            )

    def advance(self, n_iterations):
        import jax

        self.driver.run(n_iterations, out=None, show_progress=False)
        jax.block_until_ready(self.state.parameters)

    @property
    def rbm(self):
        weights = self.state.parameters
        hidden = weights["Dense"]
        return SpinRBM(weights["visible_bias"], hidden["bias"], hidden["kernel"])


def netket_settings(rounds=8):
    """Milliseconds an iteration for the settings that could be the fastest, compilation left out."""
    settings = list(product((np.float32, np.float64), (N_SAMPLES, N_SAMPLES // 4), ("VMC", "VMC_SR")))
    peers = {setting: NetKet(0, *setting) for setting in settings}
    seconds = {setting: [] for setting in settings}
    for _ in range(rounds + 1):  # in turn, so that a busy moment hits all of them
        for setting, peer in peers.items():
            start = time.perf_counter()
            peer.advance(TIMED)
            seconds[setting].append(time.perf_counter() - start)
    return {setting: 1e3 * min(values[1:]) / TIMED for setting, values in seconds.items()}


def mean_error(make):
    """Mean relative error over the seeds, and its standard error."""
    errors = []
    for seed in SEEDS:
        learner = make(seed)
        learner.advance(N_ITERATIONS)
        errors.append(relative_error(learner.rbm))
    return float(np.mean(errors)), float(np.std(errors, ddof=1) / np.sqrt(len(errors)))


def case(setting, repeats=15):
    """TIMED iterations of both; the error is that of whole runs, over the seeds."""
    dtype, n_chains, driver = setting
    errors = {"ours": mean_error(Ours), "peer": mean_error(lambda seed: NetKet(seed, *setting))}
    ours, peer = Ours(0), NetKet(0, *setting)
    peer.advance(TIMED)

    def work(learner, who):
        def run():
            learner.advance(TIMED)
            return errors[who][0]

        return run

    return errors, Case(
        f"TFIM x {TIMED}",
        f"N = {CHAIN.n_spins}, J = h = 1, {N_SAMPLES} samples, error after {N_ITERATIONS} iterations",
        work(ours, "ours"),
        f"NetKet {driver}, {np.dtype(dtype).name}, {n_chains} chains",
        work(peer, "peer"),
        "relative error",
        lambda error: error,
        bar=BAR,
        repeats=repeats,
    )


def run():
    """Measure, print, save; returns whether the bar was reached. Without NetKet it says how to get it."""
    if find_spec("netket") is None:
        print('NetKet is not installed, so nothing was measured: pip install -e ".[bench]"')
        return True
    if "jax" in sys.modules:
        print("jax was imported before its threads could be limited; run this topic by itself")
        return False
    os.environ["JAX_PLATFORMS"] = "cpu"
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})  # jax takes as many threads as it sees cores
    try:
        settings = netket_settings()
        errors, work = case(min(settings, key=settings.get))
        comparison = compare(work)
    finally:
        os.sched_setaffinity(0, cores)
    print(table([comparison]))
    for (dtype, n_chains, driver), milliseconds in settings.items():
        name = f"NetKet {driver}, {np.dtype(dtype).name}, {n_chains} chains"
        print(f"{name:<40} {milliseconds:6.2f} ms an iteration")
    for who, (mean, spread) in errors.items():
        print(f"{who}: relative error {mean:.2e} ± {spread:.0e} over {len(SEEDS)} seeds")
    print(
        save(
            "nqs",
            [comparison],
            iterations_per_repeat=TIMED,
            errors={who: {"mean": mean, "standard_error": spread} for who, (mean, spread) in errors.items()},
            netket_settings=[
                {"dtype": np.dtype(dtype).name, "chains": n_chains, "driver": driver, "ms_per_iteration": ms}
                for (dtype, n_chains, driver), ms in settings.items()
            ],
            peer_versions={name: version(name) for name in ("netket", "jax")},
        )
    )
    return comparison.met
