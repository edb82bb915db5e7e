"""What reaches the layers of a deep network before it has learned anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from companion._checks import labels
from companion.models._inputs import checked_inputs

if TYPE_CHECKING:
    import keras

__all__ = ["LayerSignal", "layer_signals"]


@dataclass(frozen=True)
class LayerSignal:
    """What one layer passes on before training.

    Attributes:
        name: The layer's name in the model.
        signal: Standard deviation of a unit's output over the images; root mean square
            over the units. What all images have in common does not count.
        gradient: Root mean square of the loss's gradient with respect to the layer's
            kernel.
    """

    name: str
    signal: float
    gradient: float


def layer_signals(
    model: keras.Model, x, y, outputs: Sequence[str]
) -> tuple[LayerSignal, ...]:
    """Measure what reaches each layer, forward and backward.

    The gradient is read off one step of plain gradient descent with step size 1; the
    weights are put back afterward. The model is compiled anew.

    Args:
        model: A built classifier with probabilities (N, K), not trained yet.
        x: Images, finite floats, shape (N, H, W, C), at least 2.
        y: Class numbers, shape (N,).
        outputs: Names of layers after which to measure. The gradient is that of the
            last convolution before each of them or at it.

    Returns:
        One entry per name.

    Raises:
        TypeError: If ``x`` is not of floats.
        ValueError: If a name is unknown, no convolution precedes it, or the arrays do
            not fit.

    Example:
        >>> from companion import models
        >>> images = np.random.default_rng(0).random((8, 8, 8, 1))
        >>> model = models.plain_network(depth=6, width=2, input_shape=(8, 8, 1))
        >>> signals = layer_signals(model, images, [0] * 8, ["relu1", "relu6"])
        >>> [signal.name for signal in signals]
        ['relu1', 'relu6']
    """
    x = checked_inputs("x", model, x).astype("float32")
    y = labels("y", y, classes=model.output_shape[-1], length=len(x))
    convs = _preceding_convolutions(model, outputs)
    import keras

    inner = keras.Model(model.inputs, [model.get_layer(n).output for n in outputs])
    maps = inner.predict(x, batch_size=len(x), verbose=0)
    before = model.get_weights()
    model.compile(keras.optimizers.SGD(1.0), "sparse_categorical_crossentropy")
    kernels = [conv.get_weights()[0] for conv in convs]
    model.train_on_batch(x, y)
    steps = [c.get_weights()[0] - kernel for c, kernel in zip(convs, kernels)]
    model.set_weights(before)
    return tuple(
        LayerSignal(name, _rms(np.std(values, axis=0)), _rms(step))
        for name, values, step in zip(outputs, maps, steps)
    )


def _rms(values: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(values, dtype=np.float64))))


def _preceding_convolutions(model, outputs) -> list:
    import keras

    names = [layer.name for layer in model.layers]
    unknown = [name for name in outputs if name not in names]
    if unknown or len(outputs) < 2:
        raise ValueError(
            f"outputs must be at least two of the model's layers, got {list(outputs)}"
        )
    found = []
    for name in outputs:
        before = model.layers[: names.index(name) + 1]
        convs = [x for x in before if isinstance(x, keras.layers.Conv2D)]
        if not convs:
            raise ValueError(f"there is no convolution before layer {name!r}")
        found.append(convs[-1])
    return found
