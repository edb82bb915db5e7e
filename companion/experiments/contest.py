"""Seven classifiers on the same images: how well they do, and at what cost.

The settings were chosen on images held out of MNIST's training set, with 100, 1,000
and 10,000 images to learn from; the test set was not looked at.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from companion import models
from companion._checks import images, labels, number, probabilities, same_length
from companion._seeds import checked_seed
from companion.datasets import ImageDataset
from companion.datasets._split import split
from companion.training import Recipe, fit

__all__ = ["CONTESTANTS", "Contestant", "Entry", "compete"]

#: A network with little to learn from sees this many images all the same.
VISITS = 20_000
SHAPE, CLASSES = (28, 28, 1), 10


@dataclass(frozen=True)
class Contestant:
    """A kind of classifier and its settings.

    Attributes:
        shape: The shape in which it is given an image.
        build: From a seed to an untrained scikit-learn classifier or Keras model.
        recipe: How a Keras model is trained; None for scikit-learn.
    """

    shape: tuple[int, ...]
    build: Callable[[int], object]
    recipe: Recipe | None = None


def _sklearn(module: str, name: str, **settings):
    """Return a function from a seed to a classifier of scikit-learn."""

    def build(seed: int):
        import importlib

        kind = getattr(importlib.import_module(f"sklearn.{module}"), name)
        return kind(random_state=seed, **settings)

    return build


def _mlp(seed: int):
    from companion.models.tabular import tabular_mlp

    return tabular_mlp(784, 10, hidden=(256,), seed=seed)


def _one_cycle(epochs: int, learning_rate: float) -> Recipe:
    return Recipe(
        epochs=epochs, batch_size=64, learning_rate=learning_rate, schedule="one_cycle"
    )


#: The classifiers by name, in the order in which they were published.
CONTESTANTS = MappingProxyType(
    {
        "perceptron": Contestant((784,), _sklearn("linear_model", "Perceptron")),
        "logistic regression": Contestant(
            (784,), _sklearn("linear_model", "LogisticRegression", C=0.1, max_iter=500)
        ),
        "decision tree": Contestant(
            (784,), _sklearn("tree", "DecisionTreeClassifier", criterion="entropy")
        ),
        "MLP": Contestant((784,), _mlp, _one_cycle(10, 3e-3)),
        "CNN": Contestant((28, 28, 1), models.article_cnn, _one_cycle(5, 3e-3)),
        "RNN": Contestant(
            (28, 28),
            lambda seed: models.lstm_classifier(28, 28, seed=seed),
            _one_cycle(5, 1e-2),
        ),
        "SVM": Contestant((784,), _sklearn("svm", "SVC", C=10, gamma=0.02)),
    }
)


@dataclass(frozen=True, eq=False)
class Entry:
    """What a classifier did.

    Attributes:
        name: Which classifier it is.
        examples: Number of training images.
        seed: Of the choice of images and of the training.
        answers: The class that it names for each test image, shape (N,).
        numbers: How many numbers it has to keep in order to answer.
        fit_seconds: Processor time of the training, over all threads.
        predict_seconds: The same for all test images.
    """

    name: str
    examples: int
    seed: int
    answers: np.ndarray
    numbers: int
    fit_seconds: float
    predict_seconds: float


def compete(
    name: str,
    data: ImageDataset,
    examples: int,
    seed: int = 0,
    *,
    progress: bool | None = None,
) -> Entry:
    """Train a classifier on some of the training images, let it name the test images.

    Args:
        name: One of :data:`CONTESTANTS`.
        data: Images of floats in shape (N, 28, 28, 1) of ten classes, such as MNIST.
        examples: How many training images, drawn in equal shares of each class as far
            as possible.
        seed: Chooses the images, and fixes initial weights and orders.
        progress: As for :func:`companion.training.fit`.

    Returns:
        The answers and what they cost.

    Raises:
        TypeError: If ``examples`` or ``seed`` is no integer, or the images are no
            floats.
        ValueError: If there is no such classifier, or not that many images, or an
            array does not fit its partner or is not finite.

    Example:
        >>> from companion import datasets
        >>> entry = compete("decision tree", datasets.mnist(), 100)
        >>> entry.answers.shape, bool((entry.answers == 0).any())
        ((10000,), True)
    """
    if name not in CONTESTANTS:
        raise ValueError(f"name must be one of {list(CONTESTANTS)}, got {name!r}")
    seed = checked_seed(seed)
    _check(data)
    number("examples", examples, integer=True)
    total, classes = len(data.y_train), len(data.names)
    if not classes <= examples <= total - classes and examples != total:
        raise ValueError(
            f"examples must be from {classes} to {total - classes}, or {total} for "
            f"all, got {examples}"
        )
    contestant = CONTESTANTS[name]
    chosen = slice(None)
    if examples < total:
        _, chosen = split(data.y_train, examples, seed)
    x, y = data.x_train[chosen].reshape(-1, *contestant.shape), data.y_train[chosen]
    x_test = data.x_test.reshape(-1, *contestant.shape)
    model = contestant.build(seed)
    start = time.process_time()
    if contestant.recipe is None:
        model.fit(x, y)
        predict = model.predict
    else:
        recipe = contestant.recipe
        # Repeated images, not more epochs: beginning an epoch takes Keras long.
        times = max(1, math.ceil(VISITS / (recipe.epochs * examples)))
        x, y = np.concatenate([x] * times), np.concatenate([y] * times)
        part = replace(data, x_train=x, y_train=y, x_val=x[:0], y_val=y[:0])
        fit(model, part, recipe, seed=seed, progress=progress)

        def predict(images):
            p = model.predict(images, batch_size=500, verbose=0)
            return probabilities(f"the answers of {name}", p).argmax(axis=1)

    trained = time.process_time()
    predict(x_test[:1])  # Keras compiles its function in the first call
    ready = time.process_time()
    answers = predict(x_test)
    return Entry(
        name=name,
        examples=examples,
        seed=seed,
        answers=answers,
        numbers=_numbers(model),
        fit_seconds=trained - start,
        predict_seconds=time.process_time() - ready,
    )


def _check(data: ImageDataset) -> None:
    """Raise unless the data are images and labels that every contestant can take."""
    if len(data.names) != CLASSES:
        raise ValueError(f"data must have {CLASSES} classes, got {len(data.names)}")
    for part in ("train", "test"):
        x, y = getattr(data, f"x_{part}"), getattr(data, f"y_{part}")
        same_length(**{f"x_{part}": x, f"y_{part}": y})
        images(f"x_{part}", x, ndim=4)
        if x.shape[1:] != SHAPE:
            raise ValueError(f"x_{part} must have shape (N, 28, 28, 1), got {x.shape}")
        labels(f"y_{part}", y, classes=CLASSES, length=len(x))


def _numbers(model) -> int:
    """Return how many numbers a trained model keeps."""
    if hasattr(model, "count_params"):
        return model.count_params()
    if hasattr(model, "tree_"):
        # A leaf keeps its class, an inner node its pixel and its threshold.
        leaves = int(model.tree_.n_leaves)
        return leaves + 2 * (model.tree_.node_count - leaves)
    if hasattr(model, "support_vectors_"):
        kept = (model.support_vectors_, model.dual_coef_, model.intercept_)
    else:
        kept = (model.coef_, model.intercept_)
    return sum(array.size for array in kept)
