"""The script that builds the site, and Jupyter Book without it."""

import shutil
import subprocess
import sys
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


def test_output_never_replaces_foreign_files(tool, tmp_path):
    source, target = tmp_path / "source", tmp_path / "target"
    for folder in (source, target):
        folder.mkdir()
        (folder / "a.html").touch()
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
