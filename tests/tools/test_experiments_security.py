"""The stored scores of chapter 6.1b's video are those that its baselines give."""

import json

import pytest
from experiments import registry, security


@pytest.fixture(scope="module")
def video():
    return security.Video()


@pytest.fixture(scope="module")
def stored():
    path = registry.FOLDER / registry.EXPERIMENTS["security"].file
    return json.loads(path.read_text(encoding="utf-8"))


def test_baselines_are_the_stored_ones(video, stored):
    for name, entry in security.baselines(video).items():
        assert stored["scores"][name][0] == pytest.approx(entry, abs=0.01), name


def test_every_network_has_every_seed(stored):
    assert stored["seeds"] == list(security.SEEDS)
    for name, runs in stored["scores"].items():
        trained = name.split(":")[0] in security.EPOCHS
        assert len(runs) == (len(security.SEEDS) if trained else 1)
        assert all(("parameters" in run) == trained for run in runs)


def test_networks_are_judged_like_the_baselines(video):
    found = security.autoencoder(video, seed=0, epochs=1)
    assert set(found) == {"error", "error by place"}
    for entry in found.values():
        assert entry["epochs"] == 1
        assert 0 <= entry["auc"] <= 1
        assert 0 <= entry["higher_on_lawn"] <= 1
    assert "higher_on_lawn" not in security.next_frame(video, seed=0, epochs=1)
