"""The two editions are configured as twins."""

import copy
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
LANGUAGE_DEPENDENT = [
    ("title",),
    ("html", "extra_footer"),
    ("sphinx", "local_extensions", "book_paths"),
    ("sphinx", "config", "language"),
    ("sphinx", "config", "numfig_format"),
    ("sphinx", "config", "html_theme_options", "logo", "alt_text"),
    ("sphinx", "config", "html_theme_options", "search_bar_text"),
]


def read(path):
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def pop(config, keys):
    *outer, last = keys
    for key in outer:
        config = config[key]
    return config.pop(last)


@pytest.fixture
def zh():
    return copy.deepcopy(read("_config.yml"))


@pytest.fixture
def en():
    return copy.deepcopy(read("book/en/_config.yml"))


def test_configurations_differ_only_in_what_depends_on_the_language(zh, en):
    for keys in LANGUAGE_DEPENDENT:
        assert pop(zh, keys) != pop(en, keys)
    assert zh == en


def test_both_configurations_load_the_same_extensions(zh, en):
    folders = [
        (ROOT / zh["sphinx"]["local_extensions"]["book_paths"]).resolve(),
        (ROOT / "book/en" / en["sphinx"]["local_extensions"]["book_paths"]).resolve(),
    ]
    assert folders == [ROOT / "book" / "_ext"] * 2


def test_tables_of_contents_have_the_same_files(tool):
    zh = tool("build_site").local_toc(read("_toc.yml"), "book/zh/")
    en = read("book/en/_toc.yml")
    assert zh["root"] == en["root"] == "index"
    files = [[part["chapters"] for part in toc["parts"]] for toc in (zh, en)]
    assert files[0] == files[1]
    captions = [part["caption"] for toc in (zh, en) for part in toc["parts"]]
    assert len(set(captions)) == len(captions)


def test_every_file_of_an_edition_is_in_its_table_of_contents():
    for language in ("zh", "en"):
        toc = read("book/en/_toc.yml")
        listed = {
            chapter["file"] for part in toc["parts"] for chapter in part["chapters"]
        }
        folder = ROOT / "book" / language
        found = {
            path.stem for path in folder.iterdir() if path.suffix in (".md", ".ipynb")
        }
        assert found == listed | {toc["root"]}
