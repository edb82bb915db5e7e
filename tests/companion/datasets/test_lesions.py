"""companion/datasets/lesions.py: patches of CT scans, and how they are cut out."""

import gzip
import importlib
from pathlib import Path

import numpy as np
import pytest

from companion import datasets
from companion.datasets import lesions

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def recipe(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    return importlib.import_module("rebuild.lung_patches")


@pytest.fixture(scope="module")
def data():
    return datasets.lung_patches()


def test_shapes_types_and_ranges(data):
    assert data.x.shape == (3080, 32, 32, 1)
    assert data.x.dtype == np.float32
    assert (data.x.min(), data.x.max()) == (0, 1)
    for array in (data.y, data.patient, data.slice):
        assert (array.shape, array.dtype) == ((3080,), np.int64)
    assert (data.position.shape, data.position.dtype) == ((3080, 2), np.int64)
    assert data.names == data.card.classes == ("other tissue", "lesion")


def test_counts_are_those_of_the_card(data):
    counts = [np.bincount(data.y[data.patient == k]).tolist() for k in (2, 1)]
    assert counts == [list(split.class_counts) for split in data.card.splits]


def test_each_slice_has_equally_many_of_both(data):
    for patient, slices in ((1, range(32, 35)), (2, range(15, 26))):
        own = data.patient == patient
        assert sorted({*data.slice[own].tolist()}) == [*slices]
        for z in slices:
            assert np.bincount(data.y[own & (data.slice == z)]).tolist() == [110, 110]


def test_no_place_occurs_twice(data):
    places = np.column_stack([data.patient, data.slice, data.position])
    assert len(np.unique(places, axis=0)) == len(places)


def test_windows_have_lung_and_tissue(data):
    dark = (data.hounsfield < -500).mean(axis=(1, 2))
    assert 0.08 < dark.min() < dark.max() < 1
    middle = data.hounsfield[:, 14:18, 14:18].mean(axis=(1, 2))
    assert np.mean(middle > -500) > 0.97


def test_hounsfield_units(data):
    assert data.hounsfield.shape == (3080, 32, 32)
    assert (data.hounsfield.min(), data.hounsfield.max()) == (-1000, 400)


def test_repr_is_one_short_line(data):
    assert "\n" not in repr(data)
    assert len(repr(data)) < 100


def test_the_arrays_are_the_callers_own(data):
    other = datasets.lung_patches()
    other.x[:] = 0.5
    other.y[:] = 7
    again = datasets.lung_patches()
    assert np.array_equal(again.x, data.x)
    assert again.y.max() == 1
    assert not any(array.flags.writeable for array in lesions._raw().values())


def test_license_goes_with_the_data():
    notice = datasets.card("lung_patches").license_notice
    assert notice.startswith("Copyright 2017 Harvard Medical School")
    assert "retain the above copyright notice" in notice


def nrrd(array, encoding="gzip"):
    sizes = " ".join(map(str, array.shape[::-1]))
    head = f"NRRD0004\n# a: b\ntype: short\nsizes: {sizes}\nendian: little\nencoding: "
    return head.encode() + encoding.encode() + b"\n\n" + gzip.compress(array.tobytes())


def test_reading_nrrd(recipe):
    array = np.arange(24, dtype="<i2").reshape(2, 3, 4)
    assert np.array_equal(recipe.read_nrrd(nrrd(array)), array)
    with pytest.raises(ValueError, match="got \\['short', 'raw', 'little'\\]"):
        recipe.read_nrrd(nrrd(array, "raw"))


def phantom():
    """A body with a lung and gas in the bowel, on a table; a lesion in the lung."""
    scan = np.full((3, 160, 160), -1000, np.int16)
    scan[:, 10:140, 10:150] = 40
    scan[:, 150:155] = 100  # the table
    scan[:, 30:110, 30:130] = -850
    scan[:, 120:130, 30:40] = -900  # gas
    lesion = np.zeros(scan.shape, bool)
    lesion[1, 60:75, 60:75] = True
    scan[lesion] = 30
    return scan, lesion


def test_the_lung_is_the_largest_air_inside_the_body(recipe):
    scan, lesion = phantom()
    lung = recipe.lung_mask(scan)
    assert np.array_equal(np.argwhere(lung[0])[[0, -1]], [[30, 30], [109, 129]])
    assert lung[0].sum() == 80 * 100
    assert not (lung & lesion).any()


def test_share_counts_the_window_around_a_pixel(recipe):
    mask = np.zeros((100, 100), bool)
    mask[40:52, 30:46] = True
    shares = recipe.share(mask)
    assert shares[50, 50] == mask[26:74, 26:74].mean()
    assert shares[20, 50] == shares[50, 90] == 0
    assert shares[24, 40] == mask[0:48, 16:64].mean() > 0


def test_both_classes_are_drawn_by_one_rule(recipe):
    scan, lesion = phantom()
    found = recipe.sample(scan, lesion, 5, np.random.RandomState(0))
    assert np.bincount(found["y"]).tolist() == [110, 110]
    assert {*found["slice"].tolist()} == {1}
    assert {*found["patient"].tolist()} == {5}
    lung = recipe.lung_mask(scan)
    keys = ("y", "slice", "row", "column")
    for label, z, row, column in zip(*(found[key] for key in keys)):
        place = int(z), int(row), int(column)
        assert scan[place] > -500
        assert recipe.cut(lung, *place).mean() >= 0.1
        assert recipe.cut(lesion, *place).any() == label == lesion[place]


def test_shrinking_takes_means_and_cuts_off(recipe):
    assert np.array_equal(recipe.shrink(np.full((48, 48), -1000)), np.zeros((32, 32)))
    assert recipe.shrink(np.full((48, 48), 3000)).min() == 255
    ramp = np.tile(np.arange(48) * 20 - 700, (48, 1))
    gray = recipe.shrink(ramp)[0].astype(float) / 255 * 1400 - 1000
    assert np.abs(gray[:2] - [-700 + 20 / 3, -700 + 100 / 3]).max() < 3
