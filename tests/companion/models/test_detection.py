"""The detector's targets, loss and answers fit each other."""

import numpy as np
import pytest

from companion import datasets, models

ROUND = pytest.approx


def ideal(targets, classes=10, sure=12.0):
    """The output of a network that answers as the targets say."""
    output = np.zeros((*targets.shape[:2], 5 + classes))
    output[..., 0] = np.where(targets[..., 0] > 0, sure, -sure)
    output[..., 1:5] = targets[..., 1:5]
    output[..., 5:] = sure * np.eye(classes)[targets[..., 5].astype(int)]
    return output


@pytest.mark.parametrize(("stride", "grid"), [(4, 24), (8, 12)])
def test_grid_is_as_fine_as_the_stride(stride, grid):
    model = models.detector(1, channels=3, classes=1, stride=stride, widths=(2,) * 4)
    assert tuple(model(np.zeros((1, 96, 96, 3))).shape) == (1, grid, grid, 6)
    assert tuple(model(np.zeros((1, 48, 64, 3))).shape)[1:3] == (
        grid // 2,
        grid * 2 // 3,
    )


def test_weights_come_from_the_seed():
    a, b, c = (models.detector(seed, widths=(2,) * 4) for seed in (0, 0, 1))
    for x, y in zip(a.get_weights(), b.get_weights()):
        assert np.array_equal(x, y)
    assert not np.array_equal(a.get_weights()[0], c.get_weights()[0])
    assert not np.array_equal(a.get_layer("head").kernel, c.get_layer("head").kernel)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"stride": 16}, "stride must be 4 or 8"),
        ({"widths": (2, 2)}, "widths must be four"),
        ({"classes": 0}, "classes"),
        ({"channels": 0}, "channels"),
    ],
)
def test_wrong_settings(settings, told):
    with pytest.raises(ValueError, match=told):
        models.detector(**settings)


def test_an_object_has_four_cells_and_the_smaller_one_wins():
    big, small = [8, 8, 40, 40], [10, 10, 34, 34]  # centers 24, 24 and 22, 22
    targets = models.detection_targets([small, big], [1, 2], (48, 48))
    assert targets[2:4, 2:4, 5].tolist() == [[1, 1], [1, 1]]
    alone = models.detection_targets([big], [2], (48, 48))
    assert alone[..., 0].sum() == 4
    assert alone[2, 2, 1:5].tolist() == [1.5, 1.5, 2.5, 2.5]


def test_targets_of_nothing_are_zero():
    assert not models.detection_targets([], [], (16, 24)).any()
    with pytest.raises(ValueError, match="multiples of the stride 8, got"):
        models.detection_targets([], [], (16, 20))


def test_what_the_targets_say_comes_back_as_boxes():
    scenes = datasets.digit_scenes(5)
    for boxes, labels in zip(scenes.boxes, scenes.labels):
        targets = models.detection_targets(boxes, labels, (96, 96))
        ((found, scores, kinds),) = models.detections(ideal(targets)[None])
        assert len(found) == targets[..., 0].sum()
        assert scores.min() > 0.99
        for box, kind in zip(found, kinds):
            near = np.abs(boxes - box).max(axis=1)
            assert near.min() < 1e-4
            assert labels[near.argmin()] == kind


def test_loss_is_small_for_ideal_answers_and_counts_each_fault():
    scenes = datasets.digit_scenes(1)
    targets = models.detection_targets(scenes.boxes[0], scenes.labels[0], (96, 96))
    at = targets[..., 0] > 0

    def loss(output):
        return float(models.detection_loss(targets[None], output[None])[0])

    best = ideal(targets)
    assert loss(best) < 1e-3
    shifted, misread, silent = best.copy(), best.copy(), best.copy()
    shifted[..., 1] += 2 * at
    assert loss(shifted) == ROUND(0.5, abs=1e-3)
    misread[at, 5:] = 0
    assert loss(misread) == ROUND(np.log(10), abs=1e-3)
    silent[at, 0] = -12
    assert loss(silent) == ROUND(12, abs=1e-2)


def test_loss_without_objects_is_finite():
    targets = models.detection_targets([], [], (16, 16))[None]
    got = float(models.detection_loss(targets, np.zeros((1, 2, 2, 6)))[0])
    assert got == ROUND(4 * 0.25 * np.log(2), rel=1e-5)


def test_answers_are_sorted_and_cut():
    output = np.full((2, 2, 2, 7), 0.0)
    output[..., 1:5] = 1
    output[0, 0, 1, 0], output[0, 1, 1, 0] = 3, 1
    output[0, 1, 0, 1] = -2  # a box without area
    first, second = models.detections(output, 4, least=0.25)
    assert len(first[0]) == 3
    assert first[1][0] == ROUND(0.5 / (1 + np.exp(-3)))
    assert first[0][0].tolist() == [2, -2, 10, 6]
    assert len(second[0]) == 4
    assert models.detections(output, 4, least=1)[0][0].shape == (0, 4)


@pytest.mark.parametrize("shape", [(2, 2, 7), (1, 2, 2, 5)])
def test_answers_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match="5 \\+ K"):
        models.detections(np.zeros(shape))
