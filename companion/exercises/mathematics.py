"""Checks of the exercises of chapter 4."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from companion.exercises._answer import (
    WrongAnswerError,
    check,
    compare_predictions,
    right,
)

__all__ = [
    "check_average_pool_backward",
    "check_dense_backward",
    "check_gradient_predictions",
    "check_stack",
]


@check
def check_average_pool_backward(
    answer: Callable[[np.ndarray, int], np.ndarray],
) -> None:
    """Check the backward pass of average pooling over windows that do not overlap.

    Args:
        answer: From the loss's gradient with respect to the output, shape (N, H, W, C),
            and the window's side p to the gradient with respect to the input, shape
            (N, p H, p W, C).

    Raises:
        WrongAnswerError: With a hint, if shape or values are wrong.

    Example:
        >>> def average_pool_backward(gradient, size):
        ...     return gradient.repeat(size, 1).repeat(size, 2) / size**2
        >>> check_average_pool_backward(average_pool_backward)
        ✓ right: average_pool_backward with windows of 2 × 2 and 3 × 3
    """
    rng = np.random.default_rng(0)
    for size in (2, 3):
        gradient = rng.normal(size=(2, 3, 4, 2))
        spread = gradient.repeat(size, 1).repeat(size, 2)
        want = spread / size**2
        got = np.asarray(answer(gradient.copy(), size))
        if got.shape != want.shape:
            raise WrongAnswerError(
                f"with a {size} × {size} window the gradient has shape {got.shape}, "
                f"expected {want.shape}: it has the shape of the input"
            )
        if np.allclose(got, want):
            continue
        first = np.zeros_like(want)
        first[:, ::size, ::size] = gradient
        hints = (
            (spread, f"each input has a share of 1 / {size**2} in the average"),
            (spread / size, f"a window has {size} × {size} values, not {size}"),
            (first, "every input of the window takes part, not only one"),
            (
                np.tile(gradient, (1, size, size, 1)) / size**2,
                "the values are right but in the wrong places: np.tile repeats the "
                "whole array, np.repeat each value",
            ),
        )
        hint = next(
            (text for value, text in hints if np.allclose(got, value)),
            "each output is the mean of its window; differentiate with respect to one "
            "of the inputs",
        )
        raise WrongAnswerError(f"the {size} × {size} gradient is wrong; {hint}")
    right("average_pool_backward with windows of 2 × 2 and 3 × 3")


@check
def check_dense_backward(
    answer: Callable[[np.ndarray, np.ndarray, np.ndarray], tuple],
) -> None:
    """Check the backward pass of a dense layer y = x W + b against differences.

    Args:
        answer: From inputs (N, D), weights (D, K) and the loss's gradient with respect
            to the outputs (N, K) to its gradients with respect to inputs, weights and
            bias.

    Raises:
        WrongAnswerError: With a hint that names the gradient that is wrong.

    Example:
        >>> check_dense_backward(lambda x, w, g: (g @ w.T, x.T @ g, g.sum(axis=0)))
        ✓ right: dense_backward, all 3 gradients
    """
    rng = np.random.default_rng(0)
    for d, k in ((3, 3), (4, 2)):
        x, w, g = (
            rng.normal(size=(5, d)),
            rng.normal(size=(d, k)),
            rng.normal(size=(5, k)),
        )
        try:
            got = answer(x.copy(), w.copy(), g.copy())
        except ValueError as error:
            raise WrongAnswerError(
                f"with {d} inputs and {k} outputs the shapes do not fit ({error}); a "
                "square weight matrix hides a missing transpose"
            ) from error
        names = ("inputs", "weights", "bias")
        wants = (g @ w.T, x.T @ g, g.sum(axis=0))
        hints = (
            "the chain rule multiplies by the transpose of W",
            "sum over the examples; the loss's gradient already holds the 1 / N",
            "every example adds to the bias: sum, the 1 / N is already in the gradient",
        )
        for name, have, want, hint in zip(names, got, wants, hints):
            if np.shape(have) != want.shape or not np.allclose(have, want):
                raise WrongAnswerError(
                    f"the gradient of the {name} is wrong for {d} inputs and {k} "
                    f"outputs; {hint}"
                )
    right("dense_backward, all 3 gradients")


@check
def check_gradient_predictions(prediction: Mapping[str, int]) -> None:
    """Check what a reader expects of five gradients before computing them.

    Args:
        prediction: Under "w" the slope of w in the chapter's graph of gates if x2 is
            -4. Then, for a 3 x 3 kernel of ones on one 28 x 28 image, all slopes of the
            output being 1: under "bias", "corner" and "center" the slopes of the bias,
            of a corner pixel and of a pixel in the middle. Under "pooled" how many of
            26 x 26 pixels get a slope back from 2 x 2 max pooling.

    Raises:
        WrongAnswerError: With a hint, if one is wrong or missing.

    Example:
        >>> check_gradient_predictions(
        ...     {"w": 0, "bias": 676, "corner": 1, "center": 9, "pooled": 169}
        ... )
        ✓ right: all 5 predictions
    """
    questions = {
        "w": (0, {}, "s is 2 · 3 - 2 · 4 = -2, and max hands all to the larger input"),
        "bias": (
            26 * 26,
            {1: "the same bias is added at every position: slopes add at forks"},
            "count the positions of the kernel on the image",
        ),
        "corner": (1, {9: "no window but one has this pixel"}, "count its windows"),
        "center": (9, {1: "it lies in several windows"}, "count its windows"),
        "pooled": (
            13 * 13,
            {26 * 26: "in each window only the largest pixel gets something back"},
            "count the windows",
        ),
    }
    compare_predictions(prediction, questions)


@check
def check_stack(stack: Sequence[tuple[int, int]]) -> None:
    """Check a stack of at most five layers that sees 28 x 28 pixels exactly.

    Args:
        stack: The (kernel size, stride) of each layer, from the input on; kernels of at
            most 3, strides of at most 2.

    Raises:
        WrongAnswerError: With a hint, if a layer is not allowed, there are too many, or
            the receptive field has another size.

    Example:
        >>> check_stack([(2, 1), (3, 2), (3, 2), (2, 2), (3, 1)])
        ✓ right: 5 layers see 28 × 28 pixels
    """
    for layer in stack:
        kernel, stride = layer
        if kernel not in (1, 2, 3) or stride not in (1, 2):
            raise WrongAnswerError(
                f"{tuple(layer)}: kernels are 1, 2 or 3 wide and strides 1 or 2"
            )
    if not 1 <= len(stack) <= 5:
        raise WrongAnswerError(
            f"expected 1 to 5 layers, got {len(stack)}; early strides make all later "
            "kernels reach further"
        )
    got = _receptive_field(stack)
    if got != 28:
        hint = (
            "a kernel of size 2, no later than the first stride, adds a single pixel"
            if got % 2
            else "a stride of 2 doubles what every later layer adds"
        )
        raise WrongAnswerError(f"this stack sees {got} pixels, expected 28; {hint}")
    right(f"{len(stack)} layers see 28 × 28 pixels")


def _receptive_field(layers) -> int:
    size, step = 1, 1
    for kernel, stride in layers:
        size += (kernel - 1) * step
        step *= stride
    return size
