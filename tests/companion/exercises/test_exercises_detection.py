import numpy as np
import pytest

from companion.evaluation import iou
from companion.exercises import vision
from companion.exercises._answer import WrongAnswerError


def soft(factor=lambda u, s: np.exp(-(u**2) / s), *, anew=True, ordered=False):
    def answer(boxes, scores, s):
        scores, waiting = scores.copy(), list(np.argsort(-scores))
        overlaps = iou(boxes, boxes)
        while waiting:
            best = max(waiting, key=lambda i: scores[i]) if anew else waiting[0]
            waiting.remove(best)
            scores[waiting] *= factor(overlaps[best, waiting], s)
        return np.sort(scores)[::-1] if ordered else scores

    return answer


def test_right_answer(capsys):
    vision.check_soft_nms(soft())
    assert "3 sets of boxes" in capsys.readouterr().out


def test_open_answer(capsys):
    vision.check_soft_nms(...)
    assert "not answered yet" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda boxes, scores, s: scores, "no score has changed"),
        (lambda boxes, scores, s: scores[:1], "every box keeps its place"),
        (soft(ordered=True), "in the order of the boxes"),
        (soft(lambda u, s: np.exp(-u / s)), "squared"),
        (soft(lambda u, s: np.exp(-(u**2) * s)), "divide by s"),
        (soft(lambda u, s: 1 - u), "linear version"),
        (soft(anew=False), "anew after each round"),
        (lambda boxes, scores, s: scores / 2, "leaves"),
    ],
)
def test_hints(answer, hint):
    with pytest.raises(WrongAnswerError, match=hint):
        vision.check_soft_nms(answer)
