"""Run chapter 5's long experiments and store them in book/experiments/05-cnn.json.

Everything is trained on 50,000 images of MNIST and judged on the 10,000 held out of
its training set; the test set is not touched. Each run is repeated with three seeds.
"""

import datetime
import json
import time
from pathlib import Path

import keras
import numpy as np
from refresh import machine, versions

import companion
from companion import datasets, models
from companion.evaluation import accuracy
from companion.training import BETTER, fit

TARGET = Path(__file__).parents[1] / "book" / "experiments" / "05-cnn.json"
SEEDS = (0, 1, 2)

CURVE = {
    "1/4 epoch": (models.small_cnn, BETTER.but(epochs=0.25, batch_size=64)),
    "1/2 epoch": (models.small_cnn, BETTER.but(epochs=0.5)),
    "1 epoch": (models.small_cnn, BETTER.but(epochs=1)),
    "2 epochs": (models.small_cnn, BETTER.but(epochs=2)),
    "3 epochs": (models.small_cnn, BETTER),
    "3 epochs, bfloat16": (
        lambda seed: models.small_cnn(seed, dtype="mixed_bfloat16"),
        BETTER,
    ),
}
ABLATION = {
    "no batch normalization": (
        lambda seed: models.small_cnn(seed, batch_normalization=False),
        BETTER,
    ),
    "pooled stem": (lambda seed: models.small_cnn(seed, stem="pooled"), BETTER),
    "constant learning rate 0.001": (
        models.small_cnn,
        BETTER.but(schedule="constant", learning_rate=1e-3),
    ),
    "no augmentation": (models.small_cnn, BETTER.but(max_shift=0)),
    "no label smoothing": (models.small_cnn, BETTER.but(label_smoothing=0.0)),
    "batches of 32": (models.small_cnn, BETTER.but(batch_size=32)),
    "the article's network": (models.article_cnn, BETTER),
}


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


def recipe_run(build, recipe):
    """Return a function that trains ``build(seed)`` by ``recipe``."""

    def run(data, seed):
        model = build(seed)
        return model, fit(model, data, recipe, seed=seed, progress=False).cpu_seconds

    return run


def main():
    """Run everything, printing a line per run, and write the results."""
    whole = datasets.mnist(validation_size=10_000, seed=0)
    empty = {"x_val": whole.x_val[:0], "y_val": whole.y_val[:0]}
    data = type(whole)(**{**vars(whole), **empty})
    runs = {"article": article_run}
    runs |= {name: recipe_run(*what) for name, what in {**CURVE, **ABLATION}.items()}
    results = {name: [] for name in runs}
    for seed in SEEDS:
        for name, run in runs.items():
            keras.utils.clear_session()
            model, cpu_seconds = run(data, seed)
            p = model.predict(whole.x_val, batch_size=500, verbose=0)
            score = accuracy(whole.y_val, p).value
            results[name].append({"cpu_seconds": cpu_seconds, "accuracy": score})
            print(f"seed {seed}  {name:30s} {score:.4f}  {cpu_seconds:6.1f} CPU s")
    reference = np.mean([run["cpu_seconds"] for run in results["article"]])
    entries = {
        name: [
            {
                "cost": round(run["cpu_seconds"] / reference, 3),
                "accuracy": round(run["accuracy"], 4),
            }
            for run in runs
        ]
        for name, runs in results.items()
    }
    record = {
        "date": datetime.date.today().isoformat(),
        "machine": machine(),
        "versions": versions(),
        "images": {"training": len(data.y_train), "validation": len(whole.y_val)},
        "article_cpu_seconds": round(reference, 1),
        "article": entries["article"],
        "curve": {name: entries[name] for name in CURVE},
        "ablation": {name: entries[name] for name in ("3 epochs", *ABLATION)},
    }
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {TARGET.name}")


if __name__ == "__main__":
    main()
