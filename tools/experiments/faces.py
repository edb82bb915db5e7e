"""Chapter 6.1b: a face classifier on crops, on photographs, and after mining."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from companion import datasets, models
from companion.experiments import faces
from experiments.registry import Results, experiment

SEEDS = (0, 1, 2, 3, 4)
FOLDS = 5


def cross_validation(crops: datasets.FaceCrops, seed: int) -> float:
    """Return the mean accuracy over the folds of one random division."""
    from sklearn.model_selection import StratifiedKFold

    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    right = 0
    for train, test in folds.split(crops.labels, crops.labels):
        model, _ = faces.train(crops.images[train], crops.labels[train], seed)
        right += int((_scores(model, crops.images[test]) == crops.labels[test]).sum())
    return right / len(crops.labels)


def svm(crops: datasets.FaceCrops, seed: int) -> float:
    """Return the same of a support vector machine on the pixels."""
    from sklearn.model_selection import StratifiedKFold, cross_val_score
    from sklearn.svm import SVC

    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    pixels = crops.images.reshape(len(crops.labels), -1)
    return float(cross_val_score(SVC(C=10), pixels, crops.labels, cv=folds).mean())


def _scores(model, images) -> np.ndarray:
    return np.asarray(model(images)).ravel() > 0


def _entries(runs, crops, test, photographs):
    """What is stored of each round."""
    for model, seconds, new in runs:
        answers = _scores(model, crops.images[test])
        face = crops.labels[test] == 1
        counts = faces.survey(partial(faces.detect, model), photographs)
        windows = [models.scan(model, p.pixels)[1] for p in photographs.tested]
        scores = np.concatenate(windows)
        yield {
            "cpu_seconds": round(seconds, 1),
            "new_negatives": new,
            "faces_recognized": round(float(answers[face].mean()), 3),
            "others_rejected": round(float(1 - answers[~face].mean()), 3),
            "windows": len(scores),
            "windows_called_faces": int((scores > 0).sum()),
            "false_alarms": [entry.false_alarms for entry in counts],
            "found": [entry.found for entry in counts],
        }


@experiment("faces", "06-1b-faces.json", minutes=6)
def compare(seeds: Sequence[int] = SEEDS) -> Results:
    """Cross-validate on crops; then add hard or random negatives round by round.

    Args:
        seeds: The seeds.

    Returns:
        ``seeds``, ``photographs`` (names of the tested ones), ``parameters``,
        ``accuracy`` of ``network`` and ``svm`` in cross-validation, one entry per
        round and seed under ``hard`` and ``random``, and the cascade's counts.
    """
    crops, photographs = datasets.face_crops(), datasets.photographs()
    found: dict[str, list] = {"hard": [], "random": []}
    accuracy: dict[str, list[float]] = {"network": [], "svm": []}
    for seed in seeds:
        accuracy["svm"].append(round(svm(crops, seed), 3))
        accuracy["network"].append(round(cross_validation(crops, seed), 3))
        train, test = faces.hold_out(crops, seed)
        begin = crops.images[train], crops.labels[train], photographs.mined, seed
        for name, entries in found.items():
            numbers = None
            if name == "random":
                numbers = [entry["new_negatives"] for entry in found["hard"][-1]]
            runs = faces.rounds(*begin, numbers=numbers)
            entries.append(list(_entries(runs, crops, test, photographs)))
            for entry in entries[-1]:
                print(seed, name, entry, flush=True)
        print(seed, {kind: values[-1] for kind, values in accuracy.items()}, flush=True)
    haar = faces.survey(faces.cascade, photographs)
    return {
        "seeds": list(seeds),
        "photographs": [photo.name for photo in photographs.tested],
        "parameters": models.face_network().count_params(),
        "accuracy": accuracy,
        **found,
        "cascade": {
            "false_alarms": [entry.false_alarms for entry in haar],
            "found": [entry.found for entry in haar],
        },
    }
