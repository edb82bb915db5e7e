"""Two networks that look for the lane lines in a strip of road."""

from __future__ import annotations

from typing import TYPE_CHECKING

from companion.models._settings import CHANNELS_LAST, FLOAT32, kernel_initializer

if TYPE_CHECKING:
    import keras

__all__ = ["lane_locator", "lane_regressor"]

INPUT = (26, 160, 3)


def lane_regressor(seed: int = 0) -> keras.Model:
    """Build a network whose dense layers name eight x coordinates.

    Three 3×3 convolutions of stride 2 with 16, 32 and 32 kernels, a dense layer of 32
    and one of 8, as in end-to-end driving (Bojarski et al., 2016) but smaller. Each
    place of the image has weights of its own in the first dense layer; those of the
    last begin at zero.

    Args:
        seed: Fixes the initial weights.

    Returns:
        A model, not compiled, from strips (N, 26, 160, 3) in [0, 1] to x / width of
        two lines at four rows, (N, 2, 4).

    Raises:
        TypeError: If ``seed`` is no integer.
        ValueError: If ``seed`` is out of range.

    Example:
        >>> lane_regressor().output_shape
        (None, 2, 4)
    """
    kernel = kernel_initializer("HeNormal", seed)
    import keras
    from keras import layers

    def conv(i, filters):
        return layers.Conv2D(
            filters,
            3,
            2,
            "same",
            activation="relu",
            kernel_initializer=kernel(),
            name=f"conv{i}",
            **CHANNELS_LAST,
            **FLOAT32,
        )

    return keras.Sequential(
        [
            keras.Input(INPUT, **FLOAT32),
            *(conv(i, filters) for i, filters in enumerate((16, 32, 32), 1)),
            layers.Flatten(name="flatten", **CHANNELS_LAST, **FLOAT32),
            layers.Dense(
                32,
                activation="relu",
                kernel_initializer=kernel(),
                name="dense1",
                **FLOAT32,
            ),
            layers.Dense(8, kernel_initializer="zeros", name="dense2", **FLOAT32),
            layers.Reshape((2, 4), name="lane", **FLOAT32),
        ],
        name="lane_regressor",
    )


def lane_locator(seed: int = 0) -> keras.Model:
    """Build a fully convolutional network that says in which cell each line lies.

    A 5×5 convolution of stride 2, four 3×3 convolutions whose kernels are spread
    further and further along the rows (dilation 1, 2, 4, 8; Yu & Koltun, 2016) so that
    a cell sees both lines, and a 1×1 convolution to two channels. Softmax runs along
    each row: which of its 80 cells has the line? Every place has the same weights.

    Args:
        seed: Fixes the initial weights.

    Returns:
        A model, not compiled, from strips (N, 26, 160, 3) in [0, 1] to probabilities
        (N, 13, 80, 2) that sum to 1 along the third axis.

    Raises:
        TypeError: If ``seed`` is no integer.
        ValueError: If ``seed`` is out of range.

    Example:
        >>> lane_locator().output_shape
        (None, 13, 80, 2)
    """
    kernel = kernel_initializer("HeNormal", seed)
    import keras
    from keras import layers

    def conv(name, filters, size, activation="relu", **options):
        return layers.Conv2D(
            filters,
            size,
            padding="same",
            activation=activation,
            kernel_initializer=kernel(),
            name=name,
            **CHANNELS_LAST,
            **FLOAT32,
            **options,
        )

    return keras.Sequential(
        [
            keras.Input(INPUT, **FLOAT32),
            conv("conv1", 12, 5, strides=2),
            *(
                conv(f"conv{i}", 12, 3, dilation_rate=(1, spread))
                for i, spread in enumerate((1, 2, 4, 8), 2)
            ),
            conv("conv6", 2, 1, activation=None),
            layers.Softmax(axis=2, name="cells", **FLOAT32),
        ],
        name="lane_locator",
    )
