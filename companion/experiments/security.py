"""Scores of abnormality for a video, and what they are tested with (chapter 6.1b)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from companion import _checks
from companion.datasets import VideoDataset

__all__ = [
    "LAWN",
    "PATH",
    "Verdict",
    "background",
    "foreground",
    "frame_difference",
    "judge",
    "occupancy_score",
    "paste_walker",
    "reduced",
]

#: Row and column, in frames of 48×64, of the places of :func:`paste_walker`.
PATH, LAWN = (24, 46), (24, 10)
_WALKER_FRAME, _WALKER = 396, (24, 55)
_WALKER_SIZE = (11, 6)


@dataclass(frozen=True)
class Verdict:
    """How well a score tells abnormal test frames from normal ones.

    Attributes:
        auc: Area under the ROC curve.
        average_precision: Area under the precision-recall curve.
        recall: Share of abnormal test frames with an alarm.
        false_alarms: Share of normal test frames with an alarm.
        held_out_recall: The same, the threshold set on held-out normal frames.
        held_out_false_alarms: The same, the threshold set on held-out normal frames.
        correlation: Pearson's, between the score and the number of foreground pixels,
            over the normal test frames.
    """

    auc: float
    average_precision: float
    recall: float
    false_alarms: float
    held_out_recall: float
    held_out_false_alarms: float
    correlation: float


def reduced(frames) -> np.ndarray:
    """Return frames at half height and width, each pixel the mean of 2×2.

    Args:
        frames: (T, 2 H, 2 W) uint8.

    Returns:
        (T, H, W) float32 in [0, 1].

    Raises:
        TypeError: If they are not bytes.
        ValueError: If the shape is another.

    Example:
        >>> reduced(np.full((1, 2, 4), 255, np.uint8)).tolist()
        [[[1.0, 1.0]]]
    """
    frames = np.asarray(frames)
    if frames.dtype != np.uint8:
        raise TypeError(
            f"frames must be bytes from 0 to 255 (uint8), got {frames.dtype}"
        )
    if frames.ndim != 3 or frames.shape[1] % 2 or frames.shape[2] % 2:
        raise ValueError(
            "frames must have shape (T, H, W) with H and W even, got "
            f"{frames.shape}; crop an odd row or column"
        )
    count, height, width = frames.shape
    blocks = frames.reshape(count, height // 2, 2, width // 2, 2)
    return blocks.mean(axis=(2, 4), dtype=np.float32) / np.float32(255)


def background(frames) -> np.ndarray:
    """Return each pixel's median, what the camera sees when nobody is there.

    Args:
        frames: (T, H, W) floats.

    Returns:
        (H, W).

    Raises:
        TypeError: If they are no floats.
        ValueError: If the shape is another or a value is not finite.

    Example:
        >>> background(np.array([[[0.5]], [[0.1]], [[0.5]]]))
        array([[0.5]])
    """
    return np.median(_checks.images("frames", frames, 3), axis=0)


def foreground(frames, empty, threshold: float = 0.1) -> np.ndarray:
    """Return which pixels differ from the empty scene.

    Args:
        frames: (T, H, W) floats.
        empty: The empty scene, (H, W).
        threshold: Smallest difference that counts, in the frames' unit.

    Returns:
        (T, H, W) bool, ``abs(frames - empty) > threshold``.

    Raises:
        TypeError: If they are no floats.
        ValueError: If a shape is wrong, a value is not finite, or the threshold is
            not positive.

    Example:
        >>> foreground(np.array([[[0.5, 0.2]]]), np.array([[0.5, 0.5]]))
        array([[[False,  True]]])
    """
    frames = _checks.images("frames", frames, 3)
    empty = _checks.finite("empty", empty)
    if empty.shape != frames.shape[1:]:
        raise ValueError(
            f"empty must have the shape of one frame, {frames.shape[1:]}, got "
            f"{empty.shape}"
        )
    _checks.number("threshold", threshold, 0, open_low=True)
    return np.abs(frames - empty) > threshold


def occupancy_score(moving, train) -> np.ndarray:
    """Return how unlikely the places of the foreground are, by where it was before.

    ``score_t = mean over pixels of moving_t * -log P`` with ``P = (n + 1) / (N + 2)``,
    n being in how many of the N training frames the pixel was foreground.

    Args:
        moving: Which pixels are foreground, (T, H, W) bool.
        train: Numbers of the training frames.

    Returns:
        (T,) float64, at least 0.

    Raises:
        TypeError: If ``moving`` is not boolean.
        ValueError: If the shape is wrong or a number is out of range.

    Example:
        >>> moving = np.array([[[1, 0]], [[1, 0]], [[1, 0]], [[0, 1]]], bool)
        >>> occupancy_score(moving, [0, 1]).round(2).tolist()
        [0.14, 0.14, 0.14, 0.69]
    """
    moving = np.asarray(moving)
    if moving.dtype != bool or moving.ndim != 3:
        raise TypeError(
            f"moving must be boolean, (T, H, W), got {moving.dtype} {moving.shape}; "
            "foreground() makes it"
        )
    train = _checks.labels("train", train, classes=len(moving))
    share = (moving[train].sum(axis=0) + 1) / (len(train) + 2)
    return (moving * -np.log(share)).mean(axis=(1, 2))


def frame_difference(frames) -> np.ndarray:
    """Return the mean squared difference from the frame before, 0 for the first.

    Args:
        frames: (T, H, W) floats.

    Returns:
        (T,).

    Raises:
        TypeError: If they are no floats.
        ValueError: If the shape is another or a value is not finite.

    Example:
        >>> frame_difference(np.array([[[0.0]], [[0.5]]])).tolist()
        [0.0, 0.25]
    """
    frames = _checks.images("frames", frames, 3)
    score = np.zeros(len(frames))
    score[1:] = ((frames[1:] - frames[:-1]) ** 2).mean(axis=(1, 2))
    return score


def judge(score, data: VideoDataset, counts, quantile: float = 0.99) -> Verdict:
    """Compare a score with the labels; its alarms are those above a threshold.

    The threshold is a quantile of the scores of training frames, which needs no
    abnormal frame; the held-out one is the same quantile over calibration frames.

    Args:
        score: One number per frame, (T,); high means abnormal.
        data: The video.
        counts: Foreground pixels per frame, (T,).
        quantile: Share of the frames that is to stay below the threshold.

    Returns:
        AUC, average precision, recall and false alarms, correlation with ``counts``.

    Raises:
        ValueError: If a length is wrong, a number not finite, or the quantile not
            between 0 and 1.

    Example:
        >>> from companion import datasets
        >>> data = datasets.campus_walk()
        >>> judge(data.labels.astype(float), data, np.arange(795.0)).auc
        1.0
    """
    from sklearn.metrics import average_precision_score, roc_auc_score

    score, counts = _checks.finite("score", score), _checks.finite("counts", counts)
    _checks.same_length(score=score, counts=counts, frames=data.frames)
    _checks.number("quantile", quantile, 0, 1, open_low=True, open_high=True)
    abnormal, values = data.labels[data.test] == 1, score[data.test]
    rates = []
    for part in (data.train, data.calibration):
        alarm = values > np.quantile(score[part], quantile)
        rates += [float(alarm[abnormal].mean()), float(alarm[~abnormal].mean())]
    normal = data.test[~abnormal]
    varies = np.ptp(score[normal]) > 0
    return Verdict(
        float(roc_auc_score(abnormal, values)),
        float(average_precision_score(abnormal, values)),
        *rates,
        float(np.corrcoef(score[normal], counts[normal])[0, 1]) if varies else 0.0,
    )


def paste_walker(
    frames, data: VideoDataset
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Put one and the same walker into normal test frames: a composed control.

    He is cut out of frame 396, on the path, with the pixels that differ from the
    background by more than 0.08, and pasted into each frame, once on the path and once
    on the lawn. Both places are in his own rows, so his distance and size are right.
    Frames in which somebody else is near either place are left out.

    Args:
        frames: All frames of :func:`companion.datasets.campus_walk`, reduced,
            (795, 48, 64).
        data: The video.

    Returns:
        The frames without him, with him on the path, and with him on the lawn, each
        (N, 48, 64).

    Raises:
        TypeError: If they are no floats.
        ValueError: If the shape is another.

    Example:
        >>> from companion import datasets
        >>> data = datasets.campus_walk()
        >>> before, path, lawn = paste_walker(reduced(data.frames), data)
        >>> before.shape, int((lawn != before).any(axis=0).sum())
        ((69, 48, 64), 23)
    """
    frames = _checks.images("frames", frames, 3)
    if frames.shape != (795, 48, 64):
        raise ValueError(
            f"frames must be the reduced ones, (795, 48, 64), got {frames.shape}"
        )
    empty = background(frames[data.train])
    source = _place(_WALKER)
    walker = frames[_WALKER_FRAME][source]
    shape = np.abs(walker - empty[source]) > 0.08
    normal = data.test[data.labels[data.test] == 0]
    busy = foreground(frames[normal], empty)
    near = [
        busy[:, *_place(corner, margin=1)].any(axis=(1, 2)) for corner in (PATH, LAWN)
    ]
    before = frames[normal[~(near[0] | near[1])]]
    pasted = []
    for corner in (PATH, LAWN):
        after = before.copy()
        after[:, *_place(corner)][:, shape] = walker[shape]
        pasted.append(after)
    return before, *pasted


def _place(corner: tuple[int, int], margin: int = 0) -> tuple[slice, slice]:
    """Return the rows and columns of the walker's box."""
    return tuple(
        slice(low - margin, low + size + margin)
        for low, size in zip(corner, _WALKER_SIZE)
    )
