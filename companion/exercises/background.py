"""Checks of the exercises of chapter 1."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from companion.exercises._answer import WrongAnswerError, check, right

__all__ = [
    "check_permute_pixels",
    "check_shared_errors",
    "check_unchanged",
    "check_xor_network",
]


@check
def check_xor_network(hidden_weights, hidden_bias, output_weights, output_bias) -> None:
    """Check a network of threshold units with one hidden layer that computes XOR.

    Every unit says 1 if its weighted sum plus bias is above 0, else 0.

    Args:
        hidden_weights: Shape (2, H): one column for each hidden unit.
        hidden_bias: Shape (H,).
        output_weights: Shape (H,): from the hidden units to the output.
        output_bias: A number.

    Raises:
        WrongAnswerError: With a hint, if the shapes do not fit, there is only one
            hidden unit, or the output is wrong for some input.

    Example:
        >>> check_xor_network([[1, 1], [1, 1]], [-0.5, -1.5], [1, -1], -0.5)
        ✓ right: the network computes XOR with 2 hidden units
    """
    w1, b1 = np.asarray(hidden_weights, float), np.asarray(hidden_bias, float)
    w2, b2 = np.asarray(output_weights, float), float(output_bias)
    if w1.ndim != 2 or len(w1) != 2 or not b1.shape == w2.shape == w1.shape[1:]:
        raise WrongAnswerError(
            "expected hidden weights in shape (2, H), hidden biases and weights in "
            f"shape (H,), got {w1.shape}, {b1.shape} and {w2.shape}"
        )
    if w1.shape[1] == 1:
        raise WrongAnswerError(
            "one hidden unit is not enough: it draws one line, and the output can only "
            "keep or swap its two sides; XOR needs two lines"
        )
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    got = ((x @ w1 + b1 > 0) @ w2 + b2 > 0).astype(int).tolist()
    if got != [0, 1, 1, 0]:
        hints = {
            (0, 1, 1, 1): "this is OR: a second hidden unit must notice that both "
            "inputs are 1 and hold the output back",
            (0, 0, 0, 1): "this is AND: XOR is 0 when both inputs are 1",
            (1, 0, 0, 1): "this is XNOR, the opposite: turn the output around",
            (1, 1, 1, 0): "this is NAND: XOR is 0 when both inputs are 0 as well",
        }
        hint = hints.get(tuple(got), "write down what each hidden unit says first")
        raise WrongAnswerError(
            f"for the inputs 00, 01, 10, 11 the output is {got}, expected "
            f"[0, 1, 1, 0]; {hint}"
        )
    right(f"the network computes XOR with {w1.shape[1]} hidden units")


@check
def check_permute_pixels(answer: Callable[[np.ndarray, int], np.ndarray]) -> None:
    """Check a function that shuffles the pixels of all images in the same way.

    Args:
        answer: From images (N, H, W, C) and a seed to images of the same shape.

    Raises:
        WrongAnswerError: With a hint, if pixels get lost, images are shuffled
            differently, little moves, the argument changes, or the seed is ignored.

    Example:
        >>> def permute(images, seed):
        ...     order = np.random.default_rng(seed).permutation(images[0].size)
        ...     return images.reshape(len(images), -1)[:, order].reshape(images.shape)
        >>> check_permute_pixels(permute)
        ✓ right: permute_pixels moves every image's pixels in the same way
    """
    # Every pixel's value tells its place, so that its way can be followed.
    place = np.arange(30.0).reshape(5, 6, 1)
    images = np.stack([place, 100 + place, 200 + place])
    before = images.copy()
    got = np.asarray(answer(images, 0))
    if not np.array_equal(images, before):
        raise WrongAnswerError("the function changed its argument: work on a copy")
    if got.shape != images.shape:
        raise WrongAnswerError(f"expected shape {images.shape}, got {got.shape}")
    ranks = [np.sort(image.ravel()) for image in got]
    if not np.array_equal(ranks, [image.ravel() for image in images]):
        raise WrongAnswerError(
            "some pixels got lost or went to another image: permute the places inside "
            "each image"
        )
    if not (
        np.array_equal(got[1] - 100, got[0]) and np.array_equal(got[2] - 200, got[0])
    ):
        raise WrongAnswerError(
            "each image was shuffled differently: then nothing is left to learn; draw "
            "one permutation and use it for all"
        )
    moved = got[0, ..., 0] != place[..., 0]
    whole_rows = (np.diff(got[0, ..., 0], axis=1) == 1).all()
    if moved.mean() < 0.5 or whole_rows:
        raise WrongAnswerError(
            "whole rows stayed together or most pixels stayed where they were: permute "
            "all H × W places"
        )
    if not np.array_equal(got, answer(images, 0)):
        raise WrongAnswerError("two calls with the same seed gave different images")
    if np.array_equal(got, answer(images, 1)):
        raise WrongAnswerError("two different seeds gave the same permutation")
    right("permute_pixels moves every image's pixels in the same way")


@check
def check_shared_errors(
    answer: Callable[[np.ndarray, np.ndarray, np.ndarray], float],
) -> None:
    """Check a function that says what share of their errors two models share.

    Args:
        answer: From labels (N,) and two arrays of predicted labels (N,) to the number
            of examples that both get wrong over the number that at least one does.

    Raises:
        WrongAnswerError: With a hint, if a share is wrong.

    Example:
        >>> def shared(y, first, second):
        ...     a, b = first != y, second != y
        ...     return (a & b).sum() / (a | b).sum()
        >>> check_shared_errors(shared)
        ✓ right: shared_errors in 3 cases
    """
    y = np.arange(100) % 10
    for first_wrong, second_wrong in ((20, 30), (30, 10), (8, 24)):
        first, second = y.copy(), y.copy()
        first[:first_wrong] = (first[:first_wrong] + 1) % 10
        # The second model's errors begin in the middle of the first's, and the
        # answers differ there: both are wrong, but not in the same way.
        start = first_wrong // 2
        part = slice(start, start + second_wrong)
        second[part] = (second[part] + 2) % 10
        both = min(first_wrong - start, second_wrong)
        either = first_wrong + second_wrong - both
        want, got = both / either, float(answer(y, first, second))
        if np.isclose(got, want):
            continue
        hints = {
            both / 100: "divide by the examples that at least one model gets wrong, "
            "not by all",
            float(both): "a share was asked for: divide",
            (100 - either) / 100: "this counts what both get right",
            0.0: "both are wrong even if their wrong answers differ: compare each with "
            "the label, not with each other",
            both
            / first_wrong: "divide by the errors of either model, not of the first",
            both / second_wrong: "divide by the errors of either model, not of the "
            "second",
            both / (first_wrong + second_wrong): "errors that both make are counted "
            "twice below the line: use |",
        }
        hint = next(
            (text for value, text in hints.items() if np.isclose(got, value)),
            "count with & above the line and | below it",
        )
        raise WrongAnswerError(
            f"shared_errors gave {got:.4g}, expected {want:.4g}; {hint}"
        )
    right("shared_errors in 3 cases")


@check
def check_unchanged(prediction: Mapping[str, str]) -> None:
    """Check which model keeps its answers if its training is changed.

    Args:
        prediction: For each of two changes, "only support vectors" and "lean times 8",
            one of "logistic regression", "decision tree" and "SVM".

    Raises:
        WrongAnswerError: With a hint, if a change is missing, or a model is another.

    Example:
        >>> check_unchanged(
        ...     {"only support vectors": "SVM", "lean times 8": "decision tree"}
        ... )
        ✓ right: both predictions
    """
    models = ("logistic regression", "decision tree", "SVM")
    facts = {
        "only support vectors": (
            "SVM",
            "whose formula has only some of the training points in it?",
        ),
        "lean times 8": (
            "decision tree",
            "who asks about one feature at a time, so that its thresholds can follow?",
        ),
    }
    if set(prediction) != set(facts):
        raise WrongAnswerError(
            f"expected predictions for {sorted(facts)}, got {sorted(prediction)}"
        )
    for change, (model, hint) in facts.items():
        said = prediction[change]
        if said not in models:
            raise WrongAnswerError(
                f"{change}: expected one of {', '.join(models)}, got {said!r}"
            )
        if said != model:
            raise WrongAnswerError(f"{change}: not the {said}; {hint}")
    right("both predictions")
