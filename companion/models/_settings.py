"""What the builders share: their settings checked, layers that mind no keras.json.

A user's keras.json may say ``"image_data_format": "channels_first"`` or
``"floatx": "float16"``. The book's networks take images (N, H, W, C) and compute in
float32 all the same, so every builder says so itself.
"""

from __future__ import annotations

import numpy as np

from companion._checks import number
from companion._seeds import checked_seed

__all__ = ["CHANNELS_LAST", "FLOAT32", "check_counts", "kernel_initializer"]

CHANNELS_LAST = {"data_format": "channels_last"}
FLOAT32 = {"dtype": "float32"}


def check_counts(**counts) -> None:
    """Raise unless all are whole numbers of at least 1, ``classes`` of at least 2.

    Args:
        **counts: The settings by name.

    Raises:
        TypeError: If one is no number.
        ValueError: If one is too small or no whole number.

    Example:
        >>> check_counts(units=3, classes=2)
    """
    for name, value in counts.items():
        number(name, value, low=2 if name == "classes" else 1, integer=True)


def kernel_initializer(name: str, seed: int):
    """Return a function that makes initializers, each with a seed of its own.

    Args:
        name: Of a class in ``keras.initializers``; ``"Zeros"`` needs no seed.
        seed: Fixes the seeds.

    Returns:
        A function without arguments.

    Raises:
        TypeError: If ``seed`` is no integer.
        ValueError: If ``seed`` is out of range or there is no such initializer.
    """
    rng = np.random.default_rng(checked_seed(seed))
    import keras

    initializer = getattr(keras.initializers, str(name), None)
    if not isinstance(initializer, type):
        raise ValueError(
            "initializer must be the name of a class in keras.initializers, such as "
            f"'GlorotUniform', got {name!r}"
        )
    if name == "Zeros":
        return lambda: "zeros"
    return lambda: initializer(seed=int(rng.integers(2**31)))
