"""Strips of road: shapes, labels, the card's counts, the recipe."""

import importlib
import re
from pathlib import Path

import numpy as np
import pytest

from companion import datasets
from companion.experiments import driving

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def data():
    return datasets.lane_strips()


@pytest.fixture
def recipe(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    return importlib.import_module("rebuild.lane_strips")


def test_shapes_and_types(data):
    assert data.x_train.shape[1:] == (26, 160, 3)
    assert data.x_test.shape == (36, 104, 640, 3)
    assert data.x_train.dtype == data.x_test.dtype == np.uint8
    assert data.y_train.shape == (len(data.x_train), 2, 4)
    assert data.y_train.dtype == data.y_test.dtype == np.float32
    assert data.rows.tolist() == driving.ROWS.tolist()
    assert data.card is datasets.card("lane_strips")
    assert "361 train, 36 test" in repr(data)


def test_counts_are_those_of_the_card(data):
    told = {split.name: list(split.class_counts) for split in data.card.splits}
    assert np.bincount(data.drive_train, minlength=6).tolist() == told["train"]
    assert np.bincount(data.drive_test, minlength=6).tolist() == told["test"]


def test_left_is_left_and_lines_come_closer_with_distance(data):
    for lanes in (data.y_train, data.y_test):
        assert (lanes[:, 1] > lanes[:, 0] + 60).all()
        width = lanes[:, 1] - lanes[:, 0]
        assert (np.diff(width, axis=1) > 0).all()
    train = data.y_train.astype(float)
    assert np.abs(np.diff(train, 2, axis=2)).max() < 0.3, "pseudo-labels are straight"


def test_the_arrays_are_the_callers_own(data):
    first = datasets.lane_strips()
    first.x_test[:] = 0
    first.y_train[:] = 0
    again = datasets.lane_strips()
    assert np.array_equal(again.x_test, data.x_test)
    assert np.array_equal(again.y_train, data.y_train)


def test_labels_are_those_of_the_recipe(data, recipe):
    by_hand = recipe.table(recipe.BY_HAND)
    assert np.array_equal(np.array(list(by_hand.values())), data.y_test)
    assert [frame for _, frame in by_hand] == data.frame_test.tolist()


def test_the_card_tells_how_far_two_readings_differ(data, recipe):
    by_hand, again = recipe.table(recipe.BY_HAND), recipe.table(recipe.SECOND_LOOK)
    differences = np.abs([again[key] - by_hand[key] for key in again])
    assert len(again) == 6
    (told,) = (f for f in data.card.known_faults if "mirrored" in f.en)
    mean, most = re.findall(r"\d\.\d|\d(?= at most)", told.en)[:2]
    assert float(mean) == pytest.approx(differences.mean(), abs=0.06)
    assert float(most) == differences.max()


def test_training_stops_before_the_test_clip_begins(recipe):
    assert max(recipe.TRAIN["project_video03"]) < 890


def test_strips_are_cut_from_a_video(recipe, tmp_path):
    import cv2

    path = tmp_path / "some.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 5, (1280, 720))
    for gray in (0, 100, 200):
        writer.write(np.full((720, 1280, 3), gray, np.uint8))
    writer.release()
    found = recipe.strips(path, [0, 2])
    assert list(found) == [0, 2]
    assert found[2].shape == (104, 640, 3)
    assert found[2].mean() == pytest.approx(200, abs=3)
    with pytest.raises(SystemExit, match="ends before frame 3"):
        recipe.strips(path, [9])


def test_jpegs_are_laid_one_after_the_other(recipe):
    import cv2

    pictures = [np.full((26, 160, 3), gray, np.uint8) for gray in (10, 250)]
    content, sizes = recipe.jpegs(pictures)
    assert sizes.sum() == len(content)
    again = cv2.imdecode(content[sizes[0] :], cv2.IMREAD_COLOR)
    assert np.abs(again.astype(int) - 250).max() <= 2
