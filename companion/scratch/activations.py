"""Activation functions: what makes a stack of layers more than one linear map."""

from __future__ import annotations

import numpy as np

from companion.scratch.layer import Layer
from companion.scratch.losses import check_no_nan

__all__ = ["ReLU", "Sigmoid", "Tanh", "sigmoid"]


class ReLU(Layer):
    r"""The rectified linear unit.

    .. math::

        y = \max(x, 0), \qquad
        \frac{\partial L}{\partial x}
        = \frac{\partial L}{\partial y} \cdot [x > 0]

    (Nair & Hinton, 2010). At 0, where there is no derivative, 0 is taken.

    Args:
        name: The layer's name.

    Example:
        >>> layer = ReLU()
        >>> layer.build((3,), rng=0)
        (3,)
        >>> layer.forward(np.array([[-1, 0, 2]], "float32"))
        array([[0., 0., 2.]], dtype=float32)
        >>> layer.backward(np.array([[5, 5, 5]], "float32"))
        array([[0., 0., 5.]], dtype=float32)
    """

    def _forward(self, x, training):
        y = np.maximum(x, 0)
        return y, y

    def _backward(self, gradient, y, input_gradient):
        back = (y > 0).astype(y.dtype)
        back *= gradient
        return back


class Sigmoid(Layer):
    r"""The logistic function.

    .. math::

        y = \sigma(x) = \frac{1}{1 + e^{-x}}, \qquad
        \frac{\partial L}{\partial x}
        = \frac{\partial L}{\partial y} \cdot y (1 - y)

    (Goodfellow et al., 2016, section 3.10).

    Args:
        name: The layer's name.

    Example:
        >>> layer = Sigmoid()
        >>> layer.build((1,), rng=0)
        (1,)
        >>> layer.forward(np.array([[0]], "float32"))
        array([[0.5]], dtype=float32)
        >>> layer.backward(np.array([[1]], "float32"))
        array([[0.25]], dtype=float32)
    """

    def _forward(self, x, training):
        y = logistic(x)
        return y, y

    def _backward(self, gradient, y, input_gradient):
        return gradient * y * (1 - y)


class Tanh(Layer):
    r"""The hyperbolic tangent.

    .. math::

        y = \tanh x, \qquad
        \frac{\partial L}{\partial x}
        = \frac{\partial L}{\partial y} \cdot (1 - y^2)

    (LeCun et al., 1998, "Efficient BackProp", section 4.4).

    Args:
        name: The layer's name.

    Example:
        >>> layer = Tanh()
        >>> layer.build((1,), rng=0)
        (1,)
        >>> layer.forward(np.array([[0]], "float32"))
        array([[0.]], dtype=float32)
        >>> layer.backward(np.array([[3]], "float32"))
        array([[3.]], dtype=float32)
    """

    def _forward(self, x, training):
        y = np.tanh(x)
        return y, y

    def _backward(self, gradient, y, input_gradient):
        return gradient * (1 - y * y)


def sigmoid(x: np.ndarray) -> np.ndarray:
    r"""Compute the logistic function without overflow.

    :math:`\sigma(x) = \tfrac12 (1 + \tanh \tfrac{x}{2})`, an identity whose right side
    never raises a large number to a power.

    Args:
        x: An array of floats.

    Returns:
        An array of the same shape and dtype, in [0, 1].

    Raises:
        ValueError: If a value is NaN.

    Example:
        >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
        array([0. , 0.5, 1. ])
    """
    x = np.asarray(x)
    check_no_nan("sigmoid", x)
    return logistic(x)


def logistic(x: np.ndarray) -> np.ndarray:
    """Compute :func:`sigmoid` without a look at what comes in, for layers.

    Args:
        x: An array of floats.

    Returns:
        An array of the same shape and dtype.

    Example:
        >>> logistic(np.zeros(1))
        array([0.5])
    """
    y = np.tanh(x * 0.5)
    y *= 0.5
    y += 0.5
    return y
