"""Reading embedded files: the whole file is verified before any of it is parsed."""

import hashlib
import io
from pathlib import Path

import numpy as np

from companion.datasets._card import DataFile

FOLDER = Path(__file__).parent / "files"


def read_npz(file: DataFile) -> dict[str, np.ndarray]:
    """Read every array of an embedded file after checking its size and sha256.

    Args:
        file: What the card says about the file.

    Returns:
        The arrays by name.

    Raises:
        FileNotFoundError: If the file is missing.
        ValueError: If its size or its sha256 is not the card's.
    """
    path = FOLDER / file.name
    if not path.is_file():
        raise FileNotFoundError(_damage_message(path, file, "nothing"))
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if (len(content), digest) != (file.size, file.sha256):
        found = f"{len(content)} bytes, sha256 {digest}"
        raise ValueError(_damage_message(path, file, found))
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def _damage_message(path: Path, file: DataFile, found: str) -> str:
    problem = "missing" if found == "nothing" else "truncated or altered"
    return (
        f"the data file {path} is {problem}\n"
        f"  expected: {file.size} bytes, sha256 {file.sha256}\n"
        f"  found:    {found}\n"
        "To mend it, run in the root of your clone of the book\n"
        f"  git checkout -- companion/datasets/files/{file.name}\n"
        "or clone the book again, or build the file from its source with\n"
        f"  python {file.rebuild}"
    )
