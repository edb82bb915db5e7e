"""A run in one line, for whoever is watching."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras

__all__ = ["progress_bar"]


def progress_bar(show: bool | None = None) -> list[keras.callbacks.Callback]:
    """Return the callback that shows a run in one line: epoch, steps, loss, accuracy.

    Args:
        show: Whether to show it. By default it is shown in notebooks and terminals,
            and never under pytest.

    Returns:
        A list to pass on as ``callbacks`` of Keras's ``fit``; empty if not shown.

    Example:
        >>> progress_bar(show=False)
        []
    """
    if not (_interactive() if show is None else show):
        return []
    import keras
    from tqdm import tqdm

    class ProgressBar(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.bar = tqdm(
                desc=f"epoch 1/{self.params['epochs']}",
                total=self.params["epochs"] * self.params["steps"],
                file=sys.stdout,
                leave=False,
                mininterval=0.5,
                unit="step",
            )

        def on_epoch_begin(self, epoch, logs=None):
            shown = f"epoch {epoch + 1}/{self.params['epochs']}"
            self.bar.set_description(shown, refresh=False)

        def on_train_batch_end(self, batch, logs=None):
            self.bar.update()
            if not batch % 20:
                shown = f"loss {logs['loss']:.3f}, accuracy {logs['accuracy']:.3f}"
                self.bar.set_postfix_str(shown, refresh=False)

        def on_train_end(self, logs=None):
            self.bar.close()

    return [ProgressBar()]


def _interactive() -> bool:
    """Return whether a person is watching: a notebook or a terminal, not a test."""
    if "PYTEST_CURRENT_TEST" in os.environ:
        return False
    return "ipykernel" in sys.modules or sys.stdout.isatty()
