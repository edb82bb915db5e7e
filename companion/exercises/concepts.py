"""Checks of the exercises of chapter 2."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set

import numpy as np

from companion.exercises._answer import WrongAnswerError, check, right

__all__ = [
    "check_closer",
    "check_concepts",
    "check_equivariance_error",
    "check_layer_parameters",
    "check_search",
    "check_tent_layers",
]

_NAMES = {"machine learning", "neural network", "deep", "convolutional", "recurrent"}
_CONCEPTS = {
    "A": {"machine learning"},
    "B": {"machine learning", "neural network"},
    "C": {"machine learning", "neural network", "deep"},
    "D": {"machine learning", "neural network", "convolutional"},
    "E": {"machine learning", "neural network", "recurrent"},
    "F": set(),
}
_CONCEPT_HINTS = {
    "A": "a decision tree learns from data, but has no layers",
    "B": "one layer of weights trained by gradient descent is the oldest neural "
    "network, the perceptron's kind, and not a deep one",
    "C": "two hidden layers, one computed from the other: that is deep",
    "D": "being convolutional and being deep are two things: this one has a single "
    "hidden layer",
    "E": "one set of weights is used at every step of a sequence: recurrent",
    "F": "nothing here changes with data: it is a rule, and no learning at all",
}


@check
def check_concepts(programs: Mapping[str, Set[str]]) -> None:
    """Check which concepts describe each of the programs A to F.

    Args:
        programs: For each letter the set of names that apply: "machine learning",
            "neural network", "deep", "convolutional", "recurrent". For the recurrent
            network E, "deep" may be there or not: it is deep in time only.

    Raises:
        WrongAnswerError: With a hint, if a letter or a name is missing or wrong.

    Example:
        >>> check_concepts({"A": {"neural network"}})
        Traceback (most recent call last):
        ...
        companion.exercises._answer.WrongAnswerError: expected the letters A to F, ...
    """
    if set(programs) != set(_CONCEPTS):
        raise WrongAnswerError(
            f"expected the letters A to F, each with a set of names, got "
            f"{sorted(programs)}"
        )
    for letter, want in _CONCEPTS.items():
        got = set(programs[letter])
        unknown = got - _NAMES
        if unknown:
            raise WrongAnswerError(
                f"{letter}: {sorted(unknown)} are not among the names {sorted(_NAMES)}"
            )
        if letter == "E":
            got -= {"deep"}
        if got != want:
            raise WrongAnswerError(
                f"{letter}: got {sorted(programs[letter])}; {_CONCEPT_HINTS[letter]}"
            )
    right("all six programs")


@check
def check_layer_parameters(
    answer: Callable[[int, int, int, int, int], tuple[int, int]],
) -> None:
    """Check a function that counts a convolution's and a dense layer's parameters.

    Args:
        answer: From height, width and channels of the input, the number of kernels
            and their side to the parameters of (the convolution, a dense layer),
            where both turn (H, W, C) into (H, W, kernels) and have biases.

    Raises:
        WrongAnswerError: With a hint, if a count is wrong.

    Example:
        >>> check_layer_parameters(
        ...     lambda h, w, c, n, k: (n * (k * k * c + 1), h * w * n * (h * w * c + 1))
        ... )
        ✓ right: layer_parameters for 3 pairs of layers
    """
    for h, w, c, n, k in ((28, 28, 1, 32, 3), (14, 10, 3, 8, 5), (7, 7, 64, 64, 3)):
        want = n * (k * k * c + 1), h * w * n * (h * w * c + 1)
        got = tuple(answer(h, w, c, n, k))
        if got == want:
            continue
        call = f"layer_parameters({h}, {w}, {c}, {n}, {k}) gave {got}, expected {want}"
        conv_hints = {
            want[1]: "the convolution comes first, the dense layer second",
            n * k * k * c: "every kernel of the convolution has a bias",
            n * (k * k + 1): "a kernel spans all channels of its input",
            h * w * n * (k * k * c + 1): "a convolution's weights are shared: they do "
            "not depend on the size of the image",
        }
        dense_hints = {
            h * w * n * h * w * c: "every output of the dense layer has a bias",
            n * (h * w * c + 1): "the dense layer has height × width × kernels "
            "outputs, as many as the convolution",
            h * w * n * (h * w + 1): "each output of the dense layer sees all channels",
        }
        hint = "count the weights of one output, add its bias, count the outputs"
        if got[0] != want[0]:
            hint = conv_hints.get(got[0], hint)
        else:
            hint = dense_hints.get(got[1], hint)
        raise WrongAnswerError(f"{call}; {hint}")
    right("layer_parameters for 3 pairs of layers")


@check
def check_equivariance_error(
    answer: Callable[[Callable, np.ndarray, int], float],
) -> None:
    """Check a function that measures how far a map is from commuting with shifts.

    Args:
        answer: From a map f of images (N, H, W, C), images x and a number of pixels
            to max abs(f(shift(x)) - shift(f(x))), where the shift rolls the width,
            axis 2.

    Raises:
        WrongAnswerError: With a hint, if a value is wrong.

    Example:
        >>> def roll(z, pixels):
        ...     return np.roll(z, pixels, axis=2)
        >>> check_equivariance_error(
        ...     lambda f, x, p: np.abs(f(roll(x, p)) - roll(f(x), p)).max()
        ... )
        ✓ right: equivariance_error for 4 maps
    """
    x = np.random.default_rng(0).random((5, 6, 8, 2))
    ramp = np.linspace(0, 1, 8)[:, None]
    maps = {
        "z ** 2": lambda z: z**2,
        "z + roll(z, 1)": lambda z: z + np.roll(z, 1, axis=2),
        "z * (column / 7)": lambda z: z * ramp,
        "1 - z * (column / 7)": lambda z: 1 - z * ramp,
    }
    for name, f in maps.items():
        for pixels in (1, 3):
            moved, expected = f(np.roll(x, pixels, 2)), np.roll(f(x), pixels, 2)
            want, got = np.abs(moved - expected).max(), float(answer(f, x, pixels))
            if abs(got - want) < 1e-6:
                continue
            tall = np.roll(f(x), pixels, 1)
            hints = [
                (np.abs(moved - f(x)).max(), "that is invariance: shift f(x) as well"),
                (np.abs(moved - expected).mean(), "take the largest gap, not the mean"),
                ((moved - expected).max(), "a gap may be negative: take its size"),
                (
                    np.abs(f(np.roll(x, pixels, 1)) - tall).max(),
                    "the width is axis 2; axis 1 is the height",
                ),
            ]
            hint = next(
                (text for value, text in hints if abs(got - value) < 1e-6),
                "compare f(shift(x)) with shift(f(x))",
            )
            raise WrongAnswerError(
                f"f(z) = {name}, {pixels} pixels: got {got:.4g}, expected {want:.4g}; "
                f"{hint}"
            )
    right(f"equivariance_error for {len(maps)} maps")


@check
def check_tent_layers(
    answer: Callable[[int], list[tuple[np.ndarray, np.ndarray]]],
) -> None:
    """Check a deep ReLU network whose weights were set by hand.

    The network computes the tent function T(z) = 1 - abs(1 - 2 z), applied ``depth``
    times, for z in [0, 1] (after Telgarsky, 2016).

    Args:
        answer: From the depth to the layers, pairs (W, b) with W of shape (inputs,
            outputs): ``depth`` hidden layers of two ReLUs, then a linear output.

    Raises:
        WrongAnswerError: With a hint, if it is another function or another network.
    """
    z = np.linspace(0, 1, 1025)
    for depth in (1, 2, 5):
        layers = [
            (np.asarray(w, float), np.asarray(b, float)) for w, b in answer(depth)
        ]
        shapes = [w.shape for w, _ in layers]
        want = [(1, 2), *[(2, 2)] * (depth - 1), (2, 1)]
        if shapes != want:
            hint = "two ReLUs in each hidden layer, and one linear output"
            if len(layers) == depth:
                hint = (
                    "the output layer is missing: the last two ReLUs must be added up"
                )
            raise WrongAnswerError(
                f"depth {depth}: the matrices have shapes {shapes}, expected {want}; "
                f"{hint}"
            )
        value = z[:, None]
        for i, (w, b) in enumerate(layers):
            value = value @ w + b
            if i < depth:
                value = np.maximum(value, 0)
        goal = z
        for _ in range(depth):
            goal = 1 - np.abs(1 - 2 * goal)
        gap = np.abs(value[:, 0] - goal)
        if gap.max() > 1e-6:
            hint = "T(z) = 2 relu(z) - 4 relu(z - 1/2)"
            if depth > 1:
                hint = (
                    "depth 1 is right: a later hidden layer first forms T from the "
                    "two ReLUs before it, so its matrix holds 2 and -4"
                )
            raise WrongAnswerError(
                f"depth {depth}: at z = {z[gap.argmax()]:.4g} the network gives "
                f"{value[gap.argmax(), 0]:.4g}, expected {goal[gap.argmax()]:.4g}; "
                f"{hint}"
            )
    right("tent_layers at depths 1, 2 and 5")


_CLOSER = {
    "negation": ("a", "two statements that contradict each other share all words but"),
    "swap": ("a", "exchanging two nouns changes who does what, yet no word is new:"),
    "tea": (
        "b",
        "the three shared words stand in another subject; the meaning decides:",
    ),
    "ticket": ("b", "a number written in letters is the same price:"),
    "chinese": (
        "b",
        "this vocabulary has hardly any Chinese characters, so what is left "
        "of both Chinese sentences is much the same:",
    ),
}


@check
def check_closer(prediction: Mapping[str, str]) -> None:
    """Check predictions of which of two sentences the encoder puts closer to a first.

    Args:
        prediction: For each of "negation", "swap", "tea", "ticket" and "chinese"
            either "a" or "b".

    Raises:
        WrongAnswerError: With a hint, if a name or a letter is missing or wrong.

    Example:
        >>> check_closer({"negation": "b"})
        Traceback (most recent call last):
        ...
        companion.exercises._answer.WrongAnswerError: expected "a" or "b" for each ...
    """
    if set(prediction) != set(_CLOSER) or not set(prediction.values()) <= {"a", "b"}:
        raise WrongAnswerError(
            f'expected "a" or "b" for each of {sorted(_CLOSER)}, got {dict(prediction)}'
        )
    for name, (want, hint) in _CLOSER.items():
        if prediction[name] != want:
            raise WrongAnswerError(
                f'{name}: {hint} the model puts "{want}" closer; compute the cosines'
            )
    right("all five predictions")


@check
def check_search(answer: Callable[[str, Sequence[str], Callable, int], list]) -> None:
    """Check a function that finds the sentences nearest in meaning to a question.

    Args:
        answer: From a question, a list of sentences, an encoder and a count to that
            many of the sentences, the one with the largest cosine first. The encoder
            turns a list of texts into rows of length 1.

    Raises:
        WrongAnswerError: With a hint, if the sentences or their order are wrong.

    Example:
        >>> def search(question, sentences, encoder, count):
        ...     cosines = encoder(sentences) @ encoder([question])[0]
        ...     return [sentences[i] for i in np.argsort(-cosines)[:count]]
        >>> check_search(search)
        ✓ right: search among 6 sentences
    """
    angles = {"ask": 0.0, "a": 2.0, "b": 0.3, "c": -0.1, "d": 3.1, "e": -1.2, "f": 0.7}

    def encoder(texts: Sequence[str]) -> np.ndarray:
        if isinstance(texts, str):
            raise WrongAnswerError("the encoder takes a list of texts: [question]")
        turned = np.array([angles[text] for text in texts])
        return np.stack([np.cos(turned), np.sin(turned)], axis=1)

    sentences = list("abcdef")
    for count in (1, 3, 6):
        want = sorted(sentences, key=lambda text: abs(angles[text]))[:count]
        got = list(answer("ask", sentences, encoder, count))
        if got == want:
            continue
        farthest = sorted(sentences, key=lambda text: -abs(angles[text]))[:count]
        hint = "sort by the cosine with the question, the largest first"
        if all(not isinstance(text, str) for text in got):
            hint = "return the sentences, not their numbers or cosines"
        elif len(got) != count:
            hint = f"return {count} of them"
        elif got == farthest:
            hint = "argsort puts the smallest first: these are the farthest ones"
        elif sorted(got) == sorted(want):
            hint = "the right ones, but the nearest comes first"
        raise WrongAnswerError(f"{count} of {sentences}: got {got}, not {want}; {hint}")
    right(f"search among {len(sentences)} sentences")
