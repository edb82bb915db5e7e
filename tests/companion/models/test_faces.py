"""companion/models/faces.py: a classifier that slides."""

import numpy as np
import pytest

from companion import models


@pytest.fixture(scope="module")
def photo():
    return np.random.default_rng(0).random((61, 83)).astype("float32")


def test_sliding_gives_what_each_window_gives_alone(photo):
    model = models.face_network(3)
    boxes, scores = models.scan(model, photo, smallest=30, step=1.3)
    alone = np.asarray(model(models.cut_windows(photo, boxes))).ravel()
    assert len(boxes) > 100
    np.testing.assert_allclose(scores, alone, atol=1e-4)


@pytest.mark.parametrize("height", range(25, 34))
def test_no_window_reaches_over_the_edge(height):
    shape = models.face_network()(np.zeros((1, height, 25, 1))).shape
    assert tuple(shape) == (1, (height - 25) // 4 + 1, 1, 1)


def test_every_pixel_of_a_window_counts():
    model = models.face_network(1, dropout=0)
    base = np.full((1, 25, 25, 1), 0.5, "float32")
    before = float(np.asarray(model(base)).ravel()[0])
    for corner in ((0, 0), (24, 24), (0, 24), (24, 0)):
        changes = []
        for seed_value in (0.0, 1.0, 50.0):
            changed = base.copy()
            changed[0, *corner] = seed_value
            changes.append(float(np.asarray(model(changed)).ravel()[0]))
        assert any(abs(value - before) > 1e-6 for value in changes), corner


def test_boxes_lie_in_the_photograph_and_grow(photo):
    boxes, _ = models.scan(models.face_network(), photo, smallest=25, step=1.5)
    assert (boxes[:, :2] >= 0).all()
    assert (boxes[:, 2:] <= [83 + 1e-9, 61 + 1e-9]).all()
    sides = boxes[:, 2] - boxes[:, 0]
    assert sides.min() == pytest.approx(25, rel=0.02)
    assert sides.max() > 50


def test_seeds_and_settings():
    first, again, other = (models.face_network(s) for s in (0, 0, 1))
    for a, b, c in zip(first.get_weights(), again.get_weights(), other.get_weights()):
        np.testing.assert_array_equal(a, b)
        assert a.ndim == 1 or not np.array_equal(a, c)
    assert models.face_network(filters=(2, 2, 2)).count_params() < 300
    with pytest.raises(ValueError, match="filters must be three numbers"):
        models.face_network(filters=(1, 2))
    with pytest.raises(ValueError, match="dropout must be"):
        models.face_network(dropout=1)


def test_wrong_photographs_and_boxes():
    model = models.face_network()
    with pytest.raises(ValueError, match="turn colors into one gray value"):
        models.scan(model, np.zeros((40, 40, 3)))
    with pytest.raises(ValueError, match="at least smallest = 40"):
        models.scan(model, np.zeros((39, 60)))
    with pytest.raises(ValueError, match="step must be"):
        models.scan(model, np.zeros((50, 50)), step=1)
    with pytest.raises(ValueError, match=r"within 50 × 40 pixels.*60, 45"):
        models.cut_windows(np.zeros((40, 50)), [[20, 5, 60, 45]])
    with pytest.raises(ValueError, match="boxes must be"):
        models.cut_windows(np.zeros((40, 50)), [[9, 9, 9, 9]])
    assert models.cut_windows(np.zeros((40, 50)), []).shape == (0, 25, 25, 1)
