"""Checks of the exercises of chapter 6.1a."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from companion.exercises._answer import WrongAnswerError, check, right

__all__ = ["check_dice_loss"]


@check
def check_dice_loss(
    answer: Callable[[np.ndarray, np.ndarray], tuple[float, np.ndarray]],
) -> None:
    """Check the soft Dice loss of one class and its gradient.

    Args:
        answer: From probabilities p and a mask y of zeros and ones, both (H, W), to
            ``1 - 2 sum(p y) / (sum(p) + sum(y))`` and its gradient with respect to p,
            shape (H, W).

    Raises:
        WrongAnswerError: With a hint, if loss or gradient is wrong.

    Example:
        >>> def dice_loss(p, y):
        ...     overlap, total = (p * y).sum(), p.sum() + y.sum()
        ...     return 1 - 2 * overlap / total, 2 * (overlap - y * total) / total**2
        >>> check_dice_loss(dice_loss)
        ✓ right: dice_loss, the loss and its gradient on 2 masks
    """
    rng = np.random.default_rng(0)
    for share in (0.5, 0.1):
        p = rng.uniform(0.05, 0.95, (6, 5))
        y = (rng.random((6, 5)) < share).astype(float)
        y[0, 0] = 1.0
        loss, gradient = answer(p.copy(), y.copy())
        overlap, total = (p * y).sum(), p.sum() + y.sum()
        want = 1 - 2 * overlap / total
        _compare(
            "loss",
            loss,
            want,
            (
                (1 - want, "that is the Dice coefficient; the loss is 1 minus it"),
                (1 - overlap / (total - overlap), "that is 1 minus the Jaccard index"),
                (1 - overlap / total, "the overlap counts twice"),
            ),
            "put probabilities in place of the answer's zeros and ones",
        )
        slope = 2 * (overlap - y * total) / total**2
        _compare(
            "gradient",
            gradient,
            slope,
            (
                (-slope, "the sign is wrong: more p inside the mask lowers the loss"),
                (-2 * y / total, "p is in the denominator, too: quotient rule"),
                (slope / p.size, "the loss is one ratio, not a mean over pixels"),
            ),
            "the quotient rule with respect to one p; its sums hold all pixels",
        )
    right("dice_loss, the loss and its gradient on 2 masks")


def _compare(name: str, got, want, hints, otherwise: str) -> None:
    if np.shape(got) != np.shape(want):
        raise WrongAnswerError(
            f"the {name} has shape {np.shape(got)}, expected {np.shape(want)}"
        )
    if np.allclose(got, want):
        return
    hint = next((text for value, text in hints if np.allclose(got, value)), otherwise)
    raise WrongAnswerError(f"the {name} is wrong; {hint}")
