"""The loss of a classifier."""

from __future__ import annotations

import numpy as np

from companion._checks import finite

__all__ = ["SoftmaxCrossEntropy", "softmax"]


def softmax(logits: np.ndarray) -> np.ndarray:
    r"""Turn each row of logits into probabilities.

    .. math::

        p_k = \frac{e^{z_k - m}}{\sum_j e^{z_j - m}}, \qquad m = \max_j z_j .

    Subtracting the maximum changes nothing but keeps the exponentials from
    overflowing (Goodfellow et al., 2016, section 4.1).

    Args:
        logits: Real numbers, shape (..., K), K at least 1; some of a row, but not
            all, may be -inf.

    Returns:
        Probabilities, shape (..., K); each row sums to 1.

    Raises:
        ValueError: If there is no such axis, a value is NaN, or the largest of a row
            is infinite.

    Example:
        >>> softmax(np.array([[0.0, 0.0], [1000.0, 0.0]]))
        array([[0.5, 0.5],
               [1. , 0. ]])
    """
    logits = np.asarray(logits)
    if not logits.ndim or not logits.shape[-1]:
        raise ValueError(
            f"softmax: logits must have shape (..., K), got {logits.shape}"
        )
    check_no_nan("softmax", logits)
    largest = logits.max(axis=-1, keepdims=True)
    finite("softmax: the largest logit of a row", largest)
    powers = np.exp(logits - largest)
    powers /= powers.sum(axis=-1, keepdims=True)
    return powers


class SoftmaxCrossEntropy:
    r"""Softmax and cross-entropy in one, from logits and integer labels.

    .. math::

        L = \frac{1}{N} \sum_n \Bigl( \log \sum_k e^{z_{n,k}} - z_{n,y_n} \Bigr),
        \qquad
        \frac{\partial L}{\partial z_{n,k}}
        = \frac{1}{N} \bigl( p_{n,k} - [k = y_n] \bigr)

    with :math:`p` the softmax of :math:`z` (Goodfellow et al., 2016, section 6.2.2.3).
    Taken together, the two never compute the logarithm of a rounded zero.

    Example:
        >>> loss = SoftmaxCrossEntropy()
        >>> round(loss.forward(np.array([[0.0, 0.0]]), np.array([1])), 4)
        0.6931
        >>> loss.backward()
        array([[ 0.5, -0.5]])
    """

    def __init__(self):
        self._cache: tuple[np.ndarray, np.ndarray] | None = None

    def forward(self, logits: np.ndarray, labels: np.ndarray) -> float:
        """Compute the mean loss of a batch.

        Args:
            logits: Shape (N, K), floats.
            labels: The true classes, shape (N,), integers from 0 to K - 1.

        Returns:
            The mean loss, in nats.

        Raises:
            TypeError: If the labels are no integers.
            ValueError: If a shape is wrong, a logit is not finite or a label is out of
                range.
        """
        self._cache = None  # if this fails, backward must not tell of an earlier pass
        logits, labels = np.asarray(logits), np.asarray(labels)
        if logits.ndim != 2 or not len(logits):
            raise ValueError(
                "SoftmaxCrossEntropy: expected logits in shape (N, K) with N at least "
                f"1, got {logits.shape}"
            )
        check_labels(labels, *logits.shape, "SoftmaxCrossEntropy")
        finite("SoftmaxCrossEntropy: logits", logits)
        rows = np.arange(len(labels))
        shifted = logits - logits.max(axis=1, keepdims=True)  # (N, K)
        powers = np.exp(shifted)  # (N, K)
        total = powers.sum(axis=1)  # (N,)
        loss = (np.log(total) - shifted[rows, labels]).mean(dtype=np.float64)
        powers /= total[:, None]  # now the probabilities
        self._cache = powers, labels
        return float(loss)

    def backward(self) -> np.ndarray:
        """Return the mean loss's gradient by the logits of the last pass.

        Returns:
            The gradient, shape (N, K), of the logits' dtype.

        Raises:
            RuntimeError: If there was no forward pass.
        """
        if self._cache is None:
            raise RuntimeError(
                "SoftmaxCrossEntropy: backward needs what a forward pass leaves "
                "behind; call forward(logits, labels) first"
            )
        probabilities, labels = self._cache
        gradient = probabilities.copy()  # (N, K)
        gradient[np.arange(len(labels)), labels] -= 1
        gradient /= len(labels)
        return gradient


def check_labels(labels: np.ndarray, examples: int, classes: int, who: str) -> None:
    """Raise unless labels are ``examples`` integers from 0 to ``classes`` - 1.

    Args:
        labels: What to check.
        examples: How many there must be.
        classes: How many classes there are.
        who: The name to begin the message with.

    Raises:
        TypeError: If the labels are no integers.
        ValueError: If their shape is wrong or one is out of range.
    """
    if labels.shape != (examples,):
        raise ValueError(
            f"{who}: expected labels in shape ({examples},), one per example, got "
            f"{labels.shape}"
        )
    if not np.issubdtype(labels.dtype, np.integer):
        raise TypeError(f"{who}: expected labels as integers, got {labels.dtype}")
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(
            f"{who}: labels must be in 0..{classes - 1}, got "
            f"{labels.min()}..{labels.max()}"
        )


def check_no_nan(who: str, array: np.ndarray) -> None:
    """Raise if an array holds a NaN; infinities may pass.

    Args:
        who: The name to begin the message with.
        array: What to check.

    Raises:
        ValueError: If a value is NaN.

    Example:
        >>> check_no_nan("softmax", np.array([0.0, -np.inf]))
    """
    count = int(np.isnan(array).sum())
    if count:
        raise ValueError(
            f"{who}: expected numbers, got {count} NaN among {array.size} values"
        )
