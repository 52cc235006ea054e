"""The peer does the same work, and a path is read rightly; no times are tested."""

import pytest

from benchmarks.pinn import Plain, seconds_to, soft_trainer


def test_the_plain_loop_has_the_loss_of_the_trainer():
    trainer = soft_trainer()
    plain = Plain(trainer)
    assert plain.loss().item() == pytest.approx(trainer.losses()[0].item(), rel=1e-12)
    plain.network[0].weight.data *= 2
    assert plain.loss().item() != pytest.approx(trainer.losses()[0].item(), rel=1e-3)


def test_the_first_time_below_an_accuracy():
    path = [(1.0, 0.5), (2.0, 0.01), (3.0, 0.1), (4.0, 0.001)]
    assert seconds_to(path, 0.01) == 2.0
    assert seconds_to(path, 0.005) == 4.0
    assert seconds_to(path, 1e-4) is None
