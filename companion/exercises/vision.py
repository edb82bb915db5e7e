"""Checks of the exercises of chapter 6.1a."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from companion.evaluation import iou
from companion.exercises._answer import (
    WrongAnswerError,
    check,
    compare_predictions,
    right,
)

__all__ = [
    "check_depth_predictions",
    "check_dice_loss",
    "check_inception_cost",
    "check_soft_nms",
]


@check
def check_depth_predictions(prediction: Mapping[str, int]) -> None:
    """Check what a reader expects of signals on their way through many layers.

    Args:
        prediction: Under "plain" how many layers that halve the difference between two
            images bring it below a thousandth. Under "he" by what factor the standard
            deviation grows in 20 residual blocks whose branch adds as much variance as
            comes in, independent of it. Under "zero" the same factor if every branch
            begins at zero. Under "skip" how many more parameters a residual network of
            42 layers has than a plain one.

    Raises:
        WrongAnswerError: With a hint, if one is wrong or missing.

    Example:
        >>> check_depth_predictions({"plain": 10, "he": 1024, "zero": 1, "skip": 0})
        ✓ right: all 4 predictions
    """
    questions = {
        "plain": (
            10,
            {9: "0.5 to the 9th is 1/512", 500: "each layer halves what is left"},
            "find the smallest L with 0.5 to the L below 0.001",
        ),
        "he": (
            1024,
            {
                2**20: "that is the variance; take its square root",
                40: "factors multiply, they do not add",
                20: "factors multiply, they do not add",
            },
            "the variance doubles in every block",
        ),
        "zero": (1, {0: "the skip path still passes the input on"}, "h + 0 = h"),
        "skip": (0, {20: "an addition has no weights"}, "what does h + F(h) learn?"),
    }
    compare_predictions(prediction, questions)


@check
def check_inception_cost(answer: Callable[..., tuple[int, int]]) -> None:
    """Check a function that counts what an Inception module costs.

    Args:
        answer: From the side of a square map, its channels, and the channels of the
            1×1, the 3×3's reduction, 3×3, the 5×5's reduction, 5×5 and the pooling's
            1×1 (a reduction of 0 means none) to the numbers of parameters, biases
            included, and of multiply-adds.

    Raises:
        WrongAnswerError: With a hint, if a number is wrong.

    Example:
        >>> def cost(side, channels, one, reduce3, three, reduce5, five, pool):
        ...     convs = [(channels, one, 1), (channels, pool, 1)]
        ...     for narrow, out, k in ((reduce3, three, 3), (reduce5, five, 5)):
        ...         convs += [(channels, narrow, 1)] * bool(narrow)
        ...         convs.append((narrow or channels, out, k))
        ...     weights = sum(k * k * c * out for c, out, k in convs)
        ...     biases = sum(out for _, out, _ in convs)
        ...     return weights + biases, side * side * weights
        >>> check_inception_cost(cost)
        ✓ right: inception_cost, with and without reduction
    """
    for case in (
        (28, 192, 64, 96, 128, 16, 32, 32),
        (28, 192, 64, 0, 128, 0, 32, 32),
        (7, 10, 3, 4, 5, 0, 6, 2),
    ):
        weights, biases = _count(*case[1:])
        want = weights + biases, case[0] ** 2 * weights
        got = tuple(int(value) for value in answer(*case))
        if len(got) != 2:
            raise WrongAnswerError(
                f"expected (parameters, multiply-adds), got {len(got)} numbers"
            )
        if got == want:
            continue
        plain, _ = _count(case[1], case[2], 0, case[4], 0, case[6], case[7])
        hints = {
            (weights, want[1]): "every output channel has a bias, which is a parameter",
            (want[0], weights): "each weight is used at every position of the map",
            (want[0], case[0] * weights): "the map has side × side positions",
            (want[0], case[0] ** 2 * want[0]): "biases are added, not multiplied",
            want[::-1]: "parameters come first, then multiply-adds",
        }
        hint = hints.get(got)
        if hint is None and plain != weights and got[1] == case[0] ** 2 * plain:
            hint = "with a reduction the large kernel sees the narrowed channels"
        raise WrongAnswerError(
            f"inception_cost{case} gave {got}; "
            + (hint or "count each of the four paths on its own, then add")
        )
    right("inception_cost, with and without reduction")


def _count(channels, one, reduce3, three, reduce5, five, pool) -> tuple[int, int]:
    """Return the numbers of weights and of biases."""
    weights, biases = channels * (one + pool), one + pool
    for narrow, out, size in ((reduce3, three, 3), (reduce5, five, 5)):
        weights += channels * narrow + size**2 * (narrow or channels) * out
        biases += narrow + out
    return weights, biases


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
