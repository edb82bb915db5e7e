"""Chapter 6.1a: tissue in brain slices, thresholds against U-Nets, shaded or not.

Everything is tuned and trained on the training slices and evaluated on the test slices,
each in three simulated bias fields; within a seed all methods get the same fields.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from companion import datasets, evaluation, models
from companion.experiments import segmentation as setup
from experiments.registry import Results, experiment

SEEDS = (0, 1, 2, 3, 4)
FIELDS = 3  # for each test slice and strength
COPIES = 8  # of each training slice, for tuning thresholds on shaded images

Method = Callable[[np.ndarray], np.ndarray]


def classical(
    data: datasets.SliceDataset, seed: int
) -> dict[str, tuple[Method, Results]]:
    """Return the methods without a network, tuned on the training slices.

    Args:
        data: The slices.
        seed: Of the fields that they are tuned on.

    Returns:
        For each name a function from images to classes, and what was tuned.
    """
    rng = np.random.default_rng(seed)
    x = setup.shaded(np.repeat(data.x_train, COPIES, axis=0), rng)
    y = np.repeat(data.y_train, COPIES, axis=0)
    clean = setup.fit_thresholds(data.x_train, data.y_train)
    rough = setup.fit_thresholds(x, y)
    sigma, flat = setup.tune_evening(x, y)

    def tuned(thresholds, **settings):
        return settings | {"thresholds": np.round(thresholds, 4).tolist()}

    return {
        "all the rest": (lambda x: np.zeros(x.shape[:3], int), {}),
        "thresholds, tuned clean": (
            lambda x: np.digitize(x[..., 0], clean),
            tuned(clean),
        ),
        "thresholds, tuned shaded": (
            lambda x: np.digitize(x[..., 0], rough),
            tuned(rough),
        ),
        "evened out, thresholds": (
            lambda x: np.digitize(setup.even_out(x, sigma)[..., 0], flat),
            tuned(flat, sigma=sigma),
        ),
    }


def trained(
    data: datasets.SliceDataset, name: str, seed: int, visits: int
) -> tuple[Method, Results]:
    """Train one of the networks.

    Args:
        data: The slices.
        name: Which of :data:`companion.experiments.segmentation.NETWORKS`.
        seed: Of weights, order and fields.
        visits: How often a slice is seen.

    Returns:
        A function from images to classes, and the network's size and cost.
    """
    settings, strength = setup.NETWORKS[name]
    network = models.u_net(seed=seed, **settings)
    seconds = setup.train(
        network,
        data.x_train,
        data.y_train,
        strength=strength,
        seed=seed,
        visits=visits,
    )
    cost = {"parameters": network.count_params(), "cpu_seconds": round(seconds, 1)}
    return lambda x: network.predict(x, batch_size=14, verbose=0).argmax(-1), cost


def copied(data: datasets.SliceDataset) -> Results:
    """Return the Dice coefficients of copying the labels of another slice.

    Args:
        data: The slices.

    Returns:
        ``next_slice``: of copying a training slice's upper neighbor, 2 mm away;
        ``nearest_training_slice``: of copying the nearest one to each test slice.
    """
    next_ones = np.flatnonzero(np.diff(data.z_train) == 2)
    nearest = np.abs(data.z_test[:, None] - data.z_train).argmin(axis=1)
    y = data.y_train
    return {
        "next_slice": _rounded(evaluation.dice(y[next_ones], y[next_ones + 1], 3)),
        "nearest_training_slice": _rounded(evaluation.dice(data.y_test, y[nearest], 3)),
    }


@experiment("segmentation", "06-1a-segmentation.json", minutes=8)
def run(seeds: Sequence[int] = SEEDS, visits: int = setup.VISITS) -> Results:
    """Tune, train and test every method with every seed.

    Args:
        seeds: Of weights, orders and fields.
        visits: How often a network sees each training slice.

    Returns:
        ``seeds``, ``strengths``, ``classes``, ``slices``, ``copied``, and ``methods``:
        for each an entry per seed with ``accuracy`` (per strength), ``dice`` and
        ``jaccard`` (per strength and class) and its settings or costs.
    """
    import keras

    data = datasets.brain_slices()
    y = np.repeat(data.y_test, FIELDS, axis=0)
    methods: dict[str, list[Results]] = {}
    for seed in seeds:
        keras.utils.clear_session()
        ready = classical(data, seed)
        for name in setup.NETWORKS:
            ready[name] = trained(data, name, seed, visits)
        for name, (method, about) in ready.items():
            scores = {"accuracy": [], "dice": [], "jaccard": []}
            for strength in setup.STRENGTHS:
                rng = np.random.default_rng(1_000 + seed)  # the same field, scaled
                x = np.repeat(data.x_test, FIELDS, axis=0)
                answer = method(setup.shaded(x, rng, strength))
                scores["accuracy"].append(round(float((answer == y).mean()), 4))
                scores["dice"].append(_rounded(evaluation.dice(y, answer, 3)))
                scores["jaccard"].append(_rounded(evaluation.jaccard(y, answer, 3)))
            methods.setdefault(name, []).append({"seed": seed, **about, **scores})
            ends = scores["dice"][0], scores["dice"][-1]
            print(f"seed {seed}  {name:28s}", *ends, flush=True)
    return {
        "seeds": list(seeds),
        "strengths": list(setup.STRENGTHS),
        "classes": list(data.names),
        "slices": {
            part: len(getattr(data, f"x_{part}")) for part in ("train", "val", "test")
        },
        "fields_per_test_slice": FIELDS,
        "visits": visits,
        "copied": copied(data),
        "methods": methods,
    }


def _rounded(values: np.ndarray) -> list[float]:
    return np.round(values, 4).tolist()
