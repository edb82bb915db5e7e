"""What a model may be given: the check that training and inspecting share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from companion._checks import images

if TYPE_CHECKING:
    import keras

__all__ = ["checked_inputs", "input_shape"]


def input_shape(model: keras.Model) -> tuple[int | None, ...]:
    """Return the shape of one example that a model takes.

    Args:
        model: A built model with one input.

    Returns:
        The shape without the batch axis; None stands for any size.

    Raises:
        ValueError: If the model is not built or has more than one input.
    """
    try:
        shape = model.input_shape
    except AttributeError:
        shape = None
    if not isinstance(shape, tuple) or not all(
        size is None or isinstance(size, int) for size in shape
    ):
        raise ValueError(
            "model must be a built Keras model with one input (keras.Input as its "
            f"first layer), got {type(model).__name__} with input shape {shape}"
        )
    return shape[1:]


def checked_inputs(name: str, model: keras.Model, x) -> np.ndarray:
    """Return a batch as an array if it fits a model, or raise.

    Args:
        name: The batch's name, for the message.
        model: A built model with one input.
        x: The batch: finite floats, shape (N, ...) as the model's input.

    Returns:
        The batch.

    Raises:
        TypeError: If it is not of floats.
        ValueError: If it is empty, not finite or of another shape.
    """
    shape = input_shape(model)
    x = np.asarray(x)
    wanted = "(N, " + ", ".join("any" if n is None else str(n) for n in shape) + ")"
    if x.ndim != len(shape) + 1 or any(
        want not in (None, got) for want, got in zip(shape, x.shape[1:])
    ):
        raise ValueError(
            f"{name} must have the shape of the model's input, {wanted}, got {x.shape}"
        )
    if not len(x):
        raise ValueError(f"{name} must hold at least one example, got none")
    images(name, x, ndim=x.ndim)
    return x
