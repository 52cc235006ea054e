"""Training of a restricted Boltzmann machine on digits beside scikit-learn's, and the estimator checks."""

import warnings

import numpy as np
from sklearn.datasets import load_digits
from sklearn.neural_network import BernoulliRBM as PeerRBM
from sklearn.utils.estimator_checks import check_estimator

from benchmarks.harness import Case, compare, save, table
from course_lib.rbm import BernoulliRBM

# Minibatch and learning rate: the smaller batch makes more and noisier steps.
SETTINGS = ((10, 0.05), (100, 0.1))
N_HIDDEN, BAR = 64, 2.5


def pseudo_likelihood(model, X):
    """Mean pseudo-log-likelihood of X, exactly and by the same code, whoever trained the machine."""
    if isinstance(model, PeerRBM):
        parameters = model.components_.T, model.intercept_visible_, model.intercept_hidden_
        model = BernoulliRBM.from_parameters(*parameters)
    return float(model.score_samples(X).mean())


def over_seeds(Machine, X, n_seeds, **settings):
    """Pseudo-likelihood after training with each of the seeds."""
    machines = (Machine(N_HIDDEN, random_state=seed, **settings) for seed in range(n_seeds))
    return np.array([pseudo_likelihood(machine.fit(X), X) for machine in machines])


def shortfall(ours, peer):
    """How far our mean is below the peer's, less two standard errors of the difference; 0 if it is not."""
    error = np.sqrt(ours.var(ddof=1) / len(ours) + peer.var(ddof=1) / len(peer))
    return max(0.0, float(peer.mean() - ours.mean() - 2 * error))


def cases(n_samples=1797, n_iter=20, n_seeds=10, repeats=7):
    """The comparisons, and the pseudo-likelihoods that make them fair."""
    X = load_digits().data[:n_samples] / 16
    comparisons, likelihoods = [], {}
    for batch_size, rate in SETTINGS:
        settings = {"batch_size": batch_size, "learning_rate": rate, "n_iter": n_iter}
        ours, peer = (over_seeds(Machine, X, n_seeds, **settings) for Machine in (BernoulliRBM, PeerRBM))
        name = f"RBM, batch {batch_size}"
        likelihoods[name] = {
            who: {"mean": round(values.mean(), 3), "deviation of a seed": round(values.std(ddof=1), 3)}
            for who, values in (("ours", ours), ("peer", peer))
        } | {"seeds": n_seeds}

        def fit(Machine, settings=settings):
            return Machine(N_HIDDEN, random_state=0, **settings).fit(X)

        def missing(model, ours=ours, peer=peer):
            return shortfall(ours, peer) if isinstance(model, BernoulliRBM) else 0.0

        comparisons.append(
            Case(
                name,
                f"{X.shape[0]} x {X.shape[1]}, {N_HIDDEN} hidden units, {n_iter} passes",
                lambda fit=fit: fit(BernoulliRBM),
                "sklearn.neural_network.BernoulliRBM",
                lambda fit=fit: fit(PeerRBM),
                "pseudo-likelihood missing",
                missing,
                bar=BAR,
                repeats=repeats,
            )
        )
    return comparisons, likelihoods


def estimator_checks(estimator):
    """How many of scikit-learn's checks the estimator passes, and the names of those that it fails."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the checks feed real numbers to binary units
        results = check_estimator(estimator, on_fail=None)
    names = {
        status: [r["check_name"] for r in results if r["status"] == status] for status in ("passed", "failed")
    }
    return {"passed": len(names["passed"]), "failed": names["failed"]}


def run():
    """Measure, print, save; returns whether every bar was reached."""
    planned, likelihoods = cases()
    comparisons = [compare(case) for case in planned]
    checks = {"ours": estimator_checks(BernoulliRBM()), "peer": estimator_checks(PeerRBM())}
    print(table(comparisons))
    for name, rows in likelihoods.items():
        ours, peer = (
            f"{rows[who]['mean']:.2f} (seeds: ± {rows[who]['deviation of a seed']:.2f})"
            for who in ("ours", "peer")
        )
        print(f"{name}: pseudo-log-likelihood ours {ours}, peer {peer}")
    for who, result in checks.items():
        print(f"estimator checks, {who}: {result['passed']} passed, failed {result['failed'] or 'none'}")
    print(save("rbm", comparisons, pseudo_likelihood=likelihoods, estimator_checks=checks))
    return all(c.met for c in comparisons) and checks["ours"]["failed"] == []
