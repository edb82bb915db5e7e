"""Chapter 6.1b: the same models and patches, split in four ways."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from sklearn.metrics import roc_auc_score

from companion import datasets, models
from companion.experiments import medicine
from experiments.registry import Results, experiment

SEEDS = (0, 1, 2)


@experiment("medicine", "06-1b-medicine.json", minutes=5)
def compare(seeds: Sequence[int] = SEEDS) -> Results:
    """Score every method under every split, and the leak with meaningless labels.

    Args:
        seeds: The seeds.

    Returns:
        Under ``auc`` by method and split the AUC of each fold, by seed; under
        ``at_half`` the network's sensitivity and specificity at a probability of 0.5,
        means over the folds, by split and seed; under ``overlap`` the share of tested
        patches of which a training patch shows more than half, in the same slice and
        up to one slice away; under ``meaningless_auc`` the AUC of the nearest neighbors
        on labels without meaning; under ``cpu_seconds`` the mean time of a training.
    """
    import keras

    data = datasets.lung_patches()
    auc = {name: {split: [] for split in medicine.SPLITS} for name in medicine.METHODS}
    at_half = {split: [] for split in medicine.SPLITS}
    overlap = {split: {"0": [], "1": []} for split in medicine.SPLITS}
    meaningless = {split: [] for split in medicine.SPLITS[:-1]}
    seconds = {name: [] for name in medicine.METHODS}
    neighbors = medicine.METHODS["5 nearest neighbors"]
    for seed in seeds:
        folds = medicine.splits(data, seed)
        coins = medicine.meaningless_labels(data, seed)
        for split, parts in folds.items():
            for name, method in medicine.METHODS.items():
                keras.utils.clear_session()
                found = []
                for train, test in parts:
                    start = time.process_time()
                    p = method(data.x[train], data.y[train], data.x[test], seed)
                    seconds[name].append(time.process_time() - start)
                    found.append((data.y[test], p))
                areas = [round(float(roc_auc_score(y, p)), 4) for y, p in found]
                auc[name][split].append(areas)
                print(f"seed {seed}  {split:8s} {name:20s} {areas}", flush=True)
                if name == "CNN":
                    rates = [
                        [np.mean(p[y == 1] > 0.5), np.mean(p[y == 0] <= 0.5)]
                        for y, p in found
                    ]
                    means = np.mean(rates, axis=0).round(4).tolist()
                    at_half[split].append(means)
            for apart in (0, 1):
                shares = [medicine.largest_overlap(data, fold, apart) for fold in parts]
                share = float(np.mean(np.concatenate(shares) > 0.5))
                overlap[split][str(apart)].append(round(share, 4))
            if split in meaningless:
                meaningless[split].append(
                    [
                        round(
                            float(
                                roc_auc_score(
                                    coins[test],
                                    neighbors(
                                        data.x[train], coins[train], data.x[test]
                                    ),
                                )
                            ),
                            4,
                        )
                        for train, test in parts
                    ]
                )
    return {
        "seeds": list(seeds),
        "patches": {"training": len(folds["patient"][0].train)},
        "parameters": models.patch_cnn().count_params(),
        "auc": auc,
        "at_half": at_half,
        "overlap": overlap,
        "meaningless_auc": meaningless,
        "cpu_seconds": {name: round(np.mean(s), 2) for name, s in seconds.items()},
    }
