import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from companion import evaluation


def some_boxes(rng, count, size=40):
    corner = rng.uniform(0, size, (count, 2))
    return np.hstack([corner, corner + rng.uniform(4, 20, (count, 2))])


def test_iou_by_hand():
    # 4x3 and 4x3 share 2x2: 4 / (12 + 12 - 4)
    got = evaluation.iou([[0, 0, 4, 3]], [[2, 1, 6, 4], [0, 0, 4, 3], [4, 0, 8, 3]])
    assert got == pytest.approx(np.array([[0.2, 1, 0]]))


def test_iou_agrees_with_counting_pixels():
    rng = np.random.default_rng(0)
    boxes = rng.integers(0, 15, (6, 4))
    boxes[:, 2:] = boxes[:, :2] + rng.integers(1, 15, (6, 2))
    masks = np.zeros((6, 30, 30), bool)
    for mask, (left, top, right, bottom) in zip(masks, boxes):
        mask[top:bottom, left:right] = True
    common = (masks[:, None] & masks[None]).sum((2, 3))
    either = (masks[:, None] | masks[None]).sum((2, 3))
    assert evaluation.iou(boxes, boxes) == pytest.approx(common / either)


def test_iou_of_no_boxes_is_empty():
    assert evaluation.iou([], [[0, 0, 1, 1]]).shape == (0, 1)
    assert evaluation.iou(np.zeros((0, 4)), []).shape == (0, 0)


@pytest.mark.parametrize(
    ("boxes", "told"),
    [
        ([0, 0, 1, 1], r"shape \(N, 4\).*got \(4,\)"),
        ([[0, 0, 1]], r"shape \(N, 4\).*got \(1, 3\)"),
        ([[5, 5, 2, 8], [0, 0, 1, 1]], "1 of 2 boxes without area"),
        ([[0, 0, np.nan, 1]], "must be finite"),
    ],
)
def test_boxes_that_are_none_are_refused(boxes, told):
    with pytest.raises(ValueError, match=told):
        evaluation.iou(boxes, [[0, 0, 1, 1]])


@given(st.integers(0, 30), st.floats(0, 1), st.integers(0, 100))
def test_suppression_leaves_what_it_promises(count, threshold, seed):
    rng = np.random.default_rng(seed)
    boxes, scores = some_boxes(rng, count), rng.random(count)
    kept = evaluation.non_maximum_suppression(boxes, scores, threshold)
    assert (np.diff(scores[kept]) <= 0).all()
    among = evaluation.iou(boxes[kept], boxes[kept]) - np.eye(len(kept))
    assert (among <= threshold).all()
    for i in set(range(count)) - set(kept):  # whoever went had a better one over it
        over = evaluation.iou(boxes[[i]], boxes[kept])[0] > threshold
        assert (over & (scores[kept] >= scores[i])).any()


def test_suppression_is_per_label_if_there_are_labels():
    boxes, scores = [[0, 0, 4, 4]] * 3, [0.5, 0.9, 0.7]
    assert list(evaluation.non_maximum_suppression(boxes, scores)) == [1]
    got = evaluation.non_maximum_suppression(boxes, scores, labels=[0, 1, 0])
    assert list(got) == [1, 2]


def test_of_equal_scores_the_first_box_stays():
    boxes = [[0, 0, 4, 4]] * 2
    assert list(evaluation.non_maximum_suppression(boxes, [0.5, 0.5])) == [0]


def test_suppression_of_nothing_is_nothing():
    assert evaluation.non_maximum_suppression([], []).shape == (0,)


def test_suppression_refuses_what_does_not_fit():
    boxes = [[0, 0, 4, 4]]
    with pytest.raises(ValueError, match="same length, got boxes 1, scores 2"):
        evaluation.non_maximum_suppression(boxes, [0.1, 0.2])
    with pytest.raises(ValueError, match=r"scores must have shape \(N,\)"):
        evaluation.non_maximum_suppression(boxes, [[0.1]])
    with pytest.raises(ValueError, match="threshold must be in"):
        evaluation.non_maximum_suppression(boxes, [0.1], 1.5)
    with pytest.raises(ValueError, match="one label per example, 1, got 2"):
        evaluation.non_maximum_suppression(boxes, [0.1], labels=[0, 1])


def test_an_object_is_hit_once_and_by_the_surest_box():
    truth = [[0, 0, 10, 10], [20, 0, 30, 10]]
    boxes = [[0, 0, 10, 9], [0, 0, 10, 10], [20, 0, 30, 6], [50, 50, 60, 60]]
    got = evaluation.match_detections(truth, boxes, [0.9, 0.8, 0.7, 0.6])
    assert list(got) == [True, False, True, False]
    got = evaluation.match_detections(truth, boxes, [0.9, 0.8, 0.7, 0.6], 0.75)
    assert list(got) == [True, False, False, False]


def test_a_box_may_take_its_second_best_object():
    truth = [[0, 0, 10, 10], [2, 0, 12, 10]]
    boxes = [[0, 0, 10, 10], [0.5, 0, 10.5, 10]]
    assert evaluation.match_detections(truth, boxes, [0.9, 0.8]).all()


def test_without_objects_every_box_is_a_false_alarm():
    assert not evaluation.match_detections([], [[0, 0, 1, 1]], [0.9]).any()


def test_precision_and_recall_by_hand():
    hits, scores = [True, True, False, True, False], [0.9, 0.8, 0.7, 0.6, 0.5]
    precision, recall = evaluation.precision_recall(hits, scores, 4)
    assert precision == pytest.approx([1, 1, 2 / 3, 3 / 4, 3 / 5])
    assert recall == pytest.approx([1 / 4, 1 / 2, 1 / 2, 3 / 4, 3 / 4])
    got = evaluation.average_precision(hits, scores, 4)
    assert got == pytest.approx(0.25 + 0.25 + 0.25 * 0.75)


def test_order_of_the_detections_does_not_matter():
    rng = np.random.default_rng(1)
    hits, scores = rng.random(50) < 0.6, rng.random(50)
    order = rng.permutation(50)
    a = evaluation.average_precision(hits, scores, 40)
    assert a == evaluation.average_precision(hits[order], scores[order], 40)


def test_interpolation_only_raises_the_average():
    rng = np.random.default_rng(2)
    hits, scores = rng.random(200) < 0.5, rng.random(200)
    plain = average_precision_score(hits, scores)
    got = evaluation.average_precision(hits, scores, int(hits.sum()))
    assert plain < got < plain + 0.1


def test_no_detections_have_average_precision_0():
    assert evaluation.average_precision([], [], 3) == 0


def test_more_hits_than_objects_are_refused():
    with pytest.raises(ValueError, match="2 hits and 1 objects"):
        evaluation.average_precision([True, True], [0.9, 0.8], 1)
    with pytest.raises(ValueError, match="objects must be"):
        evaluation.average_precision([], [], 0)
    with pytest.raises(ValueError, match="hits 1, scores 2"):
        evaluation.average_precision([True], [0.9, 0.8], 2)


def test_mean_is_over_the_classes_that_have_objects():
    box, other = [0, 0, 4, 4], [10, 10, 14, 14]
    truths = [([box, other], [0, 1]), ([box], [0])]
    detections = [
        ([box, other], [0.9, 0.8], [0, 7]),  # the second is of a class without objects
        ([box], [0.7], [0]),
    ]
    assert evaluation.mean_average_precision(truths, detections) == 0.5
    assert evaluation.mean_average_precision(truths[1:], detections[1:]) == 1


def test_mean_needs_objects_and_equally_many_images():
    with pytest.raises(ValueError, match="got none in 1 images"):
        evaluation.mean_average_precision([([], [])], [([], [], [])])
    with pytest.raises(ValueError, match="got none in 0 images"):
        evaluation.mean_average_precision([], [])
    with pytest.raises(ValueError, match="truths 1, detections 0"):
        evaluation.mean_average_precision([([], [])], [])
