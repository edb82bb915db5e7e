"""How parameters start: random, of a size that keeps signals and gradients alive."""

from __future__ import annotations

import math

import numpy as np

__all__ = ["glorot_uniform", "orthogonal"]


def glorot_uniform(
    shape: tuple[int, ...], rng: np.random.Generator, dtype: np.dtype | str = "float32"
) -> np.ndarray:
    r"""Draw a kernel whose outputs vary about as much as its inputs.

    Uniform on :math:`[-a, a]` with

    .. math::

        a = \sqrt{\frac{6}{n_\text{in} + n_\text{out}}},

    where :math:`n_\text{in}` inputs reach an output and :math:`n_\text{out}` outputs
    are reached by an input (Glorot & Bengio, 2010, equation 16).

    Args:
        shape: Of the kernel: input units last but one, output units last, positions
            of a convolution before them.
        rng: Generator to draw from.
        dtype: Of the kernel.

    Returns:
        The kernel.

    Raises:
        ValueError: If the shape has fewer than two axes or a size below 1.

    Example:
        >>> kernel = glorot_uniform((300, 200), np.random.default_rng(0))
        >>> bool(abs(kernel).max() <= (6 / 500) ** 0.5)
        True
    """
    _check_shape("glorot_uniform", shape, len(shape) >= 2)
    positions = math.prod(shape[:-2])
    limit = math.sqrt(6 / (positions * (shape[-2] + shape[-1])))
    return rng.uniform(-limit, limit, shape).astype(dtype)


def orthogonal(
    shape: tuple[int, int], rng: np.random.Generator, dtype: np.dtype | str = "float32"
) -> np.ndarray:
    r"""Draw a matrix with orthonormal columns, or rows if it is wider than high.

    Multiplying by a square one again and again neither blows a vector up nor shrinks
    it: :math:`\lVert h U \rVert = \lVert h \rVert` (Saxe et al., 2014).

    Args:
        shape: Of the matrix.
        rng: Generator to draw from.
        dtype: Of the matrix.

    Returns:
        The matrix.

    Raises:
        ValueError: If the shape has not two axes or a size is below 1.

    Example:
        >>> u = orthogonal((3, 3), np.random.default_rng(0), "float64")
        >>> np.allclose(u @ u.T, np.eye(3))
        True
    """
    _check_shape("orthogonal", shape, len(shape) == 2)
    rows, columns = shape
    normal = rng.standard_normal((max(shape), min(shape)))
    q, r = np.linalg.qr(normal)
    q *= np.sign(np.diag(r))  # makes the decomposition unique, so q is uniform
    return np.ascontiguousarray(q if rows >= columns else q.T).astype(dtype)


def _check_shape(who: str, shape, fits: bool) -> None:
    """Raise unless a shape fits and all its sizes are whole numbers from 1 on."""
    if not fits or not all(
        isinstance(size, int | np.integer) and size >= 1 for size in shape
    ):
        raise ValueError(
            f"{who}: shape must end with input and output units, all sizes whole "
            f"numbers of at least 1, got {tuple(shape)}"
        )
