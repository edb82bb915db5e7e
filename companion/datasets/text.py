"""Sentences with labels, in English or in Chinese."""

from __future__ import annotations

import functools
import hashlib
import json
from dataclasses import dataclass

import numpy as np

from companion._installed import InstalledFile
from companion.datasets._card import Card, card

__all__ = ["TextDataset", "hsk_topics"]

TEST_PER_TOPIC = 60
TOPICS = {  # as the card names them, and as the file does
    "food": "food",
    "transport": "transport",
    "shopping": "shopping",
    "health": "health_body",
    "leisure": "sports_leisure",
    "nature": "nature",
}
LANGUAGES = ("en", "zh")


@dataclass(frozen=True, eq=False, repr=False)
class TextDataset:
    """Labeled sentences in two parts; N differs from part to part.

    Attributes:
        x_train: Training sentences, (N,) str.
        y_train: Training labels, (N,) int64, from 0 to ``len(names) - 1``.
        x_test: Test sentences like ``x_train``.
        y_test: Test labels like ``y_train``.
        language: ``"en"`` or ``"zh"``.
        names: Names of the classes; the label ``k`` means ``names[k]``.
        card: The data card: source, license, known faults.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    language: str
    names: tuple[str, ...]
    card: Card

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({self.card.name}, {self.language}: "
            f"{len(self.y_train)} train, {len(self.y_test)} test; "
            f"{len(self.names)} classes)"
        )


def hsk_topics(language: str = "en") -> TextDataset:
    """Return sentences of a Chinese course, labeled by what they are about.

    Both languages have the same sentences in the same order: one is the translation
    of the other.

    Args:
        language: ``"en"`` or ``"zh"``.

    Returns:
        The data set; the arrays are the caller's own.

    Raises:
        FileNotFoundError: If the package that carries the sentences is missing.
        ValueError: If its file was altered, or the language is another.

    Example:
        >>> hsk_topics()
        TextDataset(hsk_topics, en: 777 train, 360 test; 6 classes)
    """
    if language not in LANGUAGES:
        raise ValueError(
            f"language must be one of {', '.join(map(repr, LANGUAGES))}, "
            f"got {language!r}"
        )
    parts = {"train": ([], []), "test": ([], [])}
    for part, label, *texts in _rows():
        x, y = parts[part]
        x.append(texts[LANGUAGES.index(language)])
        y.append(label)
    told = card("hsk_topics")
    arrays = {
        f"{name}_{part}": np.array(values, dtype=kind)
        for part, pair in parts.items()
        for name, values, kind in zip("xy", pair, (np.str_, np.int64))
    }
    return TextDataset(**arrays, language=language, names=told.classes, card=told)


@functools.cache
def _rows() -> tuple[tuple[str, int, str, str], ...]:
    """Part, label, English, Chinese of each sentence; both texts occur only once."""
    told = card("hsk_topics")
    source, file = told.source, told.file
    content = InstalledFile(
        f"{source.package}=={source.version}",
        *file.name.split("/", 1),
        file.size,
        file.sha256,
    ).read()
    rows, seen = [], {"placeholder"}
    entries = json.loads(content)
    for label, topic in enumerate(TOPICS.values()):
        pairs = []
        for entry in entries:
            pair = entry["translation"]["en"], entry["chinese"]
            if entry["topic"] == topic and not seen & set(pair):
                seen |= set(pair)
                pairs.append(pair)
        order = sorted(
            pairs, key=lambda pair: hashlib.sha256(pair[0].encode()).digest()
        )
        test = set(order[:TEST_PER_TOPIC])
        rows += [("test" if p in test else "train", label, *p) for p in pairs]
    return tuple(rows)
