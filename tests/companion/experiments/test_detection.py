import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from companion import datasets
from companion.experiments import detection, detection_baselines

STORED = Path(__file__).parents[3] / "book" / "experiments" / "06-1a-detection.json"


@pytest.fixture(scope="module")
def scenes():
    return datasets.digit_scenes(12, seed=5)


def perfect(scenes):
    return [(b, np.ones(len(b)), y) for b, y in zip(scenes.boxes, scenes.labels)]


def test_perfect_answers_score_1(scenes):
    got = detection.digit_precision(scenes, perfect(scenes))
    assert got["map50"] == got["map75"] == got["ap50"] == 1
    wrong = [(b, s, (y + 1) % 10) for b, s, y in perfect(scenes)]
    got = detection.digit_precision(scenes, wrong)
    assert got["map50"] < 0.2
    assert got["ap50"] == 1
    boxes = scenes.boxes[0]
    got = detection.crown_precision(boxes, (boxes, np.ones(len(boxes)), None))
    assert got == {"ap30": 1, "ap50": 1, "recall30": 1, "boxes": len(boxes)}


def test_suppression_removes_repeats_only(scenes):
    twice = [
        (np.vstack([b, b]), np.r_[s, s], np.r_[y, y]) for b, s, y in perfect(scenes)
    ]
    assert detection.suppressed(twice, None) is twice
    once = detection.suppressed(twice, 0.5)
    assert detection.digit_precision(scenes, once)["map50"] == 1
    assert [len(b) for b, _, _ in once] == [len(b) for b in scenes.boxes]


def test_a_detector_is_trained_and_used(scenes):
    setting = replace(detection.DIGITS, widths=(2, 2, 2, 2), steps=3, batch_size=5)
    targets = detection.scene_targets(scenes)
    batches = detection.shuffled(scenes.images, targets, 5, 0)
    sizes = [len(batches(step)[0]) for step in range(6)]
    assert sizes == [5, 5, 2, 5, 5, 2]
    assert not np.array_equal(batches(0)[0], batches(3)[0])
    model, cpu = detection.train(setting, batches, 0)
    assert cpu > 0
    found = detection.detect(model, scenes.images[:2, :90, :93], least=0)
    assert len(found) == 2


def test_pieces_of_a_photograph_keep_their_crowns():
    rng = np.random.default_rng(0)
    image = np.zeros((150, 140, 3), np.float32)
    corner = rng.integers(4, 120, (20, 2))
    boxes = np.hstack([corner, corner + rng.integers(9, 16, (20, 2))]).astype(float)
    for left, top, right, bottom in boxes.astype(int):
        image[top:bottom, left:right] = 1
    batches = detection.crown_batches(image, boxes, seed=1)
    x, targets = batches(0)
    assert x.shape == (16, 96, 96, 3)
    assert targets.shape == (16, 24, 24, 6)
    bright = x[:, 2::4, 2::4].mean(axis=-1)
    inside = targets[..., 0] > 0  # near a crown's center, hence bright
    assert inside.any()
    middles = (x.min((1, 2, 3)) + x.max((1, 2, 3)))[:, None, None] / 2
    assert (bright > middles)[inside].mean() > 0.9
    assert not np.array_equal(x, batches(1)[0])


def test_each_piece_of_ink_has_a_box():
    image = np.zeros((40, 40))
    image[3:13, 5:9] = image[20:30, 20:26] = 1
    image[20:30, 27:29] = 1  # a gap of one pixel
    image[35, 35] = 1  # a speck
    assert len(detection_baselines.components(image)) == 3
    grown = detection_baselines.components(image, grow=1)
    assert grown.tolist() == [[5, 3, 9, 13], [20, 20, 29, 30]]
    assert detection_baselines.components(np.zeros((9, 9))).shape == (0, 4)


def test_crops_are_centered():
    image = np.zeros((60, 60))
    image[20:40, 30:40] = 1
    crop = detection_baselines.crops(image, [[30, 20, 40, 40]])[0, ..., 0]
    ys, xs = np.nonzero(crop > 0.5)
    assert (ys.min(), ys.max() + 1, xs.min(), xs.max() + 1) == (4, 24, 9, 19)
    assert detection_baselines.crops(image, []).shape == (0, 28, 28, 1)


def test_reading_components_needs_a_reader(scenes):
    model, cpu = detection_baselines.reader(scenes, epochs=1)
    assert cpu > 0
    found = detection_baselines.read_components(scenes, model)
    assert len(found) == len(scenes.images)
    assert all(len(b) == len(s) == len(y) for b, s, y in found)
    assert detection.digit_precision(scenes, found)["ap50"] > 0.4


def test_round_spots_are_found_with_their_size():
    y, x = np.mgrid[:80, :80]
    image = np.zeros((80, 80, 3))
    image[..., 1] = (x - 30) ** 2 + (y - 40) ** 2 < 9**2
    boxes, scores, _ = detection_baselines.green_blobs(image, "greenness")
    assert boxes[0] == pytest.approx([21, 31, 40, 50], abs=3)
    assert (np.diff(scores) <= 0).all()


def test_stored_results_are_complete():
    found = json.loads(STORED.read_text(encoding="utf-8"))
    assert len(found["digits"]) == len(found["crowns"]) == len(found["seeds"]) >= 3
    for run in found["digits"]:
        assert list(run["detector"]) == found["thresholds"]
    for run in found["crowns"]:
        assert list(run["tiles"]) == list(datasets.tree_crowns().images)
