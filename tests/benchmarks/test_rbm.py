"""The benchmark of the Boltzmann machine is fair, and notices a worse likelihood and a failed check."""

import json

import numpy as np
import pytest
from sklearn.neural_network import BernoulliRBM as PeerRBM

from benchmarks import harness, rbm
from course_lib.rbm import BernoulliRBM


@pytest.mark.slow
def test_both_reach_the_same_likelihood_at_a_small_size():
    comparisons, likelihoods = rbm.cases(n_samples=400, n_iter=3, n_seeds=4, repeats=1)
    for case in comparisons:
        result = harness.compare(case)
        assert result.ours.error == result.peer.error == 0
        assert likelihoods[case.name]["ours"]["mean"] < -20


def test_pseudo_likelihood_is_that_of_the_machine():
    X = (np.random.default_rng(0).random((300, 6)) < 0.3).astype(float)
    peer = PeerRBM(3, n_iter=5, random_state=0).fit(X)
    draws = np.array([peer.set_params(random_state=i).score_samples(X).mean() for i in range(200)])
    exact = rbm.pseudo_likelihood(peer, X)
    assert abs(draws.mean() - exact) < 4 * draws.std() / np.sqrt(200)
    ours = BernoulliRBM(3, n_iter=5, random_state=0).fit(X)
    assert rbm.pseudo_likelihood(ours, X) == ours.score_samples(X).mean()


def test_a_worse_likelihood_is_noticed():
    peer = -20 + 0.1 * np.array([-1.0, 0.0, 1.0, 0.0])
    assert rbm.shortfall(peer - 0.05, peer) == 0  # within the noise of the seeds
    assert rbm.shortfall(peer + 1, peer) == 0
    assert rbm.shortfall(peer - 1, peer) > 0.8


@pytest.mark.slow
def test_failed_checks_are_counted():
    assert rbm.estimator_checks(BernoulliRBM())["failed"] == []
    peer = rbm.estimator_checks(PeerRBM())
    assert peer["passed"] > 40
    assert "check_methods_subset_invariance" in peer["failed"]  # its score_samples draws at random


def test_the_committed_run_reached_its_bars():
    saved = json.loads((harness.RESULTS / "rbm.json").read_text())
    assert saved["estimator_checks"]["ours"]["failed"] == []
    assert [c["ratio"] >= rbm.BAR for c in saved["comparisons"]] == [True, True]
