"""Let chapter 1's classifiers learn from 100 to 60,000 images; store what came out.

It writes book/experiments/01-background.json: for each classifier and number of
training images the accuracy on the 10,000 test images and the processor time, once
for each of three random choices of the images.
"""

from __future__ import annotations

import datetime
import gc
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
from refresh import machine, versions

from companion import contest, datasets

TARGET = Path(__file__).parents[1] / "book" / "experiments" / "01-background.json"
EXAMPLES = (100, 1_000, 10_000, 60_000)
SEEDS = (0, 1, 2)


def main(
    examples: Sequence[int] = EXAMPLES,
    seeds: Sequence[int] = SEEDS,
    target: Path = TARGET,
) -> int:
    """Run everything, printing a line per run, and write the results.

    Args:
        examples: Numbers of training images.
        seeds: Seeds of the choice of images and of the training.
        target: The file to write.

    Returns:
        0.
    """
    mnist = datasets.mnist()
    results = []
    for count in examples:
        for name in contest.CONTESTANTS:
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
    record = {
        "date": datetime.date.today().isoformat(),
        "machine": machine(),
        "versions": versions(),
        "seeds": list(seeds),
        "test_images": len(mnist.y_test),
        "results": results,
    }
    text = json.dumps(record, indent=1) + "\n"
    target.write_text(text, encoding="utf-8")
    print(f"wrote {target.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
