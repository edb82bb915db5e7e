"""How good a model is, how sure one may be of it, and where it fails.

One module per task; the names of all of them are found here.
"""

from companion.evaluation.classification import (
    Accuracy,
    Calibration,
    Comparison,
    accuracy,
    calibration,
    compare,
    confusion_matrix,
    worst_mistakes,
)
from companion.evaluation.segmentation import dice, jaccard

__all__ = [
    "Accuracy",
    "Calibration",
    "Comparison",
    "accuracy",
    "calibration",
    "compare",
    "confusion_matrix",
    "dice",
    "jaccard",
    "worst_mistakes",
]
