"""Layers that Keras has not: some of 1998 and 2012, and one without shared weights.

Images are (N, H, W, C), whatever the user's keras.json says. All are registered with
Keras under the package name ``companion``, so that a model with them can be saved; to
load one in a new program, import this module first.
"""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

from companion._checks import finite, number

__all__ = [
    "LocalResponseNormalization",
    "LocallyConnected2D",
    "PartialConv2D",
    "SquaredDistance",
    "Subsampling",
    "scaled_tanh",
]

LAST = "channels_last"


@keras.saving.register_keras_serializable("companion")
def scaled_tanh(x):
    """Return 1.7159 tanh(2/3 x), the squashing of the 1998 paper's appendix A."""
    return 1.7159 * ops.tanh(2 / 3 * x)


@keras.saving.register_keras_serializable("companion")
class Subsampling(keras.layers.Layer):
    """Add up each 2×2 window, multiply by a coefficient per channel, add a bias.

    Shapes: (N, H, W, C) to (N, H/2, W/2, C), H and W even; 2 C parameters.
    """

    def build(self, input_shape):
        """Make one coefficient and one bias per channel."""
        _check_images(self, input_shape)
        if input_shape[1] % 2 or input_shape[2] % 2:
            raise ValueError(
                f"{self.name}: height and width must be even, got {input_shape}"
            )
        shape = (input_shape[-1],)
        # 1/4 makes it an average to begin with.
        quarter = keras.initializers.Constant(0.25)
        self.coefficient = self.add_weight(shape=shape, initializer=quarter)
        self.bias = self.add_weight(shape=shape, initializer="zeros")

    def call(self, inputs):
        """Return the sums, weighted and shifted."""
        # Keras 3.15 on jax fails if the strides are left to their default.
        sums = 4 * ops.average_pool(inputs, 2, strides=2, data_format=LAST)
        return sums * self.coefficient + self.bias

    @property
    def multiply_adds(self) -> int:
        """One product for each output."""
        return int(np.prod(self.output.shape[1:]))


@keras.saving.register_keras_serializable("companion")
class PartialConv2D(keras.layers.Layer):
    """A convolution whose output maps each see some of the input maps only.

    Shapes: (N, H, W, C) to (N, H-k+1, W-k+1, K); k² P + K parameters, if P pairs of
    an input and an output map are connected.

    Args:
        inputs: For each of the K output maps, the input maps it sees.
        kernel_size: The kernel's side k.
        kernel_initializer: As for a Keras convolution.
        **options: As for every Keras layer.
    """

    def __init__(
        self,
        inputs: Sequence[Sequence[int]],
        kernel_size: int,
        *,
        kernel_initializer,
        **options,
    ):
        super().__init__(**options)
        self.seen = [[int(c) for c in maps] for maps in inputs]
        if not self.seen or not all(self.seen) or min(map(min, self.seen)) < 0:
            raise ValueError(
                "inputs must name one input map or more, from 0 on, for every output "
                f"map, got {inputs}"
            )
        number("kernel_size", kernel_size, low=1, integer=True)
        self.pairs = [(c, k) for k, maps in enumerate(self.seen) for c in maps]
        self.filters, self.kernel_size = len(self.seen), kernel_size
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, input_shape):
        """Make a small kernel for every connected pair, and a bias per output map."""
        _check_images(self, input_shape, self.kernel_size)
        channels, side = input_shape[-1], self.kernel_size
        if max(map(max, self.seen)) >= channels:
            raise ValueError(
                f"{self.name}: inputs name map {max(map(max, self.seen))}, but there "
                f"are {channels}, numbered from 0"
            )
        self.kernel = self.add_weight(
            shape=(side, side, len(self.pairs)), initializer=self.kernel_initializer
        )
        self.bias = self.add_weight(shape=(self.filters,), initializer="zeros")
        place = np.zeros((len(self.pairs), channels * self.filters), "float32")
        for row, (c, k) in enumerate(self.pairs):
            place[row, c * self.filters + k] = 1
        self.place = place
        self.full_shape = (side, side, channels, self.filters)

    def full_kernel(self):
        """Return the kernel (k, k, C, K) with zeros where nothing is connected."""
        place = ops.cast(self.place, self.kernel.dtype)
        return ops.reshape(ops.matmul(self.kernel, place), self.full_shape)

    def call(self, inputs):
        """Return the convolution with the full kernel."""
        kernel = ops.cast(self.full_kernel(), inputs.dtype)
        sums = ops.conv(inputs, kernel, padding="valid", data_format=LAST)
        return sums + self.bias

    def get_config(self):
        """Return what the layer is made from."""
        return super().get_config() | {
            "inputs": self.seen,
            "kernel_size": self.kernel_size,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }

    @property
    def multiply_adds(self) -> int:
        """One product for each kernel weight and position."""
        return int(np.prod(self.output.shape[1:3]) * np.prod(self.kernel.shape))


@keras.saving.register_keras_serializable("companion")
class SquaredDistance(keras.layers.Layer):
    """Squared Euclidean distance to a fixed vector for each class.

    Shapes: (N, D) to (N, K); the D K numbers are weights that are not trained.

    Args:
        codes: The vectors, shape (D, K).
        trainable: Stays False: the vectors are not trained.
        **options: As for every Keras layer.
    """

    def __init__(self, codes: np.ndarray, *, trainable: bool = False, **options):
        super().__init__(trainable=False, **options)
        self.codes = np.asarray(codes, "float32")
        if self.codes.ndim != 2:
            raise ValueError(f"codes must have shape (D, K), got {self.codes.shape}")
        finite("codes", self.codes)

    def build(self, input_shape):
        """Keep the vectors as a weight that is not trained."""
        if len(input_shape) != 2 or input_shape[1] != len(self.codes):
            raise ValueError(
                f"{self.name}: inputs must have shape (N, {len(self.codes)}) as the "
                f"codes, got {tuple(input_shape)}"
            )
        self.centers = self.add_weight(
            shape=self.codes.shape,
            initializer=lambda shape, dtype: ops.cast(self.codes, dtype),
            trainable=False,
        )

    def call(self, inputs):
        """Return the sum over j of (x_j - w_jk)²."""
        return ops.sum((inputs[:, :, None] - self.centers) ** 2, axis=1)

    def get_config(self):
        """Return what the layer is made from."""
        return super().get_config() | {"codes": self.codes.tolist()}

    @property
    def multiply_adds(self) -> int:
        """One square for each input and class."""
        return int(np.prod(self.codes.shape))


@keras.saving.register_keras_serializable("companion")
class LocalResponseNormalization(keras.layers.Layer):
    """Divide by (2 + 1e-4 Σ x²)^0.75, the sum over 5 neighboring channels.

    The constants are those of Krizhevsky et al. (2012, section 3.3). Shapes: any
    (..., C), unchanged; no parameters.
    """

    def call(self, inputs):
        """Return the normalized values."""
        # In float16 the square of 256 would be infinite.
        wide = ops.cast(inputs, keras.backend.result_type(inputs.dtype, "float32"))
        channels, squares = inputs.shape[-1], wide**2
        edges = [(0, 0)] * (len(inputs.shape) - 1)
        squares = ops.pad(squares, [*edges, (2, 2)])
        near = sum(squares[..., i : i + channels] for i in range(5))
        return ops.cast(wide / (2 + 1e-4 * near) ** 0.75, inputs.dtype)


@keras.saving.register_keras_serializable("companion")
class LocallyConnected2D(keras.layers.Layer):
    """A convolution whose every position has kernels and biases of its own.

    Shapes: (N, H, W, C) to (N, H', W', K) with H' = (H - k) // s + 1;
    H' W' K (k² C + 1) parameters. The kernels start out as those of a convolution do,
    but different ones at each position.

    Args:
        filters: Number of output maps K.
        kernel_size: The kernel's side k.
        strides: Step s from one position to the next.
        activation: Name of the function that follows; none by default.
        kernel_initializer: Draws the kernels of all positions, as one convolution
            kernel (k, k, C, H' W' K).
        **options: As for every Keras layer.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int,
        strides: int = 1,
        activation: str | None = None,
        *,
        kernel_initializer,
        **options,
    ):
        super().__init__(**options)
        for name, value in (
            ("filters", filters),
            ("kernel_size", kernel_size),
            ("strides", strides),
        ):
            number(name, value, low=1, integer=True)
        self.filters, self.kernel_size, self.strides = filters, kernel_size, strides
        self.activation = keras.activations.get(activation)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, input_shape):
        """Make a kernel and a bias for every position and output map."""
        _check_images(self, input_shape, self.kernel_size)
        side, channels = self.kernel_size, input_shape[-1]
        height, width = ((n - side) // self.strides + 1 for n in input_shape[1:3])

        def draw(shape, dtype=None):
            places, window = height * width, (side, side, channels)
            drawn = self.kernel_initializer((*window, places * self.filters), dtype)
            drawn = ops.reshape(drawn, (side**2 * channels, places, self.filters))
            return ops.reshape(ops.transpose(drawn, (1, 0, 2)), shape)

        shape = (height, width, side**2 * channels, self.filters)
        self.kernel = self.add_weight(shape=shape, initializer=draw)
        self.bias = self.add_weight(
            shape=(height, width, self.filters), initializer="zeros"
        )

    def call(self, inputs):
        """Return each window's product with the kernels of its position."""
        side, step = self.kernel_size, self.strides
        windows = ops.image.extract_patches(
            inputs, side, step, padding="valid", data_format=LAST
        )
        sums = ops.einsum("nhwp,hwpk->nhwk", windows, self.kernel)
        return self.activation(sums + self.bias)

    def get_config(self):
        """Return what the layer is made from."""
        return super().get_config() | {
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "activation": keras.activations.serialize(self.activation),
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }

    @property
    def multiply_adds(self) -> int:
        """One product for each weight: every weight is used once."""
        return int(np.prod(self.kernel.shape))


def _check_images(layer, shape, side: int = 1) -> None:
    """Raise unless a shape is (N, H, W, C) of a fixed size not below ``side``."""
    if len(shape) != 4 or None in shape[1:] or min(shape[1:3]) < side:
        raise ValueError(
            f"{layer.name}: inputs must have a fixed shape (N, H, W, C) with H and W "
            f"at least {side}, got {tuple(shape)}"
        )
