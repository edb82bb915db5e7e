"""The script that builds the site, and Jupyter Book without it."""

import json
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.site

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def small_book(tmp_path):
    """A copy of the book that holds nothing but its glossary, in an awkward place."""
    root = tmp_path / "我的 book"
    ignore = shutil.ignore_patterns("__pycache__", "*.ipynb", "*.npz", ".*")
    for name in ("book", "companion", "tools"):
        shutil.copytree(ROOT / name, root / name, ignore=ignore)
    shutil.copy(ROOT / "_config.yml", root)
    for path, prefix in (("_toc.yml", "book/zh/"), ("book/en/_toc.yml", "")):
        toc = {"format": "jb-book", "root": f"{prefix}c-glossary"}
        (root / path).write_text(yaml.safe_dump(toc), encoding="utf-8")
    return root


def build(root, *arguments):
    return subprocess.run(
        [sys.executable, str(root / "tools" / "build_site.py"), *arguments],
        capture_output=True,
        encoding="utf-8",
    )


def test_failures_are_told_and_pages_leave_with_their_sources(small_book, tmp_path):
    output = tmp_path / "出 site"
    page = small_book / "book" / "en" / "c-glossary.md"
    good = page.read_text(encoding="utf-8")

    page.write_text(good + "\n{doc}`nowhere`\n", encoding="utf-8")
    for _ in range(2):
        run = build(small_book, "--output", str(output))
        assert run.returncode == 1
        assert "en: FAILED" in run.stdout
        assert "unknown document: 'nowhere'" in run.stderr
        assert not output.exists()

    page.write_text(good, encoding="utf-8")
    run = build(small_book, "--output", str(output))
    assert run.returncode == 0, run.stderr
    assert "zh: unchanged" in run.stdout
    assert "en: built" in run.stdout
    assert (output / "zh" / "c-glossary.html").is_file()
    assert (output / "en" / "c-glossary.html").is_file()

    (output / "en" / "stale.html").touch()
    run = build(small_book, "--output", str(output))
    assert run.returncode == 0, run.stderr
    assert "en: unchanged" in run.stdout
    assert not (output / "en" / "stale.html").exists()

    # A file is trusted, not a stamp: without its pages an edition is built again.
    html = small_book / "_build" / "editions" / "zh" / "html"
    shutil.rmtree(html)
    run = build(small_book, "--output", str(output))
    assert run.returncode == 0, run.stderr
    assert "zh: built" in run.stdout
    assert "en: unchanged" in run.stdout
    assert (output / "zh" / "c-glossary.html").is_file()


def edition_in(folder):
    """Make a folder look like a built edition."""
    folder.mkdir(parents=True)
    for name in (".buildinfo", "index.html", "searchindex.js", "page.html"):
        (folder / name).write_text(name, encoding="utf-8")
    return folder


@pytest.fixture
def builder(tool):
    return tool("build_site")


@pytest.fixture
def edition(builder, tmp_path, monkeypatch):
    """An edition that has been built, with a stamp, in a folder of its own."""
    monkeypatch.setattr(builder, "ROOT", tmp_path)
    edition = builder.EDITIONS[0]
    html = edition_in(edition.work / "html")
    stamp = {"fingerprint": "now", "files": builder.listing(html)}
    (edition.work / "stamp.json").write_text(json.dumps(stamp), encoding="utf-8")
    return edition


def test_whole_edition_is_current(builder, edition):
    assert builder.is_current(edition, "now")
    assert not builder.is_current(edition, "later")


@pytest.mark.parametrize("harm", ["remove", "shorten", "empty", "stamp", "add"])
def test_edition_that_lacks_anything_is_not_current(builder, edition, harm):
    html = edition.work / "html"
    if harm == "remove":
        (html / "page.html").unlink()
    elif harm == "shorten":
        (html / "page.html").write_text("page", encoding="utf-8")
    elif harm == "empty":
        shutil.rmtree(html)
    elif harm == "stamp":
        (edition.work / "stamp.json").write_text('{"finger', encoding="utf-8")
    else:
        (html / "more.html").touch()
    assert not builder.is_current(edition, "now")


@pytest.mark.parametrize("lost", [None, ".buildinfo", "index.html", "searchindex.js"])
def test_good_site_is_never_replaced_by_less(builder, tmp_path, lost):
    target = edition_in(tmp_path / "site")
    source = tmp_path / "source"
    if lost is None:
        source.mkdir()
    else:
        (edition_in(source) / lost).unlink()
    before = builder.listing(target)
    with pytest.raises(ValueError, match="the site stays as it was"):
        builder.mirror(source, target)
    assert builder.listing(target) == before


def test_edition_is_copied_whole_and_what_is_stale_goes(builder, tmp_path):
    source, target = edition_in(tmp_path / "source"), tmp_path / "new" / "site"
    (source / "folder" / "deep").mkdir(parents=True)
    (source / "folder" / "deep" / "a.css").write_text("new", encoding="utf-8")
    for _ in range(2):
        builder.mirror(source, target)
        assert builder.listing(target) == builder.listing(source)
        (target / "stale").mkdir()
        (target / "stale" / "b.html").touch()
        (target / "page.html").write_text("PAGE.HTML", encoding="utf-8")
    builder.mirror(source, target)
    assert builder.listing(target) == builder.listing(source)
    assert (target / "page.html").read_text(encoding="utf-8") == "page.html"


def test_second_build_waits_and_says_so(builder, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(builder, "ROOT", tmp_path)
    order = []

    def second():
        with builder.alone():
            order.append("second")

    with builder.alone():
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()
        order.append("first")
    thread.join(5)
    assert order == ["first", "second"]
    assert "Another build of this book is running" in capsys.readouterr().out


def test_failure_tells_the_words_of_its_cause(builder, edition, monkeypatch, capsys):
    def fail(edition):
        raise OSError("no space left on this disk")

    monkeypatch.setattr(builder, "fingerprint", lambda edition: "later")
    monkeypatch.setattr(builder, "run_sphinx", fail)
    assert builder.build(edition)[1] == "FAILED"
    builder.report(edition)
    assert "no space left on this disk" in capsys.readouterr().err
    assert not builder.is_current(edition, "later")


def test_fingerprint_sees_every_source(builder, tmp_path, monkeypatch):
    monkeypatch.setattr(builder, "ROOT", tmp_path)
    edition, names = builder.EDITIONS[0], ["_config.yml", "_toc.yml"]
    names += ["book/zh/index.md", "book/_static/a.css", "book/status.json"]
    names += ["companion/a.py"]
    for name in names:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("a", encoding="utf-8")
    monkeypatch.setattr(builder, "__file__", str(tmp_path / "tools" / "x.py"))
    (tmp_path / "tools").mkdir()
    seen = {builder.fingerprint(edition)}
    for name in [*names, "tools/new.py", "book/_ext/new.py"]:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("b", encoding="utf-8")
        seen.add(builder.fingerprint(edition))
    assert len(seen) == len(names) + 3
    (tmp_path / "book" / "en").mkdir()
    (tmp_path / "book" / "en" / "index.md").touch()
    assert builder.fingerprint(edition) in seen


def test_output_never_replaces_foreign_files(tool, tmp_path):
    source, target = edition_in(tmp_path / "source"), tmp_path / "target"
    target.mkdir()
    (target / "a.html").touch()
    with pytest.raises(ValueError, match="choose another --output"):
        tool("build_site").mirror(source, target)
    assert (target / "a.html").is_file()


def test_jupyter_book_alone_builds_the_chinese_edition(tmp_path):
    command = "from jupyter_book.cli.main import main; main()"
    arguments = [
        "build",
        str(ROOT),
        "--path-output",
        str(tmp_path),
        "-W",
        "--keep-going",
    ]
    run = subprocess.run(
        [sys.executable, "-c", command, *arguments],
        capture_output=True,
        encoding="utf-8",
    )
    assert run.returncode == 0, run.stdout + run.stderr
    page = tmp_path / "_build" / "html" / "book" / "zh" / "05-cnn.html"
    assert 'class="language-switch' not in page.read_text(encoding="utf-8")
