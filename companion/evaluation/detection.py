"""How good a detector is: overlap of boxes, suppression of repeats, average precision.

A box is (left, top, right, bottom) in pixels: x grows to the right, y downward, and
the width is right - left.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from companion._checks import finite, number, same_length
from companion._checks import labels as check_labels

__all__ = [
    "average_precision",
    "iou",
    "match_detections",
    "mean_average_precision",
    "non_maximum_suppression",
    "precision_recall",
]


def iou(a, b) -> np.ndarray:
    """Return the intersection over union of every box of ``a`` with every one of ``b``.

    ``area(a and b) / area(a or b)``: 1 for equal boxes, 0 for boxes that do not
    overlap (Everingham et al., 2015, equation 1, there "area of overlap").

    Args:
        a: Boxes (left, top, right, bottom) in pixels, shape (N, 4).
        b: Boxes likewise, shape (M, 4).

    Returns:
        Overlaps in [0, 1], float64, shape (N, M).

    Raises:
        TypeError: If they hold no numbers.
        ValueError: If the shapes are others, or a box has no area.

    Example:
        >>> iou([[0, 0, 4, 4]], [[2, 0, 6, 4], [4, 4, 6, 6]]).round(3)
        array([[0.333, 0.   ]])
    """
    a, b = _boxes("a", a), _boxes("b", b)
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    common = np.prod(np.clip(high - low, 0, None), axis=2)
    return common / (_areas(a)[:, None] + _areas(b) - common)


def non_maximum_suppression(
    boxes, scores, threshold: float = 0.5, labels=None
) -> np.ndarray:
    """Keep the best of boxes that overlap, and drop the others.

    From the best score down, a box stays unless it overlaps by more than
    ``threshold`` with one that stays already (Felzenszwalb et al., 2010, section 7.2).

    Args:
        boxes: (left, top, right, bottom) in pixels, shape (N, 4).
        scores: One per box, the larger the surer, shape (N,).
        threshold: Largest intersection over union that two kept boxes may have.
        labels: Classes, shape (N,) integers; then only boxes of the same class
            suppress each other.

    Returns:
        Indices of the kept boxes, best first, int64. Of equal scores the first wins.

    Raises:
        TypeError: If an argument holds no numbers.
        ValueError: If shapes do not fit each other, or the threshold is not in [0, 1].

    Example:
        >>> boxes = [[0, 0, 4, 4], [1, 0, 5, 4], [8, 8, 9, 9]]
        >>> non_maximum_suppression(boxes, [0.8, 0.9, 0.3])
        array([1, 2])
    """
    boxes, scores = _scored(boxes, scores)
    number("threshold", threshold, 0, 1)
    if labels is None:
        labels = np.zeros(len(boxes), np.int64)
    labels = check_labels("labels", labels, length=len(boxes), empty=True)
    waiting = np.argsort(-scores, kind="stable")
    kept = []
    while len(waiting):
        best, waiting = waiting[0], waiting[1:]
        kept.append(best)
        repeats = iou(boxes[[best]], boxes[waiting])[0] > threshold
        waiting = waiting[~(repeats & (labels[waiting] == labels[best]))]
    return np.array(kept, np.int64)


def match_detections(truth, boxes, scores, threshold: float = 0.5) -> np.ndarray:
    """Tell which detections in one image are hits.

    From the best score down, each takes the object that it overlaps most among those
    not yet taken, if by at least ``threshold``. A second box on the same object is
    therefore a false alarm (the rule of Lin et al., 2014, in their evaluation code).

    Args:
        truth: Boxes of the objects, shape (M, 4); M may be 0.
        boxes: Detected boxes, shape (N, 4).
        scores: One per detected box, shape (N,).
        threshold: Smallest intersection over union of a hit.

    Returns:
        Whether each box is a hit, bool, shape (N,), in the order of ``boxes``.

    Raises:
        TypeError: If an argument holds no numbers.
        ValueError: If shapes do not fit each other, or the threshold is not in (0, 1].

    Example:
        >>> boxes = [[0, 0, 4, 4], [0, 0, 4, 5]]
        >>> match_detections([[0, 0, 4, 4]], boxes, [0.8, 0.9])
        array([False,  True])
    """
    boxes, scores = _scored(boxes, scores)
    number("threshold", threshold, 0, 1, open_low=True)
    overlaps = iou(boxes, _boxes("truth", truth))
    hits = np.zeros(len(boxes), bool)
    for i in np.argsort(-scores, kind="stable") if overlaps.shape[1] else ():
        j = overlaps[i].argmax()
        if overlaps[i, j] >= threshold:
            hits[i] = True
            overlaps[:, j] = -1
    return hits


def precision_recall(hits, scores, objects: int) -> tuple[np.ndarray, np.ndarray]:
    """Return precision and recall after each detection, from the best score down.

    ``precision = hits so far / detections so far``,
    ``recall = hits so far / objects``.

    Args:
        hits: Whether each detection is a hit, bool, shape (N,), of all images.
        scores: Their scores, shape (N,).
        objects: How many objects there are in all images, at least 1.

    Returns:
        Precision and recall, float64, shape (N,) each.

    Raises:
        TypeError: If an argument holds no numbers.
        ValueError: If lengths differ, or there are more hits than objects.

    Example:
        >>> precision_recall([True, False, True], [0.9, 0.8, 0.7], 2)[0].round(2)
        array([1.  , 0.5 , 0.67])
    """
    objects = number("objects", objects, 1, integer=True)
    hits, scores = np.asarray(hits, bool), finite("scores", scores)
    same_length(hits=hits, scores=scores)
    if hits.sum() > objects:
        raise ValueError(
            f"there cannot be more hits than objects, got {hits.sum()} hits and "
            f"{objects} objects; an object may be hit only once"
        )
    found = hits[np.argsort(-scores, kind="stable")].cumsum()
    return found / np.arange(1, len(found) + 1), found / objects


def average_precision(hits, scores, objects: int) -> float:
    """Return the area under the precision-recall curve, interpolated at all points.

    ``AP = sum_k (r_k - r_(k-1)) * max_(j >= k) p_j`` over the detections from the best
    score down, with ``r_0 = 0``: the rule of VOC since 2010 (Everingham et al., 2015).
    COCO takes the same curve at 101 recalls, which differs little (Lin et al., 2014).

    Args:
        hits: Whether each detection is a hit, bool, shape (N,), of all images.
        scores: Their scores, shape (N,).
        objects: How many objects there are in all images, at least 1.

    Returns:
        The average precision in [0, 1]; 0 without detections.

    Raises:
        TypeError: If an argument holds no numbers.
        ValueError: If lengths differ, or there are more hits than objects.

    Example:
        >>> round(average_precision([True, False, True], [0.9, 0.8, 0.7], 2), 3)
        0.833
    """
    precision, recall = precision_recall(hits, scores, objects)
    best_from_here = np.maximum.accumulate(precision[::-1])[::-1]
    return float((np.diff(recall, prepend=0) * best_from_here).sum())


def mean_average_precision(
    truths: Sequence, detections: Sequence, threshold: float = 0.5
) -> float:
    """Return the average precision averaged over the classes, mAP.

    Each class on its own: hits are told image by image, then all images' detections
    go into one precision-recall curve (Everingham et al., 2015).

    Args:
        truths: For each image a pair of boxes (M, 4) and class labels (M,).
        detections: For each image a triple of boxes (N, 4), scores (N,) and class
            labels (N,).
        threshold: Smallest intersection over union of a hit: 0.5 gives mAP50.

    Returns:
        The mean over the classes that have objects; detections of other classes
        do not count.

    Raises:
        TypeError: If an argument holds no numbers.
        ValueError: If lengths differ, or no image has an object.

    Example:
        >>> truths = [([[0, 0, 4, 4]], [3])]
        >>> mean_average_precision(truths, [([[0, 0, 4, 4]], [0.7], [3])])
        1.0
    """
    same_length(truths=truths, detections=detections)
    truths = [(_boxes("truth", b), _labels(y, b)) for b, y in truths]
    detections = [(*_scored(b, s), _labels(y, b)) for b, s, y in detections]
    kinds = np.unique(np.concatenate([y for _, y in truths] or [[]]))
    if not len(kinds):
        raise ValueError(
            "truths must hold at least one object in all, got none in "
            f"{len(truths)} images; without objects precision has no meaning"
        )
    return float(
        np.mean([_class_precision(truths, detections, k, threshold) for k in kinds])
    )


def _class_precision(truths, detections, kind, threshold) -> float:
    hits, scores, objects = [], [], 0
    for (truth, truth_labels), (boxes, ranks, kinds) in zip(truths, detections):
        wanted, of_kind = truth[truth_labels == kind], kinds == kind
        hits.append(match_detections(wanted, boxes[of_kind], ranks[of_kind], threshold))
        scores.append(ranks[of_kind])
        objects += len(wanted)
    return average_precision(np.concatenate(hits), np.concatenate(scores), objects)


def _areas(boxes) -> np.ndarray:
    return np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)


def _labels(labels, boxes) -> np.ndarray:
    return check_labels("labels", labels, length=len(boxes), empty=True)


def _scored(boxes, scores) -> tuple[np.ndarray, np.ndarray]:
    boxes, scores = _boxes("boxes", boxes), finite("scores", scores)
    if scores.ndim != 1:
        raise ValueError(f"scores must have shape (N,), got {scores.shape}")
    same_length(boxes=boxes, scores=scores)
    return boxes, scores


def _boxes(name: str, boxes) -> np.ndarray:
    array = finite(name, boxes).astype(float)
    if array.size == 0:
        return array.reshape(0, 4)
    if array.ndim != 2 or array.shape[1] != 4:
        raise ValueError(
            f"{name} must have shape (N, 4), a row (left, top, right, bottom) for each "
            f"box, got {array.shape}"
        )
    bad = int((array[:, 2:] <= array[:, :2]).any(axis=1).sum())
    if bad:
        raise ValueError(
            f"{name} must have right > left and bottom > top, got {bad} of "
            f"{len(array)} boxes without area; is it (left, top, width, height)?"
        )
    return array
