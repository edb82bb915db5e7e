"""``book/status.json``: what each chapter cost and what it withstood."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import atomic
import notebooks
import running


def read(book: Path = notebooks.BOOK) -> dict:
    """Read the status.

    Args:
        book: The book's folder.

    Returns:
        The file's content; without chapters if there is no file.

    Raises:
        ValueError: If the file is damaged; the message says how to get it back.
    """
    path = book / "status.json"
    if not path.exists():
        return {"chapters": {}}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(_damaged(path, str(error))) from None
    if not isinstance(found, dict) or not isinstance(found.get("chapters"), dict):
        raise ValueError(_damaged(path, "no chapters in it"))
    return found


def update(chapter: str, *, book: Path = notebooks.BOOK, **values: object) -> None:
    """Set some of a chapter's values, and keep its others.

    The counts of cells are taken anew; chapters that are gone lose their entries.

    Args:
        chapter: The chapter's name.
        book: The book's folder.
        **values: What to set, such as ``seconds=40.2``.

    Raises:
        FileNotFoundError: If there is no such chapter.
        ValueError: If the file is damaged.
    """
    found = read(book)
    notebook = notebooks.read(notebooks.chapter_path(chapter, "zh", book))
    entries = found["chapters"]
    entries[chapter] = (
        entries.get(chapter, {})
        | {"budget_seconds": notebooks.budget(chapter)}
        | notebooks.counts(notebook)
        | values
    )
    present = [name for name in notebooks.chapters(book) if name in entries]
    whole = {
        "generated": datetime.date.today().isoformat(),
        "machine": running.machine(),
        "versions": running.versions(),
        "chapters": {name: entries[name] for name in present},
    }
    text = json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    atomic.write(book / "status.json", text)


def _damaged(path: Path, what: str) -> str:
    return (
        f"expected {path.name} to be what `make refresh` wrote, but it can't be read: "
        f"{what}; get it back with `git checkout {path.parent.name}/{path.name}`"
    )
