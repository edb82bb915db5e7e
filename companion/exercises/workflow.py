"""Checks of the exercises of chapter 3."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from companion.exercises._answer import WrongAnswerError, check, right

__all__ = [
    "check_stop_early",
    "check_target_encode",
    "check_threshold_predictions",
]


@check
def check_threshold_predictions(prediction: Mapping[str, str]) -> None:
    """Check what a reader expects of a lower threshold before trying it.

    Args:
        prediction: "up", "down" or "same" for each of four quantities, when the
            threshold for the rarer class falls from 0.5 to that class's share: under
            "accuracy" and "balanced accuracy" these two, under "recognized" the share
            of the rarer class that is recognized, under "AUC" the AUC.

    Raises:
        WrongAnswerError: With a hint, if one is wrong or missing.

    Example:
        >>> check_threshold_predictions(
        ...     {"accuracy": "down", "balanced accuracy": "up", "recognized": "up",
        ...      "AUC": "same"}
        ... )
        ✓ right: all 4 predictions
    """
    questions = {
        "recognized": ("up", "whoever got a yes before still gets one; who is new?"),
        "AUC": ("same", "it looks at the order of the probabilities, not at a cut"),
        "accuracy": (
            "down",
            "between the two thresholds the model finds no more likely than yes",
        ),
        "balanced accuracy": (
            "up",
            "a row of the rarer class now weighs more than one of the other class",
        ),
    }
    for name, (want, hint) in questions.items():
        got = prediction.get(name)
        if not isinstance(got, str) or got.lower() not in {"up", "down", "same"}:
            raise WrongAnswerError(
                f"{name}: expected 'up', 'down' or 'same', got {got!r}"
            )
        if got.lower() != want:
            raise WrongAnswerError(f"{name}: not {got.lower()!r}; {hint}")
    right("all 4 predictions")


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
