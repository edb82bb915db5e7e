"""companion/datasets/video.py: the campus path, its parts and its labels."""

import importlib
from pathlib import Path

import numpy as np
import pytest

from companion import datasets
from companion.datasets import video

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def data():
    return datasets.campus_walk()


def test_shapes_and_types(data):
    assert data.frames.shape == (795, 96, 128)
    assert data.frames.dtype == np.uint8
    assert data.labels.shape == (795,)
    assert data.labels.dtype == np.int64
    assert set(data.labels.tolist()) == {-1, 0, 1}
    assert data.names == data.card.classes
    assert repr(data).startswith("VideoDataset(campus_walk: 795 frames, 96x128 uint8")


def test_parts_follow_each_other_with_gaps(data):
    for part in (data.train, data.calibration):
        assert (np.diff(part) == 1).all()
        assert (data.labels[part] == 0).all()
    assert data.calibration[0] - data.train[-1] > 10
    assert data.test[0] - data.calibration[-1] > 10
    assert (data.labels[data.test] >= 0).all()


def test_counts_are_those_of_the_card(data):
    told = {split.name: list(split.class_counts) for split in data.card.splits}
    assert np.bincount(data.labels[data.train], minlength=2).tolist() == told["train"]
    assert np.bincount(data.labels[data.test]).tolist() == told["test"]


def test_labels_are_those_that_the_recipe_and_the_card_tell(data, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    recipe = importlib.import_module("rebuild.campus_walk")
    assert np.array_equal(data.labels, recipe.labels())
    for (first, end), label in [(s, 1) for s in recipe.ON_LAWN] + [
        (s, -1) for s in recipe.UNSURE
    ]:
        assert (data.labels[first:end] == label).all()
        assert f"{first} to {end - 1}" in data.card.splitting.en


def test_the_lawn_is_empty_until_the_event(data):
    frames = data.frames.astype(float)
    lawn = frames[:, 66:, :50]
    change = np.abs(lawn - np.median(frames[:240], axis=0)[66:, :50]) > 40
    busy = change.sum(axis=(1, 2))
    assert busy[:502].max() < 10
    assert busy[560:590].min() > 50


def test_the_arrays_are_the_callers_own(data):
    data.frames[:] = 0
    data.labels[:] = 0
    data.train[:] = 0
    again = datasets.campus_walk()
    assert again.frames.any()
    assert again.labels.any()
    assert again.train.any()
    with pytest.raises(ValueError, match="read-only"):
        video._raw()["frames"][0] = 0


def test_the_doubt_about_the_license_is_on_the_card(data):
    assert "PETS 2009" in data.card.license.en
    assert "Apache-2.0 AND BSD-3-Clause" in data.card.license.en
    assert "Intel Corporation" in data.card.license_notice
