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

    Example:
        >>> kernel = glorot_uniform((300, 200), np.random.default_rng(0))
        >>> bool(abs(kernel).max() <= (6 / 500) ** 0.5)
        True
    """
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

    Example:
        >>> u = orthogonal((3, 3), np.random.default_rng(0), "float64")
        >>> np.allclose(u @ u.T, np.eye(3))
        True
    """
    rows, columns = shape
    normal = rng.standard_normal((max(shape), min(shape)))
    q, r = np.linalg.qr(normal)
    q *= np.sign(np.diag(r))  # makes the decomposition unique, so q is uniform
    return np.ascontiguousarray(q if rows >= columns else q.T).astype(dtype)
