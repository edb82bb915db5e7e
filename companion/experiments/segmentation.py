"""Tissue in brain slices: a simulated bias field, and who copes with it.

A receiver coil hears near tissue louder than far tissue, so real magnetic resonance
images are shaded. Here the shading is simulated: an image is multiplied by the
exponential of a random smooth function.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from companion._checks import images, number, same_length
from companion._seeds import checked_seed

if TYPE_CHECKING:
    import keras

__all__ = [
    "NETWORKS",
    "STRENGTH",
    "STRENGTHS",
    "bias_field",
    "even_out",
    "fit_thresholds",
    "shaded",
    "train",
    "tune_evening",
]

#: Strength of the fields that methods are prepared for: factors of 0.67 to 1.49.
STRENGTH = 0.4
#: Strengths that methods are tested on; 0 is the image as it is.
STRENGTHS = (0.0, 0.1, 0.2, 0.3, 0.4)
#: For each network its settings in :func:`companion.models.u_net`, and the strength of
#: the fields that it is trained with.
NETWORKS = {
    "U-Net, trained clean": ({}, 0.0),
    "U-Net, trained shaded": ({}, STRENGTH),
    "the same, no skips": ({"skips": False}, STRENGTH),
    "no skips, wider": ({"skips": False, "filters": 9}, STRENGTH),
}
#: How each is trained: how often it sees a slice, and in which steps.
VISITS, BATCH_SIZE, LEARNING_RATE = 32, 4, 5e-3
SIGMAS = (6.0, 8.0, 10.0, 12.0, 15.0, 20.0)
LEVELS = 256
HEAD = 0.1  # darker pixels are air


def bias_field(
    shape: tuple[int, int],
    rng: np.random.Generator,
    strength: float = STRENGTH,
    *,
    waves: int = 2,
) -> np.ndarray:
    """Draw a smooth random field of factors, a stand-in for a coil's sensitivity.

    ``exp(strength * s)``, where ``s`` is a random sum of ``cos(pi k u) cos(pi l v)``
    with k and l up to ``waves``, scaled so that its largest absolute value is 1; u and
    v run over rows and columns from 0 to 1.

    Args:
        shape: Rows and columns.
        rng: Source of the sum's normal coefficients.
        strength: The largest absolute logarithm of a factor.
        waves: Half waves across the image at most; at least 1.

    Returns:
        Factors, float64, of that shape.

    Raises:
        TypeError: If ``rng`` is no generator, or a setting no number.
        ValueError: If a setting is out of range.

    Example:
        >>> field = bias_field((112, 96), np.random.default_rng(0), 0.4)
        >>> bool(np.abs(np.log(field)).max().round(6) == 0.4)
        True
    """
    rows, columns = (number("shape", side, 1, integer=True) for side in shape)
    number("strength", strength, 0)
    waves = number("waves", waves, 1, integer=True)
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"rng must be a generator such as np.random.default_rng(0), got {rng!r}"
        )
    k = np.arange(waves + 1)
    down, across = (
        np.cos(np.pi * np.outer(k, (np.arange(n) + 0.5) / n)) for n in (rows, columns)
    )
    weights = rng.normal(size=(waves + 1, waves + 1))
    weights[0, 0] = 0  # no change of the whole image's brightness
    smooth = down.T @ weights @ across
    return np.exp(strength * smooth / np.abs(smooth).max())


def shaded(
    x: np.ndarray, rng: np.random.Generator, strength: float = STRENGTH
) -> np.ndarray:
    """Multiply each image by a bias field of its own.

    Args:
        x: Images, shape (N, H, W, C), floats.
        rng: Source of the fields.
        strength: As for :func:`bias_field`.

    Returns:
        Images, float32, of the same shape.

    Raises:
        TypeError: If the images are not of floats, or ``rng`` is no generator.
        ValueError: If shape, values or strength are not as they should be.

    Example:
        >>> x = np.ones((2, 8, 8, 1))
        >>> shaded(x, np.random.default_rng(0), 0.0).sum()
        np.float32(128.0)
    """
    x = images("x", x)
    fields = [bias_field(x.shape[1:3], rng, strength) for _ in x]
    return (x * np.reshape(fields, (*x.shape[:3], 1))).astype("float32")


def fit_thresholds(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Find the two gray values that part three classes with the best mean Dice.

    Darker than the first is class 0, at least as bright as the second class 2. All
    pairs of 257 equally spaced gray values from 0 to the largest are compared.

    Args:
        x: Gray images, shape (N, H, W, 1), floats of at least 0.
        y: Classes, shape (N, H, W), 0 to 2.

    Returns:
        The two thresholds in ascending order, for :func:`numpy.digitize`.

    Raises:
        TypeError: If the images are not of floats.
        ValueError: If shapes do not fit, or classes are others.

    Example:
        >>> x = np.linspace(0, 1, 12).reshape(1, 3, 4, 1)
        >>> low, high = fit_thresholds(x, np.repeat([0, 1, 2], 4).reshape(1, 3, 4))
        >>> bool(3 / 11 < low <= 4 / 11 and 7 / 11 < high <= 8 / 11)
        True
    """
    x, y = _check(x, y)
    top = max(float(x.max()), np.finfo(float).tiny)
    level = np.minimum((x[..., 0] / top * LEVELS).astype(int), LEVELS - 1)
    counts = [np.bincount(level[y == k], minlength=LEVELS) for k in range(3)]
    below = np.pad(np.cumsum(counts, axis=1), ((0, 0), (1, 0)))  # of each class
    size, total = below[:, -1], below.sum(axis=0)
    ends = np.arange(LEVELS + 1)
    low, high = np.meshgrid(ends, ends, indexing="ij")
    parts = ((0, 0 * low, low), (1, low, high), (2, high, 0 * high + LEVELS))
    mean = sum(
        2
        * (below[k][stop] - below[k][start])
        / np.maximum(size[k] + total[stop] - total[start], 1)
        for k, start, stop in parts
    )
    mean[low > high] = -1
    return top * np.array(np.unravel_index(mean.argmax(), mean.shape)) / LEVELS


def even_out(x: np.ndarray, sigma: float) -> np.ndarray:
    """Divide each image by a heavily blurred copy of itself, to take out shading.

    The blur is a Gaussian mean over pixels brighter than 0.1, the head; air becomes 0.
    What is left is how bright a pixel is beside its surroundings.

    Args:
        x: Images, shape (N, H, W, C), floats.
        sigma: Standard deviation of the Gaussian, in pixels.

    Returns:
        Images, float32, of the same shape; 1 is as bright as the surroundings.

    Raises:
        TypeError: If the images are not of floats.
        ValueError: If shape or values are not as they should be.

    Example:
        >>> even_out(np.full((1, 8, 8, 1), 0.5), 3).round(3).max()
        np.float32(1.0)
    """
    from scipy.ndimage import gaussian_filter

    x = images("x", x)
    number("sigma", sigma, 0, open_low=True)
    head = (x > HEAD).astype("float32")
    blur, share = (
        gaussian_filter(array, (0, sigma, sigma, 0)) for array in (x * head, head)
    )
    blurred = blur / np.maximum(share, 1e-6)
    flat = np.zeros(x.shape, "float32")
    return np.divide(x, blurred, out=flat, where=head > 0, casting="same_kind")


def tune_evening(x: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """Choose the blur of :func:`even_out` and the thresholds after it.

    Args:
        x: Shaded gray images, shape (N, H, W, 1), floats of at least 0.
        y: Classes, shape (N, H, W), 0 to 2.

    Returns:
        The sigma and the two thresholds with the best mean Dice on these images.

    Raises:
        TypeError: As for :func:`fit_thresholds`.
        ValueError: As for :func:`fit_thresholds`.

    Example:
        >>> x = np.linspace(0.2, 1, 12).reshape(1, 3, 4, 1)
        >>> tune_evening(x, np.repeat([0, 1, 2], 4).reshape(1, 3, 4))[0] in SIGMAS
        True
    """
    from companion.evaluation import dice

    x, y = _check(x, y)
    best = -1.0, SIGMAS[0], np.zeros(2)
    for sigma in SIGMAS:
        flat = even_out(x, sigma)
        thresholds = fit_thresholds(flat, y)
        score = np.nanmean(dice(y, np.digitize(flat[..., 0], thresholds), 3))
        if score > best[0]:
            best = float(score), sigma, thresholds
    return best[1:]


def train(
    model: keras.Model,
    x: np.ndarray,
    y: np.ndarray,
    *,
    strength: float,
    seed: int = 0,
    visits: int = VISITS,
) -> float:
    """Train a network on slices, each seen many times in a fresh bias field.

    Adam on the mean cross-entropy of all pixels; the learning rate rises over a tenth
    of the steps and then falls to 0 along a cosine.

    Args:
        model: From images to probabilities (N, H, W, K), such as
            :func:`companion.models.u_net`; it is compiled here.
        x: Images, shape (N, H, W, C), floats.
        y: Classes, shape (N, H, W).
        strength: Of the fields; 0 for none.
        seed: Fixes fields and order.
        visits: How often each image is seen.

    Returns:
        Seconds of processor time that the training took.

    Raises:
        TypeError: If the images are not of floats.
        ValueError: If shapes do not fit, or a setting is out of range.
    """
    import keras

    x, y = _check(x, y, classes=model.output_shape[-1], channels=model.input_shape[-1])
    rng = np.random.default_rng(checked_seed(seed))
    visits = number("visits", visits, 1, integer=True)
    order = rng.permutation(np.repeat(np.arange(len(x)), visits))
    seen, classes = shaded(x[order], rng, strength), y[order]
    steps = -(-len(order) // BATCH_SIZE)
    warmup = steps // 10
    rate = keras.optimizers.schedules.CosineDecay(
        LEARNING_RATE / 25,
        max(steps - warmup, 1),
        warmup_target=LEARNING_RATE,
        warmup_steps=warmup,
    )
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy")
    start = time.process_time()
    model.fit(seen, classes, batch_size=BATCH_SIZE, shuffle=False, verbose=0)
    return time.process_time() - start


def _check(x, y, classes: int = 3, channels: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Return images and classes that fit each other, or raise."""
    x, y = images("x", x), np.asarray(y)
    same_length(x=x, y=y)
    if x.shape[-1] != channels or x.shape[:3] != y.shape or not x.size:
        raise ValueError(
            f"expected images (N, H, W, {channels}) and classes (N, H, W), got shapes "
            f"{x.shape} and {y.shape}"
        )
    if y.dtype.kind not in "iu" or y.min() < 0 or y.max() >= classes:
        raise ValueError(
            f"y must hold whole numbers in 0..{classes - 1}, the classes, got "
            f"{y.dtype} from {y.min()} to {y.max()}"
        )
    return x, y
