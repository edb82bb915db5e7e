"""Files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import itertools
import os
import stat
import tempfile
from pathlib import Path

__all__ = ["place", "write"]


def write(path: str | os.PathLike, content: str | bytes) -> None:
    r"""Write a file so that whoever reads it finds the old content or the new.

    The content goes to a temporary file in the same folder, is flushed to the disk,
    and takes the old file's place in one step. If anything fails on the way the old
    file is as it was.

    Args:
        path: The file; its folder must exist.
        content: Bytes, or a text that is written as UTF-8 with ``\n`` line ends.

    Raises:
        OSError: If it can't be written, such as on a full disk.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write(Path(folder, "a.txt"), "卷积")
        ...     Path(folder, "a.txt").read_text(encoding="utf-8")
        '卷积'
    """
    path = Path(path)
    target = Path(os.path.realpath(path))  # a link stays a link
    data = content.encode() if isinstance(content, str) else content
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else None
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, _default_mode() if mode is None else mode)
        os.replace(name, target)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
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


def _default_mode() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
