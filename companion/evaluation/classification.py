"""How good a classifier is, how sure one may be of it, and where it fails."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from companion import _checks
from companion._checks import finite_rows, labels, number

__all__ = [
    "Accuracy",
    "Calibration",
    "Comparison",
    "accuracy",
    "calibration",
    "compare",
    "confusion_matrix",
    "worst_mistakes",
]


@dataclass(frozen=True)
class Accuracy:
    """An accuracy with its confidence interval.

    Attributes:
        correct: Number of correct predictions.
        total: Number of predictions.
        low: Lower end of the interval, a fraction.
        high: Upper end of the interval, a fraction.
    """

    correct: int
    total: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The accuracy, a fraction."""
        return self.correct / self.total

    def __str__(self):
        return f"{self.value:.2%} [{self.low:.2%}, {self.high:.2%}]"


@dataclass(frozen=True)
class Calibration:
    """A reliability curve and the expected calibration error.

    Attributes:
        confidence: Mean confidence in each bin that holds examples.
        accuracy: Accuracy in each of these bins.
        count: Number of examples in each of these bins.
        error: Expected calibration error,
            ``sum_b n_b / N abs(accuracy_b - confidence_b)``.
    """

    confidence: np.ndarray
    accuracy: np.ndarray
    count: np.ndarray
    error: float


@dataclass(frozen=True)
class Comparison:
    """Two classifiers on the same examples.

    Attributes:
        only_first: Examples that only the first classifier gets right.
        only_second: Examples that only the second one gets right.
        p_value: Of the exact McNemar test that both are equally good.
    """

    only_first: int
    only_second: int
    p_value: float


def accuracy(y_true, probabilities, *, confidence: float = 0.95) -> Accuracy:
    """Return the share of correct predictions with its Wilson score interval.

    Args:
        y_true: Labels, shape (N,), integers.
        probabilities: Probabilities or logits of the classes, shape (N, K).
        confidence: Level of the interval.

    Returns:
        The accuracy and its interval (Wilson, 1927).

    Raises:
        ValueError: If the shapes do not fit each other, scores are not finite, or
            ``confidence`` is not between 0 and 1.

    Example:
        >>> print(accuracy([0, 1, 1], [[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]]))
        66.67% [20.77%, 93.85%]
    """
    from scipy.stats import binomtest

    y_true, probabilities = _check(y_true, probabilities)
    number("confidence", confidence, 0, 1, open_low=True, open_high=True)
    correct = int((probabilities.argmax(axis=1) == y_true).sum())
    interval = binomtest(correct, len(y_true)).proportion_ci(confidence, "wilson")
    return Accuracy(correct, len(y_true), float(interval.low), float(interval.high))


def confusion_matrix(y_true, probabilities) -> np.ndarray:
    """Count how often each class is taken for each class.

    Args:
        y_true: Labels, shape (N,), integers.
        probabilities: Probabilities or logits of the classes, shape (N, K).

    Returns:
        Counts, shape (K, K): rows are true classes, columns are predictions.

    Raises:
        ValueError: If the shapes do not fit each other, or scores are not finite.

    Example:
        >>> confusion_matrix([0, 1, 1], [[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]])
        array([[1, 0],
               [1, 1]])
    """
    from sklearn import metrics

    y_true, probabilities = _check(y_true, probabilities)
    classes = range(probabilities.shape[1])
    return metrics.confusion_matrix(y_true, probabilities.argmax(1), labels=classes)


def calibration(y_true, probabilities, *, bins: int = 10) -> Calibration:
    """Compare the confidence of the predictions with how often they are right.

    The confidence of a prediction is its highest probability (Guo et al., 2017).

    Args:
        y_true: Labels, shape (N,), integers.
        probabilities: Probabilities of the classes, shape (N, K), rows summing to 1.
        bins: Number of equally wide bins of confidence.

    Returns:
        The reliability curve and the expected calibration error.

    Raises:
        ValueError: If the shapes do not fit, rows are not probabilities, or
            ``bins`` is below 1.

    Example:
        >>> calibration([0, 1], [[0.9, 0.1], [0.9, 0.1]]).error.round(3)
        np.float64(0.4)
    """
    from sklearn.calibration import calibration_curve

    y_true, probabilities = _check(y_true, probabilities)
    bins = number("bins", bins, 1, integer=True)
    _checks.probabilities("probabilities", probabilities)
    confidence = np.clip(probabilities.max(axis=1), 0, 1)
    right = probabilities.argmax(axis=1) == y_true
    share_right, mean_confidence = calibration_curve(right, confidence, n_bins=bins)
    edges = np.linspace(0, 1, bins + 1)
    count = np.bincount(np.searchsorted(edges[1:-1], confidence), minlength=bins)
    count = count[count > 0]
    error = np.sum(count / len(right) * np.abs(share_right - mean_confidence))
    return Calibration(mean_confidence, share_right, count, error)


def worst_mistakes(y_true, probabilities, *, top: int = 12) -> np.ndarray:
    """Find the wrong predictions that the classifier was most sure of.

    Args:
        y_true: Labels, shape (N,), integers.
        probabilities: Probabilities of the classes, shape (N, K).
        top: How many to return at most.

    Returns:
        Indices of the examples, the most confident mistake first.

    Raises:
        ValueError: If the shapes do not fit each other, or scores are not finite.

    Example:
        >>> worst_mistakes([1, 1, 0], [[0.6, 0.4], [0.9, 0.1], [0.8, 0.2]])
        array([1, 0])
    """
    y_true, probabilities = _check(y_true, probabilities)
    top = number("top", top, 0, integer=True)
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != y_true)
    order = np.argsort(-probabilities[wrong].max(axis=1), kind="stable")
    return wrong[order][:top]


def compare(y_true, first, second) -> Comparison:
    """Test whether two classifiers differ on the same examples.

    Only the examples that exactly one of them gets right say anything; under the
    hypothesis of equal quality they split like fair coin tosses (McNemar, 1947).

    Args:
        y_true: Labels, shape (N,), integers.
        first: Probabilities or logits of the first classifier, shape (N, K).
        second: The same of the second one.

    Returns:
        The two counts and the p-value of the exact test; 1 if they never differ.

    Raises:
        ValueError: If the shapes do not fit each other, or scores are not finite.

    Example:
        >>> good, bad = [[0.1, 0.9]] * 6, [[0.9, 0.1]] * 6
        >>> compare([1] * 6, good, bad).p_value
        0.03125
    """
    from scipy.stats import binomtest

    y_true, first = _check(y_true, first, "first")
    y_true, second = _check(y_true, second, "second")
    if first.shape != second.shape:
        raise ValueError(
            "first and second must score the same classes, got shapes "
            f"{first.shape} and {second.shape}"
        )
    first_right = first.argmax(axis=1) == y_true
    second_right = second.argmax(axis=1) == y_true
    only_first = int((first_right & ~second_right).sum())
    only_second = int((second_right & ~first_right).sum())
    differing = only_first + only_second
    p_value = float(binomtest(only_first, differing).pvalue) if differing else 1.0
    return Comparison(only_first, only_second, p_value)


def _check(y_true, probabilities, name="probabilities"):
    """Return labels and scores as arrays that fit each other and are finite."""
    scores = np.asarray(probabilities)
    if scores.ndim != 2 or not len(scores):
        raise ValueError(
            f"{name} must have shape (N, K) with N > 0, a row of scores for each "
            f"example, got {scores.shape}"
        )
    scores = finite_rows(name, scores)
    return labels("y_true", y_true, scores.shape[1], len(scores)), scores
