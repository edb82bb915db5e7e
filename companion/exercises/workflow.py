"""Checks of the exercises of chapter 3."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from companion.exercises._answer import WrongAnswerError, check, right

__all__ = [
    "check_balanced_accuracy",
    "check_largest_rate",
    "check_stop_early",
    "check_target_encode",
]


@check
def check_balanced_accuracy(
    answer: Callable[[np.ndarray, np.ndarray], float],
) -> None:
    """Check a function that computes the balanced accuracy.

    Args:
        answer: From labels (N,) and predictions (N,) to the mean, over the classes
            that occur among the labels, of the share of the class that is predicted
            correctly.

    Raises:
        WrongAnswerError: With a hint, if a value is wrong.

    Example:
        >>> from sklearn.metrics import balanced_accuracy_score
        >>> check_balanced_accuracy(balanced_accuracy_score)
        ✓ right: balanced_accuracy on 3 sets of answers
    """
    cases = (
        ([0, 0, 0, 0, 1], [0, 0, 0, 1, 1]),
        ([0, 0, 0, 0, 0, 0, 1, 1], [0, 0, 0, 0, 0, 0, 0, 1]),
        ([2, 2, 2, 1, 1, 0], [2, 2, 1, 1, 1, 0]),
    )
    for labels, predictions in cases:
        y, p = np.array(labels), np.array(predictions)
        recalls = [(p[y == k] == k).mean() for k in np.unique(y)]
        precisions = [(y[p == k] == k).mean() for k in np.unique(p)]
        got, want = float(answer(y.copy(), p.copy())), float(np.mean(recalls))
        if abs(got - want) < 1e-9:
            continue
        hints = {
            (y == p).mean(): "this is the plain accuracy: take the share of correct "
            "answers within each class, then the mean of these",
            recalls[-1]: "this is the recall of one class: all classes count",
            np.mean(precisions): "this divides by the predictions of a class: divide "
            "by its labels",
        }
        hint = next(
            (text for value, text in hints.items() if abs(got - value) < 1e-9),
            "for each class: of the rows with this label, which share is right?",
        )
        raise WrongAnswerError(
            f"labels {labels}, predictions {predictions}: got {got:.4g}, expected "
            f"{want:.4g}; {hint}"
        )
    right("balanced_accuracy on 3 sets of answers")


@check
def check_target_encode(
    answer: Callable[[Sequence, Sequence[int], Sequence, float], np.ndarray],
) -> None:
    """Check a function that replaces categories by the mean label seen with them.

    Args:
        answer: From training categories (N,), their labels (N,), new categories (M,)
            and a smoothing s to encoded values (M,): (sum of the category's labels
            + s × mean of all labels) / (its count + s), and the mean of all labels
            for a category that training never saw.

    Raises:
        WrongAnswerError: With a hint, if a value is wrong.
    """
    categories, y = np.array(list("aaabbc")), np.array([1, 1, 0, 0, 0, 1])
    new = np.array(list("abcz"))
    prior, total = y.mean(), np.array([2.0, 0.0, 1.0])
    count = np.array([3.0, 2.0, 1.0])
    for smoothing in (0.0, 2.0):
        want = np.append((total + smoothing * prior) / (count + smoothing), prior)
        got = np.asarray(
            answer(categories.copy(), y.copy(), new.copy(), smoothing), float
        )
        if got.shape != want.shape:
            raise WrongAnswerError(
                f"expected {len(want)} values, one per new row, got shape {got.shape}"
            )
        if np.allclose(got, want):
            continue
        call = f"smoothing {smoothing:g}: got {got.round(3)}, expected {want.round(3)}"
        if not np.isclose(got[-1], prior):
            raise WrongAnswerError(
                f"{call}; training never saw 'z': use the mean of all training labels"
            )
        if np.allclose(got[:-1], total / count):
            raise WrongAnswerError(f"{call}; the smoothing has no effect")
        if np.allclose(got[:-1], total / (count + smoothing)):
            raise WrongAnswerError(
                f"{call}; smoothing pulls towards the mean of all labels, not to 0: "
                "add smoothing × mean to the sum as well"
            )
        raise WrongAnswerError(
            f"{call}; (sum of the category's labels + s × mean) / (count + s)"
        )
    right("target_encode, smoothed and not, with a category it never saw")


@check
def check_largest_rate(answer: Callable[[np.ndarray], float]) -> None:
    """Check a function that says below which learning rate a descent converges.

    Args:
        answer: From the Hessian of a quadratic function, a symmetric positive
            definite matrix, to the learning rate below which gradient descent
            converges from everywhere and above which it does not.

    Raises:
        WrongAnswerError: With a hint, if a value is wrong.

    Example:
        >>> check_largest_rate(lambda h: 2 / np.linalg.norm(h, 2))
        ✓ right: largest_rate on 3 quadratic functions
    """
    for hessian in (
        np.diag([1.0, 25.0]),
        np.array([[2.0, 1.0], [1.0, 2.0]]),
        np.array([[4.0, 1.0, 0.0], [1.0, 3.0, 1.0], [0.0, 1.0, 5.0]]),
    ):
        values = np.linalg.eigvalsh(hessian)
        got, want = float(answer(hessian.copy())), float(2 / values.max())
        if abs(got - want) < 1e-6 * want:
            continue
        hints = {
            1 / values.max(): "at 1 / λ one step reaches the bottom of the steepest "
            "direction; it may overshoot by nearly as much again",
            2 / values.min(): "the steepest direction decides, not the flattest",
            2 / np.trace(hessian): "the trace adds all curvatures; only the largest "
            "counts",
            2 / np.diag(hessian).max(): "the diagonal is not enough: take eigenvalues",
        }
        hint = next(
            (text for value, text in hints.items() if abs(got - value) < 1e-6 * value),
            "along an eigenvector each step multiplies w by 1 - rate × λ",
        )
        raise WrongAnswerError(
            f"for the Hessian {hessian.tolist()} got {got:.4g}, expected {want:.4g}; "
            f"{hint}"
        )
    right("largest_rate on 3 quadratic functions")


@check
def check_stop_early(answer: Callable[[Sequence[float], int], int]) -> None:
    """Check a function that says which epoch's weights early stopping keeps.

    Args:
        answer: From the validation losses of the epochs and a patience to the number
            of an epoch, from 0: training stops at the first epoch at which the best
            loss so far is ``patience`` epochs old, and keeps the weights of the
            epoch that had it.

    Raises:
        WrongAnswerError: With a hint, if an epoch is wrong.
    """
    cases = (
        ([0.5, 0.4, 0.3, 0.35, 0.36, 0.37], 2, 2, 4),
        ([0.5, 0.4, 0.41, 0.42, 0.43, 0.1], 3, 1, 4),
        ([0.5, 0.4, 0.45, 0.3, 0.2, 0.1], 2, 5, 5),
    )
    for losses, patience, want, stop in cases:
        got = answer(list(losses), patience)
        if got == want:
            continue
        call = f"losses {losses}, patience {patience}: got {got}, expected {want}"
        hints = {
            int(np.argmin(losses)): f"training stops at epoch {stop}: what comes "
            "later is never computed",
            stop: f"epoch {stop} is where training stops; keep the weights of the "
            "best epoch before it",
            want + 1: "count epochs from 0",
        }
        raise WrongAnswerError(
            f"{call}; {hints.get(got, 'remember the best epoch and how old it is')}"
        )
    right("stop_early on 3 runs")
