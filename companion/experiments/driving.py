"""Chapter 6.1b's lane lines: the old method, what two networks learn, the errors.

Strips of road are (104, 640, 3): rows 236 to 339 of a frame shrunk to 640 × 360. A lane
is (2, 4): the left and the right line's x at the rows ``ROWS``, in pixels of the frame.
The networks see strips shrunk four times more, (26, 160, 3).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from companion import models
from companion._checks import finite, images, number, same_length
from companion._seeds import checked_seed

if TYPE_CHECKING:
    import keras

__all__ = [
    "CELL_ROWS",
    "EPOCHS",
    "FIRST_ROW",
    "ROWS",
    "WIDTH",
    "edge_pixels",
    "fit_lines",
    "hough_lane",
    "predict",
    "share_within",
    "shrink",
    "spread_over_frames",
    "targets",
    "train",
]

#: Rows of the frame (640 × 360) where lines are compared.
ROWS = np.array([250, 275, 300, 325])
#: First row of a strip in the frame, and the frame's width.
FIRST_ROW, WIDTH = 236, 640
#: Rows of the frame at the middle of the convolutional network's cells, 8 × 8 pixels.
CELL_ROWS = FIRST_ROW + 4 + 8 * np.arange(13)
CELL_COLUMNS = 4 + 8 * np.arange(80)
#: Epochs of training by network.
EPOCHS = {"dense": 40, "convolutional": 30}


def shrink(strips: np.ndarray) -> np.ndarray:
    """Turn bytes into floats; average blocks of 4 × 4 pixels of full strips.

    Args:
        strips: Bytes, shape (N, 104, 640, 3), or already small, (N, 26, 160, 3).

    Returns:
        float32 from 0 to 1, shape (N, 26, 160, 3).

    Raises:
        TypeError: If they hold no numbers.
        ValueError: If the shape is another.

    Example:
        >>> shrink(np.full((1, 104, 640, 3), 255, np.uint8)).shape
        (1, 26, 160, 3)
    """
    strips = images("strips", strips, floats=False)
    if strips.shape[1:] == (26, 160, 3):
        return strips.astype(np.float32) / np.float32(255)
    if strips.shape[1:] != (104, 640, 3):
        raise ValueError(
            "strips must have shape (N, 104, 640, 3) or (N, 26, 160, 3), got "
            f"{strips.shape}"
        )
    blocks = strips.reshape(len(strips), 26, 4, 160, 4, 3)
    return blocks.mean(axis=(2, 4), dtype=np.float32) / np.float32(255)


def edge_pixels(strip: np.ndarray, *, color: bool = True) -> np.ndarray:
    """Find edges (Canny, 1986) on the road ahead, near yellow or light paint.

    Args:
        strip: Bytes, RGB, shape (104, 640, 3).
        color: Whether an edge counts only near yellow or light gray pixels.

    Returns:
        255 at an edge and 0 elsewhere, uint8, shape (104, 640).

    Raises:
        TypeError: If the strip is not of bytes.
        ValueError: If its shape is another.

    Example:
        >>> int(edge_pixels(np.zeros((104, 640, 3), np.uint8)).max())
        0
    """
    import cv2

    strip = np.asarray(strip)
    if strip.dtype != np.uint8:
        raise TypeError(f"strip must hold bytes (uint8), got {strip.dtype}")
    if strip.shape != (104, WIDTH, 3):
        raise ValueError(f"strip must have shape (104, 640, 3), got {strip.shape}")
    gray = cv2.cvtColor(strip, cv2.COLOR_RGB2GRAY)
    edges = cv2.Canny(cv2.GaussianBlur(gray, (5, 5), 0), 50, 150)
    if color:
        hsv = cv2.cvtColor(strip, cv2.COLOR_RGB2HSV)
        yellow = cv2.inRange(hsv, (15, 60, 80), (35, 255, 255)) > 0
        white = (gray > np.median(gray) + 45) & (hsv[..., 1] < 70)
        near = cv2.dilate((yellow | white).astype(np.uint8), np.ones((5, 5), np.uint8))
        edges *= near
    region = np.zeros_like(edges)
    road = np.array([(70, 94), (610, 94), (440, 4), (230, 4)])
    cv2.fillPoly(region, [road], 1)
    return edges * region


def hough_lane(strip: np.ndarray, *, color: bool = True) -> np.ndarray | None:
    """Find the two lines next to the car as in the 1990s: edges, then votes.

    Pieces of straight lines come from the probabilistic Hough transform (Matas et al.,
    2000) in OpenCV. Those that lean to the right and start in the left half belong to
    the left line, and the other way round. Each row's x is their median, weighted by
    length, and a straight line is fitted to the four.

    Args:
        strip: Bytes, RGB, shape (104, 640, 3).
        color: As for :func:`edge_pixels`.

    Returns:
        The lane, shape (2, 4), or None if one of the lines has no piece.

    Raises:
        TypeError: If the strip is not of bytes.
        ValueError: If its shape is another.

    Example:
        >>> hough_lane(np.zeros((104, 640, 3), np.uint8)) is None
        True
    """
    import cv2

    edges = edge_pixels(strip, color=color)
    found = cv2.HoughLinesP(edges, 1, np.pi / 180, 15, minLineLength=15, maxLineGap=30)
    pieces = np.zeros((0, 4)) if found is None else found.reshape(-1, 4).astype(float)
    pieces = pieces[np.abs(pieces[:, 3] - pieces[:, 1]) > 8]
    run, rise = pieces[:, 2] - pieces[:, 0], pieces[:, 3] - pieces[:, 1]
    lean, length = run / rise, np.hypot(run, rise)
    rows = ROWS - FIRST_ROW
    x = pieces[:, :1] + lean[:, None] * (rows - pieces[:, 1:2])
    lane = np.zeros((2, 4))
    for side, (sign, low, high) in enumerate(((-1, 60, 320), (1, 320, 620))):
        near = (sign * lean > 0.5) & (sign * lean < 2.5)
        near &= (x[:, -1] > low) & (x[:, -1] < high)
        if not near.any():
            return None
        middle = [_weighted_median(x[near, row], length[near]) for row in range(4)]
        lane[side] = np.polyval(np.polyfit(rows, middle, 1), rows)
    return lane


def _weighted_median(values: np.ndarray, weights: np.ndarray) -> float:
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(total, total[-1] / 2)])


def targets(lanes: np.ndarray) -> np.ndarray:
    """Say for each row of cells and each line in which cell it lies.

    A line between the middles of two cells is shared between them.

    Args:
        lanes: Shape (N, 2, 4), pixels.

    Returns:
        Shares that sum to 1 along a row, float32, shape (N, 13, 80, 2).

    Raises:
        TypeError: If they hold no numbers.
        ValueError: If the shape is another or a number is not finite.

    Example:
        >>> cells = targets(np.array([[[200.0] * 4, [400.0] * 4]]))
        >>> cells.shape, cells[0, 0, 24:26, 0].tolist()
        ((1, 13, 80, 2), [0.5, 0.5])
    """
    lanes = _lanes("lanes", lanes)
    slope, start = _straight(lanes)
    x = start[..., None] + slope[..., None] * (CELL_ROWS - ROWS.mean())
    place = np.clip((x - 4) / 8, 0, 79)
    distance = np.abs(place[..., None] - np.arange(80))
    return np.maximum(1 - distance, 0).transpose(0, 2, 3, 1).astype("float32")


def fit_lines(p: np.ndarray) -> np.ndarray:
    """Turn each row's probabilities into a place, and the places into straight lines.

    The place is the mean over the seven cells around the most probable one; a row
    counts as much as the probability of those cells (weighted least squares).

    Args:
        p: Probabilities along each row of cells, shape (N, 13, 80, 2).

    Returns:
        Lanes, shape (N, 2, 4), pixels.

    Raises:
        TypeError: If they hold no numbers.
        ValueError: If the shape is another or a number is not finite.

    Example:
        >>> lane = np.array([[[240.0, 210, 180, 150], [400, 430, 460, 490]]])
        >>> fit_lines(targets(lane)).round(1).tolist() == lane.tolist()
        True
    """
    p = finite("p", p)
    if p.ndim != 4 or p.shape[1:] != (13, 80, 2):
        raise ValueError(f"p must have shape (N, 13, 80, 2), got {p.shape}")
    p = p.transpose(0, 3, 1, 2).astype(float)
    near = np.abs(np.arange(80) - p.argmax(-1)[..., None]) <= 3
    weight = (p * near).sum(-1)
    place = (p * near * CELL_COLUMNS).sum(-1) / np.maximum(weight, 1e-9)
    weight = weight**2 + 1e-9
    mean_row = (weight * CELL_ROWS).sum(-1) / weight.sum(-1)
    mean_x = (weight * place).sum(-1) / weight.sum(-1)
    rows = CELL_ROWS - mean_row[..., None]
    slope = (weight * rows * place).sum(-1) / (weight * rows**2).sum(-1)
    return mean_x[..., None] + slope[..., None] * (ROWS - mean_row[..., None])


def train(
    name: str, x: np.ndarray, lanes: np.ndarray, seed: int, epochs: int | None = None
) -> keras.Model:
    """Train one of the two networks.

    Adam, batches of 16, a learning rate that falls from 0.003 to 0 along a cosine.
    The dense network begins at the mean lane, and its loss is the mean absolute
    error. That of the other is the cross-entropy.

    Args:
        name: ``"dense"`` or ``"convolutional"``.
        x: Shrunk strips, shape (N, 26, 160, 3), from 0 to 1.
        lanes: Shape (N, 2, 4), pixels.
        seed: Fixes initial weights and the order of the strips.
        epochs: How often each strip is seen; by default ``EPOCHS[name]``.

    Returns:
        The network; its answers become lanes by ``WIDTH *`` or :func:`fit_lines`.

    Raises:
        TypeError: If an array or a setting is of the wrong kind.
        ValueError: If the name is unknown, or shapes or lengths do not fit.
    """
    if name not in EPOCHS:
        raise ValueError(f"name must be one of {list(EPOCHS)}, got {name!r}")
    x, lanes = images("x", x), _lanes("lanes", lanes)
    same_length(x=x, lanes=lanes)
    epochs = EPOCHS[name] if epochs is None else epochs
    epochs = number("epochs", epochs, low=1, integer=True)
    import keras

    keras.utils.set_random_seed(checked_seed(seed))
    steps = epochs * -(-len(x) // 16)
    schedule = keras.optimizers.schedules.CosineDecay(3e-3, steps)
    if name == "dense":
        model, y = models.lane_regressor(seed), (lanes / WIDTH).astype("float32")
        model.get_layer("dense2").bias.assign(y.mean(0).ravel())
        loss = "mean_absolute_error"
    else:
        model, y = models.lane_locator(seed), targets(lanes)
        loss = keras.losses.CategoricalCrossentropy(axis=2)
    model.compile(optimizer=keras.optimizers.Adam(schedule), loss=loss)
    model.fit(x, y, batch_size=16, epochs=epochs, verbose=0)
    return model


def predict(name: str, model: keras.Model, x: np.ndarray) -> np.ndarray:
    """Return a trained network's lanes.

    Args:
        name: As for :func:`train`.
        model: What it returned.
        x: Shrunk strips, shape (N, 26, 160, 3), from 0 to 1.

    Returns:
        Lanes, shape (N, 2, 4), pixels.
    """
    answer = model.predict(images("x", x), verbose=0)
    return WIDTH * answer if name == "dense" else fit_lines(answer)


def share_within(errors: np.ndarray, limit: float = 10) -> float:
    """Return the share of points that are off by at most ``limit`` pixels.

    Args:
        errors: Absolute errors of any shape.
        limit: Pixels of the frame of 640.

    Example:
        >>> share_within(np.array([3, 10, 11, 40]))
        0.5
    """
    return float((finite("errors", errors) <= limit).mean())


def spread_over_frames(
    errors: np.ndarray, seed: int = 0, draws: int = 2000
) -> dict[str, Sequence[float]]:
    """Draw whole frames with replacement; give what lies between 2.5% and 97.5%.

    The points of one frame are wrong together, so frames are drawn, not points.

    Args:
        errors: Absolute errors, a row per frame, shape (N, ...).
        seed: Fixes the draws.
        draws: How many.

    Returns:
        Two numbers each for ``"error"`` (the mean) and ``"share"`` (within 10 pixels).

    Example:
        >>> spread_over_frames(np.full((5, 8), 3.0))
        {'error': (3.0, 3.0), 'share': (1.0, 1.0)}
    """
    errors = finite("errors", errors).reshape(len(errors), -1)
    rng = np.random.default_rng(checked_seed(seed))
    rows = rng.integers(len(errors), size=(draws, len(errors)))
    mean, share = errors.mean(1)[rows].mean(1), (errors <= 10).mean(1)[rows].mean(1)
    return {
        name: tuple(float(v) for v in np.quantile(values, (0.025, 0.975)).round(3))
        for name, values in (("error", mean), ("share", share))
    }


def _lanes(name: str, lanes: object) -> np.ndarray:
    lanes = finite(name, lanes)
    if lanes.ndim != 3 or lanes.shape[1:] != (2, 4):
        raise ValueError(
            f"{name} must have shape (N, 2, 4), left and right x at four rows, got "
            f"{lanes.shape}"
        )
    return lanes.astype(float)


def _straight(lanes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return slope and x at the middle row of each line's least-squares fit."""
    rows = ROWS - ROWS.mean()
    return (lanes * rows).sum(-1) / (rows**2).sum(), lanes.mean(-1)
