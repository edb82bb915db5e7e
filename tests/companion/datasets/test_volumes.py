"""Slices of the average brain: contents, blocks, and how they are cut."""

import gzip
import importlib
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from companion import datasets

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def data():
    return datasets.brain_slices()


@pytest.fixture
def recipe(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    return importlib.import_module("rebuild.brain_slices")


def parts(data):
    for name in ("train", "val", "test"):
        yield name, *(getattr(data, f"{axis}_{name}") for axis in "xyz")


def test_contract(data):
    counts = {"train": 38, "val": 6, "test": 14}
    for name, x, y, z in parts(data):
        assert x.shape == (counts[name], 112, 96, 1)
        assert y.shape == (counts[name], 112, 96)
        assert (x.dtype, y.dtype, z.dtype) == (np.float32, np.int64, np.int64)
        assert x.min() == 0
        assert 0.5 < x.max() <= 1
        assert set(np.unique(y)) == {0, 1, 2}
    assert len(data.names) == 3
    assert data.names == data.card.classes
    assert repr(data) == (
        "SliceDataset(brain_slices: 38 train, 6 val, 14 test; 112x96x1 float32; "
        "3 classes)"
    )


def test_the_card_counts_the_pixels(data):
    counts = {split.name: split.class_counts for split in data.card.splits}
    for name, _, y, _ in parts(data):
        assert counts[name] == tuple(np.bincount(y.ravel()).tolist())


def test_parts_are_blocks_with_gaps_of_6_mm(data):
    for name, _, _, z in parts(data):
        assert (np.diff(z) >= 2).all()
        for other, _, _, there in parts(data):
            if name != other:
                nearest = np.abs(z[:, None] - there).min()
                assert nearest == 6 if "train" in (name, other) else nearest > 6
    assert (data.z_train[0], data.z_train[-1]) == (-64, 74)


def test_it_is_what_the_card_says(data):
    for _, x, _, _ in parts(data):
        mirrored = np.corrcoef(x.ravel(), x[:, :, ::-1].ravel())[0, 1]
        assert mirrored > 0.98  # not 1: the middle lies half a pixel off
    means = [data.x_train[data.y_train == k].mean() for k in range(3)]
    assert means == sorted(means)
    for phrase in ("symmetric", "single average brain", "No expert"):
        assert any(phrase in fault.en for fault in data.card.known_faults)
    assert "Louis Collins" in data.card.license_notice


def test_writing_to_a_result_does_not_change_the_next(data):
    first = datasets.brain_slices()
    first.x_train[:] = 7
    first.y_train[:] = 7
    again = datasets.brain_slices()
    assert np.array_equal(again.x_train, data.x_train)
    assert np.array_equal(again.y_train, data.y_train)


def nifti(volume, kind=2, bottom=-72.0):
    """Return a NIfTI-1 file of a volume of unsigned bytes."""
    header = bytearray(352)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, 3, *volume.shape, 1, 1, 1, 1)
    struct.pack_into("<h", header, 70, kind)
    struct.pack_into("<3f", header, 108, 352.0, 1.0, 0.0)
    struct.pack_into("<f", header, 324, bottom)
    return bytes(header) + volume.tobytes(order="F")


def test_nifti_is_read_in_its_order(recipe):
    volume = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    got, bottom = recipe.read_nifti(nifti(volume))
    assert np.array_equal(got, volume)
    assert bottom == -72


def test_another_kind_of_nifti_is_refused(recipe):
    with pytest.raises(ValueError, match=r"unsigned bytes, got .* \(348, 3, 16, 1.0"):
        recipe.read_nifti(nifti(np.zeros((2, 2, 2), np.uint8), kind=16))


def test_parts_of_the_recipe(recipe):
    part = recipe.parts()
    assert len(part) == len(recipe.SLICES) == 70
    assert np.bincount(part).tolist() == [38, 6, 14, 12]


def test_labels_are_the_likeliest_class(recipe):
    gray, white = np.array([0, 200, 20, 100]), np.array([0, 30, 180, 120])
    assert recipe.label(gray, white).tolist() == [0, 1, 2, 2]


def test_an_archive_becomes_arrays(recipe, tmp_path):
    rng = np.random.default_rng(0)
    volumes = {"t1": rng.integers(0, 256, (197, 233, 189), dtype=np.uint8)}
    volumes["gm"] = volumes["t1"] // 2
    volumes["wm"] = 127 - volumes["gm"]
    with zipfile.ZipFile(tmp_path / "a.whl", "w") as package:
        for name, volume in volumes.items():
            content = gzip.compress(nifti(volume), compresslevel=1)
            package.writestr(recipe.MEMBER.format(name), content)
    arrays = recipe.read(tmp_path / "a.whl")
    assert arrays["x"].shape == arrays["y"].shape == (58, 112, 96)
    assert arrays["z_mm"][0] == -64
    corner = volumes["t1"][2:4, 226:228, 8].astype(float)  # left, front
    assert arrays["x"][0, 0, 0] == np.rint(corner.mean())
