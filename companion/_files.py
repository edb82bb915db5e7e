"""Files that are written whole or not at all."""

from __future__ import annotations

import itertools
import os
import tempfile
from pathlib import Path

__all__ = ["place", "write"]


def write(path, data: bytes | str) -> None:
    """Write a file so that at every moment the old or the new one is there, whole.

    Args:
        path: Where to; the folder must exist.
        data: Bytes, or text that is stored as UTF-8.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     target = Path(folder) / "a.txt"
        ...     write(target, "whole")
        ...     target.read_text(), [entry.name for entry in Path(folder).iterdir()]
        ('whole', ['a.txt'])
    """
    path = Path(path)
    if isinstance(data, str):
        data = data.encode()
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with open(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o666 & ~_umask())  # mkstemp lets nobody else read it
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def place(source, directory, name: str) -> Path:
    """Move a finished file or folder into a folder, under a name that is free there.

    Nothing is ever overwritten: where ``name`` is taken, a number is put into it.

    Args:
        source: What to move, on the same file system.
        directory: Where to.
        name: The name it should have.

    Returns:
        Where it is now.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     for _ in range(2):
        ...         write(Path(folder) / "new", "text")
        ...         print(place(Path(folder) / "new", folder, "model.txt").name)
        model.txt
        model-2.txt
    """
    source, target = Path(source), Path(directory) / name
    wanted, tries = target, itertools.count(2)
    while True:
        try:
            # Taking the name first is what keeps two processes apart.
            target.mkdir() if source.is_dir() else target.touch(exist_ok=False)
            break
        except FileExistsError:
            target = wanted.with_stem(f"{wanted.stem}-{next(tries)}")
    os.replace(source, target)
    return target


def _umask() -> int:
    """Return the process's mask of permissions."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
