"""Derivatives without calculus, to check those with it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from companion._checks import finite, number

__all__ = ["numerical_gradient"]


def numerical_gradient(
    function: Callable[[np.ndarray], float], x: np.ndarray, epsilon: float = 1e-6
) -> np.ndarray:
    r"""Estimate a gradient by central differences.

    .. math::

        \frac{\partial f}{\partial x_i} \approx
        \frac{f(x + \epsilon e_i) - f(x - \epsilon e_i)}{2 \epsilon}

    The error of the formula falls with :math:`\epsilon^2`, that of rounding grows with
    :math:`1 / \epsilon` (Goodfellow et al., 2016, section 11.5), which is why this
    needs float64. The loop goes over the entries, because the function is a black box
    and every entry takes two calls of its own.

    Args:
        function: From an array like ``x`` to one number.
        x: Where to take the gradient, float64. Each entry is changed in place and
            put back, so ``x`` may be a layer's own parameter.
        epsilon: The step.

    Returns:
        The gradient, shaped like ``x``.

    Raises:
        TypeError: If ``x`` is no float64 array.
        ValueError: If ``epsilon`` is not positive and finite, or ``x`` or a value of
            the function is not finite.

    Example:
        >>> x = np.array([1.0, 2.0, 3.0])
        >>> numerical_gradient(lambda x: (x**2).sum(), x).round(6)
        array([2., 4., 6.])
    """
    if not isinstance(x, np.ndarray) or x.dtype != np.float64:
        got = getattr(x, "dtype", type(x).__name__)
        raise TypeError(
            f"numerical_gradient: x must be an array of float64, got {got}; in float32 "
            "rounding would drown the differences"
        )
    number("numerical_gradient: epsilon", epsilon, low=0, open_low=True)
    finite("numerical_gradient: x", x)
    gradient = np.empty_like(x)
    for index, value in np.ndenumerate(x):
        try:
            x[index] = value + epsilon
            above = function(x)
            x[index] = value - epsilon
            below = function(x)
        finally:
            x[index] = value
        if not np.isfinite([above, below]).all():
            raise ValueError(
                f"numerical_gradient: the function must give finite numbers, got "
                f"{above} and {below} around x{list(index)} = {value}"
            )
        gradient[index] = (above - below) / (2 * epsilon)
    return gradient
