"""Layers on vectors: the dense layer, and flattening to get there."""

from __future__ import annotations

import math

import numpy as np

from companion.scratch.initializers import glorot_uniform
from companion.scratch.layer import Layer

__all__ = ["Dense", "Flatten"]


class Dense(Layer):
    r"""A weighted sum of all inputs for each output.

    .. math::

        Y &= X W + b, &\quad
        \frac{\partial L}{\partial X} &= G\, W^\top, \\
        \frac{\partial L}{\partial W} &= X^\top G, &\quad
        \frac{\partial L}{\partial b} &= \sum_n G_n,

    with :math:`G = \partial L / \partial Y` (Goodfellow et al., 2016, section 6.5.6).
    If examples have several axes, the layer acts on the last one.

    Args:
        units: Number of outputs.
        name: The layer's name.

    Raises:
        TypeError: If ``units`` is no whole number.
        ValueError: If ``units`` is below 1.

    Example:
        >>> layer = Dense(2)
        >>> layer.build((3,), rng=0)
        (2,)
        >>> layer.parameters["kernel"][:] = [[1, 0], [0, 1], [1, 1]]
        >>> layer.forward(np.array([[1, 2, 3]], "float32"))
        array([[4., 5.]], dtype=float32)
        >>> layer.backward(np.array([[1, 10]], "float32"))
        array([[ 1., 10., 11.]], dtype=float32)
        >>> layer.gradients["bias"]
        array([ 1., 10.], dtype=float32)
    """

    def __init__(self, units: int, name: str | None = None):
        super().__init__(name)
        self.units = self._check_count("units", units)

    def _build(self, rng):
        *axes, features = self.input_shape
        self.parameters["kernel"] = glorot_uniform(
            (features, self.units), rng, self.dtype
        )
        self.parameters["bias"] = np.zeros(self.units, self.dtype)
        return (*axes, self.units)

    def _forward(self, x, training):
        x = x.reshape(-1, x.shape[-1])  # (M, F): all axes but the last together
        y = x @ self.parameters["kernel"]  # (M, F) (F, U) -> (M, U)
        y += self.parameters["bias"]  # (U,) to every row
        return y.reshape(-1, *self.output_shape), x

    def _backward(self, gradient, x, input_gradient):
        gradient = gradient.reshape(-1, self.units)  # (M, U)
        self.gradients["kernel"] = x.T @ gradient  # (F, M) (M, U) -> (F, U)
        self.gradients["bias"] = sum_rows(gradient)  # (U,)
        if not input_gradient:
            return None
        back = gradient @ self.parameters["kernel"].T  # (M, U) (U, F) -> (M, F)
        return back.reshape(-1, *self.input_shape)


class Flatten(Layer):
    """All axes of an example in one, the last axis running fastest.

    Args:
        name: The layer's name.

    Example:
        >>> layer = Flatten()
        >>> layer.build((2, 3, 4), rng=0)
        (24,)
        >>> layer.forward(np.zeros((5, 2, 3, 4), "float32")).shape
        (5, 24)
    """

    def _build(self, rng):
        return (math.prod(self.input_shape),)

    def _forward(self, x, training):
        return x.reshape(len(x), -1), None

    def _backward(self, gradient, cache, input_gradient):
        return gradient.reshape(-1, *self.input_shape)


def sum_rows(matrix: np.ndarray) -> np.ndarray:
    """Add up the rows of a matrix, as a product: several times faster than ``sum``.

    Args:
        matrix: Shape (M, F).

    Returns:
        Shape (F,).

    Example:
        >>> sum_rows(np.array([[1.0, 2.0], [3.0, 4.0]]))
        array([4., 6.])
    """
    return np.ones(len(matrix), matrix.dtype) @ matrix
