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
from companion.evaluation.detection import (
    average_precision,
    iou,
    match_detections,
    mean_average_precision,
    non_maximum_suppression,
    precision_recall,
)
from companion.evaluation.segmentation import dice, jaccard

__all__ = [
    "Accuracy",
    "Calibration",
    "Comparison",
    "accuracy",
    "average_precision",
    "calibration",
    "compare",
    "confusion_matrix",
    "dice",
    "iou",
    "jaccard",
    "match_detections",
    "mean_average_precision",
    "non_maximum_suppression",
    "precision_recall",
    "worst_mistakes",
]
