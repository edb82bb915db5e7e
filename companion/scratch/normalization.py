"""Layers that behave differently in training: batch normalization and dropout."""

from __future__ import annotations

import numpy as np

from companion._checks import number
from companion._seeds import checked_seed
from companion.scratch.layer import Layer

__all__ = ["BatchNormalization", "Dropout"]


class BatchNormalization(Layer):
    r"""Every channel with the mean and variance of the batch taken out.

    In training, over the :math:`m` values that a channel has in a batch,

    .. math::

        \mu &= \frac1m \sum_i x_i, &\quad
        \sigma^2 &= \frac1m \sum_i (x_i - \mu)^2, \\
        \hat x_i &= \frac{x_i - \mu}{\sqrt{\sigma^2 + \epsilon}}, &\quad
        y_i &= \gamma \hat x_i + \beta .

    With :math:`g = \partial L / \partial y`, and because :math:`\mu` and
    :math:`\sigma` depend on every :math:`x_i` themselves,

    .. math::

        \frac{\partial L}{\partial \gamma} &= \sum_i g_i \hat x_i, \qquad
        \frac{\partial L}{\partial \beta} = \sum_i g_i, \\
        \frac{\partial L}{\partial x_i}
        &= \frac{\gamma}{\sqrt{\sigma^2 + \epsilon}} \Bigl(
        g_i - \frac1m \frac{\partial L}{\partial \beta}
        - \frac{\hat x_i}{m} \frac{\partial L}{\partial \gamma} \Bigr)

    (Ioffe & Szegedy, 2015, section 3). Otherwise moving averages, kept in ``state``,
    stand in for :math:`\mu` and :math:`\sigma^2` and are constants to the gradient.

    Args:
        momentum: Share of a moving average that one batch leaves in place.
        epsilon: Added to the variance.
        name: The layer's name.

    Raises:
        ValueError: If ``momentum`` is not in [0, 1) or ``epsilon`` not positive.

    Example:
        >>> layer = BatchNormalization(epsilon=1e-9)
        >>> layer.build((1,), rng=0)
        (1,)
        >>> x = np.array([[1], [3]], "float32")
        >>> layer.forward(x, training=True).ravel()
        array([-1.,  1.], dtype=float32)
        >>> layer.state["moving_mean"]  # 0.99 of 0, 0.01 of 2
        array([0.02], dtype=float32)
    """

    def __init__(
        self, momentum: float = 0.99, epsilon: float = 1e-3, name: str | None = None
    ):
        super().__init__(name)
        if not 0 <= number(f"{self._label}: momentum", momentum) < 1:
            raise ValueError(
                f"{self._label}: momentum must be in [0, 1), got {momentum}"
            )
        number(f"{self._label}: epsilon", epsilon, low=0, open_low=True)
        self.momentum, self.epsilon = momentum, epsilon

    def _build(self, rng):
        channels = self.input_shape[-1]
        self.parameters["gamma"] = np.ones(channels, self.dtype)
        self.parameters["beta"] = np.zeros(channels, self.dtype)
        self.state["moving_mean"] = np.zeros(channels, self.dtype)
        self.state["moving_variance"] = np.ones(channels, self.dtype)
        return self.input_shape

    def _forward(self, x, training):
        x = x.reshape(-1, x.shape[-1])  # (M, C)
        if training:
            mean = x.mean(axis=0)  # (C,)
            normalized = x - mean  # (M, C)
            variance = np.einsum("mc,mc->c", normalized, normalized) / len(x)  # (C,)
            for name, now in (("moving_mean", mean), ("moving_variance", variance)):
                average = self.state[name]
                average *= self.momentum
                average += (1 - self.momentum) * now
        else:
            variance = self.state["moving_variance"]
            normalized = x - self.state["moving_mean"]
        scale = 1 / np.sqrt(variance + self.epsilon)  # (C,)
        normalized *= scale
        y = normalized * self.parameters["gamma"]  # (M, C)
        y += self.parameters["beta"]
        return y.reshape(-1, *self.output_shape), (normalized, scale, training)

    def _backward(self, gradient, cache, input_gradient):
        normalized, scale, training = cache
        gradient = gradient.reshape(normalized.shape)  # (M, C)
        gamma = np.einsum("mc,mc->c", gradient, normalized)  # (C,)
        beta = gradient.sum(axis=0)  # (C,)
        self.gradients["gamma"], self.gradients["beta"] = gamma, beta
        if not input_gradient:
            return None
        if training:
            back = normalized * (gamma / -len(normalized))  # (M, C)
            back += gradient
            back -= beta / len(normalized)
            back *= scale * self.parameters["gamma"]
        else:
            back = gradient * (scale * self.parameters["gamma"])
        return back.reshape(-1, *self.input_shape)


class Dropout(Layer):
    r"""In training, each value with probability ``rate`` replaced by zero.

    .. math::

        y_i = \frac{r_i}{1 - p} x_i, \qquad r_i \in \{0, 1\}, \quad
        P(r_i = 0) = p

    (Srivastava et al., 2014; dividing by :math:`1 - p` in training, so that nothing
    is left to do afterwards, is their section 10). The gradient meets the same mask.

    Args:
        rate: :math:`p`, in [0, 1).
        seed: Fixes the masks; by default the generator given to ``build`` does.
        name: The layer's name.

    Raises:
        ValueError: If ``rate`` is not in [0, 1).

    Example:
        >>> layer = Dropout(0.5, seed=0)
        >>> layer.build((4,), rng=0)
        (4,)
        >>> x = np.ones((1, 4), "float32")
        >>> layer.forward(x, training=True)
        array([[2., 2., 2., 0.]], dtype=float32)
        >>> layer.backward(x)
        array([[2., 2., 2., 0.]], dtype=float32)
        >>> layer.forward(x)
        array([[1., 1., 1., 1.]], dtype=float32)
    """

    def __init__(self, rate: float, seed: int | None = None, name: str | None = None):
        super().__init__(name)
        if not 0 <= number(f"{self._label}: rate", rate) < 1:
            raise ValueError(f"{self._label}: rate must be in [0, 1), got {rate}")
        if seed is not None:
            seed = checked_seed(seed, f"{self._label}: seed")
        self.rate, self.seed = rate, seed

    def _build(self, rng):
        seed = int(rng.integers(2**31)) if self.seed is None else self.seed
        self._rng = np.random.default_rng(seed)
        return self.input_shape

    def _forward(self, x, training):
        if not (training and self.rate):
            return x, None
        kept = self._rng.random(x.shape, "float32") >= self.rate
        mask = kept * self.dtype.type(1 / (1 - self.rate))  # (N, ...): 0 or 1/(1 - p)
        return x * mask, mask

    def _backward(self, gradient, mask, input_gradient):
        return gradient if mask is None else gradient * mask
