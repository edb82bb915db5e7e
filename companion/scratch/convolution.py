"""Convolution as one matrix product."""

from __future__ import annotations

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from companion.scratch.initializers import glorot_uniform
from companion.scratch.layer import Layer

__all__ = ["Conv2D"]

# Windows are copied in runs of kw C numbers that lie side by side. If these are
# shorter than this, copying one position of all windows at a time is quicker.
SHORT_RUN = 16


class Conv2D(Layer):
    r"""A convolution of images with a set of kernels.

    .. math::

        Y_{n,p,q,f} = b_f + \sum_{i,j,c}
        X_{n,\; p s_h + i,\; q s_w + j,\; c}\; K_{i,j,c,f}

    (Goodfellow et al., 2016, section 9.1; strictly a cross-correlation: the kernel is
    not flipped). All windows of all images become the rows of one matrix, and the
    layer one matrix product (Chellapilla et al., 2006), with one more column of ones
    for the bias. The gradients of kernel and bias are another product with the same
    matrix; the gradient of the input adds up, at every pixel, what the windows that
    contain it send back:

    .. math::

        \frac{\partial L}{\partial K_{i,j,c,f}} &= \sum_{n,p,q}
        X_{n,\; p s_h + i,\; q s_w + j,\; c}\; G_{n,p,q,f}, \\
        \frac{\partial L}{\partial X_{n,\; p s_h + i,\; q s_w + j,\; c}}
        &\mathrel{+}= \sum_f G_{n,p,q,f}\, K_{i,j,c,f},
        \qquad G = \frac{\partial L}{\partial Y} .

    Args:
        filters: Number of kernels F.
        kernel_size: (kh, kw), or one number for both.
        strides: (sh, sw), or one number for both.
        padding: ``"valid"``, or ``"same"`` for zeros around the image (TensorFlow's
            rule).
        name: The layer's name.

    Raises:
        TypeError: If a size is no whole number.
        ValueError: If a size is below 1 or ``padding`` is unknown.

    Example:
        >>> layer = Conv2D(1, 2)
        >>> layer.build((3, 3, 1), rng=0)
        (2, 2, 1)
        >>> layer.parameters["kernel"][:] = 1
        >>> x = np.arange(9, dtype="float32").reshape(1, 3, 3, 1)
        >>> layer.forward(x)[0, :, :, 0]
        array([[ 8., 12.],
               [20., 24.]], dtype=float32)
        >>> layer.backward(np.ones((1, 2, 2, 1), "float32"))[0, :, :, 0]
        array([[1., 2., 1.],
               [2., 4., 2.],
               [1., 2., 1.]], dtype=float32)
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int | tuple[int, int],
        strides: int | tuple[int, int] = 1,
        padding: str = "valid",
        name: str | None = None,
    ):
        super().__init__(name)
        self.filters = self._check_count("filters", filters)
        self.kernel_size = self._check_pair("kernel_size", kernel_size)
        self.strides = self._check_pair("strides", strides)
        self.padding = self._check_padding(padding)

    def _build(self, rng):
        self._check_rank("H", "W", "C")
        *image, channels = self.input_shape
        self._windows = self._fit_windows(
            tuple(image), self.kernel_size, self.strides, self.padding
        )
        self.parameters["kernel"] = glorot_uniform(
            (*self.kernel_size, channels, self.filters), rng, self.dtype
        )
        self.parameters["bias"] = np.zeros(self.filters, self.dtype)
        return (*self._windows.places, self.filters)

    def _forward(self, x, training):
        x = self._windows.pad(x)  # (N, H', W', C)
        columns = self._columns(x)  # (N P Q, kh kw C + 1)
        kernel = self.parameters["kernel"].reshape(-1, self.filters)  # (kh kw C, F)
        y = columns @ np.vstack([kernel, self.parameters["bias"]])  # (N P Q, F)
        return y.reshape(-1, *self.output_shape), (columns, x.shape)

    def _backward(self, gradient, cache, input_gradient):
        columns, padded_shape = cache
        kernel = self.parameters["kernel"]  # (kh, kw, C, F)
        flat = gradient.reshape(-1, self.filters)  # (N P Q, F)
        both = columns.T @ flat  # (kh kw C + 1, N P Q) (N P Q, F) -> (kh kw C + 1, F)
        self.gradients["kernel"] = both[:-1].reshape(kernel.shape)
        self.gradients["bias"] = both[-1]
        if not input_gradient:
            return None
        back = np.zeros(padded_shape, self.dtype)  # (N, H', W', C)
        for (i, j), index in self._windows.offsets():
            part = flat @ kernel[i, j].T  # (N P Q, F) (F, C) -> (N P Q, C)
            back[index] += part.reshape(-1, *self._windows.places, kernel.shape[2])
        return self._windows.crop(back)

    def _columns(self, x):
        """Return the windows of padded images as rows, each with a 1 at its end."""
        (kh, kw), (sh, sw) = self.kernel_size, self.strides
        examples, _, _, channels = x.shape
        places = (examples, *self._windows.places)
        columns = np.empty((math.prod(places), kh * kw * channels + 1), self.dtype)
        columns[:, -1] = 1  # the bias is the weight of an input that is always 1
        windows = columns[:, :-1].reshape(*places, kh, kw, channels)  # a view
        if kw * channels < SHORT_RUN:
            for (i, j), index in self._windows.offsets():
                windows[:, :, :, i, j] = x[index]  # (N, P, Q, C)
        else:
            views = sliding_window_view(x, (kh, kw), axis=(1, 2))  # (N,..,..,C,kh,kw)
            windows[...] = views[:, ::sh, ::sw].transpose(0, 1, 2, 4, 5, 3)
        return columns
