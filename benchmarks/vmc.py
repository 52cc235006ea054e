"""Metropolis steps per second beside emcee's, long runs for two electrons, and how often error bars cover.

A step moves one walker and tests one new position. The peer, emcee, is the ensemble sampler that most people
would install; with its Gaussian move it does the same Metropolis walk of independent walkers, and it is given
the same vectorised log density and a proposal of the same variance. It is more general than ours: it also
counts acceptances walker by walker and carries the log densities along.
"""

from importlib.metadata import version

import numpy as np
from scipy import stats

from benchmarks.harness import Case, compare, save, table
from course_lib.vmc import (
    Gaussian,
    HydrogenLike,
    PadeJastrow,
    Product,
    coulomb_repulsion,
    estimate_energy,
    harmonic_trap,
    local_energy,
    nucleus,
    random_positions,
    sample,
    total,
)

STEPS_PER_SECOND = 1e6  # the bar for the oscillator in three dimensions, on one core
COVERAGE = (0.60, 0.75)  # of intervals of one standard error; 0.68 if errors are normal and well estimated
STEP = 1.2  # half the width of the box that Metropolis proposes from: about 43 % are accepted
# Two electrons, each at the minimum of its energy over (alpha, beta), which is known by quadrature; the
# trial functions, the potentials and the quadrature are those of tests/course_lib/test_vmc.py.
HELIUM_MINIMUM, TRAP_MINIMUM = -2.890267, 3.000343


def radii_fail(R):
    """1 if the radii of the walkers fail a chi-square test against abs(psi)^2 at 0.001, else 0."""
    r2 = np.sum(R.reshape(len(R), 3) ** 2, axis=1)
    counts = np.histogram(stats.gamma(1.5).cdf(r2), bins=20, range=(0, 1))[0]
    return float(stats.chisquare(counts).pvalue < 1e-3)


def cases(n_walkers=1000, n_steps=1000, repeats=7):
    """The comparison: last positions of a walk in exp(-r^2), from the same start."""
    try:
        import emcee
    except ImportError:
        raise SystemExit("The benchmark vmc compares with emcee: pip install emcee") from None

    rng = np.random.default_rng(0)
    start = random_positions(n_walkers, 1, 3, rng=rng)
    peer = emcee.EnsembleSampler(
        n_walkers,
        3,
        lambda x: -np.einsum("wd,wd->w", x, x),
        moves=emcee.moves.GaussianMove(STEP**2 / 3),
        vectorize=True,
    )

    def run_peer():
        peer.reset()
        return peer.run_mcmc(start[:, 0], n_steps, store=False).coords

    return [
        Case(
            "Metropolis",
            f"oscillator in 3-D, {n_walkers} walkers, {n_steps} steps",
            lambda: sample(Gaussian(0.5), start, n_steps, step=STEP, rng=rng).R,
            "emcee, GaussianMove, vectorize=True",
            run_peer,
            "chi-square test failed",
            radii_fail,
            bar=3.0,
            repeats=repeats,
        )
    ]


def rates(n_walkers=1000, n_steps=1000, repeats=7):
    """Steps per second for the oscillator in three dimensions, by the fastest of the repeats."""
    rng = np.random.default_rng(0)
    R = random_positions(n_walkers, 1, 3, rng=rng)
    trial = Gaussian(0.4)

    def energies(R):
        return local_energy(trial, harmonic_trap(), R)

    found = {}
    for name, options in {
        "Metropolis": {"step": STEP},
        "Metropolis, local energy at every step": {"step": STEP, "observe": energies},
        "importance": {"step": 0.3, "method": "importance"},
        "importance, local energy at every step": {"step": 0.3, "method": "importance", "observe": energies},
    }.items():
        walk = Case(
            name,
            "",
            lambda options=options: sample(trial, R, n_steps, rng=rng, **options),
            "nothing",
            lambda: None,
            "none",
            lambda result: 0.0,
            bar=0.0,
            repeats=repeats,
        )
        found[name] = float(f"{n_walkers * n_steps / compare(walk).ours.minimum:.3g}")
    return found


def coverage(n_runs=1000):
    """Fraction of energies of the oscillator within one error bar of the exact one, for two kinds of run."""
    exact = 3 * (0.4 / 2 + 1 / (8 * 0.4))
    found = {}
    for n_walkers, n_steps in ((100, 200), (16, 2000)):
        inside = 0
        for seed in range(n_runs):
            rng = np.random.default_rng(seed)
            R = random_positions(n_walkers, 1, 3, rng=rng)
            energy = estimate_energy(
                Gaussian(0.4), harmonic_trap(), R, n_steps, step=STEP, burn_in=100, rng=rng
            )
            inside += abs(energy.mean - exact) < energy.error
        found[f"{n_walkers} walkers, {n_steps} steps"] = inside / n_runs
    return found


def two_electrons(n_walkers=2000, n_steps=10_000):
    """Energies of helium and of the trap at their minima, from long runs with importance sampling."""
    problems = {
        "helium": (
            Product(HydrogenLike(1.84329), PadeJastrow(0.5, 0.34649)),
            total(nucleus(2), coulomb_repulsion()),
            (3, 0.15, HELIUM_MINIMUM),
        ),
        "trap": (
            Product(Gaussian(0.49427), PadeJastrow(1.0, 0.39863)),
            total(harmonic_trap(), coulomb_repulsion()),
            (2, 0.3, TRAP_MINIMUM),
        ),
    }
    found = {}
    for name, (trial, potential, (n_dimensions, step, minimum)) in problems.items():
        rng = np.random.default_rng(0)
        R = random_positions(n_walkers, 2, n_dimensions, rng=rng)
        energy = estimate_energy(
            trial,
            potential,
            R,
            n_steps,
            step=step,
            method="importance",
            burn_in=1000,
            thin=20,
            rng=rng,
        )
        found[name] = {
            "energy": energy.mean,
            "error": energy.error,
            "variance": energy.variance,
            "minimum": minimum,
        }
    return found


def met(measured):
    """Whether rates, coverage and energies reach their bars; takes what `run` saves."""
    low, high = COVERAGE
    energies = measured["two_electrons"]
    return bool(
        min(measured["steps_per_second"].values()) >= STEPS_PER_SECOND
        and all(low <= value <= high for value in measured["coverage"].values())
        and all(abs(e["energy"] - e["minimum"]) < 4 * e["error"] for e in energies.values())
        and energies["helium"]["energy"] <= -2.875
        and abs(energies["trap"]["energy"] / 3 - 1) < 0.003
    )


def run():
    """Measure, print, save; returns whether every bar was reached."""
    comparisons = [compare(case) for case in cases()]
    measured = {"steps_per_second": rates(), "coverage": coverage(), "two_electrons": two_electrons()}
    print(table(comparisons))
    for name, value in measured["steps_per_second"].items():
        print(f"{name:<42} {value:10.2g} steps per second")
    for name, value in measured["coverage"].items():
        print(f"{name:<42} {value:10.3f} of energies within one error bar")
    for name, e in measured["two_electrons"].items():
        print(f"{name:<42} {e['energy']:.6f} +- {e['error']:.6f}, by quadrature {e['minimum']:.6f}")
    print(save("vmc", comparisons, emcee=version("emcee"), **measured))
    return all(c.met for c in comparisons) and met(measured)
