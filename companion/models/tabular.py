"""A small network for the rows of a table, with the manners of scikit-learn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from companion._checks import number
from companion._seeds import checked_seed
from companion.models._settings import FLOAT32

if TYPE_CHECKING:
    import keras

__all__ = ["NetworkClassifier", "tabular_mlp"]


def tabular_mlp(
    features: int, classes: int = 2, hidden: Sequence[int] = (32,), seed: int = 0
) -> keras.Sequential:
    """Build a multilayer perceptron from rows of numbers to probabilities.

    Args:
        features: Numbers per row.
        classes: Number of classes.
        hidden: Units of each hidden layer, all with ReLU; empty for a linear model.
        seed: Fixes the initial weights.

    Returns:
        An uncompiled model from (N, features) to probabilities (N, classes).

    Raises:
        TypeError: If a number of units is none, or ``hidden`` no sequence.
        ValueError: If a number of units is below 1 or not whole.

    Example:
        >>> tabular_mlp(13, hidden=(8, 4)).count_params()  # 14 * 8 + 9 * 4 + 5 * 2
        158
    """
    number("features", features, low=1, integer=True)
    number("classes", classes, low=1, integer=True)
    hidden, seed = _check_hidden(hidden), checked_seed(seed)
    import keras

    dense, draw = keras.layers.Dense, keras.initializers.GlorotUniform
    # One generator per layer: layers that shared one would start out alike.
    inner = [
        dense(
            units,
            "relu",
            kernel_initializer=draw(seed + i),
            name=f"hidden{i + 1}",
            **FLOAT32,
        )
        for i, units in enumerate(hidden)
    ]
    last = dense(
        classes,
        "softmax",
        kernel_initializer=draw(seed + len(inner)),
        name="probabilities",
        **FLOAT32,
    )
    return keras.Sequential([keras.Input((features,), **FLOAT32), *inner, last])


def _check_hidden(hidden) -> tuple[int, ...]:
    """Return the numbers of units, or raise."""
    if isinstance(hidden, str) or not isinstance(hidden, Iterable):
        raise TypeError(
            "hidden must be a sequence with the units of each hidden layer, such as "
            f"(32,), got {hidden!r}"
        )
    hidden = tuple(hidden)
    for units in hidden:
        number("units in hidden", units, low=1, integer=True)
    return tuple(int(units) for units in hidden)


class NetworkClassifier(ClassifierMixin, BaseEstimator):
    """A multilayer perceptron trained by Adam, as a scikit-learn classifier.

    It goes into a ``Pipeline``, ``cross_validate`` or ``GridSearchCV``. Keras 3.15
    has ``keras.wrappers.SKLearnClassifier`` for this, but cloning it, which
    cross-validation does, loses its ``fit_kwargs``, and it has no ``predict_proba``.

    Args:
        hidden: Units of each hidden layer.
        epochs: Passes over the training set.
        batch_size: Rows per step.
        learning_rate: Adam's learning rate (Kingma & Ba, 2015).
        seed: Fixes initial weights and the order of the rows.

    Attributes:
        classes_: The labels, sorted.
        n_features_in_: Numbers per row.
        model_: The trained Keras model.

    Example:
        >>> x = np.array([[0.0], [1.0], [2.0], [3.0]])
        >>> y = ["low", "low", "high", "high"]
        >>> network = NetworkClassifier(epochs=60, learning_rate=0.1).fit(x, y)
        >>> network.predict([[-1.0], [4.0]]).tolist()
        ['low', 'high']
    """

    def __init__(
        self,
        hidden: Sequence[int] = (32,),
        epochs: int = 6,
        batch_size: int = 128,
        learning_rate: float = 3e-3,
        seed: int = 0,
    ):
        self.hidden = hidden
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.seed = seed

    def fit(self, X, y) -> NetworkClassifier:  # noqa: N803 - scikit-learn's name
        """Train a new network.

        Args:
            X: Rows, shape (N, features), without missing values.
            y: Labels, shape (N,), two or more different ones.

        Returns:
            Itself.

        Raises:
            TypeError: If a setting is of the wrong kind.
            ValueError: If a setting is out of range, the shapes do not fit, a value is
                missing or there is only one label.
            FloatingPointError: If the training diverges.
        """
        # scikit-learn leaves settings alone until here, and a fit that fails must not
        # leave an earlier one to answer in its place.
        for name in ("classes_", "model_", "n_features_in_", "feature_names_in_"):
            self.__dict__.pop(name, None)
        hidden, seed = _check_hidden(self.hidden), checked_seed(self.seed)
        for name in ("epochs", "batch_size"):
            number(name, getattr(self, name), low=1, integer=True)
        number("learning_rate", self.learning_rate, low=0, open_low=True)
        import keras

        X, y = validate_data(self, X, y, dtype=np.float32)  # noqa: N806
        check_classification_targets(y)
        classes, codes = np.unique(y, return_inverse=True)
        if len(classes) < 2:
            raise ValueError(
                f"expected two or more different labels, got only {classes}"
            )
        model = tabular_mlp(X.shape[1], len(classes), hidden, seed)
        keras.utils.set_random_seed(seed)
        model.compile(
            optimizer=keras.optimizers.Adam(self.learning_rate),
            loss="sparse_categorical_crossentropy",
        )
        losses = model.fit(
            X, codes, epochs=self.epochs, batch_size=self.batch_size, verbose=0
        ).history["loss"]
        if not np.isfinite(losses).all():
            raise FloatingPointError(
                f"the loss became {losses[-1]} in training; scale the columns, or take "
                f"a learning_rate below {self.learning_rate}"
            )
        self.classes_, self.model_ = classes, model
        return self

    def predict_proba(self, X) -> np.ndarray:  # noqa: N803
        """Compute the probabilities of the classes.

        Args:
            X: Rows, shape (N, features).

        Returns:
            Probabilities, shape (N, classes), in the order of ``classes_``.

        Raises:
            NotFittedError: If it is not trained yet.
            ValueError: If the shape is wrong or a value is missing.
        """
        import keras

        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float32, reset=False)  # noqa: N806
        # A call instead of predict(), which would compile a second function.
        return keras.ops.convert_to_numpy(self.model_(X, training=False))

    def predict(self, X) -> np.ndarray:  # noqa: N803
        """Name the most probable class of each row.

        Args:
            X: Rows, shape (N, features).

        Returns:
            Labels, shape (N,).

        Raises:
            NotFittedError: If it is not trained yet.
            ValueError: If the shape is wrong or a value is missing.
        """
        check_is_fitted(self)
        return self.classes_[self.predict_proba(X).argmax(axis=1)]
