import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score

from companion import evaluation


def one_hot(labels, classes, confidence=1.0):
    rest = (1 - confidence) / (classes - 1)
    return np.where(np.eye(classes, dtype=bool)[labels], confidence, rest)


@pytest.fixture
def predictions():
    rng = np.random.default_rng(0)
    probabilities = rng.dirichlet(np.ones(5), size=400)
    return rng.integers(0, 5, 400), probabilities


def test_accuracy_agrees_with_scikit_learn(predictions):
    y, p = predictions
    got = evaluation.accuracy(y, p)
    assert got.value == accuracy_score(y, p.argmax(1))
    assert got.total == 400


def test_wilson_interval_is_the_published_formula():
    y = np.zeros(10_000, int)
    p = one_hot(np.r_[np.ones(60, int), np.zeros(9940, int)], 2)
    got = evaluation.accuracy(y, p)
    z, n, share = 1.959964, 10_000, 0.994
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + (z / (2 * n)) ** 2)
    assert got.low == pytest.approx(middle - half, abs=1e-7)
    assert got.high == pytest.approx(middle + half, abs=1e-7)
    assert str(got) == "99.40% [99.23%, 99.53%]"


@given(st.integers(1, 200), st.data())
def test_interval_holds_the_accuracy_and_stays_in_0_1(total, data):
    correct = data.draw(st.integers(0, total))
    predicted = np.r_[np.zeros(correct, int), np.ones(total - correct, int)]
    got = evaluation.accuracy(np.zeros(total, int), one_hot(predicted, 2))
    # At 0 and 1 the closed form rounds to a few 1e-17 outside.
    assert -1e-9 <= got.low <= got.value + 1e-9
    assert got.value - 1e-9 <= got.high <= 1 + 1e-9


def test_a_higher_level_gives_a_wider_interval(predictions):
    narrow = evaluation.accuracy(*predictions, confidence=0.8)
    wide = evaluation.accuracy(*predictions, confidence=0.99)
    assert wide.low < narrow.low < narrow.high < wide.high


def test_confusion_matrix_has_true_classes_in_rows():
    y = [0, 0, 1, 2]
    p = one_hot([0, 1, 1, 1], 4)
    matrix = evaluation.confusion_matrix(y, p)
    assert matrix.shape == (4, 4)
    assert matrix[0, 1] == 1
    assert matrix[1, 0] == 0
    assert matrix.sum(axis=1).tolist() == [2, 1, 1, 0]


@pytest.mark.parametrize("bins", [10, 4])  # with 4, 0.75 lies between two bins
def test_expected_calibration_error_by_hand(bins):
    # 4 predictions at confidence 0.75 of which 2 are right; 6 at 0.95, 5 right.
    y = np.zeros(10, int)
    p = np.vstack(
        [
            one_hot([0, 0, 1, 1], 2, 0.75),
            one_hot([0, 0, 0, 0, 0, 1], 2, 0.95),
        ]
    )
    got = evaluation.calibration(y, p, bins=bins)
    assert got.error == pytest.approx(0.4 * 0.25 + 0.6 * (0.95 - 5 / 6))
    assert got.count.tolist() == [4, 6]
    assert got.confidence == pytest.approx([0.75, 0.95])
    assert got.accuracy == pytest.approx([0.5, 5 / 6])


def test_calibration_counts_every_example_once(predictions):
    got = evaluation.calibration(*predictions, bins=7)
    assert got.count.sum() == 400
    assert len(got.count) == len(got.accuracy) == len(got.confidence)


@pytest.mark.parametrize(("predicted", "error"), [(0, 0.2), (1, 0.8)])
def test_calibration_when_all_are_right_or_all_are_wrong(predicted, error):
    p = one_hot(np.full(5, predicted), 2, 0.8)
    assert evaluation.calibration(np.zeros(5, int), p).error == pytest.approx(error)


def test_calibration_refuses_logits():
    with pytest.raises(ValueError, match=r"2 of 2 rows are negative.*softmax"):
        evaluation.calibration([0, 1], [[3.0, -1.0], [0.5, 2.0]])


def test_worst_mistakes_come_most_confident_first(predictions):
    y, p = predictions
    worst = evaluation.worst_mistakes(y, p, top=20)
    assert len(worst) == 20
    assert (p.argmax(1)[worst] != y[worst]).all()
    confidence = p.max(1)
    assert (np.diff(confidence[worst]) <= 0).all()
    rest = np.setdiff1d(np.flatnonzero(p.argmax(1) != y), worst)
    assert confidence[rest].max() <= confidence[worst].min()


def test_worst_mistakes_of_a_perfect_classifier_are_none():
    assert len(evaluation.worst_mistakes([0, 1], one_hot([0, 1], 2))) == 0


def test_compare_counts_only_where_the_two_differ():
    y = np.zeros(100, int)
    first = one_hot(np.r_[np.zeros(90, int), np.ones(10, int)], 2)
    second = one_hot(np.r_[np.ones(2, int), np.zeros(98, int)], 2)
    got = evaluation.compare(y, first, second)
    assert (got.only_first, got.only_second) == (2, 10)
    # Two-sided exact binomial: 2 (C(12,0) + C(12,1) + C(12,2)) / 2**12.
    assert got.p_value == pytest.approx(2 * (1 + 12 + 66) / 4096)
    assert evaluation.compare(y, second, first).p_value == got.p_value


def test_compare_of_a_classifier_with_itself_shows_nothing(predictions):
    y, p = predictions
    assert evaluation.compare(y, p, p).p_value == 1


@pytest.mark.parametrize(
    "function",
    [
        evaluation.accuracy,
        evaluation.confusion_matrix,
        evaluation.calibration,
        evaluation.worst_mistakes,
    ],
)
@pytest.mark.parametrize(
    ("y", "p", "message"),
    [
        ([0, 1], [0.5, 0.5], r"probabilities must have shape \(N, K\).*got \(2,\)"),
        ([0], [[0.5, 0.5], [1, 0]], "y_true must have one label per example, 2, got 1"),
        ([0.5], [[0.5, 0.5]], r"whole numbers, got 0\.5"),
        ([2], [[0.5, 0.5]], r"y_true must be in 0\.\.1, the classes, got 2\.\.2"),
        ([-1], [[0.5, 0.5]], r"got -1\.\.-1"),
        ([[1, 0]], [[0.5, 0.5]], "one-hot rows take"),
        (
            [],
            np.zeros((0, 3)),
            r"N > 0, a row of scores .* got \(0, 3\)",
        ),
        ([0, 1], [[np.nan] * 2, [0.5, 0.5]], "NaN or infinity in 1 of 2 rows"),
        ([0, 1], np.full((2, 2), np.nan), "NaN or infinity in 2 of 2 rows"),
        ([0], [[np.inf, 0]], "NaN or infinity in 1 of 1 rows"),
    ],
)
def test_wrong_arguments_are_named(function, y, p, message):
    with pytest.raises(ValueError, match=message):
        function(y, p)


def test_bad_options_are_named():
    for confidence in (95, 0, 1, np.nan):
        with pytest.raises(ValueError, match=rf"in \(0, 1\), got {confidence}"):
            evaluation.accuracy([0], [[1.0, 0.0]], confidence=confidence)
    for bins in (0, 2.5, np.nan):
        with pytest.raises(ValueError, match=f"bins must be .*got {bins}"):
            evaluation.calibration([0], [[1.0, 0.0]], bins=bins)
    with pytest.raises(ValueError, match="top must be at least 0, got -1"):
        evaluation.worst_mistakes([0], [[1.0, 0.0]], top=-1)


def test_compare_checks_both_classifiers():
    good, bad = [[0.5, 0.5]], [[np.nan, 0.5]]
    for pair, name in (((bad, good), "first"), ((good, bad), "second")):
        with pytest.raises(ValueError, match=f"{name} must be finite"):
            evaluation.compare([0], *pair)
    with pytest.raises(ValueError, match="must score the same classes"):
        evaluation.compare([0], good, [[0.2, 0.3, 0.5]])
