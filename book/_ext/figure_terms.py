"""The words on figures in Chinese, from ``figure-terms.yml``.

A key is a whole text as a cell writes it on a figure; ``{}`` in it stands for
anything, translated in its turn: ``"{}, validation": "{}，验证"`` serves every run.
A text without two letters in a row stays as it is, as does one whose entry is null.
"""

from __future__ import annotations

import functools
import re
import string
from collections.abc import Mapping
from pathlib import Path

import checked_yaml

PATH = Path(__file__).resolve().parents[1] / "figure-terms.yml"
SCHEMA = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": {"type": ["string", "null"], "minLength": 1},
}
REMEDY = "an entry is 'English text: Chinese text', or null if the text stays"
WORD = re.compile(r"[A-Za-z]{2}")


class Terms:
    """A table of texts, some of them with placeholders.

    Args:
        entries: Chinese text, or None, by English text.

    Raises:
        ValueError: If the two sides of an entry don't have the same placeholders, or
            an entry is nothing but placeholders.

    Example:
        >>> terms = Terms({"seed {}": "种子 {}", "{}, validation": "{}，验证"})
        >>> terms.translate("seed 2, validation"), terms.translate("0.5")
        ('种子 2，验证', '0.5')
        >>> terms.translate("seed 2, training") is None
        True
    """

    def __init__(self, entries: Mapping[str, str | None]) -> None:
        self.entries = {
            key: key if text is None else text for key, text in entries.items()
        }
        patterns = []
        for key, text in self.entries.items():
            _check(key, text)
            if "{}" in key:
                pattern = "(.+?)".join(map(re.escape, key.split("{}")))
                patterns.append((key, re.compile(pattern)))
        # The more words a template fixes, the better it knows the text.
        self.patterns = sorted(patterns, key=lambda pair: -len(pair[0]))

    def translate(self, text: str) -> str | None:
        """Return a text's translation, or None if the table has none."""
        if not WORD.search(text):
            return text
        if text in self.entries:
            return self.entries[text]
        for key, pattern in self.patterns:
            match = pattern.fullmatch(text)
            if match:
                pieces = [self.translate(piece) for piece in match.groups()]
                if None not in pieces:
                    return self.entries[key].format(*pieces)
        return None

    def sources(self, text: str) -> set[str]:
        """Return the keys that a text's translation takes."""
        if not WORD.search(text):
            return set()
        if text in self.entries:
            return {text}
        for key, pattern in self.patterns:
            match = pattern.fullmatch(text)
            if match and None not in map(self.translate, match.groups()):
                return {key}.union(*map(self.sources, match.groups()))
        return set()


@functools.cache
def read(path: Path = PATH) -> Terms:
    """Read the table.

    Args:
        path: The file.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is ill-formed (see :class:`Terms`).
    """
    entries = checked_yaml.read(path, SCHEMA, REMEDY)
    try:
        return Terms(entries)
    except ValueError as error:
        raise ValueError(f"{path}: {error}; {REMEDY}") from None


def _check(key: str, text: str) -> None:
    if not isinstance(key, str):
        raise ValueError(f"a key must be a text, got {key!r}: put it in quotes")
    try:
        fields = [
            [name for _, name, *_ in string.Formatter().parse(side) if name is not None]
            for side in (key, text)
        ]
    except ValueError as error:
        raise ValueError(f"entry {key!r}: {error}") from None
    count = key.count("{}")
    plain = fields[1] == [""] * count
    numbered = sorted(fields[1]) == [str(i) for i in range(count)]
    if len(fields[0]) != count or not (plain or numbered):
        raise ValueError(
            f"entry {key!r}: expected {count} times {{}} (or {{0}}, {{1}}, ... in "
            f"another order) in its translation too, got {text!r}"
        )
    if not key.replace("{}", "").strip():
        raise ValueError(f"entry {key!r} must have a text besides its placeholders")
