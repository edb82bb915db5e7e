"""The stored experiments are complete, and their tool writes what it measured."""

import json

import experiments_background as background
import numpy as np
import pytest

from companion import contest, datasets


def test_every_contestant_has_every_size_and_seed():
    stored = json.loads(background.TARGET.read_text(encoding="utf-8"))
    runs = [(run["examples"], run["name"]) for run in stored["results"]]
    assert runs == [
        (n, name) for n in background.EXAMPLES for name in contest.CONTESTANTS
    ]
    assert stored["seeds"] == list(background.SEEDS)
    for run in stored["results"]:
        assert len(run["accuracy"]) == len(background.SEEDS)
        assert len(run["fit_seconds"]) == len(background.SEEDS)
        assert min(run["predict_seconds"]) > 0


def test_the_tool_writes_what_it_measured(tmp_path, monkeypatch, capsys):
    mnist = datasets.mnist()
    entry = contest.Entry("SVM", 100, 0, mnist.y_test.copy(), 7, 1.234, 0.5678)
    entry.answers[:1_000] = (entry.answers[:1_000] + 1) % 10
    asked = []

    def compete(name, data, examples, seed, progress):
        asked.append((name, examples, seed, len(data.y_test)))
        return entry

    monkeypatch.setattr(contest, "compete", compete)
    target = tmp_path / "results.json"
    assert background.main((100,), (0, 1), target) == 0
    assert asked == [
        (name, 100, seed, 10_000) for name in contest.CONTESTANTS for seed in (0, 1)
    ]
    found = json.loads(target.read_text(encoding="utf-8"))
    assert found["results"][-1] == {
        "name": "SVM",
        "examples": 100,
        "accuracy": [0.9, 0.9],
        "fit_seconds": [1.23, 1.23],
        "predict_seconds": [0.568, 0.568],
    }
    assert found["test_images"] == 10_000
    assert "0.9 0.9" in capsys.readouterr().out


@pytest.mark.parametrize("name", contest.CONTESTANTS)
def test_more_images_take_longer_and_never_make_it_much_worse(name):
    stored = json.loads(background.TARGET.read_text(encoding="utf-8"))
    runs = [run for run in stored["results"] if run["name"] == name]
    assert np.diff([np.mean(run["accuracy"]) for run in runs]).min() > -0.005
    assert np.diff([sum(run["fit_seconds"]) for run in (runs[0], runs[-1])]) > 0
