import numpy as np
import pytest

from companion.exercises import WrongAnswerError, workflow


def rejects(check, answer, hint):
    with pytest.raises(WrongAnswerError, match=hint):
        check(answer)


RIGHT = {
    "accuracy": "down",
    "balanced accuracy": "up",
    "recognized": "up",
    "AUC": "same",
}


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        ({"recognized": "down"}, "recognized: not 'down'; whoever got a yes"),
        ({"AUC": "Up"}, "AUC: not 'up'; it looks at the order"),
        ({"accuracy": "same"}, "finds no more likely than yes"),
        ({"balanced accuracy": "down"}, "weighs more"),
        ({"AUC": 0.5}, "AUC: expected 'up', 'down' or 'same', got 0.5"),
        ({"accuracy": "falls"}, "got 'falls'"),
    ],
)
def test_threshold_predictions_reject(change, hint):
    rejects(workflow.check_threshold_predictions, RIGHT | change, hint)


def test_threshold_predictions_want_all_four():
    some = {"recognized": "up"}
    rejects(workflow.check_threshold_predictions, some, "AUC: expected .* got None")


def test_threshold_predictions_accept(capsys):
    workflow.check_threshold_predictions(RIGHT)
    assert capsys.readouterr().out == "✓ right: all 4 predictions\n"


def test_threshold_predictions_can_be_open(capsys):
    workflow.check_threshold_predictions(dict.fromkeys(RIGHT, ...))
    assert "replace the ... in prediction" in capsys.readouterr().out


def encoder(unseen=None, smooth_sum=True, smooth_count=True):
    def encode(categories, y, new, smoothing):
        prior = np.mean(y)
        seen, place = np.unique(categories, return_inverse=True)
        total = np.bincount(place, y) + smooth_sum * smoothing * prior
        count = np.bincount(place) + smooth_count * smoothing
        value = dict(zip(seen, total / count))
        return [value.get(k, prior if unseen is None else unseen) for k in new]

    return encode


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (encoder(unseen=0.0), "never saw 'z'"),
        (encoder(unseen=np.nan), "never saw 'z'"),
        (encoder(smooth_sum=False, smooth_count=False), "smoothing has no effect"),
        (encoder(smooth_sum=False), "not to 0"),
        (lambda c, y, new, s: [np.mean(y)], r"expected 4 values, .* shape \(1,\)"),
        (lambda c, y, new, s: [np.mean(y)] * 4, r"\(sum of the category's labels"),
    ],
)
def test_target_encode_rejects(answer, hint):
    rejects(workflow.check_target_encode, answer, hint)


def test_target_encode_accepts(capsys):
    workflow.check_target_encode(encoder())
    assert capsys.readouterr().out.startswith("✓ right: target_encode")


def stop_early(losses, patience, result="best"):
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        if epoch - best >= patience:
            break
    return {"best": best, "last": epoch, "from one": best + 1}[result]


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda losses, patience: int(np.argmin(losses)), "stops at epoch 4"),
        (lambda losses, patience: stop_early(losses, patience, "last"), "keep the"),
        (lambda losses, patience: stop_early(losses, patience, "from one"), "from 0"),
        (lambda losses, patience: 0, "got 0, expected 2; remember the best"),
    ],
)
def test_stop_early_rejects(answer, hint):
    rejects(workflow.check_stop_early, answer, hint)


def test_stop_early_accepts(capsys):
    workflow.check_stop_early(stop_early)
    assert capsys.readouterr().out.startswith("✓ right: stop_early")
