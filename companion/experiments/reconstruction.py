"""Errors of copying and of foreseeing frames, as scores for a video (chapter 6.1b)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from companion import _checks, models
from companion._seeds import checked_seed

if TYPE_CHECKING:
    import keras

__all__ = [
    "SEEN",
    "by_place",
    "next_frame_error",
    "principal_errors",
    "reconstruction_errors",
    "standardized",
    "train_autoencoder",
    "train_next_frame",
]

#: How many frames the next-frame network sees.
SEEN = 4


def standardized(frames, train) -> np.ndarray:
    """Return how far frames are from the mean image, in standard deviations.

    Args:
        frames: (T, H, W) floats.
        train: Numbers of the training frames, which give the mean image and the
            standard deviation, one number for all pixels.

    Returns:
        (T, H, W) float32; over the training frames its mean square is 1, so 1 is the
        squared error of the mean image.

    Raises:
        TypeError: If they are no floats.
        ValueError: If the shape is another, a value is not finite, a number is out of
            range, or the training frames are all the same.

    Example:
        >>> standardized(np.array([[[1.0]], [[3.0]], [[4.0]]]), [0, 1]).ravel().tolist()
        [-1.0, 1.0, 2.0]
    """
    frames = _checks.images("frames", frames, 3)
    train = _checks.labels("train", train, classes=len(frames))
    distance = frames - frames[train].mean(axis=0)
    scale = distance[train].std()
    if not scale:
        raise ValueError("the training frames are all the same; choose others")
    return (distance / scale).astype(np.float32)


def principal_errors(frames, train, components: int = 32) -> np.ndarray:
    """Return the errors of the best linear autoencoder, principal component analysis.

    Args:
        frames: (T, H, W) floats.
        train: Numbers of the training frames.
        components: Numbers in the code.

    Returns:
        Squared error of each pixel, (T, H, W).

    Raises:
        TypeError: If they are no floats.
        ValueError: If the shape is wrong, a number is out of range, or there are more
            components than training frames.

    Example:
        >>> line = np.arange(4.0)[:, None, None] * np.ones((1, 2, 2))
        >>> bool(principal_errors(line, [0, 1, 2], 1).max() < 1e-12)
        True
    """
    frames = _checks.images("frames", frames, 3)
    train = _checks.labels("train", train, classes=len(frames))
    _checks.number("components", components, 1, len(train), integer=True)
    rows = frames.reshape(len(frames), -1)
    mean = rows[train].mean(axis=0)
    _, _, axes = np.linalg.svd(rows[train] - mean, full_matrices=False)
    axes, rows = axes[:components], rows - mean
    return ((rows - rows @ axes.T @ axes) ** 2).reshape(frames.shape)


def by_place(errors, train, floor: float = 0.05) -> np.ndarray:
    """Return frames' mean error after dividing each pixel's by its usual size.

    Args:
        errors: (T, H, W), at least 0.
        train: Numbers of the training frames, whose mean error is a pixel's usual one.
        floor: Added to it, lest pixels without any error decide alone.

    Returns:
        (T,).

    Raises:
        TypeError: If they are no floats.
        ValueError: If the shape is wrong, a value is not finite or a number is out of
            range.

    Example:
        >>> by_place(np.array([[[1.0, 0.0]], [[1.0, 1.0]]]), [0], 0.5).round(2).tolist()
        [0.33, 1.33]
    """
    errors = _checks.images("errors", errors, 3)
    train = _checks.labels("train", train, classes=len(errors))
    _checks.number("floor", floor, 0, open_low=True)
    return (errors / (errors[train].mean(axis=0) + floor)).mean(axis=(1, 2))


def train_autoencoder(
    frames, train, seed: int = 0, epochs: int = 60
) -> tuple[keras.Model, list[float], float]:
    """Train :func:`companion.models.convolutional_autoencoder` to copy normal frames.

    Adam, its learning rate falling from 2e-3 to 0 along a cosine, batches of 16.

    Args:
        frames: (T, H, W) float32, standardized.
        train: Numbers of the training frames.
        seed: Fixes weights and order.
        epochs: Passes over the training frames.

    Returns:
        The model, its loss by epoch, and the processor seconds that it took.

    Raises:
        TypeError: If frames are no floats or a setting is none.
        ValueError: If a shape or a setting is out of range.
    """
    frames = _checks.images("frames", frames, 3)
    train = _checks.labels("train", train, classes=len(frames))
    x = frames[train][..., np.newaxis]
    model = models.convolutional_autoencoder(seed, input_shape=x.shape[1:])
    return model, *_train(model, x, x, seed, epochs, 2e-3)


def train_next_frame(
    frames, train, seed: int = 0, epochs: int = 20
) -> tuple[keras.Model, list[float], float]:
    """Train :func:`companion.models.next_frame_network` on normal frames.

    Adam, its learning rate falling from 1e-3 to 0 along a cosine, batches of 16.

    Args:
        frames: (T, H, W) float32, standardized.
        train: Numbers of the training frames; the video's first 4 are only seen.
        seed: Fixes weights and order.
        epochs: Passes over the training frames.

    Returns:
        As for :func:`train_autoencoder`.

    Raises:
        TypeError: As for :func:`train_autoencoder`.
        ValueError: As for :func:`train_autoencoder`.
    """
    frames = _checks.images("frames", frames, 3)
    train = _checks.labels("train", train, classes=len(frames))
    train = train[train >= SEEN]
    x, y = _history(frames)[train - SEEN], frames[train][..., np.newaxis]
    model = models.next_frame_network(seed, input_shape=x.shape[1:])
    return model, *_train(model, x, y, seed, epochs, 1e-3)


def _train(model, x, y, seed, epochs, rate) -> tuple[list[float], float]:
    import keras

    epochs = _checks.number("epochs", epochs, 1, integer=True)
    keras.utils.set_random_seed(checked_seed(seed))
    steps = epochs * -(-len(x) // 16)
    schedule = keras.optimizers.schedules.CosineDecay(rate, steps)
    model.compile(optimizer=keras.optimizers.Adam(schedule), loss="mean_squared_error")
    start = time.process_time()
    history = model.fit(x, y, batch_size=16, epochs=epochs, verbose=0)
    return history.history["loss"], time.process_time() - start


def _history(frames: np.ndarray) -> np.ndarray:
    """Return for frame SEEN and each later one those before it, as channels."""
    return np.stack([frames[k : len(frames) - SEEN + k] for k in range(SEEN)], axis=-1)


def reconstruction_errors(model: keras.Model, frames) -> np.ndarray:
    """Return each pixel's squared reconstruction error.

    Args:
        model: From (N, H, W, 1) to the same shape.
        frames: (T, H, W) float32.

    Returns:
        (T, H, W).

    Raises:
        TypeError: If they are no floats.
        ValueError: If the shape is another or a value is not finite.
    """
    frames = _checks.images("frames", frames, 3)
    return (model.predict(frames[..., np.newaxis], verbose=0)[..., 0] - frames) ** 2


def next_frame_error(model: keras.Model, frames) -> np.ndarray:
    """Return each frame's mean squared prediction error, 0 where no past is known.

    Args:
        model: From the last frames (N, H, W, 4) to the next (N, H, W, 1).
        frames: (T, H, W) float32.

    Returns:
        (T,).

    Raises:
        TypeError: If they are no floats.
        ValueError: If the shape is another or a value is not finite.
    """
    frames = _checks.images("frames", frames, 3)
    foreseen = model.predict(_history(frames), verbose=0)[..., 0]
    score = np.zeros(len(frames))
    score[SEEN:] = ((foreseen - frames[SEEN:]) ** 2).mean(axis=(1, 2))
    return score
