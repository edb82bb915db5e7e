"""Rules that turn gradients into better parameters."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from companion._checks import finite, number

__all__ = ["SGD", "Adam", "Optimizer", "one_cycle"]


class Optimizer:
    """A rule for the next step: what :class:`SGD` and :class:`Adam` share.

    A rule of your own defines ``_step(name, parameter, gradient)``, which changes one
    parameter in place.

    Args:
        learning_rate: How far a step goes; it may be changed between steps.

    Attributes:
        learning_rate: The same.
        steps: Steps taken so far.

    Raises:
        TypeError: If ``learning_rate`` is no number.
        ValueError: If ``learning_rate`` is not positive and finite.

    Example:
        >>> class Sign(Optimizer):
        ...     def _step(self, name, parameter, gradient):
        ...         parameter -= self.learning_rate * np.sign(gradient)
        >>> weights = {"w": np.array([1.0, 2.0])}
        >>> Sign(0.5).update(weights, {"w": np.array([7.0, -3.0])})
        >>> weights["w"]
        array([0.5, 2.5])
    """

    def __init__(self, learning_rate: float):
        _positive(self, "learning_rate", learning_rate)
        self.learning_rate = learning_rate
        self.steps = 0
        self._memory: dict[str, tuple[np.ndarray, ...]] = {}

    def update(
        self, parameters: Mapping[str, np.ndarray], gradients: Mapping[str, np.ndarray]
    ) -> None:
        """Change parameters in place, one step along their gradients.

        An optimizer remembers past gradients by the parameters' names: use one for
        one network.

        Args:
            parameters: Arrays by name: those of a layer, or of a whole network.
            gradients: The loss's derivative by each of them, under the same names.

        Raises:
            TypeError: If a parameter or gradient is no array of floats.
            ValueError: If the names or shapes differ, a gradient is not finite, or the
                learning rate has been set to something negative or not finite.
        """
        who = type(self).__name__
        number(f"{who}: learning_rate", self.learning_rate, low=0)
        if parameters.keys() != gradients.keys():
            raise ValueError(
                f"{type(self).__name__}: expected a gradient for each of "
                f"{sorted(parameters)}, got {sorted(gradients)}"
            )
        for name, parameter in parameters.items():
            for array in (parameter, gradients[name]):
                if not np.issubdtype(getattr(array, "dtype", object), np.floating):
                    raise TypeError(
                        f"{who}: {name!r} and its gradient must be arrays of floats, "
                        f"got {getattr(array, 'dtype', type(array).__name__)}"
                    )
            if gradients[name].shape != parameter.shape:
                raise ValueError(
                    f"{type(self).__name__}: the gradient of {name!r} must have shape "
                    f"{parameter.shape}, got {gradients[name].shape}"
                )
            finite(f"{who}: the gradient of {name!r}", gradients[name])
        self.steps += 1
        for name, parameter in parameters.items():
            self._step(name, parameter, gradients[name])

    def _step(self, name: str, parameter: np.ndarray, gradient: np.ndarray) -> None:
        raise NotImplementedError(f"{type(self).__name__} defines no _step")


class SGD(Optimizer):
    r"""Gradient descent on batches, with momentum if you like.

    .. math::

        v \leftarrow \mu v - \eta g, \qquad \theta \leftarrow \theta + v

    with learning rate :math:`\eta` and momentum :math:`\mu` (Robbins & Monro, 1951;
    Polyak, 1964). Without momentum, :math:`\theta \leftarrow \theta - \eta g`.

    Args:
        learning_rate: :math:`\eta`; it may be changed between steps.
        momentum: :math:`\mu`, in [0, 1).

    Raises:
        ValueError: If a value is out of range.

    Example:
        >>> weights = {"w": np.array([1.0, 2.0])}
        >>> SGD(learning_rate=0.1).update(weights, {"w": np.array([1.0, -1.0])})
        >>> weights["w"]
        array([0.9, 2.1])
    """

    def __init__(self, learning_rate: float = 0.01, momentum: float = 0.0):
        super().__init__(learning_rate)
        _below_one(self, "momentum", momentum)
        self.momentum = momentum

    def _step(self, name, parameter, gradient):
        step = gradient * -self.learning_rate
        if self.momentum:
            if name in self._memory:
                step += self.momentum * self._memory[name][0]
            self._memory[name] = (step,)
        parameter += step


class Adam(Optimizer):
    r"""Steps of about the same size for every parameter, whatever its gradient's.

    .. math::

        m &\leftarrow \beta_1 m + (1 - \beta_1)\, g, &\quad
        v &\leftarrow \beta_2 v + (1 - \beta_2)\, g^2, \\
        \eta_t &= \eta\, \frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t}, &\quad
        \theta &\leftarrow \theta - \eta_t\, \frac{m}{\sqrt v + \epsilon}

    (Kingma & Ba, 2015, algorithm 1 in the order of section 2's last paragraph, which
    is also Keras's).

    Args:
        learning_rate: :math:`\eta`; it may be changed between steps.
        beta_1: :math:`\beta_1`, in [0, 1).
        beta_2: :math:`\beta_2`, in [0, 1).
        epsilon: :math:`\epsilon`, positive.

    Raises:
        ValueError: If a value is out of range.

    Example:
        >>> weights = {"w": np.array([1.0, 2.0])}
        >>> Adam(learning_rate=0.1).update(weights, {"w": np.array([5.0, -0.01])})
        >>> weights["w"].round(3)
        array([0.9, 2.1])
    """

    def __init__(
        self,
        learning_rate: float = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
    ):
        super().__init__(learning_rate)
        _below_one(self, "beta_1", beta_1)
        _below_one(self, "beta_2", beta_2)
        _positive(self, "epsilon", epsilon)
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon

    def _step(self, name, parameter, gradient):
        if name not in self._memory:
            zeros = np.zeros_like(parameter)
            self._memory[name] = zeros, zeros.copy()
        m, v = self._memory[name]
        m += (gradient - m) * (1 - self.beta_1)
        v += (gradient * gradient - v) * (1 - self.beta_2)
        rate = (
            self.learning_rate
            * math.sqrt(1 - self.beta_2**self.steps)
            / (1 - self.beta_1**self.steps)
        )
        parameter -= rate * m / (np.sqrt(v) + self.epsilon)


def one_cycle(peak: float, warmup: float = 0.3) -> Callable[[float], float]:
    r"""Return a learning rate that rises to a peak and falls to zero.

    Linear from a 25th of the peak up to it, then half a cosine down (Smith & Topin,
    2019).

    Args:
        peak: The highest learning rate.
        warmup: Fraction of the training that goes up, in [0, 1).

    Returns:
        A function from the fraction of the training that is done, in [0, 1], to the
        learning rate. It raises a ValueError outside [0, 1] and for NaN.

    Raises:
        TypeError: If a value is no number.
        ValueError: If a value is out of range, NaN or infinite.

    Example:
        >>> rate = one_cycle(0.1, warmup=0.5)
        >>> [round(rate(done), 3) for done in (0, 0.25, 0.5, 0.75, 1)]
        [0.004, 0.052, 0.1, 0.05, 0.0]
    """
    number("peak", peak, low=0, open_low=True)
    if not 0 <= number("warmup", warmup) < 1:
        raise ValueError(f"warmup must be in [0, 1), got {warmup}")

    def rate(done: float) -> float:
        number("done", done, low=0, high=1)
        if done < warmup:
            return peak * (1 + 24 * done / warmup) / 25
        return peak * (1 + math.cos(math.pi * (done - warmup) / (1 - warmup))) / 2

    return rate


def _positive(optimizer: Optimizer, name: str, value) -> None:
    """Raise unless a setting is a positive number."""
    number(f"{type(optimizer).__name__}: {name}", value, low=0, open_low=True)


def _below_one(optimizer: Optimizer, name: str, value) -> None:
    """Raise unless a setting is a number in [0, 1)."""
    who = f"{type(optimizer).__name__}: {name}"
    if not 0 <= number(who, value) < 1:
        raise ValueError(f"{who} must be in [0, 1), got {value}")
