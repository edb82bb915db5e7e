"""Chapter 6.1b: four ways to find the lane lines, with our camera and with another."""

from __future__ import annotations

import gc
import time
from collections.abc import Sequence

import numpy as np

from companion import datasets
from companion.experiments import driving
from experiments.registry import Results, experiment

SEEDS = (0, 1, 2, 3, 4)
PLACES = ("video 3, later", "other camera", "forest road")


def summary(errors: np.ndarray, drive: np.ndarray, names: Sequence[str]) -> Results:
    """Return error and share of every test clip.

    Args:
        errors: Absolute errors in pixels, shape (N, 2, 4).
        drive: Which drive each strip is from, shape (N,).
        names: The drives' names.

    Returns:
        By clip: mean error, share and count of points within 10 pixels, intervals.
    """
    found = {}
    for place in PLACES:
        here = errors[drive == names.index(place)]
        found[place] = {
            "error": round(float(here.mean()), 2),
            "share": round(driving.share_within(here), 3),
            "within": int((here <= 10).sum()),
            "interval": driving.spread_over_frames(here),
        }
    return found


@experiment("driving", "06-1b-driving.json", minutes=4)
def run(seeds: Sequence[int] = SEEDS, epochs: int | None = None) -> Results:
    """Evaluate the constant and the Hough transform once, each network per seed.

    Args:
        seeds: Seeds of the networks.
        epochs: For the networks; by default their own.

    Returns:
        ``seeds``, ``points`` (labeled points per clip), and by method ``parameters``,
        ``cpu_seconds`` and ``results``, one entry per seed.
    """
    import keras

    data = datasets.lane_strips()
    lanes, truth = data.y_train.astype(float), data.y_test.astype(float)
    constant = lanes.mean(0)

    def judge(answers):
        return summary(np.abs(answers - truth), data.drive_test, data.names)

    methods = {
        "constant": {
            "parameters": 8,
            "cpu_seconds": [0.0],
            "results": [judge(np.repeat(constant[None], len(truth), 0))],
        }
    }
    for name, color in (("Hough", False), ("Hough with color", True)):
        start = time.process_time()
        found = [driving.hough_lane(strip, color=color) for strip in data.x_test]
        spent = time.process_time() - start
        answers = np.array([constant if lane is None else lane for lane in found])
        none = np.array([lane is None for lane in found])
        methods[name] = {
            "parameters": 0,
            "cpu_seconds": [0.0],
            "milliseconds_per_strip": round(1000 * spent / len(found), 2),
            "not_found": {
                place: int(none[data.drive_test == data.names.index(place)].sum())
                for place in PLACES
            },
            "results": [judge(answers)],
        }
    x, x_test = driving.shrink(data.x_train), driving.shrink(data.x_test)
    for name in driving.EPOCHS:
        entry = {"parameters": 0, "cpu_seconds": [], "results": []}
        for seed in seeds:
            keras.utils.clear_session()
            gc.collect()
            start = time.process_time()
            model = driving.train(name, x, lanes, seed, epochs)
            entry["cpu_seconds"].append(round(time.process_time() - start, 1))
            entry["parameters"] = model.count_params()
            entry["results"].append(judge(driving.predict(name, model, x_test)))
            last = {k: v["share"] for k, v in entry["results"][-1].items()}
            print(f"seed {seed}  {name:14s} {entry['cpu_seconds'][-1]} s", last)
        methods[name] = entry
    points = {
        place: int(8 * (data.drive_test == data.names.index(place)).sum())
        for place in PLACES
    }
    return {"seeds": list(seeds), "points": points, "methods": methods}
