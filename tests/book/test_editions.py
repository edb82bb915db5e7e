"""The two editions are one book: twins cell by cell and page by page."""

import re
from collections import Counter

import editions
import evidence
import notebooks
import prose
import pytest
import yaml
from cells import code, markdown, notebook

# A quotation may keep its Chinese, and so may brackets after an English term.
_QUOTED = re.compile(
    r"“[^“”]*”|「[^「」]*」|《[^《》]*》|(?<=[A-Za-z0-9”])\s?[(（][^()（）]*[)）]"
)


def page_faults(zh, en):
    """Say in what the Markdown of twins differs."""
    zh_page, en_page = prose.parse(zh), prose.parse(en)

    def levels(page):
        return [heading.level for heading in page.headings]

    def formulas(page):
        blank = [re.sub(r"\\text\w*\{[^{}]*\}", "", f) for f in page.formulas]
        return Counter("".join(formula.split()) for formula in blank)

    pairs = {"heading levels": (levels(zh_page), levels(en_page))}
    pairs["formulas"] = (formulas(zh_page), formulas(en_page))
    pairs["numbers"] = (evidence.all_numbers(zh), evidence.all_numbers(en))
    for name in ("labels", "references", "citations", "links", "images", "directives"):
        pairs[name] = tuple(Counter(getattr(page, name)) for page in (zh_page, en_page))
    faults = []
    for name, (left, right) in pairs.items():
        if isinstance(left, Counter):
            left, right = left - right, right - left
            left, right = sorted(left.elements()), sorted(right.elements())
        if left != right:
            faults.append(f"{name}: zh has {left}, en has {right}")
    return faults


def leftovers(markdown):
    """Return the Chinese that an English text keeps outside quotations."""
    page = prose.parse(markdown)
    texts = [block.plain() for block in page.blocks] + page.alts
    return re.findall(rf"[{prose.CJK}]+", _QUOTED.sub(" ", "\n".join(texts)))


def twin_faults(zh, en):
    """Say in what two notebooks are not twins."""
    ids = [[cell.id for cell in book.cells] for book in (zh, en)]
    if ids[0] != ids[1]:
        odd = sorted(set(ids[0]) ^ set(ids[1]))
        return [f"cells: only in one edition {odd}" if odd else "cells: other order"]
    faults = []
    for left, right in zip(zh.cells, en.cells, strict=True):
        found = []
        if left.cell_type != right.cell_type:
            found.append(f"type: {left.cell_type}, {right.cell_type}")
        elif left.cell_type == "markdown":
            found += page_faults(left.source, right.source)
        else:
            for name in ("source", "outputs", "execution_count"):
                if left.get(name) != right.get(name):
                    found.append(f"{name} differs")
            found += _caption_faults(left, right)
        if notebooks.tags(left) != notebooks.tags(right):
            found.append(f"tags: {notebooks.tags(left)}, {notebooks.tags(right)}")
        faults += [f"cell {left.id}: {fault}" for fault in found]
    return faults


def _caption_faults(left, right):
    zh, en = notebooks.captions(left), notebooks.captions(right)
    if zh.keys() != en.keys():
        return [f"captions: zh has {sorted(zh)}, en has {sorted(en)}"]
    faults = []
    for name in zh:
        faults += [f"{name}: {fault}" for fault in page_faults(zh[name], en[name])]
        if not re.search(f"[{prose.CJK}]", zh[name]):
            faults.append(f"{name}: the Chinese edition's is not in Chinese")
        if not en[name].strip() or leftovers(en[name]):
            faults.append(f"{name}: the English edition's is not in English")
    return faults


def outline(contents):
    """Return the files of a table of contents, nested; titles and captions aside."""
    if isinstance(contents, list):
        return [outline(part) for part in contents]
    if isinstance(contents, dict):
        kept = {}
        for key, value in contents.items():
            if key in {"file", "root"}:
                kept[key] = value.removeprefix("book/zh/")
            elif key not in {"title", "caption"}:
                kept[key] = outline(value)
        return kept
    return contents


TEXT = "(l)=\n## 1 节\n\n见 {ref}`l`，$x=3$，{cite}`k`，[链](a.md)，1,875 步。\n"
TWIN = "(l)=\n## 1 Section\n\n1875 steps, {cite}`k`, $x=3$, {ref}`l`, [link](a.md).\n"


def test_true_twins_have_no_faults():
    assert page_faults(TEXT, TWIN) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("## 1", "### 1", "heading levels"),
        ("x=3", "x=4", "formulas"),
        ("(l)=", "(m)=", "labels"),
        ("{ref}`l`", "{ref}`m`", "references"),
        ("{cite}`k`", "{cite}`j`", "citations"),
        ("1875", "1885", "numbers"),
        ("(a.md)", "(b.md)", "links"),
        ("[link]", "![link]", "images"),
    ],
)
def test_each_difference_of_pages_is_found(old, new, fault):
    assert TWIN.count(old) == 1
    found = page_faults(TEXT, TWIN.replace(old, new))
    assert fault in [line.partition(":")[0] for line in found]


def test_other_directive_is_found():
    (fault,) = page_faults("```{note}\n甲\n```", "```{tip}\nA\n```")
    assert fault.startswith("directives")


def test_words_in_formulas_may_differ():
    assert page_faults(r"$\text{准确率} = 1$", r"$\text{accuracy} = 1$") == []


@pytest.mark.parametrize(
    "text",
    [
        "A term (卷积), “卷积” and 《论文》, `卷积`",
        "plain English",
        "**Pooling** (池化)",
    ],
)
def test_quoted_chinese_is_allowed(text):
    assert leftovers(text) == []


@pytest.mark.parametrize("text", ["A 卷积", "![图](a.png)", "(卷积)", "# 标题"])
def test_leftover_chinese_is_found(text):
    assert leftovers(text)


def sample(language):
    zh = language == "zh"
    mystnb = {"image": {"alt": "一条线" if zh else "A line"}}
    return notebook(
        markdown("a", TEXT if zh else TWIN),
        code("b", "print(1)", "1\n", tags=["hide-cell"], mystnb=mystnb),
    )


def test_true_notebooks_have_no_faults():
    assert twin_faults(sample("zh"), sample("en")) == []


def _set(*path_and_value):
    *path, key, value = path_and_value

    def change(book):
        target = book
        for step in path:
            target = target[step]
        target[key] = value

    return change


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (_set("cells", 0, "id", "c"), "only in one edition"),
        (lambda book: book.cells.reverse(), "other order"),
        (_set("cells", 1, "source", "print(2)"), "source differs"),
        (_set("cells", 1, "outputs", []), "outputs differs"),
        (_set("cells", 1, "execution_count", 2), "execution_count differs"),
        (_set("cells", 1, "metadata", "tags", []), "tags"),
        (_set("cells", 1, "metadata", "mystnb", {}), "captions"),
        (
            _set("cells", 1, "metadata", "mystnb", "image", "alt", "线"),
            "not in English",
        ),
        (_set("cells", 1, "metadata", "mystnb", "image", "alt", ""), "not in English"),
        (_set("cells", 1, "cell_type", "raw"), "type"),
    ],
)
def test_each_difference_of_notebooks_is_found(change, fault):
    en = sample("en")
    change(en)
    assert fault in "\n".join(twin_faults(sample("zh"), en))


def test_chinese_alt_text_is_chinese():
    zh = sample("zh")
    zh.cells[1].metadata["mystnb"]["image"]["alt"] = "A line"
    assert "not in Chinese" in "\n".join(twin_faults(zh, sample("en")))


def test_chapters_are_twins(zh, en):
    assert twin_faults(zh, en) == []


def test_translation_is_fresh(chapter):
    assert editions.check(chapter) == []


def test_chapter_keeps_no_chinese(en):
    found = {
        cell.id: leftovers(text)
        for cell in en.cells
        for text in evidence.language_texts(cell)
        if leftovers(text)
    }
    assert found == {}


def test_editions_have_the_same_files():
    names = [
        sorted(
            p.name for p in (notebooks.BOOK / edition).glob("*.*") if p.suffix in kinds
        )
        for kinds in [{".md", ".ipynb"}]
        for edition in ("zh", "en")
    ]
    assert names[0], "book/zh has pages"
    assert names[0] == names[1]


def test_standing_pages_are_twins():
    faults = {}
    for path in sorted((notebooks.BOOK / "zh").glob("*.md")):
        zh, en = (
            (notebooks.BOOK / edition / path.name).read_text(encoding="utf-8")
            for edition in ("zh", "en")
        )
        found = page_faults(zh, en) + leftovers(en)
        if found:
            faults[path.name] = found
    assert faults == {}


def test_tables_of_contents_agree():
    root = notebooks.BOOK.parent
    zh, en = (
        yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in (root / "_toc.yml", notebooks.BOOK / "en" / "_toc.yml")
    )
    assert outline(zh) == outline(en)


def test_outline_keeps_structure_and_drops_captions():
    zh = {"root": "book/zh/index", "parts": [{"caption": "甲", "chapters": []}]}
    en = {"root": "index", "parts": [{"caption": "A", "chapters": []}]}
    assert outline(zh) == outline(en)
    en["parts"][0]["chapters"] = [{"file": "05-cnn"}]
    assert outline(zh) != outline(en)
