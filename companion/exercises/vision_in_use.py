"""Checks of the exercises of chapter 6.1b."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import combinations

import numpy as np

from companion.exercises._answer import (
    WrongAnswerError,
    check,
    compare_predictions,
    right,
)

__all__ = [
    "check_largest_rate",
    "check_least_median",
    "check_screening",
    "check_video_predictions",
]


@check
def check_largest_rate(answer: Callable[[float, float, int, int], float]) -> None:
    """Check the false-alarm rate per window that a wanted precision allows.

    Args:
        answer: From the wanted precision, the recall, the number of faces and the
            number of windows to the largest false-alarm rate per window.

    Raises:
        WrongAnswerError: With a hint, if a rate is wrong.

    Example:
        >>> def largest_rate(precision, recall, faces, windows):
        ...     hits = recall * faces
        ...     return hits * (1 - precision) / precision / (windows - faces)
        >>> check_largest_rate(largest_rate)
        ✓ right: largest_rate in 3 cases
    """
    cases = ((0.5, 0.9, 1, 10_001), (0.9, 0.8, 3, 20_003), (0.25, 1.0, 40, 1_000))
    for precision, recall, faces, windows in cases:
        hits, others = recall * faces, windows - faces
        alarms = hits * (1 - precision) / precision
        want = alarms / others
        got = float(answer(precision, recall, faces, windows))
        if abs(got - want) <= 1e-9 * want:
            continue
        hints = (
            (alarms, "that is the number of false alarms, not yet their rate"),
            (
                alarms / windows,
                "a false alarm can only come from a window without a face",
            ),
            (
                faces * (1 - precision) / precision / others,
                "only the faces that are found are hits; the recall tells how many",
            ),
            (
                hits * precision / (1 - precision) / others,
                "precision is the share of hits among all detections; you have it "
                "upside down",
            ),
            (
                (1 - precision) / others,
                "1 - precision is a share of the detections, not of the windows",
            ),
        )
        hint = next(
            (text for value, text in hints if abs(got - value) <= 1e-6 * value),
            "write precision = hits / (hits + false alarms), solve for the false "
            "alarms, then divide by the windows that they can come from",
        )
        raise WrongAnswerError(
            f"with precision {precision}, recall {recall}, {faces} faces and "
            f"{windows:,} windows the rate is not {got:.3g}; {hint}"
        )
    right(f"largest_rate in {len(cases)} cases")


@check
def check_least_median(
    answer: Callable[[np.ndarray, np.ndarray], tuple[float, float]],
) -> None:
    """Check a line fit that outliers do not move: the least median of residuals.

    Args:
        answer: From rows y and columns x, each (N,), to slope a and start b of the
            line x = a y + b. Of the lines through two of the points, with different y,
            it is the one whose median absolute residual over all points is smallest.

    Raises:
        WrongAnswerError: With a hint, if a line is wrong.

    Example:
        >>> def least_median(y, x):
        ...     best = np.inf, 0, 0
        ...     for i in range(len(y)):
        ...         for j in range(i):
        ...             if y[i] != y[j]:
        ...                 a = (x[i] - x[j]) / (y[i] - y[j])
        ...                 b = x[i] - a * y[i]
        ...                 best = min(best, (np.median(np.abs(a * y + b - x)), a, b))
        ...     return best[1:]
        >>> check_least_median(least_median)
        ✓ right: least_median on 3 sets of points
    """
    rng = np.random.default_rng(0)
    for count, outliers in ((9, 0), (15, 5), (20, 8)):
        y = np.sort(rng.uniform(240, 340, count)).round()
        y[1] = y[0]
        x = 500 - 1.4 * y + rng.normal(0, 0.5, count)
        x[rng.permutation(count)[:outliers]] += rng.uniform(60, 120, outliers)
        slope, start = answer(y.copy(), x.copy())
        if not np.isfinite([slope, start]).all():
            raise WrongAnswerError(
                "the line is not finite: two points in the same row give no slope, "
                "leave such pairs out"
            )
        if np.allclose((slope, start), _best(y, x, np.median)):
            continue
        hints = (
            (np.polyfit(y, x, 1), "that is least squares, which outliers pull along"),
            (np.polyfit(x, y, 1), "the line is x = a y + b, not y = a x + b"),
            (_best(y, x, np.mean), "take the median of the residuals, not the mean"),
            (_best(y, x, np.max), "take the median of the residuals, not the largest"),
            (
                _best(y, x, np.median, absolute=False),
                "residuals have signs: take the median of their absolute values",
            ),
        )
        hint = next(
            (text for line, text in hints if np.allclose((slope, start), line)),
            "go through all pairs of points and keep the line with the smallest "
            "median of |a y + b - x|",
        )
        raise WrongAnswerError(
            f"with {count} points, {outliers} of them outliers, the line is wrong; "
            f"{hint}"
        )
    right("least_median on 3 sets of points")


def _best(y, x, score, *, absolute=True):
    lines = []
    for i, j in combinations(range(len(y)), 2):
        if y[i] == y[j]:
            continue
        slope = (x[j] - x[i]) / (y[j] - y[i])
        start = x[i] - slope * y[i]
        residuals = slope * y + start - x
        lines.append(
            (score(np.abs(residuals) if absolute else residuals), slope, start)
        )
    return min(lines)[1:]


@check
def check_video_predictions(prediction: Mapping[str, str]) -> None:
    """Check what two changes of a video do to two scores.

    Args:
        prediction: ``"up"``, ``"same"`` or ``"down"`` for the mean frame difference
            and the mean occupancy score, once when people on the path move twice as
            fast, once when somebody stands still on the lawn.

    Raises:
        WrongAnswerError: With a hint, if a prediction is wrong or missing.

    Example:
        >>> check_video_predictions(
        ...     {
        ...         "twice as fast, frame difference": "up",
        ...         "twice as fast, occupancy": "same",
        ...         "standing on the lawn, frame difference": "same",
        ...         "standing on the lawn, occupancy": "up",
        ...     }
        ... )
        ✓ right: all 4 predictions
    """
    fast = "between two frames everybody covers twice the distance"
    still = "pixels that stay as they are cancel, wherever they are"
    compare_predictions(
        prediction,
        {
            "twice as fast, frame difference": ("up", {}, fast),
            "twice as fast, occupancy": (
                "same",
                {"up": "the score sees one frame at a time, and no speed"},
                "each frame that is kept keeps its score",
            ),
            "standing on the lawn, frame difference": ("same", {}, still),
            "standing on the lawn, occupancy": (
                "up",
                {"same": "the score asks where, not whether anything moves"},
                "every pixel of the foreground adds to the score",
            ),
        },
    )


@check
def check_screening(screening: Mapping[str, float]) -> None:
    """Check the numbers of a screening of 2,000 people, 1 in 200 of whom is ill.

    Sensitivity and specificity are both 0.9.

    Args:
        screening: Under "found" how many of the ill are reported, under "false_alarms"
            how many of the others are, and under "specificity" which specificity would
            make half of the reports right, to four decimals.

    Raises:
        WrongAnswerError: With a hint, if one is wrong or missing.

    Example:
        >>> check_screening({"found": 9, "false_alarms": 199, "specificity": 0.9955})
        ✓ right: 9 found, 199 false alarms, specificity 0.9955
    """
    questions = {
        "found": (
            9,
            0.01,
            {10: "10 are ill, but the sensitivity is below 1"},
            "take the ill, 2,000 / 200, times the sensitivity",
        ),
        "false_alarms": (
            199,
            0.01,
            {
                200: "the ill are not among those who can be false alarms",
                1791: "these are the ones who are cleared",
                1: "that is a tenth of the ill; false alarms come from the others",
            },
            "take those who are not ill times 1 minus the specificity",
        ),
        "specificity": (
            1 - 9 / 1990,
            6e-5,
            {0.9: "this gives 199 false alarms for the 9 found; half must be right"},
            "half of the reports are right if there are 9 false alarms among 1,990",
        ),
    }
    if set(screening) != set(questions):
        raise WrongAnswerError(
            f"expected answers named {list(questions)}, got {list(screening)}"
        )
    for name, (want, tolerance, hints, otherwise) in questions.items():
        got = screening[name]
        if not abs(got - want) <= tolerance:
            hint = next(
                (text for value, text in hints.items() if abs(got - value) < 1e-6),
                otherwise,
            )
            raise WrongAnswerError(f"{name}: {got} is wrong; {hint}")
    right("9 found, 199 false alarms, specificity 0.9955")
