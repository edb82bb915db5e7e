"""Layers in a row, and how they are trained."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from companion._checks import finite, number
from companion._seeds import checked_seed
from companion.scratch.layer import Layer
from companion.scratch.losses import SoftmaxCrossEntropy, check_labels, softmax
from companion.scratch.optimizers import Adam, Optimizer

__all__ = ["History", "Sequential"]

NOTES_PER_EPOCH = 20


@dataclass
class History:
    """What a run went through; :func:`companion.figures.training_curves` draws it.

    Attributes:
        step: Steps at which the training loss was noted, about 20 per epoch.
        loss: Mean training loss since the step noted before.
        accuracy: Mean training accuracy since the step noted before.
        epoch: For each epoch with validation, the step at which it ended.
        val_loss: Validation loss at the end of each epoch; empty without validation.
        val_accuracy: Validation accuracy likewise.
    """

    step: list[int] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    epoch: list[int] = field(default_factory=list)
    val_loss: list[float] = field(default_factory=list)
    val_accuracy: list[float] = field(default_factory=list)


class Sequential:
    r"""A network of layers, each fed by the one before it.

    It ends in logits :math:`z = f_L(\dots f_2(f_1(x)))`; training and ``predict`` put
    the softmax on top. Going back, the chain rule is a loop over the layers from last
    to first (Rumelhart, Hinton & Williams, 1986).

    Args:
        layers: The layers, in order.
        input_shape: Shape of one example, without the batch axis.
        seed: Fixes the initial parameters and the masks of :class:`Dropout`.
        dtype: ``"float32"``, or ``"float64"`` for checking gradients.

    Attributes:
        layers: The layers, built, each with a name of its own, given as Keras does:
            ``conv2d``, ``conv2d_1``, …
        input_shape: Shape of one example that comes in.
        output_shape: Shape of one example that goes out.

    Raises:
        TypeError: If a layer is none, or ``dtype`` is not one of the two.
        ValueError: If there are no layers, one occurs twice, two have the same name,
            or one cannot take what the one before it puts out.

    Example:
        >>> from companion.scratch import Dense, ReLU
        >>> x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], "float32")
        >>> xor = Sequential([Dense(8), ReLU(), Dense(2)], input_shape=(2,))
        >>> history = xor.fit(x, np.array([0, 1, 1, 0]), epochs=200, batch_size=4,
        ...                   optimizer=Adam(0.05))
        >>> xor.predict(x).argmax(axis=1)
        array([0, 1, 1, 0])
        >>> [layer.name for layer in xor.layers], xor.count_parameters()
        (['dense', 're_lu', 'dense_1'], 42)
    """

    def __init__(
        self,
        layers: Sequence[Layer],
        input_shape: Sequence[int],
        seed: int = 0,
        dtype: str = "float32",
    ):
        self.layers = list(layers)
        for layer in self.layers:
            if not isinstance(layer, Layer):
                raise TypeError(
                    "Sequential: expected layers of companion.scratch, got "
                    f"{layer!r} ({type(layer).__name__})"
                )
        if not self.layers or len({id(layer) for layer in self.layers}) < len(layers):
            raise ValueError(
                "Sequential: expected one layer or more, each only once, got "
                f"{[type(layer).__name__ for layer in self.layers]}"
            )
        self._name_layers()
        rng = np.random.default_rng(checked_seed(seed, "Sequential: seed"))
        shape = tuple(input_shape)
        for layer in self.layers:
            shape = layer.build(shape, rng, dtype)
        self.input_shape, self.output_shape = self.layers[0].input_shape, shape

    def __repr__(self):
        return "\n".join(map(repr, self.layers))

    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        """Compute the logits of a batch.

        Args:
            x: The batch, shape ``(N, *input_shape)``, of the network's dtype.
            training: Whether this pass belongs to training.

        Returns:
            The logits, shape ``(N, *output_shape)``.

        Raises:
            TypeError: If ``x`` has another dtype.
            ValueError: If ``x`` has another shape or is not finite.
        """
        self._forget()
        x = self.layers[0].forward(x, training)
        for layer in self.layers[1:]:
            x = layer._pass(x, training)
        return x

    def backward(
        self, gradient: np.ndarray, input_gradient: bool = True
    ) -> np.ndarray | None:
        """Carry the loss's gradient from the logits of the last pass to the input.

        Args:
            gradient: The loss's derivative by the logits, shape ``(N, *output_shape)``.
            input_gradient: Whether the input's gradient is wanted. Training does
                without: it stops at the first layer that has parameters.

        Returns:
            The loss's derivative by the input, shape ``(N, *input_shape)``, or None.

        Raises:
            RuntimeError: If there was no forward pass.
            TypeError: If ``gradient`` has another dtype.
            ValueError: If ``gradient`` has another shape than the logits or is not
                finite.
        """
        finite("Sequential: gradient", np.asarray(gradient))
        trained = [i for i, layer in enumerate(self.layers) if layer.parameters]
        last = 0 if input_gradient else min(trained, default=len(self.layers))
        for i in reversed(range(last, len(self.layers))):
            gradient = self.layers[i]._return(gradient, input_gradient or i > last)
        return gradient if input_gradient else None

    @property
    def parameters(self) -> dict[str, np.ndarray]:
        """All layers' parameters, as ``"conv2d/kernel"``: the arrays themselves."""
        return {
            f"{layer.name}/{name}": array
            for layer in self.layers
            for name, array in layer.parameters.items()
        }

    @property
    def gradients(self) -> dict[str, np.ndarray]:
        """The loss's derivative by each parameter, under the same names."""
        return {
            f"{layer.name}/{name}": layer.gradients[name]
            for layer in self.layers
            for name in layer.parameters
            if name in layer.gradients
        }

    def count_parameters(self) -> int:
        """Return how many numbers the layers keep, moving averages included."""
        return sum(array.size for array in self.get_weights())

    def get_weights(self) -> list[np.ndarray]:
        """Return copies of all parameters and states in Keras's order.

        Returns:
            For each layer in turn its parameters, then its state.
        """
        return [array.copy() for array in self._weights()]

    def set_weights(self, weights: Sequence[np.ndarray]) -> None:
        """Copy weights in, such as those of a Keras model of the same architecture.

        Args:
            weights: Arrays in the order of :meth:`get_weights`.

        Raises:
            ValueError: If their number or a shape differs, or one is not finite.
        """
        own, new = self._weights(), [np.asarray(array) for array in weights]
        if [array.shape for array in own] != [array.shape for array in new]:
            raise ValueError(
                f"Sequential: expected weights of shapes {[a.shape for a in own]}, got "
                f"{[a.shape for a in new]}"
            )
        for place, array in enumerate(new):
            finite(f"Sequential: weights[{place}]", array)
        for array, value in zip(own, new):
            array[...] = value

    def predict(self, x: np.ndarray, batch_size: int = 32) -> np.ndarray:
        """Compute the probabilities of the classes, batch by batch.

        Args:
            x: Examples, shape ``(N, *input_shape)``, of the network's dtype.
            batch_size: Examples that are computed together.

        Returns:
            Probabilities, shape ``(N, *output_shape)``; the last axis sums to 1.

        Raises:
            TypeError: If ``x`` has another dtype.
            ValueError: If ``x`` has another shape, no examples or a value that is not
                finite, or if the network's own weights give logits that are not.
        """
        _check_batch_size(batch_size)
        self._check_examples("x", x)
        starts = range(0, max(len(x), 1), batch_size)
        return np.concatenate(
            [softmax(self.forward(x[i : i + batch_size])) for i in starts]
        )

    def evaluate(
        self, x: np.ndarray, y: np.ndarray, batch_size: int = 32
    ) -> tuple[float, float]:
        """Compute the mean loss and the accuracy.

        Args:
            x: Examples, shape ``(N, *input_shape)``, of the network's dtype.
            y: The true classes, shape (N,), integers.
            batch_size: Examples that are computed together.

        Returns:
            Loss and accuracy, the latter a fraction.

        Raises:
            TypeError: If ``x`` has another dtype or ``y`` holds no integers.
            ValueError: If a shape is wrong, a value is not finite or a label is out of
                range.
        """
        _check_batch_size(batch_size)
        y = self._check_pair(x, y)
        criterion, loss, correct = SoftmaxCrossEntropy(), 0.0, 0
        for start in range(0, len(x), batch_size):
            logits = self.forward(x[start : start + batch_size])  # (N, K)
            labels = y[start : start + batch_size]  # (N,)
            loss += criterion.forward(logits, labels) * len(labels)
            correct += int((logits.argmax(axis=1) == labels).sum())
        return loss / len(x), correct / len(x)

    def fit(
        self,
        x: np.ndarray,
        y: np.ndarray,
        *,
        epochs: float = 1,
        batch_size: int = 32,
        optimizer: Optimizer | None = None,
        learning_rate: Callable[[float], float] | None = None,
        seed: int = 0,
        validation: tuple[np.ndarray, np.ndarray] | None = None,
        on_step: Callable[[int, int, float, float], None] | None = None,
    ) -> History:
        """Train the network to classify.

        Args:
            x: Examples, shape ``(N, *input_shape)``, of the network's dtype.
            y: The true classes, shape (N,), integers.
            epochs: Passes over the examples: a whole number, or a fraction below 1
                for a run that stops part of the way through its first pass.
            batch_size: Examples per step.
            optimizer: By default :class:`Adam` as it comes.
            learning_rate: A schedule: from the fraction of the training that is done,
                0 at the first step, to the learning rate. By default the optimizer's
                own stays.
            seed: Fixes the order of the examples.
            validation: Examples and classes to judge each epoch by.
            on_step: Called after every step with the number of steps done, the number
                of all, and this batch's loss and accuracy; for a progress bar, say.

        Returns:
            What the run went through.

        Raises:
            TypeError: If ``x`` has another dtype or ``y`` holds no integers.
            ValueError: If a shape is wrong, a value is not finite, a label is out of
                range, or ``epochs`` or ``batch_size`` is; for ``validation`` likewise.
                All this is found before training begins.
            FloatingPointError: If the loss stops being finite; the network is spoiled
                then.
        """
        _check_batch_size(batch_size)
        number("Sequential: epochs", epochs)
        if not (0 < epochs < 1 or (epochs >= 1 and epochs == int(epochs))):
            raise ValueError(
                "Sequential: epochs must be a positive whole number or a fraction "
                f"below 1, got {epochs}"
            )
        y = self._check_pair(x, y)
        if validation is not None:
            if not isinstance(validation, tuple | list) or len(validation) != 2:
                raise TypeError(
                    "Sequential: validation must be a pair (x, y), got "
                    f"{type(validation).__name__}"
                )
            self._check_pair(*validation, "validation ")
        optimizer = Adam() if optimizer is None else optimizer
        criterion, history = SoftmaxCrossEntropy(), History()
        rng = np.random.default_rng(checked_seed(seed, "Sequential: seed"))
        per_epoch = math.ceil(min(epochs, 1) * len(x) / batch_size)
        steps = per_epoch * math.ceil(epochs)
        notes = {
            round(i * per_epoch / NOTES_PER_EPOCH)
            for i in range(1, NOTES_PER_EPOCH + 1)
        }
        window: list[tuple[float, float]] = []
        for step in range(steps):
            within = step % per_epoch
            if not within:
                order = rng.permutation(len(x))
            batch = order[within * batch_size : (within + 1) * batch_size]
            if learning_rate is not None:
                optimizer.learning_rate = learning_rate(step / steps)
            logits = self.forward(x[batch], training=True)
            if not np.isfinite(logits).all():
                raise FloatingPointError(
                    f"Sequential: the logits stopped being finite at step {step + 1} "
                    f"of {steps}, so training stopped; build the network anew and try "
                    f"a learning rate below {optimizer.learning_rate}"
                )
            loss = criterion.forward(logits, y[batch])
            self.backward(criterion.backward(), input_gradient=False)
            optimizer.update(self.parameters, self.gradients)
            window.append((loss, float((logits.argmax(axis=1) == y[batch]).mean())))
            if on_step is not None:
                on_step(step + 1, steps, *window[-1])
            if within + 1 in notes:
                loss, accuracy = np.mean(window, axis=0).tolist()
                history.step.append(step + 1)
                history.loss.append(loss)
                history.accuracy.append(accuracy)
                window.clear()
            if validation is not None and within + 1 == per_epoch:
                loss, accuracy = self.evaluate(*validation)
                history.epoch.append(step + 1)
                history.val_loss.append(loss)
                history.val_accuracy.append(accuracy)
        return history

    def _weights(self) -> list[np.ndarray]:
        return [
            array
            for layer in self.layers
            for array in (*layer.parameters.values(), *layer.state.values())
        ]

    def _name_layers(self) -> None:
        """Give a name to each layer without one, and see that none occurs twice."""
        taken = [layer.name for layer in self.layers if layer.name]
        for layer in self.layers:
            if not layer.name:
                base = _snake_case(type(layer).__name__)
                tries = (f"{base}_{i}" if i else base for i in range(len(self.layers)))
                layer.name = next(name for name in tries if name not in taken)
                taken.append(layer.name)
        if len(set(taken)) < len(taken):
            raise ValueError(f"Sequential: expected different layer names, got {taken}")

    def _forget(self) -> None:
        """Drop what the last pass left behind: the next may stop half-way."""
        for layer in self.layers:
            layer._cache = None

    def _check_examples(self, what: str, x) -> None:
        """Raise unless these are examples for the first layer, all finite."""
        self.layers[0]._check_input(x)
        finite(f"Sequential: {what}", x)

    def _check_pair(self, x, y, part: str = "") -> np.ndarray:
        """Return the labels as an array, or raise if they or the examples are wrong."""
        if len(self.output_shape) != 1:
            raise ValueError(
                "Sequential: to classify, the last layer must put out K logits, got "
                f"output_shape {self.output_shape}"
            )
        self._check_examples(f"{part}x", x)
        y = np.asarray(y)
        who = f"Sequential ({part.strip()})" if part else "Sequential"
        check_labels(y, len(x), self.output_shape[0], who)
        return y


def _check_batch_size(batch_size) -> None:
    number("Sequential: batch_size", batch_size, low=1, integer=True)


def _snake_case(name: str) -> str:
    """Return a class's name as Keras writes it in layers' names."""
    name = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
