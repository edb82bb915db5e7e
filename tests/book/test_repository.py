"""What holds for the whole tree: no machine's paths, pins, twins of the README."""

import re
import shutil
import subprocess

import notebooks
import prose
import pytest
import yaml

ROOT = notebooks.BOOK.parent
# Folders where people's and machines' files lie, at the beginning of a path.
MACHINE_PATH = re.compile(
    r"(?<![\w.~%-])(?:/(?:home|Users|work|root|tmp/bash_jobs\.\d+)/[\w.-]|[A-Z]:\\+Users)"
)
CITATION_KEYS = {"cff-version", "message", "title", "authors", "license", "type"}


def machine_paths(text):
    """Return the absolute paths of some machine in a text."""
    return [text[m.start() : m.end() + 20] for m in MACHINE_PATH.finditer(text)]


def requirement_faults(text):
    """Say which requirements are not pinned with hashes, or name a place."""
    faults = ["contains a URL"] if re.search(r"\w+://|\s@\s", text) else []
    logical = re.sub(r"\\\n", " ", text)
    for line in logical.splitlines():
        line = re.sub(r"(^|\s)#.*", "", line).strip()
        if not line:
            continue
        if line.startswith("-"):
            faults.append(f"option: {line}")
            continue
        name = line.split()[0]
        if not re.match(r"[\w.-]+(?:\[[\w,-]+\])?==[\w.!+]+(?:\s|;|$)", line):
            faults.append(f"not pinned: {name}")
        if not re.search(r"--hash=sha256:[0-9a-f]{64}\b", line):
            faults.append(f"without hash: {name}")
    return faults


def toc_files(contents):
    """Return all documents that a table of contents names."""
    if isinstance(contents, list):
        return [name for part in contents for name in toc_files(part)]
    if not isinstance(contents, dict):
        return []
    named = [contents[key] for key in ("root", "file") if key in contents]
    return named + [name for part in contents.values() for name in toc_files(part)]


@pytest.mark.parametrize(
    "place",
    ["'/home/ann/x'", "(/Users/ann", "C:\\Users\\ann", "C:\\\\Users", "x /work/main/y"],
)
def test_machine_path_is_found(place):
    assert machine_paths(place)


@pytest.mark.parametrize(
    "text", ["example.org/home/x", "~/home/", "a/work/b", "/usr/bin/env", "work/main"]
)
def test_other_paths_are_not(text):
    assert machine_paths(text) == []


HASH = f"--hash=sha256:{'0' * 64}"


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (f"# note\na==1.0 \\\n    {HASH} \\\n    {HASH}\n    # via b\n", []),
        (f"a[b]==1.0 ; python_version < '3.12' \\\n    {HASH}", []),
        (f"a>=1.0 {HASH}", ["not pinned: a>=1.0"]),
        ("a==1.0", ["without hash: a==1.0"]),
        (f"--index-url x\na==1 {HASH}", ["option: --index-url x"]),
        (f"a @ https://example.org/a.whl {HASH}", ["contains a URL", "not pinned: a"]),
    ],
)
def test_requirement_faults(text, faults):
    assert requirement_faults(text) == faults


def test_no_path_of_a_machine():
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        pytest.skip("needs a git checkout and git to list the tree's files")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    names = listed.stdout.decode().rstrip("\0").split("\0")
    assert "pyproject.toml" in names
    found = {}
    for name in names:
        if not (ROOT / name).is_file() or name == "tests/book/test_repository.py":
            continue
        content = (ROOT / name).read_bytes()
        paths = machine_paths(content.decode(errors="ignore"))
        if paths and b"\0" not in content:
            found[name] = paths
    assert found == {}


def test_readmes_are_twins():
    texts = [
        (ROOT / name).read_text(encoding="utf-8")
        for name in ("README.md", "README.zh-CN.md")
    ]
    english, chinese = ([h.level for h in prose.parse(t).headings] for t in texts)
    assert english
    assert english == chinese


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md", "CONTRIBUTING.md"])
def test_links_of_the_readme_lead_somewhere(name):
    page = prose.parse((ROOT / name).read_text(encoding="utf-8"))
    targets = [re.sub(r"#.*", "", target) for target in page.links + page.images]
    relative = [t for t in targets if t and not re.match(r"[a-z][a-z0-9+.-]*:", t)]
    assert [target for target in relative if not (ROOT / target).exists()] == []


@pytest.mark.parametrize("folder", ["", "book/en"])
def test_tables_of_contents_name_documents(folder):
    path = ROOT / folder / "_toc.yml"
    files = toc_files(yaml.safe_load(path.read_text(encoding="utf-8")))
    missing = [
        name
        for name in files
        if not any(
            (path.parent / f"{name}{end}").is_file() for end in (".md", ".ipynb")
        )
    ]
    assert files
    assert missing == []


@pytest.mark.parametrize(("folder", "prefix"), [("", "book/zh/"), ("book/en", "")])
def test_every_chapter_is_in_the_table_of_contents(folder, prefix):
    path = ROOT / folder / "_toc.yml"
    files = toc_files(yaml.safe_load(path.read_text(encoding="utf-8")))
    assert {prefix + name for name in notebooks.chapters()} <= set(files)


def test_requirements_are_pinned_with_hashes():
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert requirement_faults(text) == []
    assert "jupyter-book==1." in text


def test_citation_file():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert set(citation) >= CITATION_KEYS
    assert citation["authors"]
