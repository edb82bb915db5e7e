"""Files are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path


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


def _default_mode() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
