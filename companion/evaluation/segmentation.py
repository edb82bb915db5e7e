"""How well a class is named for every pixel."""

from __future__ import annotations

import numpy as np

from companion._checks import finite, number

__all__ = ["dice", "jaccard"]


def dice(y_true, y_pred, classes: int) -> np.ndarray:
    """Return the Dice coefficient of each class over all pixels.

    ``2 |A ∩ B| / (|A| + |B|)``, with A the pixels of the class and B those that are
    said to be of it (Dice, 1945). With the Jaccard index J it is ``2 J / (1 + J)``.

    Args:
        y_true: Classes, integers of any shape, such as (N, H, W).
        y_pred: The classes that were named, of the same shape.
        classes: Number of classes K.

    Returns:
        Shape (K,), float64, from 0 to 1; NaN for a class that neither has.

    Raises:
        TypeError: If they are no numbers.
        ValueError: If shapes differ, there are no pixels, or a value is no class.

    Example:
        >>> dice([[0, 1], [1, 1]], [[0, 0], [1, 1]], 2).round(3)
        array([0.667, 0.8  ])
    """
    both, one, other = _counts(y_true, y_pred, classes)
    return _ratio(2 * both, one + other)


def jaccard(y_true, y_pred, classes: int) -> np.ndarray:
    """Return the Jaccard index of each class, the intersection over the union.

    ``|A ∩ B| / |A ∪ B|``, with A the pixels of the class and B those that are said to
    be of it (Jaccard, 1912).

    Args:
        y_true: As for :func:`dice`.
        y_pred: As for :func:`dice`.
        classes: As for :func:`dice`.

    Returns:
        As for :func:`dice`.

    Raises:
        TypeError: As for :func:`dice`.
        ValueError: As for :func:`dice`.

    Example:
        >>> jaccard([[0, 1], [1, 1]], [[0, 0], [1, 1]], 2).round(3)
        array([0.5  , 0.667])
    """
    both, one, other = _counts(y_true, y_pred, classes)
    return _ratio(both, one + other - both)


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)


def _counts(y_true, y_pred, classes) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return for each class the pixels in both, in the first, in the second."""
    classes = number("classes", classes, 1, integer=True)
    first, second = _labels("y_true", y_true), _labels("y_pred", y_pred)
    if first.shape != second.shape or not first.size:
        raise ValueError(
            "y_true and y_pred must have the same shape with at least one pixel, got "
            f"{first.shape} and {second.shape}; of probabilities take .argmax(axis=-1)"
        )
    for name, array in (("y_true", first), ("y_pred", second)):
        if array.min() < 0 or array.max() >= classes:
            raise ValueError(
                f"{name} must be in 0..{classes - 1}, the classes, got "
                f"{array.min()}..{array.max()}"
            )
    pairs = np.bincount(
        classes * first.ravel() + second.ravel(), minlength=classes**2
    ).reshape(classes, classes)
    return np.diag(pairs), pairs.sum(axis=1), pairs.sum(axis=0)


def _labels(name: str, array) -> np.ndarray:
    array = finite(name, array)
    if array.dtype.kind == "f" and (array != np.floor(array)).any():
        raise ValueError(
            f"{name} must hold whole numbers, the classes, got "
            f"{array[array != np.floor(array)].ravel()[0]}; of probabilities take "
            ".argmax(axis=-1)"
        )
    return array.astype(np.int64)
