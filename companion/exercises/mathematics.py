"""Checks of the exercises of chapter 4."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from companion.exercises._answer import WrongAnswerError, check, right

__all__ = [
    "check_average_pool_backward",
    "check_dense_backward",
    "check_output_size",
    "check_receptive_field",
    "check_softmax_gradient",
]


@check
def check_output_size(answer: Callable[[int, int, int, int], int]) -> None:
    """Check a function that tells how large a convolution's output is.

    Args:
        answer: From the input's size n, the kernel's size k, the stride s and the
            padding p on each side to the output's size, floor((n + 2p - k) / s) + 1.

    Raises:
        WrongAnswerError: With a hint, if a size is wrong.

    Example:
        >>> check_output_size(lambda n, k, s, p: (n + 2 * p - k) // s + 1)
        ✓ right: output_size in 6 cases
    """
    cases = (
        *((28, 3, 1, 0), (13, 3, 1, 0), (227, 11, 4, 0)),
        *((27, 5, 1, 2), (13, 3, 2, 0), (224, 11, 4, 0)),
    )
    for n, k, s, p in cases:
        got, want = answer(n, k, s, p), (n + 2 * p - k) // s + 1
        if isinstance(got, (int, np.integer)) and got == want:
            continue
        hints = (
            ((n + 2 * p - k) / s + 1, "a size is a whole number: round down with //"),
            ((n + 2 * p - k) // s, "count the first position too: add 1 at the end"),
            ((n + p - k) // s + 1, "the padding is on both sides: add 2 p"),
            (n + 2 * p - k + 1, "with stride s only every s-th position counts"),
            ((n - k) // s + 1, "the padding enlarges the input: add 2 p to n"),
            (
                -(-(n + 2 * p - k) // s) + 1,
                "round down: a last, short step is left out",
            ),
        )
        hint = next(
            (text for value, text in hints if got == value),
            "count how many times the kernel can step by s before it leaves the input",
        )
        raise WrongAnswerError(
            f"output_size({n}, {k}, {s}, {p}) gave {got}, expected {want}; {hint}"
        )
    right(f"output_size in {len(cases)} cases")


@check
def check_receptive_field(
    answer: Callable[[Sequence[tuple[int, int]]], int],
) -> None:
    """Check a function that tells how many input pixels one output value sees.

    Args:
        answer: From the (kernel size, stride) of each layer, from the input on, to the
            side of the receptive field.

    Raises:
        WrongAnswerError: With a hint, if a size is wrong.

    Example:
        >>> def receptive_field(layers):
        ...     size, step = 1, 1
        ...     for kernel, stride in layers:
        ...         size += (kernel - 1) * step
        ...         step *= stride
        ...     return size
        >>> check_receptive_field(receptive_field)
        ✓ right: receptive_field of 5 networks
    """
    networks = (
        [],
        [(3, 1), (3, 1)],
        [(2, 2), (3, 1)],
        [(3, 1), (2, 2), (3, 1), (2, 2), (3, 1)],
        [(11, 4), (3, 2), (5, 1), (3, 2), (3, 1), (3, 1), (3, 1)],
    )
    for layers in networks:
        got, want = answer(layers), _receptive_field(layers)
        if got == want:
            continue
        late = 1
        step = 1
        for kernel, stride in layers:
            step *= stride
            late += (kernel - 1) * step
        hints = (
            (1 + sum(k - 1 for k, _ in layers), "a stride widens every later step"),
            (late, "a layer's own stride acts on the layers after it only"),
            (want - 1, "start from 1: without a layer, a value sees itself"),
            (sum(k for k, _ in layers), "windows overlap: a layer adds kernel - 1"),
        )
        hint = next(
            (text for value, text in hints if got == value),
            "go from the input on and keep two numbers: the size, and how many input "
            "pixels one step of the current layer is",
        )
        raise WrongAnswerError(
            f"receptive_field({layers}) gave {got}, expected {want}; {hint}"
        )
    right(f"receptive_field of {len(networks)} networks")


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
def check_softmax_gradient(
    answer: Callable[[np.ndarray, np.ndarray], np.ndarray],
) -> None:
    """Check the gradient of softmax and mean cross-entropy with respect to the logits.

    Args:
        answer: From logits (N, K) and labels (N,) to the gradient (N, K).

    Raises:
        WrongAnswerError: With a hint, if it is wrong or fails for large logits.

    Example:
        >>> def softmax_gradient(logits, labels):
        ...     e = np.exp(logits - logits.max(axis=1, keepdims=True))
        ...     p = e / e.sum(axis=1, keepdims=True)
        ...     return (p - np.eye(logits.shape[1])[labels]) / len(labels)
        >>> check_softmax_gradient(softmax_gradient)
        ✓ right: softmax_gradient, for logits of 1,000 too
    """
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(size=(5, 4)), np.array([0, 3, 1, 1, 2])
    p, y = _softmax(logits), np.eye(4)[labels]
    want = (p - y) / 5
    got = np.asarray(answer(logits.copy(), labels.copy()))
    if got.shape != want.shape:
        raise WrongAnswerError(
            f"the gradient has shape {got.shape}, expected that of the logits, "
            f"{want.shape}"
        )
    if not np.allclose(got, want):
        hints = (
            (p - y, "the loss is a mean over the examples: divide by their number"),
            ((y - p) / 5, "the sign is the other way round: p - y"),
            (y - p, "the sign is the other way round, and the mean is missing"),
            (p, "subtract 1 from the probability of the true class"),
            (p / 5, "subtract 1 from the probability of the true class"),
            ((p - y) / 20, "divide by the number of examples, not of all values"),
            ((p - y).T.sum(1), "keep a row for each example"),
        )
        hint = next(
            (t for v, t in hints if v.shape == got.shape and np.allclose(got, v)),
            "it is (p - y) / N with p the probabilities and y one-hot",
        )
        raise WrongAnswerError(f"the gradient is wrong; {hint}")
    with np.errstate(all="ignore"):
        large = np.asarray(answer(logits + 1000, labels.copy()))
    if not np.allclose(large, want):
        raise WrongAnswerError(
            "for logits near 1000 the gradient is not finite: subtract each row's "
            "maximum before exp, which does not change softmax"
        )
    right("softmax_gradient, for logits of 1,000 too")


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


def _receptive_field(layers) -> int:
    size, step = 1, 1
    for kernel, stride in layers:
        size += (kernel - 1) * step
        step *= stride
    return size


def _softmax(logits: np.ndarray) -> np.ndarray:
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)
