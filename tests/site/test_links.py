"""What pages refer to, read from the files."""

import re
from functools import cache
from urllib.parse import unquote, urldefrag, urlsplit

import nbformat
import pytest
from bs4 import BeautifulSoup

pytestmark = pytest.mark.site

LOADED = {
    "audio": "src",
    "iframe": "src",
    "img": "src",
    "link": "href",
    "script": "src",
    "source": "src",
    "video": "src",
}


@cache
def parse(path):
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def pages(site):
    found = [path for path in site.rglob("*.html") if "_static" not in path.parts]
    assert len(found) > 10
    return found


def local(path, link):
    """The file and the anchor that a link leads to, or None if it leads away."""
    target, anchor = urldefrag(link)
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return None
    file = path if not parts.path else path.parent / unquote(parts.path)
    return file.resolve(), unquote(anchor)


def is_missing(path, link):
    file, anchor = local(path, link)
    if not file.is_file():
        return True
    if not anchor or file.suffix != ".html":
        return False
    return not parse(file).find(attrs={"id": anchor}, name=True)


def test_internal_links_and_anchors_resolve(site):
    broken = [
        (str(path.relative_to(site)), tag["href"])
        for path in pages(site)
        for tag in parse(path).find_all("a", href=True)
        if tag["href"] != "#"
        and local(path, tag["href"])
        and is_missing(path, tag["href"])
    ]
    assert broken == []


def test_everything_loaded_is_part_of_the_site(site):
    broken, count = [], 0
    for path in pages(site):
        for name, attribute in LOADED.items():
            for tag in parse(path).find_all(name, **{attribute: True}):
                link = tag[attribute]
                if link.startswith("data:"):
                    continue
                count += 1
                target = local(path, link)
                if (
                    target is None
                    or site.resolve() not in target[0].parents
                    or not target[0].is_file()
                ):
                    broken.append((str(path.relative_to(site)), link))
    assert count
    assert broken == []


def test_style_sheets_load_only_what_is_here(site):
    broken, count = [], 0
    for path in site.rglob("*.css"):
        text = path.read_text(encoding="utf-8")
        for link in re.findall(r"""url\(\s*['"]?([^'")]+)""", text):
            if link.startswith(("data:", "#")):
                continue
            count += 1
            target = local(path, link)
            if target is None or not target[0].is_file():
                broken.append((str(path.relative_to(site)), link))
    assert count
    assert broken == []


def test_scripts_that_are_not_needed_are_absent(site):
    names = {path.name for path in site.rglob("*.js")}
    assert "tex-chtml.js" in names
    assert not names & {"fontawesome.js", "sphinx-thebe.js", "thebe.js"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_notebook_can_be_downloaded(site, language):
    page = site / language / "05-cnn.html"
    (link,) = {
        tag["href"]
        for tag in parse(page).find_all("a", href=True)
        if tag["href"].endswith(".ipynb")
    }
    notebook = nbformat.read(page.parent / link, as_version=4)
    assert any(cell.cell_type == "code" for cell in notebook.cells)


def test_start_page_offers_both_editions_without_scripts(site):
    page = parse(site / "index.html")
    links = {(tag["href"], tag["hreflang"]) for tag in page.find_all("a")}
    assert links == {("zh/index.html", "zh-CN"), ("en/index.html", "en")}
    assert page.find("a", hreflang="en")["lang"] == "en"
    assert page.find_all("script") == []
