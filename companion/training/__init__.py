"""Training described as data, run by one function on any Keras backend.

A :class:`Recipe` says everything about a run except the model, the data and the
seed; :func:`fit` carries it out and returns a :class:`History` that
:mod:`companion.figures` can draw.
"""

from companion.training.augmentation import random_shift
from companion.training.classification import fit
from companion.training.history import History
from companion.training.progress import progress_bar
from companion.training.recipe import ARTICLE, BETTER, Recipe

__all__ = [
    "ARTICLE",
    "BETTER",
    "History",
    "Recipe",
    "fit",
    "progress_bar",
    "random_shift",
]
