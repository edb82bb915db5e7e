"""Chapter 1: the classifiers learn from 100 to 60,000 images.

For each classifier and number of training images: the accuracy on the 10,000 test
images and the processor time, once for each of three random choices of the images.
"""

from __future__ import annotations

import gc
from collections.abc import Sequence

import numpy as np

from companion import datasets
from companion.experiments import contest
from experiments.registry import Results, experiment

EXAMPLES = (100, 1_000, 10_000, 60_000)
SEEDS = (0, 1, 2)


@experiment("background", "01-background.json", minutes=36)
def run(
    examples: Sequence[int] = EXAMPLES,
    seeds: Sequence[int] = SEEDS,
    names: Sequence[str] = tuple(contest.CONTESTANTS),
) -> Results:
    """Run everything, printing a line per classifier and number of images.

    Args:
        examples: Numbers of training images.
        seeds: Seeds of the choice of images and of the training.
        names: The contestants.

    Returns:
        ``seeds``, ``test_images`` and ``results``.
    """
    import keras

    mnist = datasets.mnist()
    results = []
    for count in examples:
        for name in names:
            runs = []
            for seed in seeds:
                keras.utils.clear_session()
                gc.collect()
                runs.append(contest.compete(name, mnist, count, seed, progress=False))
            accuracy = [float(np.mean(run.answers == mnist.y_test)) for run in runs]
            entry = {
                "name": name,
                "examples": count,
                "accuracy": [round(value, 4) for value in accuracy],
                "fit_seconds": [round(run.fit_seconds, 2) for run in runs],
                "predict_seconds": [round(run.predict_seconds, 3) for run in runs],
            }
            results.append(entry)
            print(f"{count:6,} images  {name:20s}", *entry["accuracy"], flush=True)
    return {
        "seeds": list(seeds),
        "test_images": len(mnist.y_test),
        "results": results,
    }
