"""Run chapters as other machines and other seeds would, and say which cells held.

Each chapter runs from top to bottom under other instruction sets, without oneDNN, on
one thread (part a: *machines*) and with other values of ``SEED`` (part b: *seeds*). A
cell holds if its fresh output equals the stored one within the tolerance that it
declares: ``tolerance`` in part a, ``seed_tolerance`` (else ``tolerance``) in part b.
Cells tagged ``one-seed`` are not compared in part b.
"""

from __future__ import annotations

import argparse
import datetime
import math
import os
import re
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import comparing
import nbformat
import notebooks
import running
import status
from nbformat import NotebookNode

SEED_LINE = re.compile(r"^SEED = 0$", re.MULTILINE)
SEEDS = (1, 2, 3, 4, 5)
#: The share of a chapter's code cells that may be tagged ``one-seed``.
MAX_ONE_SEED = 0.15
#: A tolerance of which no variant uses more than this share is reported as wide.
WIDE = 0.2
KEPT = notebooks.BOOK.parent / "_build" / "robust"


@dataclass(frozen=True)
class Variant:
    """One way to run a chapter.

    Attributes:
        name: As the report calls it.
        environment: Variables that the kernel is started with.
        seed: The value of ``SEED``; 0 in part a.
    """

    name: str
    environment: Mapping[str, str] = field(default_factory=dict)
    seed: int = 0

    @property
    def part(self) -> str:
        """``"a"`` for machines, ``"b"`` for seeds."""
        return "b" if self.seed else "a"


@dataclass(frozen=True)
class Verdict:
    """What became of a code cell under a variant.

    Attributes:
        held: Whether it came out as stored, within its tolerance.
        complaints: What did not.
        used: The largest share of the tolerance that a number's change took up.
        compared: False if nothing was to be compared (ignored, or ``one-seed``).
    """

    held: bool
    complaints: tuple[str, ...] = ()
    used: float = 0.0
    compared: bool = True


def variants(flags: frozenset[str] | None = None) -> list[Variant]:
    """Return the ways to run a chapter on this processor.

    Args:
        flags: The processor's features as Linux names them; its own if None.

    Returns:
        Part a: as it is, every oneDNN instruction set below the processor's best of
        AVX-512, AVX2 and SSE4.1, another set of NumPy's matrix kernels, oneDNN off,
        one thread. Part b: five seeds.

    Example:
        >>> [v.name for v in variants(frozenset({"avx2"}))][:3]
        ['as is', 'SSE4.1', 'older matrix kernels']
    """
    flags = running.processor_flags() if flags is None else flags
    found = [Variant("as is")]
    if "avx512f" in flags:
        found.append(Variant("AVX2", {"ONEDNN_MAX_CPU_ISA": "AVX2"}))
    if "avx2" in flags:  # both variables exist on x86 alone
        found.append(Variant("SSE4.1", {"ONEDNN_MAX_CPU_ISA": "SSE41"}))
        kernels = {"OPENBLAS_CORETYPE": "Nehalem"}
        found.append(Variant("older matrix kernels", kernels))
    found.append(Variant("oneDNN off", {"TF_ENABLE_ONEDNN_OPTS": "0"}))
    found.append(Variant("one thread", running.threads(1)))
    return found + [Variant(f"SEED = {seed}", seed=seed) for seed in SEEDS]


def with_seed(notebook: NotebookNode, seed: int) -> NotebookNode:
    """Return a chapter with another value of ``SEED``.

    Args:
        notebook: The chapter; it is not changed.
        seed: The value.

    Returns:
        A copy whose first code cell says ``SEED = seed``.

    Raises:
        ValueError: If the first code cell has no line ``SEED = 0``, or two.
    """
    changed = nbformat.from_dict(notebook)
    first = next((c for c in changed.cells if c.cell_type == "code"), None)
    lines = 0 if first is None else len(SEED_LINE.findall(first.source))
    if lines != 1:
        raise ValueError(
            f"the first code cell must have one line 'SEED = 0', got {lines}; "
            "write it there and derive all that is random from SEED"
        )
    first.source = SEED_LINE.sub(f"SEED = {seed}", first.source)
    return changed


def judge(
    stored: NotebookNode, fresh: NotebookNode, variant: Variant
) -> dict[str, Verdict]:
    """Hold a run of a chapter against its stored outputs, cell by cell.

    Args:
        stored: The chapter as the book keeps it.
        fresh: The same chapter after a run under the variant.
        variant: The variant, which decides on tolerances.

    Returns:
        A verdict for each code cell, by id.

    Raises:
        ValueError: If a tolerance is ill-formed.
    """
    runs = {cell.id: cell for cell in fresh.cells}
    return {
        cell.id: _judge_cell(cell, runs[cell.id], variant)
        for cell in stored.cells
        if cell.cell_type == "code"
    }


def _judge_cell(stored: NotebookNode, fresh: NotebookNode, variant: Variant) -> Verdict:
    tags, metadata = notebooks.tags(stored), stored.metadata
    raised = [
        f"raised {output.ename}: {output.evalue}"[:300]
        for output in fresh.outputs
        if output.output_type == "error"
    ]
    if raised and "raises-exception" not in tags:
        return Verdict(False, tuple(raised), math.inf)
    if fresh.get("execution_count") is None and stored.source.strip():
        return Verdict(False, ("not reached",), math.inf)
    left_out = notebooks.IGNORED_TAGS | ({"one-seed"} if variant.part == "b" else set())
    if left_out & set(tags):
        return Verdict(True, compared=False)
    tolerance = metadata.get("tolerance")
    if variant.part == "b":
        tolerance = metadata.get("seed_tolerance", tolerance)
    if tolerance is not None:
        comparing.check_tolerance(tolerance, stored.id)
    result = comparing.compare(fresh.outputs, stored.outputs, tolerance)
    return Verdict(result.equal, result.complaints, result.used)


def run(
    chapter: str,
    chosen: Sequence[Variant],
    *,
    jobs: int = 2,
    reuse: bool = False,
    book: Path = notebooks.BOOK,
    kept: Path = KEPT,
) -> dict[str, dict[str, Verdict]]:
    """Run a chapter under variants and judge every run.

    Args:
        chapter: The chapter's name, such as ``"05-cnn"``.
        chosen: The variants.
        jobs: How many of them run at the same time.
        reuse: Whether to judge a run that is kept from before, if its code is the
            chapter's code of now, instead of running again.
        book: The book's folder.
        kept: Where runs are kept.

    Returns:
        Verdicts by variant's name and cell's id.

    Raises:
        FileNotFoundError: If there is no such chapter.
        ValueError: If the chapter does not declare its ``SEED``, or a tolerance is
            ill-formed.
    """
    path = notebooks.chapter_path(chapter, "zh", book)
    stored = notebooks.read(path)
    with_seed(stored, 0)  # before anything runs
    # Kernels side by side that each take all cores hinder each other many times over.
    share = {} if jobs == 1 else running.threads(running.machine()["cores"] // jobs)

    def key(variant: Variant) -> tuple:
        return variant.seed, frozenset({**share, **variant.environment}.items())

    # Side by side on two cores, "as is" has one thread too: one run serves for both.
    distinct = {key(variant): variant for variant in reversed(chosen)}

    def one(variant: Variant) -> dict[str, Verdict]:
        target = kept / chapter / f"{variant.name}.ipynb"
        wanted = with_seed(stored, variant.seed)
        fresh = notebooks.read(target) if reuse and target.is_file() else None
        if fresh is None or notebooks.code(fresh) != notebooks.code(wanted):
            begin = time.perf_counter()
            fresh = running.execute(
                wanted,
                path.parent,
                environment={**share, **variant.environment},
                keep_going=True,
            )
            target.parent.mkdir(parents=True, exist_ok=True)
            notebooks.write(fresh, target)
            how = f"{time.perf_counter() - begin:5.0f} s"
        else:
            how = " kept"
        verdicts = judge(stored, fresh, variant)
        failed = [name for name, verdict in verdicts.items() if not verdict.held]
        print(
            f"  {variant.name:22s}{how}  {len(verdicts) - len(failed)} of "
            f"{len(verdicts)} cells held" + "".join(f" | {name}" for name in failed),
            flush=True,
        )
        return verdicts

    with ThreadPoolExecutor(jobs) as pool:
        order = [variant for variant in chosen if distinct[key(variant)] is variant]
        results = dict(zip(map(key, order), pool.map(one, order), strict=True))
    return {variant.name: results[key(variant)] for variant in chosen}


def summary(
    chosen: Sequence[Variant], found: Mapping[str, Mapping[str, Verdict]]
) -> dict[str, object]:
    """Return what the status page keeps of a chapter's runs.

    Args:
        chosen: The variants that were run.
        found: Verdicts by variant's name and cell's id.

    Returns:
        ``date``, ``cpu``, and for each variant ``part``, ``cells`` (those that were
        compared), ``held`` and the ids of those that ``failed``.
    """
    table = {}
    for variant in chosen:
        verdicts = found[variant.name]
        compared = {i: v for i, v in verdicts.items() if v.compared or not v.held}
        failed = [name for name, verdict in compared.items() if not verdict.held]
        table[variant.name] = {
            "part": variant.part,
            "cells": len(compared),
            "held": len(compared) - len(failed),
            "failed": failed,
        }
    return {
        "date": datetime.date.today().isoformat(),
        "cpu": running.machine()["cpu"],
        "variants": table,
    }


def report(
    stored: NotebookNode,
    chosen: Sequence[Variant],
    found: Mapping[str, Mapping[str, Verdict]],
) -> list[str]:
    """Write out which cells failed and how, and which tolerances are wide.

    Args:
        stored: The chapter.
        chosen: The variants that were run.
        found: Verdicts by variant's name and cell's id.

    Returns:
        Lines of text.
    """
    cells = [cell for cell in stored.cells if cell.cell_type == "code"]
    lines = []
    for cell in cells:
        for variant in chosen:
            verdict = found[variant.name][cell.id]
            if not verdict.held:
                lines.append(f"{cell.id} under {variant.name}:")
                lines += [f"    {complaint}" for complaint in verdict.complaints]
    for part, key in (("a", "tolerance"), ("b", "seed_tolerance")):
        names = [variant.name for variant in chosen if variant.part == part]
        for cell in cells:
            used = [found[n][cell.id].used for n in names if found[n][cell.id].compared]
            if key in cell.metadata and used and max(used) < WIDE:
                lines.append(
                    f"{cell.id}: no more than {max(used):.0%} of its {key} "
                    f"{dict(cell.metadata[key])} was used; narrow it"
                )
    return lines


def too_many_one_seed(stored: NotebookNode) -> str:
    """Return a complaint if too many code cells are tagged ``one-seed``, else ``""``.

    Args:
        stored: The chapter.
    """
    cells = [cell for cell in stored.cells if cell.cell_type == "code"]
    tagged = [cell.id for cell in cells if "one-seed" in notebooks.tags(cell)]
    if len(tagged) <= MAX_ONE_SEED * len(cells):
        return ""
    return (
        f"{len(tagged)} of {len(cells)} code cells are tagged one-seed, more than "
        f"{MAX_ONE_SEED:.0%}: {' '.join(tagged)}"
    )


def main(
    argv: Sequence[str] | None = None,
    book: Path = notebooks.BOOK,
    kept: Path = KEPT,
) -> int:
    """Run the command line.

    Args:
        argv: Arguments; those of the process if None.
        book: The book's folder.
        kept: Where runs are kept.

    Returns:
        0 if every cell held under every variant, else 1.
    """
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("chapters", nargs="*", metavar="CHAPTER")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--only", nargs="+", metavar="VARIANT", help="variants by name")
    parser.add_argument(
        "--reuse", action="store_true", help="judge kept runs of the same code again"
    )
    options = parser.parse_args(argv)
    if options.jobs < 1:
        parser.error(f"--jobs must be at least 1, got {options.jobs}")
    chosen = variants()
    known = [variant.name for variant in chosen]
    if unknown := sorted(set(options.only or ()) - set(known)):
        parser.error(f"--only expects variants among {known}, got {unknown}")
    chosen = [v for v in chosen if v.name in (options.only or known)]
    names = options.chapters or notebooks.chapters(book)
    if not names:
        parser.error("expected chapters in book/zh, found none")
    well = True
    for name in names:
        print(name, flush=True)
        try:
            stored = notebooks.read(notebooks.chapter_path(name, "zh", book))
            found = run(
                name,
                chosen,
                jobs=options.jobs,
                reuse=options.reuse,
                book=book,
                kept=kept,
            )
        except (FileNotFoundError, ValueError) as error:
            print(f"{name}: {error}", file=sys.stderr)
            return 1
        lines = report(stored, chosen, found)
        complaint = too_many_one_seed(stored)
        lines += [complaint] if complaint else []
        print("\n".join(f"  {line}" for line in lines) or "  every cell held")
        if not options.only:  # the status page shows whole rounds only
            whole = summary(chosen, found) | {"code": notebooks.code_digest(stored)}
            status.update(name, book=book, robust=whole)
        held = all(v.held for verdicts in found.values() for v in verdicts.values())
        well = well and held and not complaint
    return int(not well)


if __name__ == "__main__":
    sys.exit(main())
