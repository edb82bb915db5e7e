"""Lane lines: the old method, the cells, the fit, the errors."""

import numpy as np
import pytest

from companion import datasets, models
from companion.experiments import driving

LANE = np.array([[[250.0, 215, 180, 145], [390, 425, 460, 495]]])


def painted(lane=LANE[0], color=(255, 255, 255)):
    import cv2

    strip = np.full((104, 640, 3), 60, np.uint8)
    rows = driving.ROWS - driving.FIRST_ROW
    for line in lane:
        slope, start = np.polyfit(rows, line, 1)
        ends = [(int(slope * y + start), y) for y in (0, 103)]
        cv2.line(strip, *ends, color, 5)
    return strip


@pytest.mark.parametrize("color", [(255, 255, 255), (230, 180, 30)])
@pytest.mark.parametrize("masked", [True, False])
def test_painted_lines_are_found(color, masked):
    found = driving.hough_lane(painted(color=color), color=masked)
    assert np.abs(found - LANE[0]).max() < 8


def test_blue_lines_count_without_the_mask_only():
    strip = painted(color=(90, 130, 255))
    assert driving.hough_lane(strip) is None
    assert driving.hough_lane(strip, color=False) is not None


def test_one_line_is_not_a_lane():
    strip = painted(LANE[0, :1])
    assert driving.hough_lane(strip) is None


def test_shrinking_averages_blocks():
    strips = np.zeros((1, 104, 640, 3), np.uint8)
    strips[0, :4, :4, 0] = np.arange(16).reshape(4, 4)
    small = driving.shrink(strips)
    assert small[0, 0, 0].tolist() == pytest.approx([7.5 / 255, 0, 0])
    assert driving.shrink(np.full((2, 26, 160, 3), 255, np.uint8)).max() == 1


def test_cells_of_a_line_give_the_line_back():
    cells = driving.targets(LANE)
    assert np.allclose(cells.sum(2), 1)
    assert np.abs(driving.fit_lines(cells) - LANE).max() < 1e-3


def test_a_row_without_a_clear_answer_counts_little():
    cells = driving.targets(LANE)
    cells[:, :3] = 1 / 80
    assert np.abs(driving.fit_lines(cells) - LANE).max() < 8


@pytest.mark.parametrize("name", driving.EPOCHS)
def test_training_learns_and_repeats(name):
    data = datasets.lane_strips()
    x, lanes = driving.shrink(data.x_train[:32]), data.y_train[:32]
    runs = [driving.train(name, x, lanes, seed, 1) for seed in (3, 3)]
    first, second = (driving.predict(name, model, x) for model in runs)
    assert first.shape == (32, 2, 4)
    assert np.allclose(first, second, atol=1e-2)


def test_the_dense_network_begins_at_the_mean_lane():
    model = models.lane_regressor(1)
    assert np.array(model(np.ones((1, 26, 160, 3), "float32"))).any() == False  # noqa: E712


def test_spread_draws_frames():
    errors = np.repeat([[0.0], [20.0]], 8, axis=1)
    spread = driving.spread_over_frames(errors, draws=200)
    assert spread["error"] == (0, 20)
    assert spread["share"] == (0, 1)
    assert driving.share_within(errors) == 0.5


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: driving.shrink(np.zeros((1, 8, 8, 3))), ValueError, "got .1, 8, 8, 3"),
        (lambda: driving.edge_pixels(np.zeros((104, 640, 3))), TypeError, "float64"),
        (
            lambda: driving.edge_pixels(np.zeros((4, 4, 3), np.uint8)),
            ValueError,
            r"got \(4, 4, 3\)",
        ),
        (lambda: driving.targets(np.zeros((1, 2, 3))), ValueError, r"got \(1, 2, 3\)"),
        (lambda: driving.fit_lines(np.zeros((1, 2, 3))), ValueError, r"\(1, 2, 3\)"),
        (
            lambda: driving.train("other", np.zeros((1, 26, 160, 3)), LANE, 0),
            ValueError,
            "got 'other'",
        ),
        (
            lambda: driving.train("dense", np.zeros((2, 26, 160, 3)), LANE, 0),
            ValueError,
            "x 2, lanes 1",
        ),
    ],
)
def test_what_does_not_fit_is_told(call, error, message):
    with pytest.raises(error, match=message):
        call()
