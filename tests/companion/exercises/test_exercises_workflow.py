import numpy as np
import pytest
from sklearn.metrics import accuracy_score, balanced_accuracy_score, recall_score

from companion.exercises import WrongAnswerError, workflow


def rejects(check, answer, hint):
    with pytest.raises(WrongAnswerError, match=hint):
        check(answer)


def mean_precision(y, p):
    return np.mean([(y[p == k] == k).mean() for k in np.unique(p)])


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (accuracy_score, "this is the plain accuracy"),
        (
            lambda y, p: recall_score(y, p, labels=[y[-1]], average="macro"),
            "recall of one class",
        ),
        (mean_precision, "divides by the predictions"),
        (lambda y, p: 0.123, r"got 0.123, expected 0.875; for each class"),
    ],
)
def test_balanced_accuracy_rejects(answer, hint):
    rejects(workflow.check_balanced_accuracy, answer, hint)


def test_balanced_accuracy_accepts(capsys):
    workflow.check_balanced_accuracy(balanced_accuracy_score)
    assert capsys.readouterr().out.startswith("✓ right: balanced_accuracy")


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


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda h: 1 / np.linalg.norm(h, 2), "may overshoot"),
        (lambda h: 2 / np.linalg.eigvalsh(h).min(), "not the flattest"),
        (lambda h: 2 / np.trace(h), "the trace adds all curvatures"),
        (lambda h: 2 / np.diag(h).max(), "the diagonal is not enough"),
        (lambda h: 3.0, r"got 3, expected 0.08; along an eigenvector"),
    ],
)
def test_largest_rate_rejects(answer, hint):
    rejects(workflow.check_largest_rate, answer, hint)


def test_largest_rate_accepts(capsys):
    workflow.check_largest_rate(lambda h: 2 / np.linalg.eigvalsh(h).max())
    assert capsys.readouterr().out.startswith("✓ right: largest_rate")


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
