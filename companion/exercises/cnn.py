"""Checks of the exercises of chapter 5."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from companion.exercises._answer import WrongAnswerError, check, right

if TYPE_CHECKING:
    import keras

__all__ = [
    "check_conv_parameters",
    "check_corrupt_labels",
    "check_fashion_model",
    "check_images_needed",
    "check_without_pooling",
]


@check
def check_conv_parameters(answer: Callable[[int, int, int], int]) -> None:
    """Check a function that counts the parameters of a convolutional layer.

    Args:
        answer: From the side of a square kernel, the number of input channels and
            the number of kernels to the number of parameters, biases included.

    Raises:
        WrongAnswerError: With a hint, if a count is wrong.

    Example:
        >>> check_conv_parameters(lambda k, c, n: n * (k * k * c + 1))
        ✓ right: conv_parameters on 3 layers of the network and 1 more
    """
    for k, c, n in ((3, 32, 64), (3, 1, 32), (3, 64, 64), (5, 3, 7)):
        got, want = answer(k, c, n), n * (k * k * c + 1)
        if got == want:
            continue
        call = f"conv_parameters({k}, {c}, {n}) gave {got}, expected {want}"
        hints = {
            n * k * k * c: "the biases are missing: every kernel has one",
            n * (k * k + 1): "a kernel spans all input channels: its weights are "
            "k × k × channels",
            n * k * k: "a kernel spans all input channels, and has a bias",
            n * k * k * c + 1: "one bias per kernel, not one for the whole layer",
        }
        hint = hints.get(got, "count the weights of one kernel, then its bias")
        raise WrongAnswerError(f"{call}; {hint}")
    right("conv_parameters on 3 layers of the network and 1 more")


@check
def check_without_pooling(unpooled: keras.Model) -> None:
    """Check the article's network with its two pooling layers removed.

    Args:
        unpooled: The reader's network.

    Raises:
        WrongAnswerError: With a hint, if it is another network.

    Example:
        >>> from companion import models
        >>> check_without_pooling(models.article_cnn())
        Traceback (most recent call last):
        ...
        companion.exercises._answer.WrongAnswerError: the network still pools: layer ...
    """
    import keras

    for layer in unpooled.layers:
        if "Pooling" in type(layer).__name__:
            raise WrongAnswerError(f"the network still pools: layer {layer.name!r}")
        if isinstance(layer, keras.layers.Conv2D) and tuple(layer.strides) != (1, 1):
            raise WrongAnswerError(
                f"layer {layer.name!r} has stride {layer.strides}: a stride also "
                "shrinks the image; leave it at 1 to see what pooling alone does"
            )
    shapes = [
        tuple(layer.kernel.shape)
        for layer in unpooled.layers
        if isinstance(layer, (keras.layers.Conv2D, keras.layers.Dense))
    ]
    want = [(3, 3, 1, 32), (3, 3, 32, 64), (3, 3, 64, 64), (30976, 64), (64, 10)]
    if shapes != want:
        raise WrongAnswerError(
            f"the kernels have shapes {shapes}, expected {want}: only pooling goes, "
            "everything else stays, and Flatten comes before the dense layers"
        )
    right(f"the network without pooling has {unpooled.count_params():,} parameters")


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
def check_images_needed(answer: Callable[[float, float], int]) -> None:
    """Check a function that says how many test images an interval needs.

    Args:
        answer: From an accuracy and a half-width (fractions) to the number of images
            for which the 95 % interval p ± 1.96 sqrt(p (1 - p) / n) is no wider.

    Raises:
        WrongAnswerError: With a hint, if a number is off by more than the rounding.

    Example:
        >>> from math import ceil
        >>> check_images_needed(lambda p, h: ceil(1.96**2 * p * (1 - p) / h**2))
        ✓ right: images_needed at 3 accuracies
    """
    for p, h in ((0.994, 0.0005), (0.98, 0.001), (0.5, 0.01)):
        got, want = answer(p, h), 1.96**2 * p * (1 - p) / h**2
        if abs(got - want) <= 0.001 * want + 1:
            continue
        call = f"images_needed({p}, {h}) gave {got}, expected {math.ceil(want)}"
        hints = {
            want / 1.96**2: "one standard error covers 68 %: use 1.96 of them for 95 %",
            want / 1.96: "1.96 belongs inside the square",
            want / 4: "the half-width is the distance from the middle to one end",
            want * h: "n is under the root: the half-width enters squared",
        }
        hint = next(
            (text for value, text in hints.items() if abs(got - value) < 0.01 * value),
            "solve 1.96 sqrt(p (1 - p) / n) = h for n",
        )
        raise WrongAnswerError(f"{call}; {hint}")
    right("images_needed at 3 accuracies")


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
