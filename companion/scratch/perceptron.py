"""Rosenblatt's perceptron: one neuron that learns from its mistakes."""

from __future__ import annotations

import numpy as np

from companion._checks import finite, number
from companion._seeds import checked_seed

__all__ = ["Perceptron"]


class Perceptron:
    r"""A linear classifier of two classes, trained by Rosenblatt's rule.

    The neuron says 1 if :math:`w \cdot x + b > 0`, else 0. Example by example, it
    changes its weights only when it is wrong (Rosenblatt, 1958):

    .. math::

        w \leftarrow w + (y - \hat y)\, x, \qquad b \leftarrow b + (y - \hat y) .

    If a hyperplane separates the classes, it makes a finite number of mistakes
    (Novikoff, 1962); if none does, it never comes to rest. There is no learning rate:
    starting from zero, it would only scale the weights.

    Args:
        epochs: Most passes over the examples; training stops earlier after a pass
            without a mistake.
        seed: Fixes the order of the examples in each pass.

    Attributes:
        weights: Shape (F,), after ``fit``.
        bias: A float, after ``fit``.
        errors: Mistakes in each pass.

    Raises:
        TypeError: If ``epochs`` or ``seed`` is no number.
        ValueError: If ``epochs`` is below 1 or not whole, or ``seed`` out of range.

    Example:
        >>> x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
        >>> perceptron = Perceptron(seed=0).fit(x, [0, 0, 0, 1])  # AND
        >>> perceptron.predict(x)
        array([0, 0, 0, 1])
        >>> perceptron.errors[-1]
        0
        >>> Perceptron(epochs=50).fit(x, [0, 1, 1, 0]).errors[-1] > 0  # XOR
        True
    """

    def __init__(self, epochs: int = 100, seed: int = 0):
        number("epochs", epochs, low=1, integer=True)
        self.epochs = epochs
        self.seed = checked_seed(seed)
        self.weights: np.ndarray | None = None
        self.bias = 0.0
        self.errors: list[int] = []

    def fit(self, x: np.ndarray, y: np.ndarray) -> Perceptron:
        """Learn from examples.

        Args:
            x: Features, shape (N, F).
            y: Labels, shape (N,), each 0 or 1.

        Returns:
            The perceptron itself.

        Raises:
            ValueError: If the shapes do not fit, a feature is not finite, or a label
                is neither 0 nor 1. The perceptron is not fitted then.
        """
        self.weights, self.bias, self.errors = None, 0.0, []
        x, y = np.asarray(x, float), np.asarray(y)
        if x.ndim != 2 or y.shape != x.shape[:1] or not x.size:
            raise ValueError(
                "Perceptron: expected x in shape (N, F) and y in shape (N,) with N and "
                f"F at least 1, got {x.shape} and {y.shape}"
            )
        finite("Perceptron: x", x)
        if not np.isin(y, (0, 1)).all():
            raise ValueError(
                f"Perceptron: labels must be 0 or 1, got {np.unique(y)[:5].tolist()}"
            )
        y = y.astype(int)
        rng = np.random.default_rng(self.seed)
        self.weights = np.zeros(x.shape[1])
        for _ in range(self.epochs):
            mistakes = 0
            # Each step depends on the one before it: the rule has no batches.
            for n in rng.permutation(len(x)):
                error = y[n] - (x[n] @ self.weights + self.bias > 0)  # -1, 0 or 1
                if error:
                    self.weights += error * x[n]
                    self.bias += float(error)
                    mistakes += 1
            self.errors.append(mistakes)
            if not mistakes:
                break
        return self

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Classify examples.

        Args:
            x: Features, shape (N, F).

        Returns:
            Labels, shape (N,), each 0 or 1.

        Raises:
            RuntimeError: If the perceptron has not been fitted.
            ValueError: If ``x`` does not have the features that were learned, or one
                is not finite.
        """
        if self.weights is None:
            raise RuntimeError(
                "Perceptron: predict needs weights; call fit(x, y) first"
            )
        x = np.asarray(x, float)
        if x.ndim != 2 or x.shape[1] != len(self.weights):
            raise ValueError(
                f"Perceptron: expected x in shape (N, {len(self.weights)}), got "
                f"{x.shape}"
            )
        finite("Perceptron: x", x)
        return (x @ self.weights + self.bias > 0).astype(int)
