"""companion/exercises/vision_in_use.py: the predictions about a video."""

import pytest

from companion.exercises import WrongAnswerError
from companion.exercises.vision_in_use import check_video_predictions

RIGHT = {
    "twice as fast, frame difference": "up",
    "twice as fast, occupancy": "same",
    "standing on the lawn, frame difference": "same",
    "standing on the lawn, occupancy": "up",
}


def test_right_predictions(capsys):
    check_video_predictions(RIGHT)
    assert "all 4 predictions" in capsys.readouterr().out


def test_open_predictions(capsys):
    check_video_predictions(dict.fromkeys(RIGHT, ...))
    assert "not answered yet" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "wrong", "hint"),
    [
        ("twice as fast, occupancy", "up", "one frame at a time"),
        ("standing on the lawn, occupancy", "same", "asks where"),
        ("standing on the lawn, frame difference", "up", "cancel"),
        ("twice as fast, frame difference", "same", "twice the distance"),
    ],
)
def test_wrong_predictions_get_a_hint(name, wrong, hint):
    with pytest.raises(WrongAnswerError, match=hint):
        check_video_predictions(RIGHT | {name: wrong})
