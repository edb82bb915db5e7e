"""Embedded data sets: contents, splits, damaged files, cards, rebuilding."""

import dataclasses
import hashlib
import importlib
import io
import re
import shutil
import struct
import subprocess
import sys
import time
import tomllib
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion import datasets
from companion.datasets import _card, _files

ROOT = Path(__file__).resolve().parents[3]
MB = 1_000_000
LOADERS = {"mnist": datasets.mnist, "fashion_mnist": datasets.fashion_mnist}
# Sets that stay in an installed package.
INSTALLED = ("face_crops", "hsk_topics", "photographs")
# Those whose files are embedded.
EMBEDDED = sorted(datasets.cards().keys() - set(INSTALLED))
ALL_LOADERS = {name: getattr(datasets, name) for name in EMBEDDED}
SIZES = {"mnist": (60_000, 10_000), "fashion_mnist": (20_000, 4_000)}
MNIST_MD5 = {
    "x_train": "6bbc9ace898e44ae57da46a324031adb",
    "y_train": "a25bea736e30d166cdddb491f175f624",
    "x_test": "2646ac647ad5339dbf082846283269ea",
    "y_test": "27ae3e4e09519cfbb04c329615203637",
}

every_loader = pytest.mark.parametrize("name", LOADERS)
every_set = pytest.mark.parametrize("name", ALL_LOADERS)


@pytest.fixture
def files_folder(tmp_path, monkeypatch):
    """A copy of the embedded files that the loaders read instead of the real ones."""
    folder = tmp_path / "数据 files"
    shutil.copytree(_files.FOLDER, folder)
    monkeypatch.setattr(_files, "FOLDER", folder)
    modules = [
        importlib.import_module(load.__module__) for load in ALL_LOADERS.values()
    ]
    for module in modules:
        module._raw.cache_clear()
    yield folder
    for module in modules:
        module._raw.cache_clear()


@pytest.fixture
def tool(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    return importlib.import_module


def class_counts(labels):
    return tuple(np.bincount(labels).tolist())


def identities(x):
    """One hash per image; the embedded sets hold no image twice."""
    return [hash(image.tobytes()) for image in x]


# The contract of every loader


@every_loader
@pytest.mark.parametrize(("dtype", "maximum"), [("float32", 1.0), ("uint8", 255)])
@pytest.mark.parametrize("validation_size", [0, 500])
def test_contract(name, dtype, maximum, validation_size):
    data = LOADERS[name](dtype, validation_size=validation_size)
    train, test = SIZES[name]
    expected = {"train": train - validation_size, "val": validation_size, "test": test}
    for part, count in expected.items():
        x, y = getattr(data, f"x_{part}"), getattr(data, f"y_{part}")
        assert x.shape == (count, 28, 28, 1)
        assert x.dtype == dtype
        assert y.shape == (count,)
        assert y.dtype == np.int64
        assert x.flags.c_contiguous
        if count:
            assert (x.min(), x.max()) == (0, maximum)
            assert set(y) == set(range(len(data.names)))
    assert len(data.names) == len(set(data.names)) == 10
    assert data.names == data.card.classes
    assert data.card is datasets.card(name)


@every_loader
def test_float_pixels_are_the_bytes_over_255(name):
    as_float, as_bytes = LOADERS[name](), LOADERS[name]("uint8")
    assert np.array_equal(as_float.x_test, as_bytes.x_test.astype(np.float32) / 255)
    assert np.array_equal(as_float.y_test, as_bytes.y_test)


@every_loader
def test_class_counts_are_those_of_the_card(name):
    data = LOADERS[name]("uint8")
    counts = {split.name: split.class_counts for split in data.card.splits}
    assert counts == {
        "train": class_counts(data.y_train),
        "test": class_counts(data.y_test),
    }


@every_loader
def test_no_image_occurs_twice(name):
    data = LOADERS[name]("uint8")
    both = identities(data.x_train) + identities(data.x_test)
    assert len(set(both)) == len(both)


def test_repr_is_one_short_line():
    text = repr(datasets.fashion_mnist("uint8", validation_size=100))
    assert text == (
        "ImageDataset(fashion_mnist: 19900 train, 100 val, 4000 test; "
        "28x28x1 uint8; 10 classes)"
    )


def test_fields_cannot_be_replaced():
    data = datasets.fashion_mnist("uint8")
    with pytest.raises(dataclasses.FrozenInstanceError):
        data.x_train = data.x_test


# The contents


def idx_bytes(array):
    array = np.ascontiguousarray(array, np.uint8)
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    return header + array.tobytes()


@pytest.mark.parametrize("key", MNIST_MD5)
def test_mnist_is_the_published_one(key):
    array = getattr(datasets.mnist("uint8"), key)
    if key.startswith("x"):
        array = array[..., 0]
    digest = hashlib.md5(idx_bytes(array), usedforsecurity=False).hexdigest()
    assert digest == MNIST_MD5[key]


def test_mnist_classes_are_the_digits():
    assert datasets.mnist("uint8").names == tuple("0123456789")


def test_fashion_mnist_classes():
    names = datasets.fashion_mnist("uint8").names
    assert (names[0], names[1], names[8], names[9]) == (
        "T-shirt/top",
        "Trouser",
        "Bag",
        "Ankle boot",
    )


def test_fashion_mnist_sample_resembles_the_whole():
    # Mean and standard deviation of the 60,000 published training images.
    x = datasets.fashion_mnist().x_train
    assert x.mean() == pytest.approx(0.2860, abs=0.003)
    assert x.std() == pytest.approx(0.3530, abs=0.003)


@pytest.mark.parametrize("part", ["train", "test"])
def test_fashion_mnist_stands_upright_and_labels_match(part):
    data = datasets.fashion_mnist()
    x, y = getattr(data, f"x_{part}"), getattr(data, f"y_{part}")
    mean = {name: x[y == k, ..., 0].mean(axis=0) for k, name in enumerate(data.names)}
    sneaker, trouser = mean["Sneaker"], mean["Trouser"]
    assert sneaker[14:].sum() > 1.5 * sneaker[:14].sum()
    assert (trouser.mean(axis=1) > 0.1).sum() > (trouser.mean(axis=0) > 0.1).sum()
    left_right = np.abs(trouser - trouser[:, ::-1]).mean()
    up_down = np.abs(trouser - trouser[::-1]).mean()
    assert left_right < up_down


# Splitting off a validation set


def assert_stratified(y_all, y_val):
    counts, size = np.bincount(y_all), len(y_val)
    ideal = counts * size / len(y_all)
    assert np.abs(np.bincount(y_val, minlength=len(counts)) - ideal).max() < 1


@every_loader
@pytest.mark.parametrize("validation_size", [10, 5_003])
def test_split_is_stratified_disjoint_complete_and_in_order(name, validation_size):
    whole = LOADERS[name]("uint8")
    parts = LOADERS[name]("uint8", validation_size=validation_size, seed=3)
    assert_stratified(whole.y_train, parts.y_val)
    place = {key: i for i, key in enumerate(identities(whole.x_train))}
    train = [place[key] for key in identities(parts.x_train)]
    val = [place[key] for key in identities(parts.x_val)]
    assert train == sorted(train)
    assert val == sorted(val)
    assert sorted(train + val) == list(range(len(whole.y_train)))
    assert np.array_equal(parts.y_train, whole.y_train[train])
    assert np.array_equal(parts.y_val, whole.y_train[val])
    assert np.array_equal(parts.x_test, whole.x_test)


@every_loader
def test_seed_decides_the_split(name):
    def validation(seed):
        return LOADERS[name]("uint8", validation_size=200, seed=seed).x_val

    assert np.array_equal(validation(1), validation(1))
    assert not np.array_equal(validation(1), validation(2))


def test_split_ignores_the_global_random_state():
    def validation():
        return datasets.fashion_mnist("uint8", validation_size=50).x_val

    first = validation()
    np.random.seed(1)  # noqa: NPY002 - the global state is what must not matter
    assert np.array_equal(first, validation())


@settings(max_examples=25)
@given(
    validation_size=st.integers(10, 400) | st.integers(19_900, 19_990),
    seed=st.integers(0, 2**32 - 1),
)
def test_any_allowed_split_is_stratified(validation_size, seed):
    data = datasets.fashion_mnist("uint8", validation_size, seed)
    y_all = np.concatenate([data.y_train, data.y_val])
    assert len(data.y_val) == len(data.x_val) == validation_size
    assert class_counts(y_all) == (2_000,) * 10
    assert_stratified(y_all, data.y_val)


def test_numpy_integers_are_accepted():
    data = datasets.fashion_mnist("uint8", np.int64(20), np.uint8(4))
    same = datasets.fashion_mnist("uint8", 20, 4)
    assert np.array_equal(data.x_val, same.x_val)


@every_loader
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"dtype": "float64"}, ValueError, "'float32' or 'uint8', got 'float64'"),
        ({"dtype": None}, ValueError, "'float32' or 'uint8', got None"),
        ({"validation_size": -1}, ValueError, "validation_size must be 0 or .* got -1"),
        ({"validation_size": 9}, ValueError, "from 10 to .* got 9"),
        ({"validation_size": 59_991}, ValueError, "each of the 10 .* got 59991"),
        ({"validation_size": 0.1}, TypeError, r"integer, got 0.1 \(float\)"),
        ({"validation_size": True}, TypeError, r"integer, got True \(bool\)"),
        ({"validation_size": "9"}, TypeError, r"integer, got '9' \(str\)"),
        ({"seed": -1}, ValueError, r"seed must be in \[0, 2\*\*32\), got -1"),
        ({"seed": 2**32}, ValueError, "seed must be in .* got 4294967296"),
        ({"seed": None}, TypeError, r"seed must be an integer, got None"),
        ({"seed": 1.0}, TypeError, r"seed must be an integer, got 1.0 \(float\)"),
    ],
)
def test_bad_arguments(name, arguments, error, message):
    with pytest.raises(error, match=message):
        LOADERS[name](**arguments)


def test_limits_of_validation_size_follow_the_data():
    assert len(datasets.mnist("uint8", 59_990).y_train) == 10
    with pytest.raises(ValueError, match="from 10 to 19990"):
        datasets.fashion_mnist(validation_size=19_991)


# The cache


@every_loader
@pytest.mark.parametrize("dtype", ["float32", "uint8"])
def test_writing_to_a_result_does_not_change_the_next(name, dtype):
    keys = ["x_train", "y_train", "x_test", "y_test"]
    first = LOADERS[name](dtype)
    before = {key: getattr(first, key).copy() for key in keys}
    for key in keys:
        getattr(first, key)[:] = 7
    second = LOADERS[name](dtype)
    for key in keys:
        assert np.array_equal(getattr(second, key), before[key])


@every_loader
def test_cached_arrays_are_read_only(name):
    module = importlib.import_module(LOADERS[name].__module__)
    for array in module._raw(name).values():
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_the_file_is_read_once(files_folder):
    first = datasets.fashion_mnist("uint8")
    shutil.rmtree(files_folder)
    assert np.array_equal(first.x_test, datasets.fashion_mnist("uint8").x_test)


# Damaged files


def flip_a_bit(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


@every_set
@pytest.mark.parametrize(
    "damage",
    [flip_a_bit, lambda c: c[:-1], lambda c: c[:100], lambda c: b"", lambda c: c + c],
    ids=["altered", "one byte short", "truncated", "empty", "doubled"],
)
def test_damaged_file_says_what_is_wrong_and_how_to_mend_it(name, damage, files_folder):
    file = datasets.card(name).file
    path = files_folder / file.name
    content = damage(path.read_bytes())
    path.write_bytes(content)
    with pytest.raises(ValueError, match="is truncated or altered") as caught:
        ALL_LOADERS[name]()
    message = str(caught.value)
    assert str(path) in message
    assert f"expected: {file.size} bytes, sha256 {file.sha256}" in message
    digest = hashlib.sha256(content).hexdigest()
    assert f"found:    {len(content)} bytes, sha256 {digest}" in message
    assert f"git checkout -- companion/datasets/files/{file.name}\n" in message
    assert f"python {file.rebuild}" in message


@every_set
def test_missing_file(name, files_folder):
    file = datasets.card(name).file
    (files_folder / file.name).unlink()
    with pytest.raises(FileNotFoundError, match="is missing") as caught:
        ALL_LOADERS[name]()
    message = str(caught.value)
    assert str(files_folder / file.name) in message
    assert f"expected: {file.size} bytes, sha256 {file.sha256}" in message
    assert "found:    nothing" in message
    assert f"git checkout -- companion/datasets/files/{file.name}\n" in message


def test_a_mended_file_is_read(files_folder):
    path = files_folder / "fashion_mnist.npz"
    content = path.read_bytes()
    path.write_bytes(content[:-1])
    with pytest.raises(ValueError, match="truncated"):
        datasets.fashion_mnist()
    path.write_bytes(content)
    assert len(datasets.fashion_mnist().y_test) == 4_000


def data_file(content, name="some.npz"):
    return datasets.DataFile(
        name, len(content), hashlib.sha256(content).hexdigest(), "tools/some.py"
    )


def test_nothing_is_unpickled(files_folder):
    buffer = io.BytesIO()
    np.savez(buffer, x=np.array([{"an": "object"}], dtype=object))
    (files_folder / "some.npz").write_bytes(buffer.getvalue())
    with pytest.raises(ValueError, match="allow_pickle=False"):
        _files.read_npz(data_file(buffer.getvalue()))


# The cards


def sentences(card):
    return [
        card.title,
        card.license,
        card.splitting,
        *card.good_for,
        *card.known_faults,
    ]


every_card = pytest.mark.parametrize("name", datasets.cards())


def test_every_file_has_a_card_and_every_card_a_file_and_a_loader():
    on_cards = sorted(datasets.card(name).file.name for name in ALL_LOADERS)
    on_disk = sorted(path.name for path in _files.FOLDER.iterdir())
    assert on_cards == on_disk
    assert set(datasets.cards()) == {*ALL_LOADERS, *INSTALLED}


def test_sizes():
    sizes = [path.stat().st_size for path in _files.FOLDER.iterdir()]
    assert max(sizes) <= 12 * MB
    assert sum(sizes) <= 40 * MB


@every_card
def test_card_is_complete(name):
    card = datasets.card(name)
    assert card.name == name
    assert len(card.good_for) >= 1
    assert len(card.known_faults) >= 1
    for sentence in sentences(card):
        assert re.search("[一-鿿]", sentence.zh)
        assert not re.search("[一-鿿]", sentence.en)
        assert sentence.en
    parts = [split.name for split in card.splits]
    assert parts in (["train", "test"], ["train", "val", "test"])
    assert all(len(split.class_counts) == len(card.classes) for split in card.splits)
    assert card.source.registry in {"npm", "Debian", "PyPI"}
    for field in dataclasses.astuple(card.source):
        assert field
    for digest in (card.source.archive_sha256, card.file.sha256):
        assert re.fullmatch("[0-9a-f]{64}", digest)
    embedded = name in ALL_LOADERS
    assert card.file.rebuild == (f"tools/rebuild {card.name}" if embedded else "")
    assert (ROOT / "tools" / "rebuild" / f"{card.name}.py").is_file() == embedded


@every_card
def test_card_names_no_host_and_spaces_its_chinese(name):
    card = datasets.card(name)
    assert "://" not in str(dataclasses.replace(card, license_notice=""))
    for sentence in sentences(card):
        assert not re.search("[一-鿿][A-Za-z0-9]|[A-Za-z0-9%][一-鿿]", sentence.zh)


def test_mnist_card_names_its_known_faults():
    card = datasets.card("mnist")
    citations = [fault.citation for fault in card.known_faults]
    assert "northcutt2021pervasive" in citations
    assert card.splitting.citation == card.source.citation == "lecun1998gradient"


def test_mit_license_goes_with_the_data_as_it_demands():
    notice = datasets.card("fashion_mnist").license_notice
    assert "Copyright © 2017 Zalando SE" in notice
    assert "this permission notice shall be included in all copies" in notice


def test_mnist_card_tells_how_the_halves_of_the_test_set_differ():
    data = datasets.mnist()
    x_train, x_test = (x.reshape(len(x), -1) for x in (data.x_train, data.x_test))
    means = np.stack([x_train[data.y_train == k].mean(axis=0) for k in range(10)])
    # The squared distance to each mean, less the term that all classes share.
    distances = (means**2).sum(axis=1) - 2 * x_test @ means.T
    right = distances.argmin(axis=1) == data.y_test
    halves = [f"{half.mean():.1%}" for half in (right[:5_000], right[5_000:])]
    assert halves == ["77.4%", "86.6%"]
    told = [s for s in data.card.known_faults if "5,000" in s.en]
    assert len(told) == 1
    for text in (told[0].zh, told[0].en):
        assert re.findall(r"[0-9.]+%", text) == halves


def test_fashion_mnist_card_says_what_the_script_does(tool):
    script = tool("rebuild.fashion_mnist")
    card = datasets.card("fashion_mnist")
    for split in card.splits:
        assert set(split.class_counts) == {script.PER_CLASS[split.name]}
        assert f"{script.PER_CLASS[split.name]:,}" in card.splitting.zh
    assert f"seed {script.SEED}" in card.splitting.en


@pytest.mark.parametrize("name", ["cifar10", "", None])
def test_unknown_card(name):
    known = ", ".join(map(repr, sorted({*ALL_LOADERS, *INSTALLED})))
    message = f"unknown data set {name!r}; choose one of: {known}"
    with pytest.raises(ValueError, match=re.escape(message)):
        datasets.card(name)


def test_changing_the_dictionary_of_cards_changes_no_card():
    datasets.cards().clear()
    assert list(datasets.cards()) == sorted({*ALL_LOADERS, *INSTALLED})


def test_cards_cannot_be_changed_and_can_be_hashed():
    card = datasets.card("mnist")
    with pytest.raises(dataclasses.FrozenInstanceError):
        card.title = None
    assert hash(card) == hash(dataclasses.replace(card))


# The cost


def in_a_fresh_interpreter(code):
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return result.stdout.strip()


def test_importing_and_loading_need_numpy_alone():
    loaded = in_a_fresh_interpreter(
        "import sys, companion.datasets as d; d.mnist(); d.adult(); "
        "print({m.partition('.')[0] for m in sys.modules} & "
        "{'keras', 'tensorflow', 'jax', 'torch', 'sklearn', 'scipy'})"
    )
    assert loaded == "set()"


def test_loading_mnist_is_fast():
    seconds = in_a_fresh_interpreter(
        "import time; from companion import datasets; "
        "start = time.process_time(); datasets.mnist(); "
        "print(time.process_time() - start)"
    )
    assert float(seconds) < 3


# Rebuilding the files


@pytest.mark.parametrize("compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])
@pytest.mark.parametrize("by_column", [False, True])
def test_packing_is_deterministic_and_reversible(
    tool, files_folder, monkeypatch, compression, by_column
):
    pack = tool("rebuild.building").pack
    arrays = {
        "x": np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4),
        "y": np.arange(2, dtype=np.uint8),
    }
    content = pack(arrays, compression, by_column=by_column)
    monkeypatch.setattr(time, "time", lambda: 2e9)
    assert pack(arrays, compression, by_column=by_column) == content
    (files_folder / "some.npz").write_bytes(content)
    read = _files.read_npz(data_file(content))
    x = read["x"].swapaxes(1, 2) if by_column else read["x"]
    assert np.array_equal(x, arrays["x"])
    assert np.array_equal(read["y"], arrays["y"])


def test_reading_idx(tool):
    read_idx = tool("rebuild.building").read_idx
    array = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    assert np.array_equal(read_idx(idx_bytes(array)), array)
    with pytest.raises(ValueError, match="not an IDX file"):
        read_idx(b"\x1f\x8b\x08\x00 something else")


def test_checking_a_digest(tool):
    check = tool("rebuild.building").check_digest
    check("md5", "a file", b"", "d41d8cd98f00b204e9800998ecf8427e")
    with pytest.raises(SystemExit, match=r"a file: md5 is 0cc1.*, expected d41d"):
        check("md5", "a file", b"a", "d41d8cd98f00b204e9800998ecf8427e")


def test_fetching(tool, tmp_path):
    fetch = tool("rebuild.building").fetch
    command = [sys.executable, "-c", "open('some.tgz', 'w').close()"]
    assert fetch(command, tmp_path) == tmp_path / "some.tgz"
    for failing in ([sys.executable, "-c", "raise SystemExit(3)"], ["no-such-client"]):
        with pytest.raises(SystemExit, match="name it with --archive"):
            fetch(failing, tmp_path)


def test_drawing_a_sample(tool):
    draw = tool("rebuild.fashion_mnist").draw
    labels = np.tile(np.arange(3), 50)
    kept = draw(labels, 10, seed=0)
    assert kept.tolist() == sorted(set(kept.tolist()))
    assert class_counts(labels[kept]) == (10, 10, 10)
    assert np.array_equal(kept, draw(labels, 10, seed=0))
    assert not np.array_equal(kept, draw(labels, 10, seed=1))


@pytest.fixture
def published(tmp_path):
    """A copy of the cards beside a folder of files that has only the old one."""
    shutil.copytree(_card.FOLDER, tmp_path / "cards")
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "mnist.npz").write_bytes(b"old")
    return tmp_path


def test_an_unexpected_file_is_not_published(tool, published):
    card = datasets.card("mnist")
    with pytest.raises(SystemExit, match=f"{card.file.sha256}; nothing was written"):
        tool("rebuild.building").publish(card, b"new", update=False, root=published)
    assert (published / "files" / "mnist.npz").read_bytes() == b"old"


def test_updating_the_card(tool, published):
    card = datasets.card("mnist")
    path = published / "cards" / "mnist.toml"
    before = tomllib.loads(path.read_text(encoding="utf-8"))
    tool("rebuild.building").publish(card, b"new", update=True, root=published)
    after = tomllib.loads(path.read_text(encoding="utf-8"))
    assert (published / "files" / "mnist.npz").read_bytes() == b"new"
    assert after.pop("file") == before.pop("file") | {
        "size": 3,
        "sha256": hashlib.sha256(b"new").hexdigest(),
    }
    assert after == before
    updated = dataclasses.replace(card, file=_card._parse(path).file)
    tool("rebuild.building").publish(updated, b"new", update=False, root=published)


@every_set
def test_a_wrong_archive_is_refused(name, tmp_path):
    archive = tmp_path / "some.tgz"
    archive.write_bytes(b"not the package")
    card = datasets.card(name)
    result = subprocess.run(
        [sys.executable, *card.file.rebuild.split(), "--archive", archive],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 1
    assert "some.tgz: sha256 is" in result.stderr
    assert f"expected {card.source.archive_sha256}" in result.stderr
