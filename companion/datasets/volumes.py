"""Slices through volumes, with a class for every pixel."""

import functools
from dataclasses import dataclass

import numpy as np

from companion.datasets._card import Card, card
from companion.datasets._files import read_npz

__all__ = ["SliceDataset", "brain_slices"]

PARTS = ("train", "val", "test")


@dataclass(frozen=True, eq=False, repr=False)
class SliceDataset:
    """Gray slices of one volume in three parts; N differs from part to part.

    Attributes:
        x_train: Training slices, (N, H, W, 1) float32 in [0, 1]; 0 is air.
        y_train: Their classes, (N, H, W) int64, from 0 to ``len(names) - 1``.
        z_train: Their heights in mm, (N,) int64, upward.
        x_val: Validation slices like ``x_train``.
        y_val: Their classes.
        z_val: Their heights.
        x_test: Test slices like ``x_train``.
        y_test: Their classes.
        z_test: Their heights.
        names: Names of the classes; the class ``k`` means ``names[k]``.
        card: The data card: source, license, known faults.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    z_train: np.ndarray
    x_val: np.ndarray
    y_val: np.ndarray
    z_val: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    z_test: np.ndarray
    names: tuple[str, ...]
    card: Card

    def __repr__(self) -> str:
        shape = "x".join(map(str, self.x_train.shape[1:]))
        return (
            f"{type(self).__name__}({self.card.name}: {len(self.x_train)} train, "
            f"{len(self.x_val)} val, {len(self.x_test)} test; "
            f"{shape} {self.x_train.dtype}; {len(self.names)} classes)"
        )


def brain_slices() -> SliceDataset:
    """Load 58 axial slices of an average brain with gray and white matter marked.

    The average of 152 people's brains, nobody's own. Training, validation and test
    slices form blocks with gaps of 6 mm between them. Source: Fonov et al. (2011),
    "Unbiased average age-appropriate atlases for pediatric studies"; see the card.

    Returns:
        The data set: 112 rows, front of the head first, and 96 columns of 2 mm. The
        arrays are fresh copies in every call, so writing to them is safe.

    Raises:
        ValueError: If the file is damaged.
        FileNotFoundError: If the file is missing.

    Example:
        >>> data = brain_slices()
        >>> data
        SliceDataset(brain_slices: 38 train, 6 val, 14 test; 112x96x1 float32; ...)
        >>> data.names
        ('the rest', 'gray matter', 'white matter')
    """
    raw = _raw("brain_slices")
    arrays = {}
    for number, name in enumerate(PARTS):
        kept = raw["part"] == number
        arrays[f"x_{name}"] = raw["x"][kept][..., np.newaxis] / np.float32(255)
        arrays[f"y_{name}"] = raw["y"][kept].astype(np.int64)
        arrays[f"z_{name}"] = raw["z_mm"][kept].astype(np.int64)
    about = card("brain_slices")
    return SliceDataset(**arrays, names=about.classes, card=about)


@functools.cache
def _raw(name: str) -> dict[str, np.ndarray]:
    arrays = read_npz(card(name).file)
    for array in arrays.values():
        array.setflags(write=False)
    return arrays
