"""How fast this machine is, so that budgets mean the same everywhere.

One reference second is a second on the machine on which the budgets were set: there
the article's network trains on 9,100 images of MNIST a second (Keras on TensorFlow,
batches of 128). A machine half as fast is given twice the time.
"""

from __future__ import annotations

import os
import subprocess
import sys

import notebooks

#: Images a second on the machine of reference.
REFERENCE = 9_100
_LOOP = """
import time
import numpy as np
from companion import models
rng = np.random.default_rng(0)
x = rng.random((128, 28, 28, 1), "float32")
y = rng.integers(0, 10, 128)
model = models.article_cnn(0)
model.compile("adam", "sparse_categorical_crossentropy")
for _ in range(20):
    model.train_on_batch(x, y)
rates = []
for _ in range(5):
    start = time.perf_counter()
    for _ in range(20):
        model.train_on_batch(x, y)
    rates.append(20 * len(x) / (time.perf_counter() - start))
print(sorted(rates)[2])
"""


def speed() -> float:
    """Measure this machine against the machine of reference.

    Returns:
        Training throughput over that of the reference: 0.5 on a machine half as fast.
        The median of five short loops in a process of their own.
    """
    environment = os.environ | notebooks.KERNEL_ENV
    environment["PYTHONPATH"] = os.pathsep.join(
        [str(notebooks.BOOK.parent), environment.get("PYTHONPATH", "")]
    )
    done = subprocess.run(
        [sys.executable, "-c", _LOOP],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=True,
    )
    return float(done.stdout) / REFERENCE


def seconds(measured: float, *speeds: float) -> float:
    """Turn seconds on this machine into reference seconds.

    Args:
        measured: Seconds of wall time.
        *speeds: What :func:`speed` gave before and after.

    Returns:
        The seconds times the mean speed.

    Raises:
        ValueError: If a speed is missing or not positive.

    Example:
        >>> seconds(100.0, 0.5, 0.7)
        60.0
    """
    if not speeds or not all(speed > 0 for speed in speeds):
        raise ValueError(f"speeds must be positive, and at least one, got {speeds}")
    return measured * sum(speeds) / len(speeds)
