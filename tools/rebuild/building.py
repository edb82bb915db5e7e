"""What rebuilding embedded files shares: register, check, pack, publish."""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import atomic
import numpy as np

from companion.datasets import Card, card

DATASETS = Path(__file__).resolve().parents[2] / "companion" / "datasets"
IDX_NAMES = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Recipe:
    """How an embedded file is made.

    Attributes:
        name: Name of the data set.
        download: From its card to the command that downloads the package's archive to
            the working folder.
        read: Returns the arrays to embed from the archive, whose sha256 is right.
        compression: Compression method, a constant of :mod:`zipfile`.
    """

    name: str
    download: Callable[[Card], Sequence[str]]
    read: Callable[[Path], Arrays]
    compression: int


RECIPES: dict[str, Recipe] = {}


def register(recipe: Recipe) -> None:
    """Make a recipe known to the command line."""
    RECIPES[recipe.name] = recipe


def idx_reader(
    extract: Callable[[Path], Mapping[str, bytes]],
    md5: Mapping[str, str],
    select: Callable[[Arrays], Arrays] = lambda arrays: arrays,
) -> Callable[[Path], Arrays]:
    """Return a function that reads images and labels from four IDX files.

    Args:
        extract: From the archive to the contents of the IDX files, by name.
        md5: The published md5 of each IDX file, by name.
        select: Chooses the examples to keep.

    Returns:
        From the archive to the arrays to embed; it stops at a wrong checksum.
    """

    def read(archive: Path) -> Arrays:
        files = extract(archive)
        for idx_name, digest in md5.items():
            check_digest("md5", idx_name, files[idx_name], digest)
        return select({key: read_idx(files[idx]) for key, idx in IDX_NAMES.items()})

    return read


def rebuild(recipe: Recipe, archive: Path | None, *, update_card: bool) -> None:
    """Rebuild one embedded file.

    Args:
        recipe: How.
        archive: The package's archive; it is downloaded if None.
        update_card: Whether to accept a changed file and write its size and sha256 to
            the card.

    Raises:
        SystemExit: If a checksum is not the expected one.
    """
    about = card(recipe.name)
    with tempfile.TemporaryDirectory() as folder:
        archive = archive or fetch(recipe.download(about), Path(folder))
        expected = about.source.archive_sha256
        check_digest("sha256", archive.name, archive.read_bytes(), expected)
        arrays = recipe.read(archive)
    content = pack(arrays, recipe.compression, by_column=about.file.by_column)
    publish(about, content, update=update_card)


def fetch(command: Sequence[str], folder: Path) -> Path:
    """Run a command that downloads one archive to a folder, and return its path.

    Args:
        command: The command and its arguments.
        folder: An empty folder, where the command runs.

    Returns:
        The path of the archive.

    Raises:
        SystemExit: If the command is not installed or fails.
    """
    print("$", *command, flush=True)
    try:
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        raise SystemExit(
            f"{error}\nGet the archive in another way and name it with --archive."
        ) from error
    (archive,) = folder.iterdir()
    return archive


def check_digest(algorithm: str, label: str, content: bytes, expected: str) -> None:
    """Stop with a message unless the content has the expected checksum."""
    found = hashlib.new(algorithm, content).hexdigest()
    if found != expected:
        raise SystemExit(f"{label}: {algorithm} is {found}, expected {expected}")


def read_idx(content: bytes) -> np.ndarray:
    """Return the array of unsigned bytes that an IDX file holds."""
    if content[:3] != b"\x00\x00\x08":
        raise ValueError(f"not an IDX file of unsigned bytes: begins {content[:3]!r}")
    dimensions = content[3]
    shape = np.frombuffer(content, ">u4", count=dimensions, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def pack(arrays: Arrays, compression: int, *, by_column: bool = False) -> bytes:
    """Return an npz file whose bytes depend on the arrays and the compressor alone.

    Args:
        arrays: The arrays by name.
        compression: Compression method, a constant of :mod:`zipfile`.
        by_column: Whether to store images (N, H, W) as (N, W, H).
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for key, array in arrays.items():
            if by_column and array.ndim == 3:
                array = array.swapaxes(1, 2)
            member = io.BytesIO()
            np.save(member, np.ascontiguousarray(array), allow_pickle=False)
            info = zipfile.ZipInfo(f"{key}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            info.create_system = 3
            info.external_attr = 0o644 << 16
            archive.writestr(info, member.getvalue(), compression, compresslevel=9)
    return buffer.getvalue()


def publish(card: Card, content: bytes, *, update: bool, root: Path = DATASETS) -> None:
    """Write an embedded file if it is what its card says, or bring the card up to it.

    Args:
        card: The data card.
        content: The new file.
        update: Whether to accept another sha256 and write it to the card.
        root: The folder that has the folders ``cards`` and ``files``.

    Raises:
        SystemExit: If the sha256 is not the card's and ``update`` is false.
    """
    digest = hashlib.sha256(content).hexdigest()
    print(f"{card.file.name}: {len(content)} bytes, sha256 {digest}")
    if digest != card.file.sha256:
        if not update:
            raise SystemExit(
                f"the card says sha256 {card.file.sha256}; nothing was written. "
                f"Another compressor (here zlib {zlib.ZLIB_RUNTIME_VERSION}) can give "
                "other bytes for the same data; --update-card accepts them."
            )
        path = root / "cards" / f"{card.name}.toml"
        text = path.read_text(encoding="utf-8")
        text = re.sub(r"(?m)^size = .*$", f"size = {len(content)}", text)
        text = re.sub(r"(?m)^sha256 = .*$", f'sha256 = "{digest}"', text)
        atomic.write(path, text)
    atomic.write(root / "files" / card.file.name, content)
