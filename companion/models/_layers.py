"""Layers that Keras has not: some of 1998 and 2012, and one without shared weights."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

__all__ = [
    "LocalResponseNormalization",
    "LocallyConnected2D",
    "PartialConv2D",
    "SquaredDistance",
    "Subsampling",
]


class Subsampling(keras.layers.Layer):
    """Add up each 2×2 window, multiply by a coefficient per channel, add a bias.

    Shapes: (N, H, W, C) to (N, H/2, W/2, C); 2 C parameters.
    """

    def build(self, input_shape):
        """Make one coefficient and one bias per channel."""
        shape = (input_shape[-1],)
        # 1/4 makes it an average to begin with.
        quarter = keras.initializers.Constant(0.25)
        self.coefficient = self.add_weight(shape=shape, initializer=quarter)
        self.bias = self.add_weight(shape=shape, initializer="zeros")

    def call(self, inputs):
        """Return the sums, weighted and shifted."""
        # Keras 3.15 on jax fails if the strides are left to their default.
        sums = 4 * ops.average_pool(inputs, 2, strides=2)
        return sums * self.coefficient + self.bias

    @property
    def multiply_adds(self) -> int:
        """One product for each output."""
        return int(np.prod(self.output.shape[1:]))


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
        self.pairs = [(c, k) for k, seen in enumerate(inputs) for c in seen]
        self.filters, self.kernel_size = len(inputs), kernel_size
        self.kernel_initializer = kernel_initializer

    def build(self, input_shape):
        """Make a small kernel for every connected pair, and a bias per output map."""
        channels, side = input_shape[-1], self.kernel_size
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
        return ops.reshape(ops.matmul(self.kernel, self.place), self.full_shape)

    def call(self, inputs):
        """Return the convolution with the full kernel."""
        return ops.conv(inputs, self.full_kernel(), padding="valid") + self.bias

    @property
    def multiply_adds(self) -> int:
        """One product for each kernel weight and position."""
        return int(np.prod(self.output.shape[1:3]) * np.prod(self.kernel.shape))


class SquaredDistance(keras.layers.Layer):
    """Squared Euclidean distance to a fixed vector for each class.

    Shapes: (N, D) to (N, K); the D K numbers are weights that are not trained.

    Args:
        codes: The vectors, shape (D, K).
        **options: As for every Keras layer.
    """

    def __init__(self, codes: np.ndarray, **options):
        super().__init__(trainable=False, **options)
        self.codes = np.asarray(codes, "float32")

    def build(self, input_shape):
        """Keep the vectors as a weight that is not trained."""
        self.centers = self.add_weight(
            shape=self.codes.shape,
            initializer=lambda shape, dtype: ops.cast(self.codes, dtype),
            trainable=False,
        )

    def call(self, inputs):
        """Return the sum over j of (x_j - w_jk)²."""
        return ops.sum((inputs[:, :, None] - self.centers) ** 2, axis=1)

    @property
    def multiply_adds(self) -> int:
        """One square for each input and class."""
        return int(np.prod(self.codes.shape))


class LocalResponseNormalization(keras.layers.Layer):
    """Divide by (2 + 1e-4 Σ x²)^0.75, the sum over 5 neighboring channels.

    The constants are those of Krizhevsky et al. (2012, section 3.3). Shapes: any
    (..., C), unchanged; no parameters.
    """

    def call(self, inputs):
        """Return the normalized values."""
        channels, squares = inputs.shape[-1], inputs**2
        edges = [(0, 0)] * (len(inputs.shape) - 1)
        squares = ops.pad(squares, [*edges, (2, 2)])
        near = sum(squares[..., i : i + channels] for i in range(5))
        return inputs / (2 + 1e-4 * near) ** 0.75


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
        self.filters, self.kernel_size, self.strides = filters, kernel_size, strides
        self.activation = keras.activations.get(activation)
        self.kernel_initializer = kernel_initializer

    def build(self, input_shape):
        """Make a kernel and a bias for every position and output map."""
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
        windows = ops.image.extract_patches(inputs, side, step, padding="valid")
        sums = ops.einsum("nhwp,hwpk->nhwk", windows, self.kernel)
        return self.activation(sums + self.bias)

    @property
    def multiply_adds(self) -> int:
        """One product for each weight: every weight is used once."""
        return int(np.prod(self.kernel.shape))
