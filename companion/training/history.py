"""What a run leaves behind."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from companion._checks import finite
from companion._seeds import checked_seed
from companion.training.recipe import Recipe

__all__ = ["History"]


@dataclass(frozen=True)
class History:
    """What a run went through and what it cost.

    Attributes:
        recipe: The recipe that was followed.
        seed: The seed it was followed with.
        step: Steps at which the training loss was noted, about 20 per epoch.
        loss: Mean training loss since the step noted before.
        accuracy: Mean training accuracy since the step noted before.
        epoch: For each epoch with validation, the step at which it ended.
        val_loss: Validation loss at the end of each epoch; empty without validation.
        val_accuracy: Validation accuracy likewise.
        seconds: Wall-clock seconds of training, validation included.
        cpu_seconds: Seconds of processor time over all threads, likewise.

    Raises:
        ValueError: If the curves that belong together differ in length, or a number
            is NaN or infinite.
    """

    recipe: Recipe
    seed: int
    step: tuple[int, ...]
    loss: tuple[float, ...]
    accuracy: tuple[float, ...]
    epoch: tuple[int, ...]
    val_loss: tuple[float, ...]
    val_accuracy: tuple[float, ...]
    seconds: float
    cpu_seconds: float

    def __post_init__(self):
        object.__setattr__(self, "seed", checked_seed(self.seed))
        for names in (
            ("step", "loss", "accuracy"),
            ("epoch", "val_loss", "val_accuracy"),
        ):
            lengths = {name: len(getattr(self, name)) for name in names}
            if len(set(lengths.values())) > 1:
                raise ValueError(f"{names} must have one length, got {lengths}")
            for name in names:
                finite(name, np.asarray(getattr(self, name), float))
        for name in ("seconds", "cpu_seconds"):
            finite(name, np.asarray(getattr(self, name), float))

    def as_dict(self) -> dict:
        """Return the history as plain data that JSON can hold."""
        return asdict(self)
