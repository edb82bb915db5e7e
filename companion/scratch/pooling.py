"""Pooling: one number for each window of each channel."""

from __future__ import annotations

import math

import numpy as np

from companion.scratch.layer import Layer

__all__ = ["AveragePooling2D", "MaxPooling2D"]


class _Pooling2D(Layer):
    """Windows without parameters."""

    def __init__(
        self,
        pool_size: int | tuple[int, int] = 2,
        strides: int | tuple[int, int] | None = None,
        padding: str = "valid",
        name: str | None = None,
    ):
        super().__init__(name)
        self.pool_size = self._check_pair("pool_size", pool_size)
        self.strides = (
            self.pool_size if strides is None else self._check_pair("strides", strides)
        )
        self.padding = self._check_padding(padding)

    def _build(self, rng):
        self._check_rank("H", "W", "C")
        *image, channels = self.input_shape
        self._windows = self._fit_windows(
            tuple(image), self.pool_size, self.strides, self.padding
        )
        return (*self._windows.places, channels)


class MaxPooling2D(_Pooling2D):
    r"""The largest value in each window.

    .. math::

        Y_{n,p,q,c} = \max_{i,j} X_{n,\; p s_h + i,\; q s_w + j,\; c}

    (Goodfellow et al., 2016, section 9.3). The gradient of an output goes to the pixel
    that was the largest; of several equally large ones, to the first in reading order,
    as in TensorFlow.

    Args:
        pool_size: (kh, kw), or one number for both.
        strides: (sh, sw), or one number for both; by default ``pool_size``.
        padding: ``"valid"`` or ``"same"``; padding is never the largest.
        name: The layer's name.

    Raises:
        TypeError: If a size is no whole number.
        ValueError: If a size is below 1 or ``padding`` is unknown.

    Example:
        >>> layer = MaxPooling2D(2)
        >>> layer.build((2, 4, 1), rng=0)
        (1, 2, 1)
        >>> x = np.array([[1, 2, 5, 5], [4, 3, 5, 5]], "float32").reshape(1, 2, 4, 1)
        >>> layer.forward(x).ravel()
        array([4., 5.], dtype=float32)
        >>> gradient = np.array([10, 20], "float32").reshape(1, 1, 2, 1)
        >>> layer.backward(gradient)[0, :, :, 0]
        array([[ 0.,  0., 20.,  0.],
               [10.,  0.,  0.,  0.]], dtype=float32)
    """

    def _forward(self, x, training):
        padded = self._windows.pad(x, -np.inf)  # (N, H', W', C)
        y, winner = self._largest(padded, training)
        return y, (padded, winner)

    def _backward(self, gradient, cache, input_gradient):
        padded, winner = cache
        if winner is None:
            _, winner = self._largest(padded, True)
        back = np.zeros(padded.shape, self.dtype)  # (N, H', W', C)
        for k, (_, index) in enumerate(self._windows.offsets()):
            if self._windows.overlap:
                back[index] += gradient * (winner == k)
            else:
                np.multiply(gradient, winner == k, out=back[index])
        return self._windows.crop(back)

    def _largest(self, padded, note):
        """Return each window's maximum and, if asked to note it, which pixel it is."""
        offsets = self._windows.offsets()
        y = padded[next(offsets)[1]].copy()  # (N, P, Q, C)
        kind = np.min_scalar_type(math.prod(self.pool_size))
        winner = np.zeros(y.shape, kind) if note else None
        for k, (_, index) in enumerate(offsets, 1):
            if note:
                larger = (padded[index] > y).astype(kind)
                larger *= kind.type(k)  # k where pixel k is the largest so far, or 0
                np.maximum(winner, larger, out=winner)
            np.maximum(y, padded[index], out=y)
        return y, winner


class AveragePooling2D(_Pooling2D):
    r"""The mean of each window.

    .. math::

        Y_{n,p,q,c} = \frac{1}{m_{p,q}} \sum_{i,j}
        X_{n,\; p s_h + i,\; q s_w + j,\; c}

    over the :math:`m_{p,q}` pixels of the window that lie on the image: padding is not
    counted, as in TensorFlow (LeCun et al., 1998, section II.B, have such a layer with
    trainable coefficients). Every pixel gets back an equal share.

    Args:
        pool_size: (kh, kw), or one number for both.
        strides: (sh, sw), or one number for both; by default ``pool_size``.
        padding: ``"valid"`` or ``"same"``.
        name: The layer's name.

    Raises:
        TypeError: If a size is no whole number.
        ValueError: If a size is below 1 or ``padding`` is unknown.

    Example:
        >>> layer = AveragePooling2D(2)
        >>> layer.build((2, 2, 1), rng=0)
        (1, 1, 1)
        >>> layer.forward(np.array([1, 2, 3, 6], "float32").reshape(1, 2, 2, 1)).item()
        3.0
        >>> layer.backward(np.array(4, "float32").reshape(1, 1, 1, 1)).ravel()
        array([1., 1., 1., 1.], dtype=float32)
    """

    def _build(self, rng):
        output_shape = super()._build(rng)
        inside = self._windows.pad(np.ones((1, *self.input_shape[:2], 1), self.dtype))
        count = sum(inside[index] for _, index in self._windows.offsets())
        self._share = 1 / count  # (1, P, Q, 1): 1 / m of each window
        return output_shape

    def _forward(self, x, training):
        padded = self._windows.pad(x)  # (N, H', W', C)
        (_, first), *others = self._windows.offsets()
        y = padded[first].copy()  # (N, P, Q, C)
        for _, index in others:
            y += padded[index]
        y *= self._share
        return y, padded.shape

    def _backward(self, gradient, padded_shape, input_gradient):
        share = gradient * self._share  # (N, P, Q, C)
        back = np.zeros(padded_shape, self.dtype)  # (N, H', W', C)
        for _, index in self._windows.offsets():
            back[index] += share
        return self._windows.crop(back)
