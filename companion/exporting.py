"""From a trained model to files that other programs run, and back again."""

from __future__ import annotations

import contextlib
import logging
import os
import statistics
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import keras

__all__ = ["FORMATS", "Exported", "export", "latency"]

#: The formats that :func:`export` knows, by the name that Keras gives them.
FORMATS = ("keras", "tf_saved_model", "onnx", "litert")

Predict = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Exported:
    """A model on disk, loaded again by the runtime of its format.

    Attributes:
        format: One of :data:`FORMATS`.
        path: The file, or the folder of a SavedModel.
        size: Bytes on disk.
        predict: From a float32 array (N, ...) to the output array (N, ...), computed
            by the format's own runtime from the file.
    """

    format: str
    path: Path
    size: int
    predict: Predict


def export(model: keras.Model, directory, format: str) -> Exported:
    """Write a model in a format and load it again with that format's runtime.

    Args:
        model: A built model with one input and one output, on Keras's tensorflow
            backend for every format but ``"keras"`` and ``"onnx"``.
        directory: An existing folder to write into.
        format: One of :data:`FORMATS`.

    Returns:
        Where the file is, how big, and a function that predicts with it.

    Raises:
        ValueError: If the format is unknown.
        FileNotFoundError: If the folder does not exist.
    """
    if format not in FORMATS:
        raise ValueError(f"format must be one of {FORMATS}, got {format!r}")
    directory = Path(directory)
    if not directory.is_dir():
        raise FileNotFoundError(f"directory must exist, got {directory}")
    path = (
        directory
        / {
            "keras": "model.keras",
            "tf_saved_model": "saved_model",
            "onnx": "model.onnx",
            "litert": "model.tflite",
        }[format]
    )
    if format == "keras":
        model.save(path)
    else:
        # Keras exports to ONNX only what has run once.
        model(np.zeros((1, *model.input_shape[1:]), "float32"))
        with _quiet():
            model.export(path, format=format, verbose=False)
    files = [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file()]
    return Exported(format, path, sum(p.stat().st_size for p in files), _load(path))


def latency(predict: Predict, x: np.ndarray, *, repeats: int = 200) -> float:
    """Measure how long one call takes.

    Args:
        predict: The function to measure.
        x: Its argument.
        repeats: Number of calls; a tenth as many go before as a warm-up.

    Returns:
        The median, in seconds.

    Raises:
        ValueError: If ``repeats`` is below 1.

    Example:
        >>> latency(np.sqrt, np.ones(3), repeats=5) < 0.1
        True
    """
    if repeats < 1:
        raise ValueError(f"repeats must be at least 1, got {repeats}")
    for _ in range(repeats // 10):
        predict(x)
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        predict(x)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


@contextlib.contextmanager
def _quiet():
    """Hold back what Keras's exporters say even when told to be silent."""
    logger = logging.getLogger("tensorflow")
    level = logger.level
    logger.setLevel(logging.WARNING)  # "Assets written to ..."
    try:
        with warnings.catch_warnings():
            # Keras 3.15 asks NumPy for `np.object`, which NumPy 2.4 warns about.
            warnings.filterwarnings("ignore", "In the future `np.object`")
            yield
    finally:
        logger.setLevel(level)


def _load(path: Path) -> Predict:
    """Return the predict function of a written model."""
    if path.suffix == ".keras":
        import keras

        reloaded = keras.saving.load_model(path)
        return lambda x: keras.ops.convert_to_numpy(reloaded(x, training=False))
    if path.suffix == ".onnx":
        import onnxruntime

        session = onnxruntime.InferenceSession(os.fspath(path))
        name = session.get_inputs()[0].name
        return lambda x: session.run(None, {name: x})[0]
    if path.suffix == ".tflite":
        return _load_litert(path)
    import tensorflow as tf

    reloaded = tf.saved_model.load(os.fspath(path))
    return lambda x: reloaded.serve(tf.constant(x)).numpy()


def _load_litert(path: Path) -> Predict:
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_path=os.fspath(path))
    source = interpreter.get_input_details()[0]["index"]
    target = interpreter.get_output_details()[0]["index"]
    shape = None

    def predict(x: np.ndarray) -> np.ndarray:
        nonlocal shape
        if x.shape != shape:
            interpreter.resize_tensor_input(source, x.shape)
            interpreter.allocate_tensors()
            shape = x.shape
        interpreter.set_tensor(source, x)
        interpreter.invoke()
        return interpreter.get_tensor(target)

    return predict
