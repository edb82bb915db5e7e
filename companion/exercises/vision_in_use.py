"""Checks of the exercises of chapter 6.1b."""

from __future__ import annotations

from collections.abc import Mapping

from companion.exercises._answer import check, compare_predictions

__all__ = ["check_video_predictions"]


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
