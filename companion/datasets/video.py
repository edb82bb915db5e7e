"""Video from one camera that never moves."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from companion.datasets._card import Card, card
from companion.datasets._files import read_npz

__all__ = ["VideoDataset", "campus_walk"]

# Frames of each part; a second lies between them, so that no frame of one part is all
# but the same as a frame of the next.
_TRAIN = slice(0, 240)
_CALIBRATION = slice(250, 320)
_TEST = slice(330, None)


@dataclass(frozen=True, eq=False, repr=False)
class VideoDataset:
    """The frames of one video, a label for each, and three parts.

    Attributes:
        frames: Gray frames in their order, (T, H, W) uint8, 0 black to 255 white.
        labels: (T,) int64: the label ``k`` means ``names[k]``, -1 that nobody can tell.
        train: Numbers of the frames to learn what is normal from, (n,) int64.
        calibration: Normal frames kept out of training, for setting a threshold.
        test: Frames with a certain label that come later, normal ones and others.
        names: What the labels mean.
        card: The data card: source, license, known faults.
    """

    frames: np.ndarray
    labels: np.ndarray
    train: np.ndarray
    calibration: np.ndarray
    test: np.ndarray
    names: tuple[str, ...]
    card: Card

    def __repr__(self) -> str:
        shape = "x".join(map(str, self.frames.shape[1:]))
        return (
            f"{type(self).__name__}({self.card.name}: {len(self.frames)} frames, "
            f"{shape} {self.frames.dtype}; {len(self.train)} train, "
            f"{len(self.calibration)} calibration, {len(self.test)} test)"
        )


def campus_walk() -> VideoDataset:
    """Load a minute of a campus path, on whose lawn two people walk in the end.

    795 frames of 96×128, in which a person is 8 to 25 pixels high. Training and
    calibration frames are the first third, with the lawn empty. Labels were made by
    eye; see the card.

    Returns:
        The frames with their labels. The arrays are fresh copies in every call, so
        writing to them is safe.

    Raises:
        ValueError: If the file is damaged.
        FileNotFoundError: If the file is missing.

    Example:
        >>> data = campus_walk()
        >>> data
        VideoDataset(campus_walk: 795 frames, 96x128 uint8; 240 train, ...)
        >>> np.bincount(data.labels[data.test]).tolist()
        [172, 273]
    """
    raw, about = _raw(), card("campus_walk")
    numbers = np.arange(len(raw["frames"]))
    labels = raw["labels"].astype(np.int64)
    later = numbers[_TEST]
    return VideoDataset(
        frames=raw["frames"].copy(),
        labels=labels,
        train=numbers[_TRAIN].copy(),
        calibration=numbers[_CALIBRATION].copy(),
        test=later[labels[_TEST] >= 0],
        names=about.classes,
        card=about,
    )


@functools.cache
def _raw() -> dict[str, np.ndarray]:
    arrays = read_npz(card("campus_walk").file)
    for array in arrays.values():
        array.setflags(write=False)
    return arrays
