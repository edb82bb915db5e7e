"""Splitting a validation set off the training set, the same way in every module."""

import numbers

import numpy as np


def check_split(validation_size: int, seed: int) -> None:
    """Raise unless both are integers and the seed is in range.

    Args:
        validation_size: Number of validation examples.
        seed: Seed of the split.

    Raises:
        TypeError: If one of them is not an integer.
        ValueError: If ``seed`` is out of range.
    """
    for name, value in (("validation_size", validation_size), ("seed", seed)):
        if isinstance(value, bool) or not isinstance(value, numbers.Integral):
            raise TypeError(
                f"{name} must be an integer, got {value!r} ({type(value).__name__})"
            )
    if not 0 <= seed < 2**32:
        raise ValueError(f"seed must be in [0, 2**32), got {seed}")


def split(
    labels: np.ndarray, validation_size: int, seed: int
) -> tuple[np.ndarray | slice, np.ndarray | slice]:
    """Return what selects the training and the validation examples, in order.

    Args:
        labels: Labels of the published training set.
        validation_size: Number of validation examples, 0 for none.
        seed: Chooses which they are.

    Returns:
        Two indices into the training set.

    Raises:
        ValueError: If a class would have no example on one side of the split.
    """
    if validation_size == 0:
        return slice(None), slice(0)
    classes = len(np.unique(labels))
    if not classes <= validation_size <= len(labels) - classes:
        raise ValueError(
            f"validation_size must be 0 or from {classes} to {len(labels) - classes}, "
            f"so that each of the {classes} classes has an example on both sides of "
            f"the split; got {validation_size}"
        )
    from sklearn.model_selection import train_test_split

    train, val = train_test_split(
        np.arange(len(labels)),
        test_size=int(validation_size),
        stratify=labels,
        random_state=seed,
    )
    return np.sort(train), np.sort(val)
