"""The detectors' experiment returns what it measured, in the form that is stored."""

from dataclasses import replace

import numpy as np
from experiments import detection

from companion.experiments import detection as ours


def test_numbers_are_rounded():
    assert detection.rounded({"a": np.float64(0.123456), "b": 3}) == {
        "a": 0.1235,
        "b": 3.0,
    }


def test_every_seed_is_run_and_stored(monkeypatch, capsys):
    monkeypatch.setattr(detection, "digits", lambda seed: {"seed": seed})
    monkeypatch.setattr(detection, "crowns", lambda seed: {"seed": 10 + seed})
    monkeypatch.setattr(detection, "crown_baseline", lambda: {"side": 1})
    found = detection.run((4, 5))
    assert found["digits"] == [{"seed": 4}, {"seed": 5}]
    assert found["crowns"] == [{"seed": 14}, {"seed": 15}]
    assert found["crown_baseline"] == {"side": 1}
    assert "seed 5  crowns" in capsys.readouterr().out


def test_scenes_of_choice_and_test_are_no_training_scenes():
    assert not {detection.CHOICE, detection.TEST} & set(detection.SEEDS)


def test_training_goes_through_the_scenes_ten_times():
    each = -(-detection.SCENES // ours.DIGITS.batch_size)
    assert ours.DIGITS.steps == 10 * each
    assert replace(ours.DIGITS, steps=1).learning_rate == 3e-3
