"""Small labeled images: MNIST and Fashion-MNIST."""

import functools
from dataclasses import dataclass
from typing import Literal

import numpy as np

from companion.datasets._card import Card, card
from companion.datasets._files import read_npz
from companion.datasets._split import check_split, split

__all__ = ["ImageDataset", "fashion_mnist", "mnist"]

Dtype = Literal["float32", "uint8"]


@dataclass(frozen=True, eq=False, repr=False)
class ImageDataset:
    """Labeled gray images in three parts; N differs from part to part.

    Attributes:
        x_train: Training images, (N, 28, 28, 1): N, H, W, C. Either float32 in
            [0, 1] or uint8 in 0..255; 0 is the background.
        y_train: Training labels, (N,) int64, from 0 to ``len(names) - 1``.
        x_val: Validation images like ``x_train``; (0, 28, 28, 1) if none were asked.
        y_val: Validation labels like ``y_train``; (0,) if none were asked.
        x_test: Test images like ``x_train``.
        y_test: Test labels like ``y_train``.
        names: Names of the classes; the label ``k`` means ``names[k]``.
        card: The data card: source, license, known faults.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_val: np.ndarray
    y_val: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    names: tuple[str, ...]
    card: Card

    def __repr__(self) -> str:
        shape = "x".join(map(str, self.x_train.shape[1:]))
        return (
            f"{type(self).__name__}({self.card.name}: {len(self.y_train)} train, "
            f"{len(self.y_val)} val, {len(self.y_test)} test; "
            f"{shape} {self.x_train.dtype}; {len(self.names)} classes)"
        )


def mnist(
    dtype: Dtype = "float32", validation_size: int = 0, seed: int = 0
) -> ImageDataset:
    """Load MNIST, 60,000 training and 10,000 test images of handwritten digits.

    The whole published set, in the published order. Source: LeCun et al. (1998),
    "Gradient-based learning applied to document recognition"; see the card.

    Args:
        dtype: ``"float32"`` for pixels in [0, 1] or ``"uint8"`` for 0..255.
        validation_size: Number of examples to take out of the training set for
            validation, stratified: each class's share is within one example of
            its share in the training set. Either 0 or at least one per class.
        seed: Chooses which examples those are; unused if ``validation_size`` is 0.

    Returns:
        The data set. Both parts of a split training set keep the published order.
        The arrays are fresh copies in every call, so writing to them is safe.

    Raises:
        TypeError: If ``validation_size`` or ``seed`` is not an integer.
        ValueError: If an argument is out of range, or the file is damaged.
        FileNotFoundError: If the file is missing.

    Example:
        >>> data = mnist()
        >>> data.x_train.shape, data.x_train.dtype, data.y_train.dtype
        ((60000, 28, 28, 1), dtype('float32'), dtype('int64'))
        >>> data.x_val.shape
        (0, 28, 28, 1)
        >>> mnist("uint8", validation_size=6_000, seed=1)
        ImageDataset(mnist: 54000 train, 6000 val, 10000 test; 28x28x1 uint8; ...)
    """
    return _load("mnist", dtype, validation_size, seed)


def fashion_mnist(
    dtype: Dtype = "float32", validation_size: int = 0, seed: int = 0
) -> ImageDataset:
    """Load a stratified third of Fashion-MNIST: 20,000 training, 4,000 test images.

    2,000 training and 400 test images of each class, in the published order; the
    card tells how they were drawn. Source: Xiao et al. (2017), "Fashion-MNIST: a
    novel image dataset for benchmarking machine learning algorithms".

    Args:
        dtype: As for :func:`mnist`.
        validation_size: As for :func:`mnist`.
        seed: As for :func:`mnist`.

    Returns:
        The data set, as for :func:`mnist`.

    Raises:
        TypeError: As for :func:`mnist`.
        ValueError: As for :func:`mnist`.
        FileNotFoundError: As for :func:`mnist`.

    Example:
        >>> data = fashion_mnist(validation_size=2_000)
        >>> data.x_train.shape, data.x_val.shape, data.x_test.shape
        ((18000, 28, 28, 1), (2000, 28, 28, 1), (4000, 28, 28, 1))
        >>> data.names[:3]
        ('T-shirt/top', 'Trouser', 'Pullover')
    """
    return _load("fashion_mnist", dtype, validation_size, seed)


def _load(name: str, dtype: Dtype, validation_size: int, seed: int) -> ImageDataset:
    _check_arguments(dtype, validation_size, seed)
    raw = _raw(name)
    train, val = split(raw["y_train"], validation_size, seed)
    return ImageDataset(
        x_train=_pixels(raw["x_train"][train], dtype),
        y_train=raw["y_train"][train].astype(np.int64),
        x_val=_pixels(raw["x_train"][val], dtype),
        y_val=raw["y_train"][val].astype(np.int64),
        x_test=_pixels(raw["x_test"], dtype),
        y_test=raw["y_test"].astype(np.int64),
        names=card(name).classes,
        card=card(name),
    )


@functools.cache
def _raw(name: str) -> dict[str, np.ndarray]:
    file = card(name).file
    arrays = read_npz(file)
    if file.by_column:
        for key in ("x_train", "x_test"):
            arrays[key] = np.ascontiguousarray(arrays[key].swapaxes(1, 2))
    for array in arrays.values():
        array.setflags(write=False)
    return arrays


def _pixels(images: np.ndarray, dtype: Dtype) -> np.ndarray:
    images = images[..., np.newaxis]
    return images.copy() if dtype == "uint8" else images / np.float32(255)


def _check_arguments(dtype: Dtype, validation_size: int, seed: int) -> None:
    if dtype not in ("float32", "uint8"):
        raise ValueError(f"dtype must be 'float32' or 'uint8', got {dtype!r}")
    check_split(validation_size, seed)
