"""The detectors' experiment returns what it measured, in the form that is stored."""

import json
from dataclasses import replace

import numpy as np
from experiments import detection, registry

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


def test_the_record_says_what_the_chapter_says():
    path = registry.FOLDER / registry.EXPERIMENTS["detection"].file
    found = json.loads(path.read_text(encoding="utf-8"))
    for run in found["digits"]:
        best = run["detector"]["0.5"]
        assert best["map50"] > run["detector"]["None"]["map50"] + 0.15
        assert best["map50"] > run["baseline"]["map50"] + 0.05
        assert best["map75"] < run["baseline"]["map75"] - 0.05
    spots = found["crown_baseline"]["tiles"]
    for run in found["crowns"]:
        for tile in run["tiles"].values():
            assert tile["nms"]["ap30"] > 2 * tile["none"]["ap30"]
        ours_, theirs = run["tiles"]["florida"]["nms"], spots["florida"]
        assert ours_["ap30"] < theirs["ap30"] - 0.05
        assert run["tiles"]["california"]["nms"]["ap30"] > 0.3
