"""The glossary as a Sphinx glossary, in the order of the English terms."""

from pathlib import Path
from typing import Any

import checked_yaml

PATH = Path(__file__).resolve().parents[1] / "glossary.yml"
#: The files that the text is made from.
SOURCES = (PATH,)

TEXT = {"type": "string", "minLength": 1}
TEXTS = {"type": "array", "items": TEXT, "uniqueItems": True}
SCHEMA = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "properties": {
            "zh": TEXT,
            "en": TEXT,
            "meaning_zh": TEXT,
            "meaning_en": TEXT,
            "en_forms": TEXTS,
            "avoid_zh": TEXTS,
            "also_zh": TEXTS,
            "also_en": TEXTS,
        },
        "required": ["zh", "en", "meaning_zh", "meaning_en"],
        "additionalProperties": False,
    },
}


def read(path: Path = PATH) -> list[dict[str, Any]]:
    """Read the glossary in the order of the English terms.

    Args:
        path: The file.

    Returns:
        Entries with the keys of ``SCHEMA``.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is ill-formed or has a term twice.
    """
    remedy = "an entry has zh, en, meaning_zh and meaning_en (see the file's head)"
    entries = checked_yaml.read(path, SCHEMA, remedy)
    for key in ("zh", "en"):
        terms = [entry[key].casefold() for entry in entries]
        twice = sorted({term for term in terms if terms.count(term) > 1})
        if twice:
            raise ValueError(f"{path}: a term may have one entry, got two of {twice}")
    return sorted(entries, key=lambda entry: entry["en"].casefold())


def render(language: str, path: Path = PATH) -> str:
    """Write the glossary.

    Args:
        language: ``"zh"`` or ``"en"``; which term comes first, and the meaning's.
        path: The file that holds the glossary.

    Returns:
        A MyST glossary directive; English terms give stable anchors ``term-...``.
    """
    entries = (_entry(entry, language) for entry in read(path))
    return "```{glossary}\n" + "\n\n".join(entries) + "\n```"


def synonyms(entry: dict[str, Any], language: str) -> list[str]:
    """Return other words of a language for an entry's term.

    Args:
        entry: An entry of the glossary.
        language: ``"zh"`` or ``"en"``.

    Example:
        >>> synonyms({"zh": "池化", "avoid_zh": ["汇聚层"], "also_zh": ["汇聚"]}, "zh")
        ['汇聚层', '汇聚']
    """
    own, words = entry[language], entry.get(f"also_{language}", [])
    if language == "zh":
        words = [*entry.get("avoid_zh", []), *words]
    else:  # "calibrated" is a form of "calibration", not another name
        forms = entry.get("en_forms", [])
        words = [form for form in forms if not _is_inflection(form, own)] + words
    return list(dict.fromkeys(words))


def _is_inflection(form: str, term: str) -> bool:
    return " " not in form + term and term[:4].lower() in form.lower()


def _entry(entry: dict[str, Any], language: str) -> str:
    terms = [entry[language], entry["en" if language == "zh" else "zh"]]
    meaning, others = entry[f"meaning_{language}"], synonyms(entry, language)
    if others and language == "zh":
        meaning += f"又称：{'、'.join(others)}。"
    elif others:
        meaning += f" Also called: {', '.join(others)}."
    return "\n".join(dict.fromkeys(terms)) + f"\n    {meaning}"
