"""The benchmarks measure what they say, and notice a missed bar. Nothing here depends on the clock's mood."""

import json
import time

import numpy as np
import pytest

from benchmarks import export, grading, harness, linear_model
from benchmarks.__main__ import main
from course_lib.linear_model import Lasso


def case(ours_seconds, peer_seconds, ours_error=0.0, peer_error=0.0, bar=1.0):
    def work(seconds, error):
        def run():
            time.sleep(seconds)
            return error

        return run

    return harness.Case(
        "sleep",
        "no setting",
        work(ours_seconds, ours_error),
        "longer sleep",
        work(peer_seconds, peer_error),
        "error",
        lambda result: result,
        bar,
        repeats=3,
    )


def test_a_ratio_is_measured_and_judged():
    fast = harness.compare(case(0.002, 0.05, bar=5.0))
    assert fast.met
    assert fast.ratio > 5
    assert not harness.compare(case(0.05, 0.002, bar=1.0)).met


def test_speed_at_the_price_of_accuracy_does_not_count():
    assert not harness.compare(case(0.002, 0.05, ours_error=1e-3, peer_error=1e-6)).met
    assert harness.compare(case(0.002, 0.05, ours_error=1e-9, peer_error=1e-12)).met  # both only rounding


def test_the_table_names_a_missed_bar():
    text = harness.table([harness.compare(case(0.02, 0.002))])
    assert "BAR MISSED" in text
    assert "longer sleep" in text


def test_results_are_saved_with_the_machine(tmp_path, monkeypatch):
    monkeypatch.setattr(harness, "RESULTS", tmp_path)
    path = harness.save("topic", [harness.compare(case(0.001, 0.002))], extra=3)
    saved = json.loads(path.read_text())
    assert saved["extra"] == 3
    assert saved["machine"]["packages"]["numpy"] == np.__version__
    assert saved["comparisons"][0]["ratio"] > 0


def test_the_linear_models_agree_with_their_peers_at_a_small_size():
    for small in linear_model.cases(n=300, p=10, n_lams=8, repeats=1):
        result = harness.compare(small)
        assert result.ours.error <= max(result.peer.error, 1e-8), small.name


def test_duality_gap_is_zero_at_the_solution_only():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(50, 6)), rng.normal(size=50)
    theta = Lasso(0.1, fit_intercept=False, tol=1e-14).fit(X, y).theta_
    assert abs(linear_model.duality_gap(X, y, theta, 0.1)) < 1e-13
    worse = linear_model.duality_gap(X, y, theta + 0.01, 0.1)
    cost = [np.mean((y - X @ t) ** 2) + 0.1 * np.abs(t).sum() for t in (theta, theta + 0.01)]
    assert worse >= cost[1] - cost[0] > 0


def test_digits_on_nists_data_reach_their_bars():
    digits = linear_model.nist_digits()
    assert linear_model.digits_met(digits)
    digits["filip"]["OLS"] = 3.0
    assert not linear_model.digits_met(digits)


def test_unknown_topic():
    with pytest.raises(SystemExit, match="no benchmark speed; the topics are"):
        main(["speed"])


def test_the_committed_results_reach_their_bars():
    for path in sorted(harness.RESULTS.glob("*.json")):
        saved = json.loads(path.read_text())
        assert [c["name"] for c in saved["comparisons"] if not c["met"]] == [], path.name
    assert grading.met(json.loads((harness.RESULTS / "grading.json").read_text())["grading"])
    exports = json.loads((harness.RESULTS / "export.json").read_text())["exports"]
    assert all(measured["seconds"] < export.EXPORT_SECONDS for measured in exports.values())


def test_a_missed_bar_of_grading_is_noticed():
    bars = {"ratio": 4, "sandbox_overhead_seconds": 0.3, "engine_mb": 300, "worker_mb": 250}
    good = {"ratio": 4.1, "sandbox_overhead_seconds": 0.1, "engine_mb": 100, "worker_mb": 200, "bars": bars}
    assert grading.met(good)
    for name, bad in {
        "ratio": 3.9,
        "sandbox_overhead_seconds": 0.4,
        "engine_mb": 400,
        "worker_mb": 251,
    }.items():
        assert not grading.met(good | {name: bad})
