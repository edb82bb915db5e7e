"""companion/datasets/faces.py: crops and photographs that stay in their packages."""

import dataclasses

import numpy as np
import pytest

from companion import datasets
from companion.datasets import faces


def test_crops_are_those_of_the_card():
    crops = datasets.face_crops()
    assert crops.images.shape == (200, 25, 25, 1)
    assert crops.images.dtype == np.float32
    assert 0 <= crops.images.min() < crops.images.max() <= 1
    assert crops.labels.tolist() == [1] * 100 + [0] * 100
    assert crops.names == crops.card.classes == ("no face", "face")
    assert crops.card is datasets.card("face_crops")
    counts = [split.class_counts for split in crops.card.splits]
    assert np.sum(counts, axis=0).tolist() == np.bincount(crops.labels).tolist()


def test_the_mean_face_has_eyes_where_the_boxes_expect_them():
    mean = datasets.face_crops().images[:100, ..., 0].mean(0)
    row = mean[5:12, 4:18].min(axis=1).argmin() + 5.5
    left = mean[8, 4:9].argmin() + 4.5
    right = mean[8, 13:18].argmin() + 13.5
    assert row / 25 == pytest.approx(faces.EYES_MIDDLE[1], abs=0.03)
    assert (right - left) / 25 == pytest.approx(faces.EYES_APART, abs=0.04)
    assert (right + left) / 50 == pytest.approx(faces.EYES_MIDDLE[0], abs=0.04)


def test_photographs_are_those_of_the_card():
    found = datasets.photographs()
    assert repr(found) == "Photographs(7 mined, 5 tested)"
    for part, split in zip((found.mined, found.tested), found.card.splits):
        with_face = sum(len(photo.faces) > 0 for photo in part)
        assert (len(part) - with_face, with_face) == split.class_counts
    names = [photo.name for photo in (*found.mined, *found.tested)]
    files = (found.card.file, *found.card.further_files)
    assert sorted(names) == sorted(
        file.name.split("/")[-1].split(".")[0] for file in files
    )
    assert found.names == found.card.classes


def test_gray_values_and_boxes():
    found = datasets.photographs()
    for photo in (*found.mined, *found.tested):
        height, width = photo.pixels.shape
        assert photo.pixels.dtype == np.float32
        assert photo.pixels.min() >= 0
        assert photo.pixels.max() <= 1
        assert photo.faces.shape[1:] == (4,)
        for left, top, right, bottom in photo.faces:
            assert 0 <= left < right <= width
            assert 0 <= top < bottom <= height
            assert right - left == pytest.approx(bottom - top, abs=0.2)


def test_the_arrays_are_the_callers_own():
    datasets.photographs().tested[0].pixels[:] = 7
    assert datasets.photographs().tested[0].pixels.max() <= 1


def test_files_of_other_packages_are_named_in_the_error(monkeypatch):
    told = datasets.card("photographs")
    file = dataclasses.replace(told.further_files[-1], sha256="0" * 64)
    with pytest.raises(ValueError, match=r"matplotlib==3\.11\.2"):
        faces._read(file, told)
    with pytest.raises(ValueError, match=r"scikit-image==0\.26\.0"):
        faces._read(dataclasses.replace(told.file, size=1), told)
