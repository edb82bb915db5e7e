"""From a trained model to files that other programs run, and back again."""

from __future__ import annotations

import contextlib
import logging
import os
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from companion._checks import finite, number
from companion._files import place
from companion.models._inputs import input_shape

if TYPE_CHECKING:
    import keras

__all__ = ["FORMATS", "Exported", "export", "latency"]

#: The formats that :func:`export` knows, by the name that Keras gives them.
FORMATS = ("keras", "tf_saved_model", "onnx", "litert")

NAMES = {
    "keras": "model.keras",
    "tf_saved_model": "saved_model",
    "onnx": "model.onnx",
    "litert": "model.tflite",
}

Predict = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Exported:
    """A model on disk, and in memory as the runtime of its format has loaded it.

    Attributes:
        format: One of :data:`FORMATS`.
        path: The file, or the folder of a SavedModel.
        size: Bytes on disk.
        predict: From a float32 array (N, ...) to the output array (N, ...), computed
            by the format's own runtime. It keeps what it has loaded: what becomes of
            the file later does not matter to it. In every format alike it raises a
            TypeError for another dtype, and a ValueError for a wrong shape, for no
            examples and for values that are not finite.
    """

    format: str
    path: Path
    size: int
    predict: Predict


def export(model: keras.Model, directory, format: str) -> Exported:
    """Write a model in a format and load it again with that format's runtime.

    The file appears only when it is complete and has given a first answer. Nothing is
    overwritten: if there is a ``model.onnx`` already, the next is ``model-2.onnx``.

    Args:
        model: A built model with one float32 input and one output, on Keras's
            tensorflow backend for every format but ``"keras"`` and ``"onnx"``.
        directory: An existing folder to write into.
        format: One of :data:`FORMATS`.

    Returns:
        Where the file is, how big, and a function that predicts with it.

    Raises:
        ValueError: If the format is unknown, the model has not one input and one
            output of fixed shape, or weights that are not finite, or if it uses
            operations that the format does not have (LiteRT has none for a loop such
            as an LSTM's, ONNX none for a convolution in groups).
        FileNotFoundError: If the folder does not exist.

    Example:
        >>> import tempfile
        >>> from companion import models
        >>> x = np.zeros((2, 28, 28, 1), "float32")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     exported = export(models.article_cnn(), folder, "keras")
        >>> exported.predict(x).shape
        (2, 10)
    """
    if format not in FORMATS:
        raise ValueError(f"format must be one of {FORMATS}, got {format!r}")
    directory = Path(directory)
    if not directory.is_dir():
        raise FileNotFoundError(f"directory must exist, got {directory}")
    shape = _check_model(model)
    one = np.zeros((1, *shape), "float32")
    with tempfile.TemporaryDirectory(dir=directory, prefix=".export-") as folder:
        path = Path(folder) / NAMES[format]
        try:
            _write(model, path, format, one)
            predict = _checked(_load(path), shape)
            predict(one)
        except OSError:
            raise
        except Exception as error:
            raise ValueError(
                f"{format} cannot hold or compute {model.name!r}: "
                f"{' '.join(str(error).split())[:200]}; export it to another format, "
                f"such as {'onnx' if format != 'onnx' else 'keras'!r}"
            ) from error
        files = [path] if path.is_file() else list(path.rglob("*"))
        size = sum(file.stat().st_size for file in files if file.is_file())
        path = place(path, directory, path.name)
    return Exported(format, path, size, predict)


def latency(predict: Predict, x: np.ndarray, *, repeats: int = 200) -> float:
    """Measure how long one call takes.

    Args:
        predict: The function to measure.
        x: Its argument.
        repeats: Number of calls; a tenth as many go before as a warm-up.

    Returns:
        The median, in seconds.

    Raises:
        TypeError: If ``predict`` cannot be called or ``repeats`` is no number.
        ValueError: If ``repeats`` is below 1 or no whole number.

    Example:
        >>> latency(np.sqrt, np.ones(3), repeats=5) < 0.1
        True
    """
    if not callable(predict):
        raise TypeError(f"predict must be a function, got {type(predict).__name__}")
    number("repeats", repeats, low=1, integer=True)
    for _ in range(repeats // 10):
        predict(x)
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        predict(x)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def _check_model(model) -> tuple[int, ...]:
    """Return the shape of one input, or raise if the model cannot be exported."""
    shape = input_shape(model)
    if None in shape or not isinstance(model.output_shape, tuple):
        raise ValueError(
            "model must have one input and one output, and an input of fixed shape, "
            f"got input {model.input_shape} and output {model.output_shape}"
        )
    dtype = model.inputs[0].dtype
    if dtype != "float32":
        raise ValueError(f"model must have a float32 input, got {dtype}")
    for weight in model.weights:
        values = weight.numpy() if hasattr(weight, "numpy") else np.asarray(weight)
        if np.issubdtype(values.dtype, np.floating):
            finite(f"the model's weight {weight.path!r}", values)
    return shape


def _write(model, path: Path, format: str, one: np.ndarray) -> None:
    if format == "keras":
        model.save(path)
        return
    model(one)  # Keras exports to ONNX only what has run once.
    with _quiet():
        model.export(path, format=format, verbose=False)


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


def _checked(predict: Predict, shape: tuple[int, ...]) -> Predict:
    """Return the function behind one gate, the same for every format."""

    def checked(x: np.ndarray) -> np.ndarray:
        if not isinstance(x, np.ndarray) or x.dtype != np.float32:
            got = x.dtype if isinstance(x, np.ndarray) else type(x).__name__
            scale = " / 255, if these are pixels" if got == np.uint8 else ""
            raise TypeError(
                f"predict needs a float32 array, got {got}; convert it with "
                f"np.asarray(x, 'float32'){scale}"
            )
        if x.shape[1:] != shape or not x.ndim or not len(x):
            wanted = ", ".join(str(size) for size in shape)
            raise ValueError(
                f"predict needs one example or more, shape (N, {wanted}), got {x.shape}"
            )
        if not np.isfinite(x).all():
            finite("x", x)
        return predict(x)

    return checked


def _load(path: Path) -> Predict:
    """Return the predict function of a written model; it needs the file no more."""
    if path.suffix == ".keras":
        import keras

        import companion.models._layers  # noqa: F401 - so that Keras knows them

        reloaded = keras.saving.load_model(path)
        return lambda x: keras.ops.convert_to_numpy(reloaded(x, training=False))
    if path.suffix == ".onnx":
        import onnxruntime

        session = onnxruntime.InferenceSession(path.read_bytes())
        name = session.get_inputs()[0].name
        return lambda x: session.run(None, {name: x})[0]
    if path.suffix == ".tflite":
        return _load_litert(path.read_bytes())
    import tensorflow as tf

    reloaded = tf.saved_model.load(os.fspath(path))
    return lambda x: reloaded.serve(tf.constant(x)).numpy()


def _load_litert(content: bytes) -> Predict:
    from ai_edge_litert.interpreter import Interpreter

    # From a path it would map the file, and a file that changes would crash Python.
    interpreter = Interpreter(model_content=content)
    source = interpreter.get_input_details()[0]["index"]
    target = interpreter.get_output_details()[0]["index"]
    shape = None

    def predict(x: np.ndarray) -> np.ndarray:
        nonlocal shape
        if x.shape != shape:
            shape = None  # a call that fails must not leave the old one behind
            interpreter.resize_tensor_input(source, x.shape)
            interpreter.allocate_tensors()
            shape = x.shape
        interpreter.set_tensor(source, x)
        interpreter.invoke()
        return interpreter.get_tensor(target)

    return predict
