"""What the scripts that rebuild embedded files share: check, pack, publish."""

from __future__ import annotations

import argparse
import hashlib
import io
import re
import subprocess
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from companion.datasets import Card, card

DATASETS = Path(__file__).resolve().parents[1] / "companion" / "datasets"
IDX_NAMES = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}

Arrays = dict[str, np.ndarray]


def main(
    name: str,
    description: str,
    *,
    download: Sequence[str],
    extract: Callable[[Path], Mapping[str, bytes]],
    md5: Mapping[str, str],
    compression: int,
    select: Callable[[Arrays], Arrays] = lambda arrays: arrays,
) -> None:
    """Rebuild one embedded file of images from IDX files, as the command line asks.

    Args:
        name: Name of the data set.
        description: What the script's help says first.
        download: Command that downloads the package's archive to the working folder.
        extract: Returns the contents of the four IDX files by name.
        md5: The published md5 of each IDX file, by name.
        compression: Compression method, a constant of :mod:`zipfile`.
        select: Chooses the examples to keep.

    Raises:
        SystemExit: If a checksum is not the expected one.
    """

    def read(archive: Path) -> Arrays:
        files = extract(archive)
        for idx_name, digest in md5.items():
            check_digest("md5", idx_name, files[idx_name], digest)
        return select({key: read_idx(files[idx]) for key, idx in IDX_NAMES.items()})

    rebuild(name, description, download=download, read=read, compression=compression)


def rebuild(
    name: str,
    description: str,
    *,
    download: Sequence[str],
    read: Callable[[Path], Arrays],
    compression: int,
) -> None:
    """Rebuild one embedded file as the command line asks.

    Args:
        name: Name of the data set.
        description: What the script's help says first.
        download: Command that downloads the package's archive to the working folder.
        read: Returns the arrays to embed from the archive, whose sha256 is right.
        compression: Compression method, a constant of :mod:`zipfile`.

    Raises:
        SystemExit: If a checksum is not the expected one.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument(
        "--archive", type=Path, help="use this archive instead of downloading it"
    )
    parser.add_argument(
        "--update-card",
        action="store_true",
        help="accept a changed file and write its size and sha256 to the card",
    )
    arguments = parser.parse_args()
    source = card(name).source
    with tempfile.TemporaryDirectory() as folder:
        archive = arguments.archive or fetch(download, Path(folder))
        check_digest(
            "sha256", archive.name, archive.read_bytes(), source.archive_sha256
        )
        arrays = read(archive)
    content = pack(arrays, compression, by_column=card(name).file.by_column)
    publish(card(name), content, update=arguments.update_card)


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
        path.write_text(text, encoding="utf-8", newline="\n")
    (root / "files" / card.file.name).write_bytes(content)
