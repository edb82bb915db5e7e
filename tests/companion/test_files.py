"""Files are written whole or not at all, and nothing is overwritten unasked."""

import os
import resource

import pytest

from companion import _files


def test_a_write_that_fails_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.txt"
    _files.write(path, "old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            _files.write(path, b"n" * 2000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_a_written_file_has_the_usual_permissions(tmp_path):
    _files.write(tmp_path / "a", "é")
    (tmp_path / "b").write_text("é", encoding="utf-8")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "b").stat().st_mode


@pytest.mark.parametrize("folder", [False, True])
def test_places_are_free(folder, tmp_path):
    names = []
    for i in range(3):
        source = tmp_path / "source"
        if folder:
            source.mkdir()
            (source / "part").write_text(str(i))
        else:
            source.write_text(str(i))
        names.append(_files.place(source, tmp_path, "model.x").name)
    assert names == ["model.x", "model-2.x", "model-3.x"]
    for i, name in enumerate(names):
        found = tmp_path / name / "part" if folder else tmp_path / name
        assert found.read_text() == str(i)
