"""Training described as data, run by one function on any Keras backend.

A :class:`Recipe` says everything about a run except the model, the data and the
seed; :func:`fit` carries it out and returns a :class:`History` that
:mod:`companion.figures` can draw.
"""

from __future__ import annotations

import math
import os
import sys
import time
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    import keras

__all__ = [
    "ARTICLE",
    "BETTER",
    "History",
    "Recipe",
    "fit",
    "progress_bar",
    "random_shift",
]

Schedule = Literal["constant", "cosine", "one_cycle"]


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How a model is trained, as plain data.

    Attributes:
        epochs: Passes over the training set: a whole number, or a fraction below 1
            for a run that stops part of the way through its first pass.
        batch_size: Examples per step.
        learning_rate: Adam's learning rate; the peak, if there is a schedule.
        schedule: ``"constant"``, ``"cosine"`` (from the peak down to 0, after
            Loshchilov & Hutter, 2017) or ``"one_cycle"`` (a linear warm-up to the
            peak, then the cosine, after Smith & Topin, 2019).
        warmup: Fraction of the steps that ``"one_cycle"`` spends going up.
        label_smoothing: Probability mass moved from the true class to all classes
            (Szegedy et al., 2016).
        max_shift: Largest random translation of an image, in pixels.

    Raises:
        ValueError: If a value is out of range.

    Example:
        >>> Recipe(epochs=3, batch_size=128).steps(60_000)
        1407
        >>> Recipe(epochs=0.25, batch_size=64).steps(60_000)
        235
    """

    epochs: float
    batch_size: int = 32
    learning_rate: float = 1e-3
    schedule: Schedule = "constant"
    warmup: float = 0.3
    label_smoothing: float = 0.0
    max_shift: int = 0

    def __post_init__(self):
        whole = self.epochs == int(self.epochs)
        if self.epochs <= 0 or (self.epochs > 1 and not whole):
            raise ValueError(
                "epochs must be a positive whole number or a fraction below 1, "
                f"got {self.epochs}"
            )
        if self.batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, got {self.batch_size}")
        if self.learning_rate <= 0:
            raise ValueError(
                f"learning_rate must be positive, got {self.learning_rate}"
            )
        known = Schedule.__args__
        if self.schedule not in known:
            raise ValueError(f"schedule must be one of {known}, got {self.schedule!r}")
        for name in ("warmup", "label_smoothing"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name} must be in [0, 1), got {getattr(self, name)}")
        if self.max_shift < 0:
            raise ValueError(f"max_shift must not be negative, got {self.max_shift}")

    def but(self, **changes) -> Recipe:
        """Return a copy with some fields changed.

        Example:
            >>> ARTICLE.but(epochs=1).epochs
            1
        """
        unknown = set(changes) - {field.name for field in fields(self)}
        if unknown:
            raise TypeError(
                f"a Recipe has no field {sorted(unknown)}; its fields are "
                f"{[field.name for field in fields(self)]}"
            )
        return replace(self, **changes)

    def steps_per_epoch(self, examples: int) -> int:
        """Return the number of batches in one pass over ``examples`` examples."""
        return math.ceil(min(self.epochs, 1) * examples / self.batch_size)

    def steps(self, examples: int) -> int:
        """Return the number of optimizer steps of the whole run."""
        return self.steps_per_epoch(examples) * math.ceil(self.epochs)


#: The article's settings (section 5.2): 5 epochs, batches of 32, Adam as it comes.
ARTICLE = Recipe(epochs=5, batch_size=32)

#: The recipe that chapter 5 arrives at; meant for :func:`companion.models.small_cnn`.
BETTER = Recipe(
    epochs=3,
    batch_size=128,
    learning_rate=6e-3,
    schedule="one_cycle",
    label_smoothing=0.05,
    max_shift=1,
)


@dataclass(frozen=True)
class History:
    """What a run went through and what it cost.

    Attributes:
        recipe: The recipe that was followed.
        seed: The seed it was followed with.
        step: Steps at which the training loss was noted, about 20 per epoch.
        loss: Mean training loss since the step noted before.
        accuracy: Mean training accuracy since the step noted before.
        epoch: For each epoch with validation, the step at which it ended.
        val_loss: Validation loss at the end of each epoch; empty without validation.
        val_accuracy: Validation accuracy likewise.
        seconds: Wall-clock seconds of training, validation included.
        cpu_seconds: Seconds of processor time over all threads, likewise.
    """

    recipe: Recipe
    seed: int
    step: tuple[int, ...]
    loss: tuple[float, ...]
    accuracy: tuple[float, ...]
    epoch: tuple[int, ...]
    val_loss: tuple[float, ...]
    val_accuracy: tuple[float, ...]
    seconds: float
    cpu_seconds: float

    def as_dict(self) -> dict:
        """Return the history as plain data that JSON can hold."""
        return asdict(self)


def random_shift(x: np.ndarray, max_shift: int, rng: np.random.Generator) -> np.ndarray:
    """Translate every image of a batch by its own random whole number of pixels.

    Rows and columns that move out are lost; zeros move in.

    Args:
        x: Images, shape (N, H, W, C).
        max_shift: Largest shift up, down, left or right, in pixels.
        rng: Source of the shifts.

    Returns:
        An array of the shape and dtype of ``x``.

    Raises:
        ValueError: If ``x`` has not four dimensions.

    Example:
        >>> x = np.zeros((1, 3, 3, 1)); x[0, 1, 1] = 1
        >>> random_shift(x, 1, np.random.default_rng(0)).sum()
        np.float64(1.0)
    """
    if x.ndim != 4:
        raise ValueError(f"x must have shape (N, H, W, C), got {x.shape}")
    n, h, w, _ = x.shape
    s = max_shift
    padded = np.pad(x, ((0, 0), (s, s), (s, s), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (h, w), axis=(1, 2))
    top, left = rng.integers(0, 2 * s + 1, size=(2, n))
    return np.moveaxis(windows[np.arange(n), top, left], 1, -1)  # (N, C, H, W) -> NHWC


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
        model: A Keras model from images (N, H, W, C) to probabilities (N, K).
        data: An object with ``x_train``, ``y_train``, ``x_val`` and ``y_val``, such
            as :class:`companion.datasets.ImageDataset`. The test set is not touched.
        recipe: What to do.
        seed: Fixes the order of the examples, their augmentation and dropout.
        progress: Whether to show a one-line progress bar. By default it is shown in
            notebooks and terminals, and never under pytest.

    Returns:
        The history of the run.

    Raises:
        ValueError: If a label does not fit the model's number of classes.

    Example:
        >>> from companion import datasets, models
        >>> data = datasets.mnist()
        >>> history = fit(models.small_cnn(seed=0), data, BETTER.but(epochs=0.01))
        >>> history.step[-1]
        5
    """
    import keras

    classes = model.output_shape[-1]
    y = np.asarray(data.y_train)
    if y.min() < 0 or y.max() >= classes:
        raise ValueError(
            f"labels must be in 0..{classes - 1}, the model's classes, got "
            f"{y.min()}..{y.max()}"
        )
    steps = recipe.steps_per_epoch(len(y))
    keras.utils.set_random_seed(seed)
    model.compile(
        optimizer=keras.optimizers.Adam(_learning_rate(recipe, recipe.steps(len(y)))),
        loss=keras.losses.CategoricalCrossentropy(
            label_smoothing=recipe.label_smoothing
        ),
        metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
    )
    recorder = _recorder(steps)
    callbacks = [recorder, *progress_bar(progress)]
    validation = None
    if len(data.x_val):
        validation = (data.x_val, keras.utils.to_categorical(data.y_val, classes))
    wall, cpu = time.perf_counter(), time.process_time()
    logs = model.fit(
        _batches(data.x_train, keras.utils.to_categorical(y, classes), recipe, seed),
        epochs=math.ceil(recipe.epochs),
        validation_data=validation,
        validation_batch_size=500,
        callbacks=callbacks,
        verbose=0,
    ).history
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


def progress_bar(show: bool | None = None) -> list[keras.callbacks.Callback]:
    """Return the callback that shows a run in one line: epoch, steps, loss, accuracy.

    Args:
        show: Whether to show it. By default it is shown in notebooks and terminals,
            and never under pytest.

    Returns:
        A list to pass on as ``callbacks`` of Keras's ``fit``; empty if not shown.

    Example:
        >>> progress_bar(show=False)
        []
    """
    if not (_interactive() if show is None else show):
        return []
    import keras
    from tqdm import tqdm

    class ProgressBar(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.bar = tqdm(
                desc=f"epoch 1/{self.params['epochs']}",
                total=self.params["epochs"] * self.params["steps"],
                file=sys.stdout,
                leave=False,
                mininterval=0.5,
                unit="step",
            )

        def on_epoch_begin(self, epoch, logs=None):
            shown = f"epoch {epoch + 1}/{self.params['epochs']}"
            self.bar.set_description(shown, refresh=False)

        def on_train_batch_end(self, batch, logs=None):
            self.bar.update()
            if not batch % 20:
                shown = f"loss {logs['loss']:.3f}, accuracy {logs['accuracy']:.3f}"
                self.bar.set_postfix_str(shown, refresh=False)

        def on_train_end(self, logs=None):
            self.bar.close()

    return [ProgressBar()]


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


def _recorder(steps_per_epoch: int):
    """Return a callback that notes loss and accuracy about 20 times per epoch."""
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

    return Recorder()


def _interactive() -> bool:
    """Return whether a person is watching: a notebook or a terminal, not a test."""
    if "PYTEST_CURRENT_TEST" in os.environ:
        return False
    return "ipykernel" in sys.modules or sys.stdout.isatty()
