"""Chapter 5: what each part of the recipe is worth, and each epoch.

Everything is trained on 50,000 images of MNIST and judged on the 10,000 held out of
its training set; the test set is not touched.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np

import companion
from companion import datasets, evaluation, models, training
from companion.experiments.cnn import ABLATION, CURVE
from experiments.registry import Results, experiment

SEEDS = (0, 1, 2)

Run = Callable[[datasets.ImageDataset, int], tuple[object, float]]


def article_run(data, seed):
    """Train the article's network as its listing does; return it and its cost."""
    companion.set_seed(seed)
    model = models.article_cnn(seed)
    model.compile(
        optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    start = time.process_time()
    model.fit(data.x_train, data.y_train, epochs=5, batch_size=32, verbose=0)
    return model, time.process_time() - start


def recipe_run(build, recipe) -> Run:
    """Return a function that trains ``build(seed)`` by ``recipe``."""

    def run(data, seed):
        model = build(seed)
        history = training.fit(model, data, recipe, seed=seed, progress=False)
        return model, history.cpu_seconds

    return run


def rounds(
    runs: Mapping[str, Run],
    data: datasets.ImageDataset,
    seeds: Sequence[int],
    judge: Callable[[object], dict[str, float]],
) -> tuple[dict[str, list[dict[str, float]]], float]:
    """Carry out every run with every seed, taking turns.

    Args:
        runs: By name; the first is the one whose mean cost counts as 1.
        data: What to train on.
        seeds: The seeds.
        judge: From a trained model to what is stored of it.

    Returns:
        For each run one entry per seed, with its ``cost``, and the processor seconds
        that a cost of 1 stands for.
    """
    import keras

    found: dict[str, list[dict[str, float]]] = {name: [] for name in runs}
    for seed in seeds:
        for name, run in runs.items():
            keras.utils.clear_session()
            model, cost = run(data, seed)
            entry = judge(model)
            found[name].append({"cost": cost} | entry)
            print(f"seed {seed}  {name:30s} {cost:6.1f} CPU s  {entry}", flush=True)
    unit = float(np.mean([entry["cost"] for entry in found[next(iter(runs))]]))
    for entries in found.values():
        for entry in entries:
            entry["cost"] = round(entry["cost"] / unit, 3)
    return found, round(unit, 1)


def _without_validation(data: datasets.ImageDataset) -> datasets.ImageDataset:
    return dataclasses.replace(data, x_val=data.x_val[:0], y_val=data.y_val[:0])


@experiment("cnn", "05-cnn.json", minutes=40)
def compare(seeds: Sequence[int] = SEEDS) -> Results:
    """Take away one part of the recipe at a time; shorten and lengthen it.

    Args:
        seeds: The seeds.

    Returns:
        ``images``, ``seeds``, ``article_cpu_seconds``, and validation accuracies and
        costs under ``article``, ``curve`` and ``ablation``.
    """
    whole = datasets.mnist(validation_size=10_000, seed=0)
    runs = {"article": article_run}
    runs |= {name: recipe_run(*what) for name, what in {**CURVE, **ABLATION}.items()}

    def judge(model):
        p = model.predict(whole.x_val, batch_size=500, verbose=0)
        return {"accuracy": round(evaluation.accuracy(whole.y_val, p).value, 4)}

    data = _without_validation(whole)
    found, unit = rounds(runs, data, seeds, judge)
    return {
        "seeds": list(seeds),
        "images": {"training": len(data.y_train), "validation": len(whole.y_val)},
        "article_cpu_seconds": unit,
        "article": found["article"],
        "curve": {name: found[name] for name in CURVE},
        "ablation": {name: found[name] for name in ("3 epochs", *ABLATION)},
    }
