"""Build both editions of the book and put them together as one site.

Warnings are errors. The editions are built side by side, each in its own folder under
``_build/editions``; one whose sources have not changed since its last build is left
alone if all that the build wrote is still there, any other is built from nothing,
because Sphinx's own incremental builds keep pages without a source and forget
warnings and index entries. Only when both have succeeded do they replace ``zh/`` and
``en/`` of the site; else the site stays as it was. Two builds of one folder wait for
each other.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import filecmp
import hashlib
import importlib.metadata
import json
import multiprocessing
import platform
import shutil
import sys
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import yaml

from companion import _files

ROOT = Path(__file__).resolve().parents[1]
LOG_TAIL = 15


@dataclass(frozen=True)
class Edition:
    """One language of the book.

    Attributes:
        name: Its folder, in the book and in the site.
        other: The folder of the edition that its pages link to.
        config: Jupyter Book's configuration, relative to the root.
        toc: The table of contents, relative to the root.
    """

    name: str
    other: str
    config: str
    toc: str

    @property
    def source(self) -> Path:
        """The folder that Sphinx reads."""
        return ROOT / "book" / self.name

    @property
    def work(self) -> Path:
        """The folder for everything that the build writes."""
        return ROOT / "_build" / "editions" / self.name


EDITIONS = (
    Edition("zh", "en", "_config.yml", "_toc.yml"),
    Edition("en", "zh", "book/en/_config.yml", "book/en/_toc.yml"),
)


def local_toc(toc: Any, prefix: str) -> Any:
    """Make a table of contents relative to an edition's folder.

    Args:
        toc: A table of contents, or any part of one, as YAML gives it.
        prefix: What file names may begin with, such as ``"book/zh/"``.

    Returns:
        The same without the prefix.

    Example:
        >>> local_toc({"root": "book/zh/index", "caption": "book"}, "book/zh/")
        {'root': 'index', 'caption': 'book'}
    """
    if isinstance(toc, list):
        return [local_toc(part, prefix) for part in toc]
    if isinstance(toc, dict):
        return {
            key: value.removeprefix(prefix)
            if key in ("file", "root")
            else local_toc(value, prefix)
            for key, value in toc.items()
        }
    return toc


def fingerprint(edition: Edition) -> str:
    """Summarize all that an edition is made from.

    Args:
        edition: The edition.

    Returns:
        A hexadecimal digest of the book less the other edition's pages, of the package
        that it describes, of the scripts that build it, and of the versions of Python
        and its packages. A file counts with its path, length and bytes.
    """
    digest = hashlib.sha256(f"{sys.executable} {platform.python_version()}".encode())
    found = importlib.metadata.distributions()
    digest.update("\n".join(sorted(f"{d.name} {d.version}" for d in found)).encode())
    tools = Path(__file__).parent
    paths = [ROOT / edition.config, ROOT / edition.toc, *sorted(tools.glob("*.py"))]
    for folder in (ROOT / "book", ROOT / "companion"):
        paths += sorted(path for path in folder.rglob("*") if path.is_file())
    for path in paths:
        parts = path.relative_to(ROOT).parts
        hidden = any(part.startswith((".", "__pycache__")) for part in parts)
        if not hidden and parts[:2] != ("book", edition.other):
            content = path.read_bytes()
            digest.update(f"\0{'/'.join(parts)}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def listing(folder: Path) -> dict[str, int]:
    """Return the size in bytes of every file below a folder, by its path there."""
    return {
        path.relative_to(folder).as_posix(): path.stat().st_size
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def is_complete(folder: Path, wanted: dict[str, int]) -> bool:
    """Return whether a folder holds a built edition and nothing is missing.

    Args:
        folder: Where Sphinx wrote the pages.
        wanted: What the build wrote, as ``listing`` gives it.
    """
    pages = {".buildinfo", "index.html", "searchindex.js"}
    return pages <= wanted.keys() and listing(folder) == wanted


def is_current(edition: Edition, now: str) -> bool:
    """Return whether an edition's last build is whole and from the same sources.

    Args:
        edition: The edition.
        now: The fingerprint of its sources.
    """
    try:
        stamp = json.loads((edition.work / "stamp.json").read_text(encoding="utf-8"))
        same, files = stamp["fingerprint"] == now, dict(stamp["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return same and is_complete(edition.work / "html", files)


def build(edition: Edition) -> tuple[str, str, float]:
    """Build one edition in this process, with log and warnings in files.

    Args:
        edition: The edition.

    Returns:
        Its name, ``"built"``, ``"unchanged"`` or ``"FAILED"``, and the seconds taken.
    """
    start = time.perf_counter()
    work, now = edition.work, fingerprint(edition)
    if is_current(edition, now):
        return edition.name, "unchanged", time.perf_counter() - start

    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True, exist_ok=True)
    with (
        (work / "log.txt").open("w", encoding="utf-8") as log,
        (work / "warnings.txt").open("w", encoding="utf-8") as warnings,
        contextlib.redirect_stdout(log),
        contextlib.redirect_stderr(warnings),
    ):
        try:
            status = run_sphinx(edition)
            files = listing(work / "html")
            if status == 0 and not is_complete(work / "html", files):
                status = 1
                print("Sphinx ended well but wrote no whole site", file=sys.stderr)
        except Exception:
            status = 1
            traceback.print_exc(file=warnings)
    if status == 0:
        stamp = {"fingerprint": now, "files": files}
        _files.write(work / "stamp.json", json.dumps(stamp, indent=1))
    verdict = "built" if status == 0 else "FAILED"
    return edition.name, verdict, time.perf_counter() - start


def run_sphinx(edition: Edition) -> int:
    """Let Jupyter Book's Sphinx write an edition's pages; return its exit status."""
    from jupyter_book.sphinx import build_sphinx
    from sphinx.util.console import nocolor

    toc = edition.work / "_toc.yml"
    contents = yaml.safe_load((ROOT / edition.toc).read_text(encoding="utf-8"))
    text = yaml.safe_dump(local_toc(contents, f"book/{edition.name}/"))
    toc.write_text(text, encoding="utf-8")
    nocolor()
    return build_sphinx(
        edition.source,
        edition.work / "html",
        noconfig=True,
        path_config=ROOT / edition.config,
        confoverrides={
            "external_toc_path": toc.as_posix(),
            "language_switch_root": f"../{edition.other}",
            "latex_individualpages": False,
        },
        warningiserror=True,
        keep_going=True,
    )


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Wait until no other build writes into this folder, and keep others waiting."""
    folder = ROOT / "_build"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "build.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another build of this book is running, waiting for it", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def check_target(target: Path) -> None:
    """Refuse to change a folder with files that no build put there.

    Raises:
        ValueError: If the folder is neither empty nor an edition built before.
    """
    if (
        target.exists()
        and any(target.iterdir())
        and not (target / ".buildinfo").exists()
    ):
        raise ValueError(
            f"expected {target} to be empty or an edition built before, found other "
            "files; empty it or choose another --output"
        )


def mirror(source: Path, target: Path) -> None:
    """Make a folder equal to another, copying only what differs.

    New files come first and what is no longer wanted goes last; each file is replaced
    at once, so that a run that breaks off leaves a site that can be read.

    Args:
        source: The folder to copy, a built edition.
        target: The folder to change; files that ``source`` lacks are removed.

    Raises:
        ValueError: If ``source`` is not a whole edition, or ``target`` holds files
            that no build put there.
    """
    wanted = {path.relative_to(source) for path in source.rglob("*")}
    if not is_complete(source, listing(source)):
        raise ValueError(
            f"expected a built edition in {source}, found {len(wanted)} files and "
            "folders without .buildinfo, index.html or searchindex.js; the site "
            "stays as it was, build again"
        )
    check_target(target)
    target.mkdir(parents=True, exist_ok=True)
    for part in sorted(wanted):
        old, new = source / part, target / part
        if old.is_dir():
            if new.is_file():
                new.unlink()
            new.mkdir(parents=True, exist_ok=True)
        elif not new.is_file() or not filecmp.cmp(old, new, shallow=False):
            if new.is_dir():
                shutil.rmtree(new)
            _files.write(new, old.read_bytes())
    for path in sorted(target.rglob("*"), reverse=True):
        if path.relative_to(target) not in wanted:
            path.rmdir() if path.is_dir() else path.unlink()


def start_page() -> str:
    """Return the page that offers both editions."""
    titles = {
        edition.name: yaml.safe_load(
            (ROOT / edition.config).read_text(encoding="utf-8")
        )
        for edition in EDITIONS
    }
    loader = jinja2.FileSystemLoader(ROOT / "book" / "_ext" / "templates")
    template = jinja2.Environment(loader=loader, autoescape=True).get_template(
        "start.html"
    )
    return template.render(**{name: config["title"] for name, config in titles.items()})


def report(edition: Edition) -> None:
    """Say why an edition failed: the end of Sphinx's log and all its warnings."""
    for name, lines in (("log.txt", LOG_TAIL), ("warnings.txt", 0)):
        path = edition.work / name
        try:
            text = path.read_text(encoding="utf-8").strip().splitlines()
        except OSError as error:
            text = [f"can't be read: {error}"]
        print(f"\n{path}:", *text[-lines:], sep="\n", file=sys.stderr)


def main(arguments: list[str] | None = None) -> int:
    """Build the site.

    Args:
        arguments: Command line without the program's name; ``sys.argv`` by default.

    Returns:
        0, or 1 if an edition could not be built without warnings.
    """
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--output",
        type=Path,
        default=ROOT / "_build" / "site",
        metavar="DIR",
        help="where the site goes (default: _build/site)",
    )
    output = parser.parse_args(arguments).output.resolve()
    with alone():
        return build_all(output)


def build_all(output: Path) -> int:
    """Build what has changed and put it in its place.

    Args:
        output: Where the site goes.

    Returns:
        0, or 1 if an edition could not be built without warnings.
    """
    print(
        "Building the Chinese and the English edition, warnings are errors", flush=True
    )
    failed = []
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(len(EDITIONS), mp_context=context) as pool:
        jobs = {pool.submit(build, edition): edition for edition in EDITIONS}
        for job in as_completed(jobs):
            try:
                name, verdict, seconds = job.result()
            except Exception as error:
                name, verdict = jobs[job].name, "FAILED"
                print(f"  {name}: FAILED: {type(error).__name__}: {error}", flush=True)
            else:
                print(f"  {name}: {verdict} in {seconds:.1f} s", flush=True)
            failed += [name] if verdict == "FAILED" else []
    for edition in EDITIONS:
        if edition.name in failed:
            report(edition)
    if failed:
        return 1
    try:
        for edition in EDITIONS:  # all or none
            check_target(output / edition.name)
        for edition in EDITIONS:
            mirror(edition.work / "html", output / edition.name)
        _files.write(output / "index.html", start_page())
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Site: {output / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
