"""Checks of the exercises of chapter 6.1a."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from companion.evaluation import iou
from companion.exercises._answer import WrongAnswerError, check, right

__all__ = ["check_soft_nms"]


def _soft_nms(boxes, scores, decay) -> np.ndarray:
    """Return the scores of soft suppression; ``decay`` is from overlap to factor."""
    scores, waiting = np.array(scores, float), list(range(len(scores)))
    overlaps = iou(boxes, boxes)
    while waiting:
        best = max(waiting, key=lambda i: scores[i])
        waiting.remove(best)
        scores[waiting] *= decay(overlaps[best, waiting])
    return scores


@check
def check_soft_nms(
    answer: Callable[[np.ndarray, np.ndarray, float], np.ndarray],
) -> None:
    """Check soft non-maximum suppression with a Gaussian (Bodla et al., 2017).

    Args:
        answer: From boxes (N, 4), scores (N,) and the width s to the new scores (N,)
            in the same order: the best waiting box keeps its score, and every other
            waiting one's is multiplied by exp(-u² / s), with u their overlap.

    Raises:
        WrongAnswerError: With a hint, if shape or values are wrong.

    Example:
        >>> def soft_nms(boxes, scores, s):
        ...     scores, waiting = scores.copy(), set(range(len(scores)))
        ...     while waiting:
        ...         best = max(waiting, key=lambda i: scores[i])
        ...         waiting.remove(best)
        ...         for i in waiting:
        ...             u = iou(boxes[[best]], boxes[[i]])[0, 0]
        ...             scores[i] *= np.exp(-(u**2) / s)
        ...     return scores
        >>> check_soft_nms(soft_nms)
        ✓ right: soft_nms on 3 sets of boxes
    """
    rng = np.random.default_rng(0)
    for count, s in ((3, 0.5), (6, 0.5), (12, 0.3)):
        corner = rng.uniform(0, 12, (count, 2))
        boxes = np.hstack([corner, corner + rng.uniform(6, 14, (count, 2))])
        scores = rng.uniform(0.2, 1, count)
        want = _soft_nms(boxes, scores, lambda u, s=s: np.exp(-(u**2) / s))
        got = np.asarray(answer(boxes.copy(), scores.copy(), s))
        if got.shape != want.shape:
            raise WrongAnswerError(
                f"for {count} boxes the scores have shape {got.shape}, expected "
                f"{want.shape}: every box keeps its place and gets a new score"
            )
        if np.allclose(got, want):
            continue
        order = np.argsort(-scores)
        fixed = scores.copy()
        overlaps = iou(boxes, boxes)
        for k, best in enumerate(order):
            fixed[order[k + 1 :]] *= np.exp(-(overlaps[best, order[k + 1 :]] ** 2) / s)
        hints = (
            (scores, "no score has changed"),
            (want[np.argsort(-want)], "return the scores in the order of the boxes"),
            (
                _soft_nms(boxes, scores, lambda u, s=s: np.exp(-u / s)),
                "the overlap is squared in the exponent",
            ),
            (
                _soft_nms(boxes, scores, lambda u, s=s: np.exp(-(u**2) * s)),
                "divide by s, do not multiply",
            ),
            (
                _soft_nms(boxes, scores, lambda u: 1 - u),
                "that is the linear version, the factor here is exp(-u² / s)",
            ),
            (
                fixed,
                "look for the best waiting box anew after each round: the order "
                "may have changed",
            ),
        )
        hint = next(
            (text for value, text in hints if np.allclose(got, value)),
            "the best waiting box keeps its score and leaves; then all others that "
            "wait are multiplied",
        )
        raise WrongAnswerError(f"the scores of {count} boxes are wrong; {hint}")
    right("soft_nms on 3 sets of boxes")
