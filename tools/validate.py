"""Re-run chapters with nbval, side by side, and compare them with their outputs."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import notebooks
import running
import status

CELL_TIMEOUT = 1200


def order(chapters: Sequence[str], book: Path = notebooks.BOOK) -> list[str]:
    """Return chapters with the longest first, so that none is waited for at the end.

    Args:
        chapters: Names of chapters.
        book: The book's folder.

    Returns:
        The names, by the seconds that the status page tells.
    """
    known = status.read(book)["chapters"]
    return sorted(chapters, key=lambda name: -known.get(name, {}).get("seconds", 0))


def validate(chapter: str, threads: int, book: Path = notebooks.BOOK) -> tuple:
    """Run nbval on a chapter.

    Args:
        chapter: The chapter's name.
        threads: How many threads its kernel may use.
        book: The book's folder.

    Returns:
        Exit status, numbers of passed and failed cells, and what pytest printed.
    """
    command = [
        *(sys.executable, "-m", "pytest", "--nbval", "-p", "no:cacheprovider"),
        f"--nbval-cell-timeout={CELL_TIMEOUT}",
        str(notebooks.chapter_path(chapter, "zh", book)),
    ]
    environment = os.environ | running.threads(threads)
    done = subprocess.run(
        command,
        cwd=book.parent,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    counts = {
        kind: int(number)
        for number, kind in re.findall(
            r"(\d+) (passed|failed|error)", done.stdout.rpartition("\n=")[2]
        )
    }
    failed = counts.get("failed", 0) + counts.get("error", 0)
    return done.returncode, counts.get("passed", 0), failed, done.stdout


def main(argv: Sequence[str] | None = None, book: Path = notebooks.BOOK) -> int:
    """Run the command line.

    Args:
        argv: Arguments; those of the process if None.
        book: The book's folder.

    Returns:
        0 if every cell of every chapter came out as stored, else 1.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("chapters", nargs="*", metavar="CHAPTER")
    parser.add_argument("--jobs", type=int, default=2, help="chapters at a time")
    options = parser.parse_args(argv)
    if options.jobs < 1:
        parser.error(f"--jobs must be at least 1, got {options.jobs}")
    try:
        chapters = order(options.chapters or notebooks.chapters(book), book)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    if not chapters:
        parser.error("expected chapters in book/zh, found none")
    threads = running.machine()["cores"] // options.jobs
    passed = failed = 0

    def one(chapter: str) -> tuple:
        begin = time.perf_counter()
        return chapter, *validate(chapter, threads, book), time.perf_counter() - begin

    with ThreadPoolExecutor(options.jobs) as pool:
        for job in as_completed([pool.submit(one, chapter) for chapter in chapters]):
            chapter, code, good, bad, printed, seconds = job.result()
            passed, failed = passed + good, failed + (bad or int(code != 0))
            print(f"{chapter}: {good} passed, {bad} failed in {seconds:.0f} s")
            if code:
                print(printed)
            sys.stdout.flush()
    print(f"chapters: {passed} passed, {failed} failed")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
