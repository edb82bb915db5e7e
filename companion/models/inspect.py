"""What a network costs and what it computes inside, layer by layer."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from companion.models._inputs import checked_inputs, input_shape

if TYPE_CHECKING:
    import keras

__all__ = ["LayerCost", "feature_maps", "layer_costs"]


@dataclass(frozen=True)
class LayerCost:
    """The size of one layer.

    Attributes:
        name: The layer's name in the model.
        output_shape: Without the batch dimension.
        parameters: Weights and biases, those that are not trained included.
        multiply_adds: Multiplications, each with its addition, for one example;
            biases, activations, pooling and normalization are not counted.
    """

    name: str
    output_shape: tuple[int, ...]
    parameters: int
    multiply_adds: int


def layer_costs(model: keras.Model) -> tuple[LayerCost, ...]:
    """Compute each layer's output shape, parameters and multiply-adds.

    A convolution makes, for each of the H W K outputs, one multiply-add per weight of
    that output's kernel: H W K (h w C), and C / groups in the place of C if it is
    grouped; a depthwise one makes H W K (h w). A dense layer makes one per weight. A
    layer of another kind may tell its number in an attribute ``multiply_adds``.

    Args:
        model: A built Sequential model of convolutions, dense layers, layers without
            weights, and layers that tell their ``multiply_adds``.

    Returns:
        One entry per layer, in order.

    Raises:
        ValueError: If the model is not built.
        TypeError: If a layer with weights is of a kind whose products are not known.

    Example:
        >>> from companion import models
        >>> sum(cost.parameters for cost in layer_costs(models.article_cnn()))
        93322
    """
    input_shape(model)
    return tuple(
        LayerCost(
            name=layer.name,
            output_shape=tuple(layer.output.shape[1:]),
            parameters=layer.count_params(),
            multiply_adds=_multiply_adds(layer),
        )
        for layer in model.layers
    )


def feature_maps(model: keras.Model, x) -> dict[str, np.ndarray]:
    """Return what every layer puts out for some examples.

    Args:
        model: A built Sequential model.
        x: Examples, finite floats, shape (N, ...) as the model's input.

    Returns:
        By layer name, in order: arrays of shape (N, ...).

    Raises:
        TypeError: If ``x`` is not of floats.
        ValueError: If ``x`` is empty, not finite or of another shape than the input.

    Example:
        >>> import numpy as np
        >>> from companion import models
        >>> maps = feature_maps(models.article_cnn(), np.zeros((2, 28, 28, 1)))
        >>> next(iter(maps.values())).shape
        (2, 26, 26, 32)
    """
    x = checked_inputs("x", model, x)
    import keras

    outputs = {layer.name: layer.output for layer in model.layers}
    maps = keras.Model(model.inputs, outputs).predict(x, verbose=0)
    return {name: maps[name] for name in outputs}


def _multiply_adds(layer) -> int:
    import keras

    outputs = math.prod(layer.output.shape[1:])
    if hasattr(layer, "multiply_adds"):
        return layer.multiply_adds
    if isinstance(layer, keras.layers.Conv2D):
        return outputs * math.prod(layer.kernel.shape[:-1])
    if isinstance(layer, keras.layers.DepthwiseConv2D):
        return outputs * math.prod(layer.kernel.shape[:2])
    if isinstance(layer, keras.layers.Dense):
        return math.prod(layer.kernel.shape)
    if layer.weights and not isinstance(layer, keras.layers.BatchNormalization):
        raise TypeError(
            f"cannot count the multiply-adds of layer {layer.name!r} "
            f"({type(layer).__name__}); known kinds with weights are Conv2D, "
            "DepthwiseConv2D, Dense, BatchNormalization and layers with an attribute "
            "multiply_adds"
        )
    return 0
