"""Images changed at random, so that a network sees more of them."""

from __future__ import annotations

import numpy as np

from companion._checks import finite, number

__all__ = ["random_shift"]


def random_shift(x: np.ndarray, max_shift: int, rng: np.random.Generator) -> np.ndarray:
    """Translate every image of a batch by its own random whole number of pixels.

    Rows and columns that move out are lost; zeros move in.

    Args:
        x: Images, shape (N, H, W, C), of any dtype.
        max_shift: Largest shift up, down, left or right, in pixels; smaller than H
            and W, so that something of every image remains.
        rng: Source of the shifts.

    Returns:
        An array of the shape and dtype of ``x``.

    Raises:
        TypeError: If ``max_shift`` is no number or ``rng`` no generator.
        ValueError: If ``x`` has not four dimensions or is not finite, or the shift is
            negative, no whole number, or as large as the images.

    Example:
        >>> x = np.zeros((1, 3, 3, 1)); x[0, 1, 1] = 1
        >>> random_shift(x, 1, np.random.default_rng(0)).sum()
        np.float64(1.0)
    """
    x = np.asarray(x)
    finite("x", x)
    check_shift(x.shape, max_shift)
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"rng must be a generator such as np.random.default_rng(0), got {rng!r}"
        )
    n, h, w, _ = x.shape
    s = max_shift
    padded = np.pad(x, ((0, 0), (s, s), (s, s), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (h, w), axis=(1, 2))
    top, left = rng.integers(0, 2 * s + 1, size=(2, n))
    return np.moveaxis(windows[np.arange(n), top, left], 1, -1)  # (N, C, H, W) -> NHWC


def check_shift(shape: tuple[int, ...], max_shift: int) -> None:
    """Raise unless images of a shape can be shifted that far.

    Args:
        shape: Of the images, (N, H, W, C).
        max_shift: Largest shift, in pixels.

    Raises:
        TypeError: If ``max_shift`` is no number.
        ValueError: If one does not go with the other.

    Example:
        >>> check_shift((100, 28, 28, 1), 2)
    """
    number("max_shift", max_shift, low=0, integer=True)
    if len(shape) != 4:
        raise ValueError(f"x must have shape (N, H, W, C) to be shifted, got {shape}")
    if max_shift >= min(shape[1:3]):
        raise ValueError(
            f"max_shift must be less than the images' height and width {shape[1:3]}, "
            f"or nothing of an image may remain, got {max_shift}"
        )
