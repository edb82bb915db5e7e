"""Strips of road ahead of a car, with the two lines of its lane."""

import functools
from dataclasses import dataclass

import numpy as np

from companion.datasets._card import Card, card
from companion.datasets._files import read_npz

__all__ = ["LaneDataset", "lane_strips"]


@dataclass(frozen=True, eq=False, repr=False)
class LaneDataset:
    """Strips of road from dash cams; N differs from part to part.

    A strip is rows 236 to 339 of a video frame shrunk to 640 × 360 pixels.

    Attributes:
        x_train: Training strips, shrunk four times more, RGB, (N, 26, 160, 3) uint8.
        y_train: Where a program, not a person, found the lines: x of the left and of
            the right line at the four ``rows``, pixels of 640, (N, 2, 4) float32.
        drive_train: The drive each is from, (N,) int64: ``names[k]``.
        x_test: Test strips, RGB, (N, 104, 640, 3) uint8.
        y_test: Where a person sees the lines, like ``y_train``.
        drive_test: Like ``drive_train``.
        frame_test: Numbers of the test strips' frames in their video, (N,) int64.
        rows: The four rows, pixels of 360, (4,) int64.
        names: Names of the drives.
        card: The data card: source, license, known faults.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    drive_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    drive_test: np.ndarray
    frame_test: np.ndarray
    rows: np.ndarray
    names: tuple[str, ...]
    card: Card

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({self.card.name}: {len(self.x_train)} train, "
            f"{len(self.x_test)} test; {len(self.names)} drives)"
        )


def lane_strips() -> LaneDataset:
    """Load strips of road with the two lines of the car's own lane.

    The training lines were found by a Hough transform, the test lines by hand; the
    card tells how. Source: clips of Udacity's self-driving course.

    Returns:
        The data set. The arrays are fresh copies in every call.

    Raises:
        ValueError: If the file is damaged.
        FileNotFoundError: If the file is missing.

    Example:
        >>> data = lane_strips()
        >>> data
        LaneDataset(lane_strips: 361 train, 36 test; 6 drives)
        >>> data.x_test.shape, data.y_test.shape
        ((36, 104, 640, 3), (36, 2, 4))
    """
    raw, about = _raw(), card("lane_strips")
    return LaneDataset(
        x_train=raw["x_train"].copy(),
        y_train=raw["y_train"].astype(np.float32) / np.float32(10),
        drive_train=raw["drive_train"].astype(np.int64),
        x_test=raw["x_test"].copy(),
        y_test=raw["y_test"].astype(np.float32) / np.float32(10),
        drive_test=raw["drive_test"].astype(np.int64),
        frame_test=raw["frame_test"].astype(np.int64),
        rows=raw["rows"].astype(np.int64),
        names=about.classes,
        card=about,
    )


@functools.cache
def _raw() -> dict[str, np.ndarray]:
    import cv2

    arrays = read_npz(card("lane_strips").file)
    for name in ("x_train", "x_test"):
        ends = np.cumsum(arrays.pop(f"{name}_sizes"))[:-1]
        arrays[name] = np.stack(
            [
                cv2.cvtColor(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
                for jpeg in np.split(arrays[name], ends)
            ]
        )
    for array in arrays.values():
        array.setflags(write=False)
    return arrays
