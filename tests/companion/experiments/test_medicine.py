"""Chapter 6.1b's splits keep apart what their names say."""

import json
from pathlib import Path

import numpy as np
import pytest

from companion import datasets
from companion.experiments import medicine

STORED = Path(__file__).parents[3] / "book" / "experiments" / "06-1b-medicine.json"


@pytest.fixture(scope="module")
def data():
    return datasets.lung_patches()


@pytest.fixture(scope="module")
def folds(data):
    return medicine.splits(data, 1)


def test_all_train_on_equally_many_and_test_on_none_of_them(data, folds):
    assert tuple(folds) == medicine.SPLITS
    for parts in folds.values():
        for train, test in parts:
            assert len({*train.tolist()}) == medicine.TRAINING_PATCHES
            assert not {*train.tolist()} & {*test.tolist()}
            assert {*data.patient[train].tolist()} == {2}


def test_three_splits_test_the_same_windows(folds):
    whole = [
        np.sort(np.concatenate([test for _, test in folds[name]])).tolist()
        for name in ("patches", "slices", "block")
    ]
    assert whole[0] == whole[1] == whole[2]
    for random, block in zip(folds["patches"], folds["block"]):
        assert random.test is block.test


def test_slices_are_kept_apart_as_the_names_say(data, folds):
    for name, between in (("slices", 1), ("block", 2)):
        for train, test in folds[name]:
            tested = {*data.slice[test].tolist()}
            assert not tested & {*data.slice[train].tolist()}
            near = {z + step for z in tested for step in (-1, 1)} - tested
            assert len(tested) in (3, 4)
            if between == 2:
                assert max(tested) - min(tested) == len(tested) - 1
                assert len(near & {*range(15, 26)}) <= 2
    assert {*data.patient[folds["patient"][0].test].tolist()} == {1}


def test_seed_decides(data, folds):
    again, other = medicine.splits(data, 1), medicine.splits(data, 2)

    def whole(found):
        return [np.concatenate([*fold]) for fold in found]

    for name in medicine.SPLITS:
        for first, second in zip(whole(folds[name]), whole(again[name])):
            assert np.array_equal(first, second)
        assert not np.array_equal(whole(folds[name])[0], whole(other[name])[0])


def test_overlap_by_hand(data, folds):
    split = folds["patches"][1]
    shares = medicine.largest_overlap(data, split)
    patch = split.test[5]
    best = 0
    for other in split.train:
        if data.slice[other] == data.slice[patch]:
            rows, columns = np.abs(data.position[other] - data.position[patch])
            best = max(best, max(48 - rows, 0) * max(48 - columns, 0) / 48**2)
    assert shares[5] == pytest.approx(best)
    assert shares.max() < 1
    wider = medicine.largest_overlap(data, split, apart=1)
    assert np.all(wider >= shares)


def test_overlap_across_slices_and_patients(data, folds):
    third = folds["slices"][0]
    assert medicine.largest_overlap(data, third).max() == 0
    assert np.mean(medicine.largest_overlap(data, third, 1) > 0.5) > 0.9
    assert medicine.largest_overlap(data, folds["patient"][0], 9).max() == 0
    with pytest.raises(ValueError, match="apart must be at least 0"):
        medicine.largest_overlap(data, third, -1)


def test_features():
    x = np.zeros((2, 32, 32, 1))
    x[1, :, 16:] = 1
    assert medicine.features(x).tolist() == [[0, 1, 0], [0.5, 0.5, 0.5]]
    with pytest.raises(ValueError, match="must have shape"):
        medicine.features(x[..., 0])


def test_meaningless_labels_hold_in_a_cell(data):
    coins = medicine.meaningless_labels(data, 4)
    assert 0.4 < coins.mean() < 0.6
    cells = np.column_stack([data.patient, data.slice, data.position // 32])
    for cell in np.unique(cells, axis=0)[:50]:
        assert len({*coins[(cells == cell).all(axis=1)].tolist()}) == 1


@pytest.mark.parametrize("name", [*medicine.METHODS])
def test_methods_learn_what_is_easy(name, monkeypatch):
    monkeypatch.setattr(medicine, "RECIPE", medicine.RECIPE.but(epochs=4))
    rng = np.random.default_rng(0)
    y = np.arange(120) % 2
    x = (rng.random((120, 32, 32, 1)) * 0.3 + 0.6 * y[:, None, None, None]).astype("f4")
    p = medicine.METHODS[name](x[:80], y[:80], x[80:])
    assert p.shape == (40,)
    assert p[y[80:] == 1].min() > p[y[80:] == 0].max()


def test_methods_check_what_comes():
    x = np.zeros((4, 32, 32, 1), "float32")
    method = medicine.METHODS["3 hand features"]
    with pytest.raises(ValueError, match="same length"):
        method(x, [0, 1], x)
    with pytest.raises(ValueError, match=r"in 0\.\.1"):
        method(x, [0, 1, 2, 0], x)
    with pytest.raises(TypeError, match="must hold floats"):
        method(x, [0, 1, 0, 1], x.astype(int))


def test_the_stored_results_have_every_method_split_and_seed():
    stored = json.loads(STORED.read_text(encoding="utf-8"))
    assert list(stored["auc"]) == list(medicine.METHODS)
    for by_split in stored["auc"].values():
        assert tuple(by_split) == medicine.SPLITS
        for split, runs in by_split.items():
            folds = 1 if split == "patient" else 3
            assert np.shape(runs) == (len(stored["seeds"]), folds)
