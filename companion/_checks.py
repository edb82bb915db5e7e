"""One gate for data: what every public function that takes arrays asks of them.

Each check returns the array that the caller goes on with, or raises an error that
repeats what came and says what to do. NumPy only.
"""

from __future__ import annotations

import math
import numbers

import numpy as np

__all__ = [
    "finite",
    "finite_rows",
    "images",
    "labels",
    "number",
    "probabilities",
    "same_length",
]


def number(
    name: str,
    value: object,
    low: float | None = None,
    high: float | None = None,
    *,
    integer: bool = False,
    open_low: bool = False,
    open_high: bool = False,
) -> float:
    """Check a setting that is a real number.

    Args:
        name: As the caller's user calls it.
        value: What came.
        low: Smallest value allowed.
        high: Largest value allowed.
        integer: Whether it must be whole; ``3.0`` counts as 3.
        open_low: Whether ``low`` itself is refused.
        open_high: Whether ``high`` itself is refused.

    Returns:
        The value; an int if it must be whole.

    Raises:
        TypeError: If it is no real number, or a boolean.
        ValueError: If it is NaN, infinite, out of range or not whole.

    Example:
        >>> number("rate", 0.5, 0, 1)
        0.5
    """
    if isinstance(value, bool | np.bool_) or not isinstance(value, numbers.Real):
        raise TypeError(
            f"{name} must be a number, got {value!r} ({type(value).__name__})"
        )
    below = low is not None and (value < low or (open_low and value == low))
    above = high is not None and (value > high or (open_high and value == high))
    if not math.isfinite(value) or below or above:
        bounds = _range(low, high, open_low=open_low, open_high=open_high)
        raise ValueError(f"{name} must be {bounds}, got {value}")
    if not integer:
        return value
    if value != int(value):
        raise ValueError(f"{name} must be a whole number, got {value}")
    return int(value)


def _range(
    low: float | None, high: float | None, *, open_low: bool, open_high: bool
) -> str:
    if low is None and high is None:
        return "finite"
    if high is None:
        return "positive" if open_low and low == 0 else _side(low, "least", open_low)
    if low is None:
        return _side(high, "most", open_high)
    left, right = "(" if open_low else "[", ")" if open_high else "]"
    return f"in {left}{low}, {high}{right}"


def _side(bound: float, word: str, is_open: bool) -> str:
    if is_open:
        return f"{'above' if word == 'least' else 'below'} {bound}"
    return f"at {word} {bound}"


def finite(name: str, array: object) -> np.ndarray:
    """Check that no number of an array is NaN or infinite.

    Args:
        name: As the caller's user calls it.
        array: Anything that becomes an array of numbers, of any shape.

    Returns:
        The array.

    Raises:
        TypeError: If it does not hold real numbers.
        ValueError: If some are not finite.

    Example:
        >>> finite("x", [1, 2])
        array([1, 2])
    """
    array = _numbers(name, array)
    bad = int(array.size - np.isfinite(array).sum())
    if bad:
        raise ValueError(
            f"{name} must be finite, got {bad} of {array.size} values NaN or infinite; "
            "look where they come from, or leave those examples out"
        )
    return array


def finite_rows(name: str, array: np.ndarray) -> np.ndarray:
    """Check scores of examples, one row each, and tell how many rows are not finite.

    Args:
        name: As the caller's user calls it.
        array: Scores, shape (N, K).

    Returns:
        The array.

    Raises:
        TypeError: If it does not hold real numbers.
        ValueError: If a row has NaN or infinity.

    Example:
        >>> finite_rows("scores", np.ones((2, 3))).shape
        (2, 3)
    """
    array = _numbers(name, array)
    bad = int((~np.isfinite(array).all(axis=1)).sum())
    if bad:
        raise ValueError(
            f"{name} must be finite, got NaN or infinity in {bad} of {len(array)} "
            "rows; the model has diverged, or its input was not finite"
        )
    return array


def images(
    name: str, x: object, ndim: int | tuple[int, ...] = 4, *, floats: bool = True
) -> np.ndarray:
    """Check a batch of examples that a model computes with.

    Args:
        name: As the caller's user calls it.
        x: Examples along the first axis, such as images (N, H, W, C).
        ndim: How many axes it has, or which numbers of axes are allowed.
        floats: Whether integers, such as bytes of 0 to 255, are refused.

    Returns:
        The array.

    Raises:
        TypeError: If it holds no numbers, or integers where floats are needed.
        ValueError: If it has other axes, or values that are not finite.

    Example:
        >>> images("x", np.zeros((2, 28, 28, 1))).shape
        (2, 28, 28, 1)
    """
    array = _numbers(name, x)
    if floats and array.dtype.kind != "f":
        raise TypeError(
            f"{name} must hold floats, as the models here expect, got {array.dtype}; "
            f"for bytes of 0 to 255 hand in {name}.astype('float32') / 255"
        )
    allowed = (ndim,) if isinstance(ndim, int) else ndim
    if array.ndim not in allowed:
        shapes = " or ".join(_shape(count) for count in allowed)
        raise ValueError(f"{name} must have shape {shapes}, got {array.shape}")
    return finite(name, array)


def labels(
    name: str,
    y: object,
    classes: int | None = None,
    length: int | None = None,
    *,
    empty: bool = False,
) -> np.ndarray:
    """Check class labels.

    Args:
        name: As the caller's user calls it.
        y: One whole number per example, shape (N,).
        classes: How many classes there are; labels lie in 0..classes - 1.
        length: How many labels there must be.
        empty: Whether there may be none.

    Returns:
        The labels, int64, shape (N,).

    Raises:
        TypeError: If they are no numbers.
        ValueError: If the shape, the length or a label is not as it should be.

    Example:
        >>> labels("y", [0, 2, 1], classes=3)
        array([0, 2, 1])
    """
    array = _numbers(name, y)
    if array.ndim != 1:
        hint = (
            "; labels are class numbers, so of one-hot rows take .argmax(axis=1)"
            if array.ndim == 2
            else ""
        )
        raise ValueError(f"{name} must have shape (N,), got {array.shape}{hint}")
    if length is not None and len(array) != length:
        raise ValueError(
            f"{name} must have one label per example, {length}, got {len(array)}"
        )
    if not len(array):
        if empty:
            return array.astype(np.int64)
        raise ValueError(f"{name} must not be empty, got no labels")
    finite(name, array)
    if (array != np.floor(array)).any():
        wrong = array[array != np.floor(array)][0]
        raise ValueError(f"{name} must be whole numbers, got {wrong}")
    low, high = array.min(), array.max()
    if low < 0 or (classes is not None and high >= classes):
        wanted = "0 or more" if classes is None else f"in 0..{classes - 1}"
        raise ValueError(
            f"{name} must be {wanted}, the classes, got {low:g}..{high:g}; number the "
            "classes from 0 without gaps"
        )
    return array.astype(np.int64)


def probabilities(
    name: str, p: object, classes: int | None = None, length: int | None = None
) -> np.ndarray:
    """Check rows of class probabilities.

    Args:
        name: As the caller's user calls it.
        p: Shape (N, K), a row per example.
        classes: How many columns there must be.
        length: How many rows there must be.

    Returns:
        The array.

    Raises:
        TypeError: If it holds no numbers.
        ValueError: If a row is not finite, is negative somewhere, or does not sum to
            1 within 1e-3; the message tells how many rows.

    Example:
        >>> probabilities("p", [[0.25, 0.75]]).shape
        (1, 2)
    """
    array = _numbers(name, p)
    if array.ndim != 2 or (classes is not None and array.shape[1] != classes):
        shape = f"(N, {'K' if classes is None else classes})"
        raise ValueError(
            f"{name} must have shape {shape}, a row of class probabilities for each "
            f"example, got {array.shape}"
        )
    if length is not None and len(array) != length:
        raise ValueError(
            f"{name} must have one row per example, {length}, got {len(array)}"
        )
    finite_rows(name, array)
    sums = array.sum(axis=1, dtype=float)
    bad = int(((array < 0).any(axis=1) | (np.abs(sums - 1) > 1e-3)).sum())
    if bad:
        raise ValueError(
            f"{name} must hold probabilities: {bad} of {len(array)} rows are negative "
            "somewhere or do not sum to 1; a model gives probabilities if it ends with "
            "softmax"
        )
    return array


def same_length(**arrays: object) -> int:
    """Check that arrays hold equally many examples.

    Args:
        **arrays: The arrays by the names that the caller's user knows.

    Returns:
        How many examples.

    Raises:
        ValueError: If the lengths differ; the message has them all.

    Example:
        >>> same_length(x=[1, 2], y=[3, 4])
        2
    """
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} {length:,}" for name, length in lengths.items())
        raise ValueError(
            f"{' and '.join(lengths)} must have the same length, got {told}"
        )
    return next(iter(lengths.values()))


def _numbers(name: str, array: object) -> np.ndarray:
    try:
        array = np.asarray(array)
    except (ValueError, TypeError) as error:  # rows of different lengths
        raise TypeError(f"{name} must become an array of numbers: {error}") from None
    if array.dtype.kind not in "iufb":
        raise TypeError(
            f"{name} must hold numbers, got {array.dtype} in shape {array.shape}"
        )
    return array


def _shape(count: int) -> str:
    names = {1: "N", 2: "N, F", 3: "N, T, F", 4: "N, H, W, C"}
    return f"({names.get(count, ', '.join('·' * count))}{',' if count == 1 else ''})"
