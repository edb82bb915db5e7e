"""Chapter 4: companion.scratch timed against TensorFlow.

Both sides get the same arrays and take turns, so that whatever else the machine does
meets both. Each turn starts after a pause and calls that are not timed: the other
side's idle threads have gone to sleep by then, and the caches are its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from companion import models, scratch
from experiments.registry import Results, experiment

#: The article's convolutions: the shape of an image that comes in, and the kernels.
LAYERS = {
    "conv1": ((28, 28, 1), 32),
    "conv2": ((13, 13, 32), 64),
    "conv3": ((5, 5, 64), 64),
}
LAYER_BATCHES = (32, 256)
NETWORK_BATCHES = (32, 128)
PAUSE = 0.1  # seconds; OpenBLAS's threads wait busily for up to a few hundredths

Call = Callable[[], object]


def article_network(seed: int = 0) -> scratch.Sequential:
    """Return the article's network in NumPy.

    Args:
        seed: Fixes the initial weights.

    Returns:
        The network, equal to :func:`companion.models.article_cnn` in architecture.

    Example:
        >>> article_network().count_parameters()
        93322
    """
    return scratch.Sequential(
        [
            scratch.Conv2D(32, 3),
            scratch.ReLU(),
            scratch.MaxPooling2D(2),
            scratch.Conv2D(64, 3),
            scratch.ReLU(),
            scratch.MaxPooling2D(2),
            scratch.Conv2D(64, 3),
            scratch.ReLU(),
            scratch.Flatten(),
            scratch.Dense(64),
            scratch.ReLU(),
            scratch.Dense(10),
        ],
        input_shape=(28, 28, 1),
        seed=seed,
    )


def layer_calls(
    input_shape: tuple[int, ...], filters: int, batch: int
) -> dict[str, tuple[Call, Call]]:
    """Return NumPy's and TensorFlow's calls for one convolution with 3×3 kernels.

    Args:
        input_shape: (H, W, C) of an image.
        filters: Number of kernels.
        batch: Number of images.

    Returns:
        ``"forward"`` and ``"backward"`` (the gradients by kernels, bias and input),
        each as a pair of calls.
    """
    import tensorflow as tf

    rng = np.random.default_rng(0)
    layer = scratch.Conv2D(filters, 3)
    shape = layer.build(input_shape, rng)
    x = rng.standard_normal((batch, *input_shape)).astype("float32")
    gradient = rng.standard_normal((batch, *shape)).astype("float32")
    layer.forward(x)
    kernel, bias = map(tf.constant, layer.parameters.values())
    options = {"strides": [1, 1, 1, 1], "padding": "VALID"}

    @tf.function
    def forward(x):
        return tf.nn.bias_add(tf.nn.conv2d(x, kernel, **options), bias)

    @tf.function
    def backward(x, gradient):
        return (
            tf.raw_ops.Conv2DBackpropFilter(
                input=x,
                filter_sizes=kernel.shape,
                out_backprop=gradient,
                **options,
            ),
            tf.raw_ops.BiasAddGrad(out_backprop=gradient),
            tf.raw_ops.Conv2DBackpropInput(
                input_sizes=x.shape, filter=kernel, out_backprop=gradient, **options
            ),
        )

    given = tf.constant(x), tf.constant(gradient)
    return {
        "forward": (lambda: layer.forward(x), lambda: forward(given[0])),
        "backward": (lambda: layer.backward(gradient), lambda: backward(*given)),
    }


def network_calls(batch: int) -> dict[str, tuple[Call, Call]]:
    """Return NumPy's and Keras's calls for the article's network.

    Args:
        batch: Number of images.

    Returns:
        ``"forward"`` and ``"training"`` (a whole step: forward, backward, Adam), each
        as a pair of calls.
    """
    import tensorflow as tf

    rng = np.random.default_rng(0)
    x = rng.random((batch, 28, 28, 1), dtype="float32")
    y = rng.integers(0, 10, batch)
    network, optimizer = article_network(), scratch.Adam()
    criterion = scratch.SoftmaxCrossEntropy()
    model = models.article_cnn()
    model.compile("adam", "sparse_categorical_crossentropy")
    forward = tf.function(model)

    def step():
        criterion.forward(network.forward(x, training=True), y)
        network.backward(criterion.backward(), input_gradient=False)
        optimizer.update(network.parameters, network.gradients)

    given, labels = tf.constant(x), tf.constant(y)
    return {
        "forward": (
            lambda: scratch.softmax(network.forward(x)),
            lambda: forward(given),
        ),
        "training": (step, lambda: model.train_on_batch(given, labels)),
    }


def compare(ours: Call, theirs: Call, rounds: int, calls: int) -> dict[str, float]:
    """Time two calls in turns.

    Args:
        ours: What companion.scratch does.
        theirs: What TensorFlow does.
        rounds: Turns of each.
        calls: Timed calls in a turn.

    Returns:
        Medians over all calls, ``"numpy_ms"`` and ``"tensorflow_ms"``, and ``"ratio"``,
        the first over the second.

    Example:
        >>> result = compare(lambda: time.sleep(0.02), lambda: time.sleep(0.01), 1, 3)
        >>> 1.5 < result["ratio"] < 2.5
        True
    """
    seconds: tuple[list[float], list[float]] = [], []
    for _ in range(rounds):
        for call, spent in zip((ours, theirs), seconds):
            time.sleep(PAUSE)
            for _ in range(3):
                call()
            for _ in range(calls):
                start = time.perf_counter()
                call()
                spent.append(time.perf_counter() - start)
    numpy_ms, tensorflow_ms = (1000 * float(np.median(spent)) for spent in seconds)
    return {
        "numpy_ms": round(numpy_ms, 3),
        "tensorflow_ms": round(tensorflow_ms, 3),
        "ratio": round(numpy_ms / tensorflow_ms, 2),
    }


def measure(rounds: int, calls: int) -> list[dict[str, str | int | float]]:
    """Measure everything, printing a line for each result.

    Args:
        rounds: Turns of each side, for each result.
        calls: Timed calls in a turn.

    Returns:
        One entry per part, batch size and pass.
    """
    parts = [
        (name, batch, lambda what=what, batch=batch: layer_calls(*what, batch))
        for name, what in LAYERS.items()
        for batch in LAYER_BATCHES
    ]
    parts += [
        ("network", batch, lambda batch=batch: network_calls(batch))
        for batch in NETWORK_BATCHES
    ]
    results = []
    for part, batch, build in parts:
        for kind, (ours, theirs) in build().items():
            result = {"part": part, "pass": kind, "batch": batch}
            results.append(result | compare(ours, theirs, rounds, calls))
            print(*results[-1].values(), flush=True)
    return results


@experiment("benchmark", "04-benchmark.json", minutes=3)
def run(rounds: int = 15, calls: int = 5) -> Results:
    """Measure everything, each side in turns.

    Args:
        rounds: Turns of each side, for each result.
        calls: Timed calls in a turn.

    Returns:
        ``rounds``, ``calls`` and ``results``.
    """
    return {"rounds": rounds, "calls": calls, "results": measure(rounds, calls)}
