"""Keep the two editions one book: copy what they share, stamp what is translated.

``sync`` copies code, outputs and metadata of each Chinese chapter to its English
twin, cell by cell, and stamps each translated text with hashes of both sides.
``check`` says whether ``sync`` would find anything to do. Exit status 1 means that a
person has to translate something first.
"""

from __future__ import annotations

import argparse
import copy
import json
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import notebooks
from nbformat import NotebookNode


@dataclass
class Report:
    """Ids of cells that a translator has to look at.

    Attributes:
        missing: Chinese texts without an English twin.
        surplus: English texts without a Chinese twin.
        blank: English twins that are still empty.
        stale: Chinese texts that changed after they were translated.
    """

    missing: list[str] = field(default_factory=list)
    surplus: list[str] = field(default_factory=list)
    blank: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Return one line for each kind of finding, saying what to do."""
        advice = {
            "missing": "no English twin (--scaffold inserts empty ones)",
            "surplus": "English text without a Chinese twin (delete it or restore it)",
            "blank": "not translated yet",
            "stale": "Chinese changed after translation (translate again, or --accept)",
        }
        return [
            f"{advice[kind]}: {' '.join(ids)}"
            for kind, ids in vars(self).items()
            if ids
        ]


def language_text(cell: NotebookNode) -> str | None:
    """Return what in a cell is written in the edition's language.

    Args:
        cell: A cell of any type.

    Returns:
        A Markdown cell's source; a code cell's alt text and caption as one string;
        None where nothing is to be translated.
    """
    if cell.cell_type == "markdown":
        return cell.source
    texts = notebooks.captions(cell)
    return json.dumps(texts, ensure_ascii=False, sort_keys=True) if texts else None


def merge(
    zh: NotebookNode,
    en: NotebookNode,
    *,
    accept: Collection[str] = (),
    scaffold: bool = False,
) -> tuple[NotebookNode, Report]:
    """Make the English chapter that the Chinese one asks for.

    Args:
        zh: The Chinese chapter.
        en: The English chapter as it is.
        accept: Ids of cells whose translation needs no change.
        scaffold: Whether to insert empty twins for what is not translated.

    Returns:
        The new English chapter, with Chinese order, code, outputs and metadata, and
        the report of what is left to translate.

    Raises:
        ValueError: If ``accept`` names a cell that carries no text.
    """
    report = Report()
    twins = {cell.id: cell for cell in en.cells}
    unknown = set(accept) - {c.id for c in zh.cells if language_text(c) is not None}
    if unknown:
        raise ValueError(
            f"--accept expects ids of cells that carry text, got {sorted(unknown)}; "
            "take ids from sync's report"
        )
    cells = []
    for source in zh.cells:
        cell, texts = copy.deepcopy(source), language_text(source)
        twin = twins.get(source.id)
        cell.metadata.pop("translation", None)
        if texts is not None:
            usable = _translate(cell, twin)
            if not usable:
                report.missing.append(source.id)
                if not scaffold:
                    continue
            _stamp(cell, texts, twin, source.id in accept, report)
        cells.append(cell)
    kept = {cell.id for cell in zh.cells}
    report.surplus += [
        cell.id
        for cell in en.cells
        if cell.id not in kept and cell.cell_type == "markdown" and cell.source.strip()
    ]
    if scaffold:
        report.missing.clear()
    return nbformat.from_dict({**zh, "cells": cells}), report


def _translate(cell: NotebookNode, twin: NotebookNode | None) -> bool:
    """Put the twin's texts into a copy of the Chinese cell, blank where it has none.

    Returns:
        Whether the twin had a place for each text.
    """
    fits = twin is not None and twin.cell_type == cell.cell_type
    if cell.cell_type == "markdown":
        cell.source = twin.source if fits else ""
        return fits
    texts = notebooks.captions(twin) if fits else {}
    for group, key in (("image", "alt"), ("figure", "caption")):
        if key in notebooks.captions(cell):
            fits = fits and key in texts
            cell.metadata.mystnb[group][key] = texts.get(key, "")
    return fits


def _stamp(
    cell: NotebookNode,
    texts: str,
    twin: NotebookNode | None,
    accepted: bool,
    report: Report,
) -> None:
    """Stamp a translated cell, or report why it can't be."""
    blank = (
        not cell.source.strip()
        if cell.cell_type == "markdown"
        else not all(notebooks.captions(cell).values())
    )
    if blank and texts.strip():
        report.blank.append(cell.id)
        return
    stamp = {
        "source": notebooks.digest(texts),
        "text": notebooks.digest(language_text(cell)),
    }
    old = twin.metadata.get("translation") if twin is not None else None
    same_text = old is not None and old["text"] == stamp["text"]
    if same_text and old["source"] != stamp["source"] and not accepted:
        report.stale.append(cell.id)
        stamp = old
    cell.metadata["translation"] = nbformat.from_dict(stamp)


def sync(
    chapter: str,
    *,
    book: Path = notebooks.BOOK,
    accept: Collection[str] = (),
    scaffold: bool = False,
) -> Report:
    """Bring one English chapter up to its Chinese one and write both canonically.

    Nothing is written to the English file while texts are missing or surplus.

    Args:
        chapter: The chapter's name, such as ``"05-cnn"``.
        book: The book's folder.
        accept: Ids of cells whose translation needs no change.
        scaffold: Whether to insert empty twins, and the file itself if need be.

    Returns:
        What is left to translate.

    Raises:
        FileNotFoundError: If an edition lacks the chapter (the English one is made
            by ``scaffold``).
    """
    zh_path = notebooks.chapter_path(chapter, "zh", book)
    en_path = notebooks.chapter_path(chapter, "en", book)
    zh = notebooks.read(zh_path)
    if en_path.exists():
        en = notebooks.read(en_path)
    elif scaffold:
        en = nbformat.v4.new_notebook()
    else:
        raise FileNotFoundError(
            f"expected an English twin en/{en_path.name}, found none; "
            "sync --scaffold makes one"
        )
    merged, report = merge(zh, en, accept=accept, scaffold=scaffold)
    notebooks.write(zh, zh_path)
    if not report.missing and not report.surplus:
        notebooks.write(merged, en_path)
    return report


def check(chapter: str, *, book: Path = notebooks.BOOK) -> list[str]:
    """Say what ``sync`` would find to do in a chapter; change nothing.

    Args:
        chapter: The chapter's name, such as ``"05-cnn"``.
        book: The book's folder.

    Returns:
        One line for each finding; none if the editions are one book.

    Raises:
        FileNotFoundError: If an edition lacks the chapter.
    """
    paths = {e: notebooks.chapter_path(chapter, e, book) for e in ("zh", "en")}
    zh, en = notebooks.read(paths["zh"]), notebooks.read(paths["en"])
    merged, report = merge(zh, en)
    lines = report.lines()
    if not report.missing:
        before, after = ({c.id: c for c in n.cells} for n in (en, merged))
        changed = [i for i in after if before.get(i) != after[i]]
        if changed:
            lines.append(f"differs from the Chinese edition: {' '.join(changed)}")
    for edition, wanted in (("zh", zh), ("en", merged)):
        stored = paths[edition].read_bytes()
        if not lines and stored != notebooks.canonical(wanted).encode():
            lines.append(f"{edition}: not in canonical form or order (run sync)")
    return lines


def main(argv: Sequence[str] | None = None, book: Path = notebooks.BOOK) -> int:
    """Run the command line.

    Args:
        argv: Arguments; those of the process if None.
        book: The book's folder.

    Returns:
        0 if the editions agree, 1 if something is left to do.
    """
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    syncing = commands.add_parser("sync", help="copy, stamp and report")
    checking = commands.add_parser("check", help="report only")
    for command in (syncing, checking):
        command.add_argument("chapters", nargs="*", metavar="CHAPTER")
    syncing.add_argument(
        "--accept", nargs="+", default=[], metavar="ID", help="keep these translations"
    )
    syncing.add_argument(
        "--scaffold", action="store_true", help="insert empty cells to translate"
    )
    options = parser.parse_args(argv)
    found = {*notebooks.chapters(book, "zh"), *notebooks.chapters(book, "en")}
    names = options.chapters or sorted(found)
    if not names:
        parser.error("expected chapters in book/zh, found none")
    if options.command == "sync" and options.accept and len(names) != 1:
        parser.error("--accept needs exactly one chapter")
    left = False
    for name in names:
        try:
            if options.command == "check":
                lines = check(name, book=book)
            else:
                lines = sync(
                    name, book=book, accept=options.accept, scaffold=options.scaffold
                ).lines()
        except (FileNotFoundError, ValueError) as error:
            lines = [str(error)]
        left = left or bool(lines)
        for line in lines or ["the editions agree"]:
            print(f"{name}: {line}")
    return int(left)


if __name__ == "__main__":
    sys.exit(main())
