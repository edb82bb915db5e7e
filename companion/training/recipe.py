"""What a run is, as plain data."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import Literal

from companion._checks import number

__all__ = ["ARTICLE", "BETTER", "Recipe", "Schedule"]

Schedule = Literal["constant", "cosine", "one_cycle"]


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How a model is trained, as plain data.

    Attributes:
        epochs: Passes over the training set: a whole number, or a fraction below 1
            for a run that stops part of the way through its first pass.
        batch_size: Examples per step.
        learning_rate: Adam's learning rate; the peak, if there is a schedule.
        schedule: ``"constant"``, ``"cosine"`` (from the peak down to 0, after
            Loshchilov & Hutter, 2017) or ``"one_cycle"`` (a linear warm-up to the
            peak, then the cosine, after Smith & Topin, 2019).
        warmup: Fraction of the steps that ``"one_cycle"`` spends going up.
        label_smoothing: Probability mass moved from the true class to all classes
            (Szegedy et al., 2016).
        max_shift: Largest random translation of an image, in pixels.

    Raises:
        TypeError: If a value is no number.
        ValueError: If a value is out of range, NaN or infinite.

    Example:
        >>> Recipe(epochs=3, batch_size=128).steps(60_000)
        1407
        >>> Recipe(epochs=0.25, batch_size=64).steps(60_000)
        235
    """

    epochs: float
    batch_size: int = 32
    learning_rate: float = 1e-3
    schedule: Schedule = "constant"
    warmup: float = 0.3
    label_smoothing: float = 0.0
    max_shift: int = 0

    def __post_init__(self):
        epochs = number("epochs", self.epochs, low=0, open_low=True)
        if epochs > 1 and epochs != int(epochs):
            raise ValueError(
                "epochs must be a positive whole number or a fraction below 1, "
                f"got {self.epochs}"
            )
        number("learning_rate", self.learning_rate, low=0, open_low=True)
        whole = {"batch_size": 1, "max_shift": 0}
        for name, low in whole.items():
            number(name, getattr(self, name), low=low, integer=True)
        known = Schedule.__args__
        if self.schedule not in known:
            raise ValueError(f"schedule must be one of {known}, got {self.schedule!r}")
        for name in ("warmup", "label_smoothing"):
            if not 0 <= number(name, getattr(self, name)) < 1:
                raise ValueError(f"{name} must be in [0, 1), got {getattr(self, name)}")
        for field in fields(self):  # NumPy's numbers would not go into JSON
            value = getattr(self, field.name)
            if hasattr(value, "item"):
                object.__setattr__(self, field.name, value.item())

    def but(self, **changes) -> Recipe:
        """Return a copy with some fields changed; it is checked like any other.

        Example:
            >>> ARTICLE.but(epochs=1).epochs
            1
        """
        unknown = set(changes) - {field.name for field in fields(self)}
        if unknown:
            raise TypeError(
                f"a Recipe has no field {sorted(unknown)}; its fields are "
                f"{[field.name for field in fields(self)]}"
            )
        return replace(self, **changes)

    def steps_per_epoch(self, examples: int) -> int:
        """Return the number of batches in one pass over ``examples`` examples."""
        number("examples", examples, low=1, integer=True)
        return math.ceil(min(self.epochs, 1) * examples / self.batch_size)

    def steps(self, examples: int) -> int:
        """Return the number of optimizer steps of the whole run."""
        return self.steps_per_epoch(examples) * math.ceil(self.epochs)


#: The article's settings (section 5.2): 5 epochs, batches of 32, Adam as it comes.
ARTICLE = Recipe(epochs=5, batch_size=32)

#: The recipe that chapter 5 arrives at; meant for :func:`companion.models.small_cnn`.
BETTER = Recipe(
    epochs=3,
    batch_size=128,
    learning_rate=6e-3,
    schedule="one_cycle",
    label_smoothing=0.05,
    max_shift=1,
)
