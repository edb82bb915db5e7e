"""The embedded table: contents, splits, rows in and out, and how it is rebuilt."""

import dataclasses
import importlib
import re
from pathlib import Path

import numpy as np
import pytest

from companion import datasets
from companion.datasets import tables

ROOT = Path(__file__).resolve().parents[3]
ROWS, COLUMNS, TRAIN, TEST = 48_842, 13, 32_514, 16_276


@pytest.fixture(scope="module")
def adult():
    return datasets.adult(validation_size=500, seed=3)


@pytest.fixture
def script(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    return importlib.import_module("rebuild.adult")


def position(data, name):
    return [column.name for column in data.columns].index(name)


# The contract


@pytest.mark.parametrize("validation_size", [0, 500])
def test_contract(validation_size):
    data = datasets.adult(validation_size)
    sizes = {"train": TRAIN - validation_size, "val": validation_size, "test": TEST}
    for part, count in sizes.items():
        x, y, weight = (getattr(data, f"{a}_{part}") for a in ("x", "y", "weight"))
        assert x.shape == (count, COLUMNS)
        assert y.shape == weight.shape == (count,)
        assert (x.dtype, y.dtype, weight.dtype) == (np.float64, np.int64, np.float64)
        assert set(y) == (set(range(2)) if count else set())
        assert (weight > 0).all()
    assert data.names == data.card.classes == ("<=50K", ">50K")
    assert data.card is datasets.card("adult")
    assert sorted(data.numeric + data.categorical) == list(range(COLUMNS))


def test_columns_say_what_is_in_them(adult):
    assert len({column.name for column in adult.columns}) == COLUMNS
    x = np.concatenate([adult.x_train, adult.x_val, adult.x_test])
    for i, column in enumerate(adult.columns):
        values = x[:, i][~np.isnan(x[:, i])]
        assert (column.low, column.high) == (values.min(), values.max())
        assert np.array_equal(values, values.round())
        if column.categories:
            assert tables.MISSING not in column.categories
            assert list(column.categories) == sorted(column.categories)
            assert set(values) == set(range(len(column.categories)))
        else:
            assert len(values) == len(x), "only categories are missing"


def test_first_rows_are_those_of_the_published_files():
    data = datasets.adult()
    first = data.decode(data.x_train[:1])[0]
    assert (first["age"], first["workclass"], first["education"]) == (
        39,
        "State-gov",
        "Bachelors",
    )
    assert (data.weight_train[0], data.y_train[0]) == (77_516, 0)
    first = data.decode(data.x_test[:1])[0]
    assert (first["age"], first["occupation"]) == (25, "Machine-op-inspct")


def test_no_row_occurs_twice():
    data = datasets.adult()
    rows = np.concatenate(
        [
            np.column_stack([x, weight, y])
            for x, weight, y in (
                (data.x_train, data.weight_train, data.y_train),
                (data.x_test, data.weight_test, data.y_test),
            )
        ]
    )
    assert len(np.unique(np.nan_to_num(rows, nan=-1), axis=0)) == len(rows)


def test_split_is_stratified_complete_and_in_order(adult):
    whole = datasets.adult()
    share = whole.y_train.mean()
    assert abs(adult.y_val.sum() - share * 500) < 1
    together = np.concatenate([adult.weight_train, adult.weight_val])
    assert np.array_equal(np.sort(together), np.sort(whole.weight_train))
    assert np.array_equal(adult.x_test, whole.x_test, equal_nan=True)
    same, other = datasets.adult(500, seed=3), datasets.adult(500, seed=4)
    assert np.array_equal(same.weight_val, adult.weight_val)
    assert not np.array_equal(other.weight_val, adult.weight_val)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"validation_size": 1}, ValueError, "from 2 to 32512, .* got 1"),
        ({"validation_size": TRAIN}, ValueError, "got 32514"),
        ({"validation_size": 0.5}, TypeError, r"integer, got 0.5 \(float\)"),
        ({"seed": -1}, ValueError, "seed must be in .* got -1"),
    ],
)
def test_bad_arguments(arguments, error, message):
    with pytest.raises(error, match=message):
        datasets.adult(**arguments)


def test_writing_to_a_result_does_not_change_the_next():
    first = datasets.adult()
    first.x_train[:], first.y_test[:], first.weight_train[:] = 7, 7, 7
    second = datasets.adult()
    assert not (second.x_train == 7).all()
    assert set(second.y_test) == {0, 1}
    assert second.weight_train[0] == 77_516
    for array in tables._raw().values():
        with pytest.raises(ValueError, match="read-only"):
            array[0] = array[1]


def test_repr_is_one_short_line(adult):
    assert repr(adult) == (
        "TableDataset(adult: 32014 train, 500 val, 16276 test; 5 numeric and 8 "
        "categorical columns; 2 classes)"
    )
    with pytest.raises(dataclasses.FrozenInstanceError):
        adult.x_train = adult.x_test


# Rows in and out


def test_rows_go_out_and_come_back(adult):
    extremes = [f(adult.x_test, axis=0) for f in (np.nanargmin, np.nanargmax)]
    x = adult.x_test[np.concatenate([np.arange(200), *extremes])]
    assert np.isnan(x).any(), "the sample has missing values"
    assert np.array_equal(adult.encode(adult.decode(x)), x, equal_nan=True)
    assert adult.encode([]).shape == (0, COLUMNS)


@pytest.mark.parametrize("missing", [None, "?"])
def test_missing_categories_are_nan(adult, missing):
    row = adult.decode(adult.x_test[:1])[0] | {"occupation": missing}
    encoded = adult.encode([row])
    assert np.isnan(encoded[0, position(adult, "occupation")])
    assert adult.decode(encoded)[0]["occupation"] is None


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"age": 200}, ValueError, "row 1: age must be from 17 to 90, .* got 200"),
        ({"age": float("nan")}, ValueError, "age must be from 17 to 90, .* got nan"),
        ({"age": "38"}, TypeError, r"age must be a number .* got '38' \(str\)"),
        ({"age": True}, TypeError, r"got True \(bool\)"),
        ({"age": None}, TypeError, r"got None \(NoneType\)"),
        ({"sex": "male"}, ValueError, "got 'male'; did you mean 'Male'"),
        ({"sex": 1}, ValueError, "one of 'Female', 'Male' or None, got 1$"),
        ({"height": 180}, ValueError, r"missing \[\], unknown \['height'\]"),
    ],
)
def test_bad_rows_are_refused(adult, change, error, message):
    good = adult.decode(adult.x_test[:1])[0]
    with pytest.raises(error, match=message):
        adult.encode([good, good | change])


def test_a_missing_column_is_named(adult):
    row = adult.decode(adult.x_test[:1])[0]
    del row["age"]
    with pytest.raises(ValueError, match=r"row 0: .* missing \['age'\], unknown \[\]"):
        adult.encode([row])


@pytest.mark.parametrize("shape", [(13,), (2, 12)])
def test_decode_wants_rows_of_the_table(adult, shape):
    message = re.escape(f"x must have shape (N, 13), got {shape}")
    with pytest.raises(ValueError, match=message):
        adult.decode(np.zeros(shape))


# What the card says


def test_card_counts_are_those_of_the_data():
    data = datasets.adult()
    card = data.card
    counts = {split.name: split.class_counts for split in card.splits}
    assert counts == {
        "train": tuple(np.bincount(data.y_train).tolist()),
        "test": tuple(np.bincount(data.y_test).tolist()),
    }
    x = np.concatenate([data.x_train, data.x_test])
    y = np.concatenate([data.y_train, data.y_test])
    sex, gain = (x[:, position(data, name)] for name in ("sex", "capital-gain"))
    workclass, occupation = (
        np.isnan(x[:, position(data, name)]) for name in ("workclass", "occupation")
    )
    assert workclass.sum() == (workclass & occupation).sum()
    known = {tuple(row) for row in np.nan_to_num(data.x_train, nan=-1)}
    twins = sum(tuple(row) in known for row in np.nan_to_num(data.x_test, nan=-1))
    assert y[gain == 99_999].all()
    for told in (
        f"{y[sex == 1].mean():.1%}",
        f"{y[sex == 0].mean():.1%}",
        f"{1 - y.mean():.1%}",
        f"{np.isnan(x).any(axis=1).mean():.1%}",
        f"{workclass.sum():,}",
        f"{twins:,}",
        f"{(gain == 0).mean():.1%}",
        f"{(gain == 99_999).sum()}",
    ):
        faults = [(fault.zh, fault.en) for fault in card.known_faults]
        assert sum(told in zh and told in en for zh, en in faults) == 1, told
    repeated = ROWS - TRAIN - TEST
    assert f"{ROWS:,}" in card.splitting.zh
    assert f" {repeated} " in card.splitting.en


# How it is rebuilt


def test_repeated_rows_are_left_out_of_the_training_set_first(script):
    rows = np.array([1, 2, 1, 3, 2, 3, 4, 4])
    parts = script.parts([rows, np.zeros(8, int)], test_rows=3)
    assert parts.tolist() == [1, 1, 2, 0, 2, 2, 0, 2]


def test_encoding_columns(script):
    encoded = script.encode(
        {"n": np.array([3, 300, 4]), "c": np.array(["b", "?", "a"])}
    )
    assert encoded["n"].dtype == np.uint16
    assert encoded["c"].dtype == np.uint8
    assert encoded["c"].tolist() == [1, 2, 0]
    assert encoded["c.categories"].tolist() == ["a", "b"]
