"""How a recipe is carried out on a classifier."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from companion._checks import labels, probabilities, same_length
from companion._seeds import checked_seed
from companion.models._inputs import checked_inputs
from companion.training.augmentation import check_shift, random_shift
from companion.training.history import History
from companion.training.progress import progress_bar
from companion.training.recipe import Recipe

if TYPE_CHECKING:
    import keras

__all__ = ["fit"]


def fit(
    model: keras.Model,
    data,
    recipe: Recipe,
    *,
    seed: int = 0,
    progress: bool | None = None,
) -> History:
    """Train a classifier by a recipe; the model is changed in place.

    The loss is the cross-entropy between the smoothed label and the model's
    probabilities p, L = -sum_k q_k log p_k with q_k = (1 - s) [k = y] + s / K,
    and the optimizer is Adam (Kingma & Ba, 2015).

    Args:
        model: A built Keras model from inputs such as images (N, H, W, C) to
            probabilities (N, K): it ends with softmax.
        data: An object with ``x_train``, ``y_train``, ``x_val`` and ``y_val``, such
            as :class:`companion.datasets.ImageDataset`: floats, and class numbers
            from 0 to K - 1. Empty ``x_val`` and ``y_val`` mean no validation. The
            test set is not touched.
        recipe: What to do.
        seed: Fixes the order of the examples, their augmentation and dropout.
        progress: Whether to show a one-line progress bar. By default it is shown in
            notebooks and terminals, and never under pytest.

    Returns:
        The history of the run.

    Raises:
        TypeError: If an argument or an array is of the wrong kind, such as images in
            uint8.
        ValueError: If inputs and labels differ in number, an input has the wrong
            shape or is not finite, a label is not one of the model's classes, the
            model gives no probabilities, or images cannot be shifted as far as the
            recipe says. All this is found before training begins.
        FloatingPointError: If the loss stops being finite; the model is spoiled then.

    Example:
        >>> from companion import datasets, models
        >>> from companion.training import BETTER
        >>> data = datasets.mnist()
        >>> history = fit(models.small_cnn(seed=0), data, BETTER.but(epochs=0.01))
        >>> history.step[-1]
        5
    """
    import keras

    if not isinstance(recipe, Recipe):
        raise TypeError(
            f"recipe must be a companion.training.Recipe, got {type(recipe).__name__}"
        )
    seed = checked_seed(seed)
    arrays = _check(model, data, recipe)
    classes = model.output_shape[-1]
    examples = len(arrays.y_train)
    steps = recipe.steps_per_epoch(examples)
    keras.utils.set_random_seed(seed)
    model.compile(
        optimizer=keras.optimizers.Adam(_learning_rate(recipe, recipe.steps(examples))),
        loss=keras.losses.CategoricalCrossentropy(
            label_smoothing=recipe.label_smoothing, dtype="float32"
        ),
        metrics=[keras.metrics.CategoricalAccuracy(name="accuracy", dtype="float32")],
    )
    recorder, bar = _recorder(steps, recipe), progress_bar(progress)
    validation = None
    if len(arrays.y_val):
        validation = (arrays.x_val, keras.utils.to_categorical(arrays.y_val, classes))
    y = keras.utils.to_categorical(arrays.y_train, classes)
    wall, cpu = time.perf_counter(), time.process_time()
    try:
        logs = model.fit(
            _batches(arrays.x_train, y, recipe, seed),
            epochs=math.ceil(recipe.epochs),
            validation_data=validation,
            validation_batch_size=500,
            callbacks=[recorder, *bar],
            verbose=0,
        ).history
    except BaseException:
        for callback in bar:  # Keras ends it only after a run that came to its end
            callback.on_train_end()
        raise
    return History(
        recipe=recipe,
        seed=seed,
        step=tuple(recorder.step),
        loss=tuple(recorder.loss),
        accuracy=tuple(recorder.accuracy),
        epoch=tuple(steps * (i + 1) for i in range(len(logs.get("val_loss", ())))),
        val_loss=tuple(logs.get("val_loss", ())),
        val_accuracy=tuple(logs.get("val_accuracy", ())),
        seconds=time.perf_counter() - wall,
        cpu_seconds=time.process_time() - cpu,
    )


@dataclass(frozen=True, eq=False)
class _Arrays:
    """What a run learns from and is judged by, checked."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_val: np.ndarray
    y_val: np.ndarray


def _check(model, data, recipe: Recipe) -> _Arrays:
    """Return the arrays, or raise, so that nothing is found only after an epoch."""
    missing = [name for name in _Arrays.__annotations__ if not hasattr(data, name)]
    if missing:
        raise TypeError(
            "data must have x_train, y_train, x_val and y_val (empty for no "
            f"validation), got {type(data).__name__} without {', '.join(missing)}"
        )
    output_shape = getattr(model, "output_shape", None)
    if not isinstance(output_shape, tuple) or len(output_shape) != 2:
        raise ValueError(
            "model must be a built classifier with outputs of shape (N, K), got "
            f"{type(model).__name__} with outputs of shape {output_shape}"
        )
    arrays = {}
    for part in ("train", "val"):
        x, y = (np.asarray(getattr(data, f"{axis}_{part}")) for axis in "xy")
        same_length(**{f"x_{part}": x, f"y_{part}": y})
        if part == "train" or len(y):
            x = checked_inputs(f"x_{part}", model, x)
            y = labels(f"y_{part}", y, classes=output_shape[-1], length=len(x))
        arrays |= {f"x_{part}": x, f"y_{part}": y}
    x = arrays["x_train"]
    if recipe.max_shift:
        check_shift(x.shape, recipe.max_shift)
    first = model(x[: recipe.batch_size], training=False)
    _check_probabilities(first)
    return _Arrays(**arrays)


def _check_probabilities(outputs) -> None:
    """Raise unless outputs are probabilities: Keras would scale others silently."""
    import keras

    given = keras.ops.convert_to_numpy(keras.ops.cast(outputs, "float32"))
    try:
        probabilities("model(x_train)", given)
    except ValueError as error:
        raise ValueError(
            f"{error}; training by cross-entropy needs a model that gives "
            "probabilities: let it end with a softmax layer"
        ) from None


def _learning_rate(recipe: Recipe, steps: int):
    """Return the learning rate, or its schedule over ``steps`` steps."""
    import keras

    if recipe.schedule == "constant":
        return recipe.learning_rate
    warmup = round(recipe.warmup * steps) if recipe.schedule == "one_cycle" else 0
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=recipe.learning_rate / 25
        if warmup
        else recipe.learning_rate,
        decay_steps=max(steps - warmup, 1),
        warmup_target=recipe.learning_rate if warmup else None,
        warmup_steps=warmup,
    )


def _batches(x, y, recipe: Recipe, seed: int):
    """Return the shuffled, augmented batches of each epoch as a Keras data set."""
    import keras

    class Batches(keras.utils.PyDataset):
        def __init__(self):
            super().__init__()
            self.rng = np.random.default_rng(seed)
            self.on_epoch_end()

        def __len__(self):
            return recipe.steps_per_epoch(len(x))

        def __getitem__(self, index):
            start = index * recipe.batch_size
            chosen = np.sort(self.order[start : start + recipe.batch_size])
            batch = x[chosen]
            if recipe.max_shift:
                rng = np.random.default_rng((self.epoch_seed, index))
                batch = random_shift(batch, recipe.max_shift, rng)
            return batch, y[chosen]

        def on_epoch_end(self):
            self.order = self.rng.permutation(len(x))
            self.epoch_seed = int(self.rng.integers(2**31))

    return Batches()


def _recorder(steps_per_epoch: int, recipe: Recipe):
    """Return a callback that notes loss and accuracy about 20 times per epoch.

    It stops the run when the loss is no longer finite.
    """
    import keras

    windows = min(20, steps_per_epoch)
    ends = {round(i * steps_per_epoch / windows) for i in range(1, windows + 1)}

    class Recorder(keras.callbacks.Callback):
        def __init__(self):
            super().__init__()
            self.step, self.loss, self.accuracy = [], [], []
            self.epoch = 0

        def on_epoch_begin(self, epoch, logs=None):
            self.epoch, self.seen = epoch, 0
            self.sums = {"loss": 0.0, "accuracy": 0.0}

        def on_train_batch_end(self, batch, logs=None):
            done = batch + 1
            self.check("loss", logs["loss"], done)
            if done not in ends:
                return
            # Keras reports running means over the epoch: undo the averaging.
            for name in self.sums:
                total = float(logs[name]) * done
                window = (total - self.sums[name]) / (done - self.seen)
                getattr(self, name).append(window)
                self.sums[name] = total
            self.seen = done
            self.step.append(self.epoch * steps_per_epoch + done)

        def on_epoch_end(self, epoch, logs=None):
            if "val_loss" in logs:
                self.check("validation loss", logs["val_loss"], steps_per_epoch)

        def check(self, what, value, done):
            if math.isfinite(value):
                return
            raise FloatingPointError(
                f"the {what} became {value} at step "
                f"{self.epoch * steps_per_epoch + done} of "
                f"{steps_per_epoch * math.ceil(recipe.epochs)}, so training stopped; "
                "build the model anew and try a learning rate below "
                f"{recipe.learning_rate}"
            )

    return Recorder()
