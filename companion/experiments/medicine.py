"""Chapter 6.1b's experiment on lesions: the same model and data, split in four ways.

Everything is trained on equally many patches of patient 2. ``patches`` and ``block``
are scored on the same patches of that patient, so that the difference between them is
what the model was shown before, and not how hard the test is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType, SimpleNamespace
from typing import NamedTuple

import numpy as np

from companion import models
from companion._checks import images, labels, number, same_length
from companion._seeds import checked_seed
from companion.datasets import LungPatches
from companion.training import Recipe, fit

__all__ = [
    "METHODS",
    "RECIPE",
    "SPLITS",
    "Split",
    "features",
    "largest_overlap",
    "meaningless_labels",
    "splits",
]

#: The ways of splitting, from the most to the least generous.
SPLITS = ("patches", "slices", "block", "patient")

#: How the network is trained.
RECIPE = Recipe(epochs=10, batch_size=32, learning_rate=3e-3, schedule="one_cycle")

FOLDS = 3
TRAINING_PATCHES = 1_540
SIDE = 48  # pixels of the scan, on a side
SLICES = 11
EDGES = (4, 7)  # blocks of 4, 3 and 4 slices
CELL = 32  # pixels of the scan; where a meaningless label holds


class Split(NamedTuple):
    """Positions of the patches to train on and of those to score."""

    train: np.ndarray
    test: np.ndarray


def splits(data: LungPatches, seed: int = 0) -> dict[str, list[Split]]:
    """Split the patches in four ways.

    A random half of patient 2's patches is for testing. ``patches`` trains on any
    other patches of the patient, ``slices`` on those of slices that aren't tested
    (every third slice is, so that each has a neighbor to train on), ``block`` on those
    of slices outside the tested block of three or four. Each slice is tested once, in
    one of three folds. ``patient`` tests all patches of patient 1.

    Args:
        data: The patches.
        seed: Chooses the half, and which 1,540 patches are trained on.

    Returns:
        For each of :data:`SPLITS` its folds, three or, for ``patient``, one.

    Raises:
        TypeError: If ``seed`` is no integer.
        ValueError: If ``seed`` is out of range.

    Example:
        >>> from companion import datasets
        >>> folds = splits(datasets.lung_patches())
        >>> [len(folds[name]) for name in SPLITS]
        [3, 3, 3, 1]
        >>> sum(len(fold.test) for fold in folds["block"])
        1210
    """
    random = np.random.default_rng(checked_seed(seed))
    own = np.flatnonzero(data.patient == 2)
    tested = np.zeros(len(data.y), bool)
    tested[random.permutation(own)[: len(own) // 2]] = True
    place = data.slice - data.slice[own].min()
    block, third = np.digitize(place, EDGES), place % FOLDS

    def draw(allowed, test):
        return Split(np.sort(random.permutation(allowed)[:TRAINING_PATCHES]), test)

    folds: dict[str, list[Split]] = {name: [] for name in SPLITS}
    for k in range(FOLDS):
        test = own[tested[own] & (block[own] == k)]
        folds["patches"].append(draw(np.setdiff1d(own, test), test))
        folds["block"].append(draw(own[block[own] != k], test))
        test = own[tested[own] & (third[own] == k)]
        folds["slices"].append(draw(own[third[own] != k], test))
    folds["patient"].append(draw(own, np.flatnonzero(data.patient == 1)))
    return folds


def largest_overlap(data: LungPatches, split: Split, apart: int = 0) -> np.ndarray:
    """Tell how much of each tested patch some training patch also shows.

    Two patches of side L whose middles are (r, c) and (r', c') share
    max(0, L - |r - r'|) max(0, L - |c - c'|) of their L² pixels.

    Args:
        data: The patches.
        split: Which are trained on and which tested.
        apart: Compare with training patches of slices up to this far away; 0 for those
            of the same slice, where the pixels are the same and not only the place.

    Returns:
        For each tested patch the largest share, in [0, 1], shape (number tested,).

    Raises:
        TypeError: If ``apart`` is no number.
        ValueError: If ``apart`` is negative or not whole.

    Example:
        >>> from companion import datasets
        >>> data = datasets.lung_patches()
        >>> fold = splits(data)["block"][0]
        >>> float(largest_overlap(data, fold).max())
        0.0
    """
    apart = number("apart", apart, 0, integer=True)
    train, test = split
    shares = np.zeros(len(test))
    for i, patch in enumerate(test):
        near = train[
            (data.patient[train] == data.patient[patch])
            & (np.abs(data.slice[train] - data.slice[patch]) <= apart)
        ]
        steps = np.abs(data.position[near] - data.position[patch])
        common = np.clip(SIDE - steps, 0, None).prod(axis=1)
        shares[i] = common.max(initial=0) / SIDE**2
    return shares


def features(x) -> np.ndarray:
    """Measure three things in each patch: brightness of the middle, lung, contrast.

    Args:
        x: Patches, (N, 32, 32, 1) floats in [0, 1].

    Returns:
        Mean of the middle 10 x 10 pixels, share of pixels darker than a CT number of
        -500, standard deviation of all pixels: (N, 3).

    Raises:
        TypeError: If the patches are not floats.
        ValueError: If they have another shape or are not finite.

    Example:
        >>> features(np.ones((1, 32, 32, 1)))
        array([[1., 0., 0.]])
    """
    x = images("x", x)[..., 0]
    return np.stack(
        [
            x[:, 11:21, 11:21].mean(axis=(1, 2)),
            (x < 500 / 1400).mean(axis=(1, 2)),
            x.std(axis=(1, 2)),
        ],
        axis=1,
    )


def meaningless_labels(data: LungPatches, seed: int = 0) -> np.ndarray:
    """Give patches labels without meaning that neighbors share.

    Each slice is divided into cells of 32 x 32 pixels, each cell draws 0 or 1 at
    random, and a patch has the label of the cell that its middle lies in. There is
    nothing to learn from such labels but where a patch was cut out.

    Args:
        data: The patches.
        seed: Draws the labels.

    Returns:
        Labels, (N,) int64.

    Raises:
        TypeError: If ``seed`` is no integer.
        ValueError: If ``seed`` is out of range.

    Example:
        >>> from companion import datasets
        >>> meaningless_labels(datasets.lung_patches(), 1).shape
        (3080,)
    """
    random = np.random.default_rng(checked_seed(seed))
    row, column = (data.position // CELL).T
    coins = random.integers(
        0, 2, (data.patient.max() + 1, data.slice.max() + 1, row.max() + 1, 512 // CELL)
    )
    return coins[data.patient, data.slice, row, column]


def _network(x, y, x_test, seed):
    import keras

    empty = {"x_val": x[:0], "y_val": y[:0]}
    model = models.patch_cnn(seed)
    data = SimpleNamespace(x_train=x, y_train=y, **empty)
    fit(model, data, RECIPE, seed=seed, progress=False)
    # Called, not predict(): a new model each time would make TensorFlow warn.
    probabilities = keras.ops.convert_to_numpy(model(x_test, training=False))
    return probabilities[:, 1]


def _logistic(prepare, strength):
    def score(x, y, x_test, seed):
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        model = make_pipeline(
            StandardScaler(), LogisticRegression(C=strength, max_iter=500)
        )
        return model.fit(prepare(x), y).predict_proba(prepare(x_test))[:, 1]

    return score


def _neighbors(x, y, x_test, seed):
    from sklearn.neighbors import KNeighborsClassifier

    model = KNeighborsClassifier(5).fit(_pixels(x), y)
    return model.predict_proba(_pixels(x_test))[:, 1]


def _pixels(x):
    return x.reshape(len(x), -1)


def _checked(score):
    def checked(x, y, x_test, seed=0):
        x, x_test = images("x", x), images("x_test", x_test)
        same_length(x=x, y=y)
        return score(x, labels("y", y, classes=2), x_test, checked_seed(seed))

    return checked


#: From patches and labels to train on, patches to score and a seed to the probability
#: of a lesion in each. Only the network's depends on the seed. The strength of the
#: logistic regressions was tried at 0.0001 to 0.1, which moved the scores on patient 2
#: by 0.04 at most; the best on random patches was kept.
METHODS: Mapping[str, Callable[..., np.ndarray]] = MappingProxyType(
    {
        "CNN": _checked(_network),
        "5 nearest neighbors": _checked(_neighbors),
        "logistic on pixels": _checked(_logistic(_pixels, 0.01)),
        "3 hand features": _checked(_logistic(features, 1.0)),
    }
)
