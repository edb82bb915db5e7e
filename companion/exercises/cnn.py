"""Checks of the exercises of chapter 5."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from companion.exercises._answer import (
    WrongAnswerError,
    check,
    compare_predictions,
    right,
)

if TYPE_CHECKING:
    import keras

__all__ = [
    "check_corrupt_labels",
    "check_fashion_model",
    "check_mcnemar",
    "check_without_pooling",
]


@check
def check_without_pooling(prediction: Mapping[str, int]) -> None:
    """Check what a reader expects of the article's network without pooling layers.

    Args:
        prediction: Under "flattened" the length of the row that Flatten gives, under
            "parameters" and "multiply_adds" the totals of the network.

    Raises:
        WrongAnswerError: With a hint, if one is wrong or missing.

    Example:
        >>> check_without_pooling(
        ...     {"flattened": 576, "parameters": 93_322, "multiply_adds": 2_794_240}
        ... )
        Traceback (most recent call last):
        ...
        companion.exercises._answer.WrongAnswerError: flattened: 576 is not what ...
    """
    questions = {
        "flattened": (
            22 * 22 * 64,
            {
                576: "that is the row with pooling; without it the maps stay larger",
                22 * 22: "every position has 64 channels",
                28 * 28 * 64: "without padding each convolution takes off two pixels",
            },
            "follow the side of the maps, 28 at first, through three convolutions",
        ),
        "parameters": (
            2_038_922,
            {
                93_322: "pooling has no parameters, but the layer after Flatten grows",
                2_038_688: "the biases are missing",
            },
            "only the first dense layer changes: its input is the flattened row",
        ),
        "multiply_adds": (
            30_636_800,
            {2_794_240: "that is with pooling; every later map has more positions now"},
            "add up the layers: positions of the output times the weights used at each",
        ),
    }
    compare_predictions(prediction, questions)


@check
def check_mcnemar(answer: Callable[[int, int], float]) -> None:
    """Check a function that carries out McNemar's exact test.

    Args:
        answer: From the numbers of images that only the first and only the second
            network gets right to the two-sided p-value, a float from 0 to 1.

    Raises:
        WrongAnswerError: With a hint, if a p-value is wrong.

    Example:
        >>> from scipy.stats import binomtest
        >>> check_mcnemar(lambda b, c: binomtest(b, b + c).pvalue)
        ✓ right: mcnemar on 6 pairs of counts
    """
    pairs = ((10, 0), (0, 10), (15, 5), (60, 50), (6, 0), (3, 3))
    for only_first, only_second in pairs:
        got = answer(only_first, only_second)
        want, hints = _mcnemar(only_first, only_second)
        if abs(got - want) <= 1e-6:
            continue
        call = f"mcnemar({only_first}, {only_second}) gave {got:.4g}, not {want:.4g}"
        hint = next(
            (text for value, text in hints if abs(got - value) <= 1e-6),
            "toss a fair coin once for each of these images: how likely is a result "
            "that is at least as one-sided, either way?",
        )
        raise WrongAnswerError(f"{call}; {hint}")
    right(f"mcnemar on {len(pairs)} pairs of counts")


def _mcnemar(only_first: int, only_second: int):
    """Return the p-value, and what typical errors give instead, each with a hint."""
    from scipy.stats import binom, chi2

    n, fewer = only_first + only_second, min(only_first, only_second)
    tail, point = float(binom.cdf(fewer, n, 0.5)), float(binom.pmf(fewer, n, 0.5))
    ratio = (only_first - only_second) ** 2 / n
    return min(1.0, 2 * tail), (
        (2 * tail, "at a tie the two tails overlap: a probability is at most 1"),
        (tail, "the difference may go either way: count both tails"),
        (2 * point, "results that are even more one-sided count, too"),
        (point, "results that are even more one-sided count, too, in both tails"),
        (float(chi2.sf(ratio, 1)), "that is the approximation; use the coin itself"),
    )


@check
def check_corrupt_labels(
    answer: Callable[[np.ndarray, float, int], np.ndarray],
) -> None:
    """Check a function that replaces a share of labels by wrong ones.

    Args:
        answer: From labels (N,) in 0..9, a share and a seed to new labels (N,), of
            which exactly ``round(share * N)`` differ from the old ones.

    Raises:
        WrongAnswerError: With a hint, if too few or too many labels change, if the
            argument changes, if the seed has no effect, or if a label is no digit.
    """
    y = np.arange(5000) % 10
    before = y.copy()
    noisy = np.asarray(answer(y, 0.2, 0))
    if not np.array_equal(y, before):
        raise WrongAnswerError(
            "the function changed its argument: work on a copy, y = y.copy()"
        )
    if noisy.shape != y.shape or noisy.min() < 0 or noisy.max() > 9:
        raise WrongAnswerError(
            f"expected {len(y)} labels in 0..9, got shape {noisy.shape} with values "
            f"{noisy.min()}..{noisy.max()}"
        )
    changed, want = int((noisy != y).sum()), 1000
    if 0.85 * want < changed < want:
        raise WrongAnswerError(
            f"{changed} labels differ, expected {want}: a random digit is the right "
            "one in 1 of 10 cases; add 1 to 9 modulo 10 instead"
        )
    if changed != want:
        raise WrongAnswerError(f"{changed} of {len(y)} labels differ, expected {want}")
    if len(np.unique((noisy - y)[noisy != y] % 10)) < 9:
        raise WrongAnswerError(
            "all wrong labels are the same step away from the right ones: draw them"
        )
    if not np.array_equal(noisy, answer(y, 0.2, 0)):
        raise WrongAnswerError("two calls with the same seed gave different labels")
    if np.array_equal(noisy, answer(y, 0.2, 1)):
        raise WrongAnswerError("two different seeds gave the same labels")
    right("corrupt_labels changes exactly the share it should, and only a copy")


@check
def check_fashion_model(fashion_model: keras.Model) -> None:
    """Check a network that was trained on Fashion-MNIST, on images it has not seen.

    Args:
        fashion_model: From images (N, 28, 28, 1) in [0, 1] to probabilities (N, 10).

    Raises:
        WrongAnswerError: With a hint, if it does not know fashion.
    """
    from companion import datasets
    from companion.evaluation import accuracy

    if fashion_model.output_shape[1:] != (10,):
        raise WrongAnswerError(
            f"expected 10 classes, got output {fashion_model.output_shape}"
        )
    data = datasets.fashion_mnist()
    got = accuracy(
        data.y_test, fashion_model.predict(data.x_test, batch_size=500, verbose=0)
    )
    if got.value < 0.5:
        digits = datasets.mnist()
        probabilities = fashion_model.predict(
            digits.x_test[:2000], batch_size=500, verbose=0
        )
        if accuracy(digits.y_test[:2000], probabilities).value > 0.9:
            raise WrongAnswerError(
                f"accuracy on Fashion-MNIST is {got}: this network has learned digits; "
                "train a new one on datasets.fashion_mnist()"
            )
    if got.value < 0.85:
        raise WrongAnswerError(
            f"accuracy on Fashion-MNIST is {got}, expected at least 85%: are the "
            "images in [0, 1], and was the network trained for the whole recipe?"
        )
    right("the network knows Fashion-MNIST, accuracy above 85%")
