"""Numbers in prose are numbers that a run gave, or stand beside a citation."""

import random
import re
from collections import Counter

import evidence
import nbformat
import notebooks
import pytest
from cells import code, markdown, notebook
from evidence import Chapter, all_numbers, numbers

# A number as a reader sees it in Markdown's source, whatever the checks make of it.
_WRITTEN = re.compile(r"(?<![A-Za-z0-9_.,])\d[\d,]*(?:\.\d+)?")


def sample():
    return notebook(
        markdown("opening", "# 5 题\n\n预算 180 秒；准确率 99.46 %。"),
        code("imports", "seed = 20_000"),
        markdown("run", "## 5.1 运行\n\n准确率 99.46 %，共 1,875 步，损失 −0.031。"),
        code("train", "print(accuracy)", "accuracy 0.9946, 1875 steps, loss -0.031\n"),
        markdown(
            "other", "## 5.2 另一节\n\n种子 20,000；7 类。原文说 97.18 % {cite}`a`。"
        ),
        code("more", "print(7)", "7\n"),
        markdown("summary", "## 小结\n\n准确率 99.46 %。"),
    )


def faults(book):
    chapter = Chapter(book, opening="180")
    return {
        cell.id: [number.raw for number in chapter.unsupported(index)]
        for index, cell in enumerate(book.cells)
        if chapter.unsupported(index)
    }


def test_sample_is_supported():
    assert faults(sample()) == {}


@pytest.mark.parametrize(
    ("cell", "old", "new"),
    [
        ("run", "99.46", "99.56"),
        ("run", "1,875", "1,876"),
        ("run", "−0.031", "−0.032"),
        ("opening", "180", "190"),
        ("other", "20,000", "21,000"),
        ("summary", "99.46", "99.47"),
    ],
)
def test_changed_digit_in_prose_is_caught(cell, old, new):
    book = sample()
    (target,) = (c for c in book.cells if c.id == cell)
    target.source = target.source.replace(old, new)
    assert list(faults(book)) == [cell]


@pytest.mark.parametrize(("old", "new"), [("0.9946", "0.9945"), ("1875", "1885")])
def test_changed_digit_in_output_is_caught(old, new):
    book = sample()
    output = book.cells[3].outputs[0]
    output.text = output.text.replace(old, new)
    assert "run" in faults(book)


@pytest.mark.parametrize("source", ["99.5 %", "0.995", "99.460 %", "0.031 %"])
def test_other_precision_is_caught(source):
    book = sample()
    book.cells[2].source = f"## 运行\n\n准确率 {source}。"
    assert list(faults(book)) == ["run"]


def test_number_of_another_section_is_caught():
    book = sample()
    book.cells[4].source += "\n\n准确率 0.9946。"
    assert faults(book) == {"other": ["0.9946"]}


def test_summary_repeats_what_the_text_says():
    book = sample()
    book.cells[3].outputs[0].text += "accuracy 0.9876\n"
    book.cells[6].source += "\n\n最高 98.76 %。"
    assert faults(book) == {"summary": ["98.76 %"]}
    book.cells[2].source += "\n\n最高 98.76 %。"
    assert faults(book) == {}


def test_tag_opens_the_whole_chapter():
    book = sample()
    book.cells[4].source += "\n\n准确率 0.9946。"
    book.cells[4].metadata["tags"] = ["numbers-anywhere"]
    assert faults(book) == {}


def test_citation_covers_its_sentence_only():
    book = sample()
    book.cells[4].source += "\n\n也有 97.31 %。这是 {cite}`a`。"
    assert faults(book) == {"other": ["97.31 %"]}


def test_code_of_later_sections_proves_nothing():
    book = sample()
    book.cells[5].source = "print(7, 4096)"
    book.cells[2].source += "\n\n批量 4096。"
    assert faults(book) == {"run": ["4096"]}


@pytest.mark.parametrize(
    ("number", "title", "known"),
    [("0.9", "另一节", False), ("256", "另一节", True), ("0.9", "练习", True)],
)
def test_code_of_earlier_sections_proves_whole_numbers(number, title, known):
    book = sample()
    book.cells[3].source += f"\nmomentum, batch = 0.9, {number}"
    book.cells[4].source = f"## {title}\n\n取 {number}。"
    assert faults(book) == ({} if known else {"other": [number]})


def test_comments_prove_nothing():
    book = sample()
    book.cells[3].source += "  # 4096"
    book.cells[2].source += "\n\n批量 4096。"
    assert faults(book) == {"run": ["4096"]}


def test_ignored_outputs_prove_nothing():
    book = sample()
    book.cells[3].metadata["tags"] = ["nbval-ignore-output"]
    assert faults(book)["run"] == ["99.46 %", "1,875", "−0.031"]


def test_alt_text_and_caption_are_prose():
    book = sample()
    book.cells[3].metadata["mystnb"] = {
        "image": {"alt": "曲线升到 0.9946"},
        "figure": {"caption": "升到 0.9947"},
    }
    assert faults(book) == {"train": ["0.9947"]}


def test_formulas_and_lone_numbers_in_code_spans_are_prose():
    book = sample()
    book.cells[2].source += r" $n = 1{,}875$，$m = 1{,}885$，`0.9956`，`fit(77)`。"
    assert faults(book) == {"run": ["1885", "0.9956"]}


def test_html_tables_prove_their_numbers():
    book = sample()
    book.cells[3].outputs[0] = {
        "output_type": "display_data",
        "metadata": {},
        "data": {
            "text/html": "<style>td {width: 55px}</style><td>0.9946</td>"
            "<td>1875</td><td>-0.031</td>"
        },
    }
    book = nbformat.from_dict(book)
    assert faults(book) == {}
    book.cells[2].source += " 55 %"
    assert faults(book) == {"run": ["55 %"]}


@pytest.mark.parametrize(
    "text",
    [
        "见 §5.1–5.4 和第 12 章。",
        "见图 3、表 12 和练习 2。",
        "See Figures 11 and 12, Section 5.1 and Table 4.",
        "# 6.1a 视觉\n\n第 6.1a 章，图 6.1a.2 和 6.1b.12。",
        "Chapter 6.1b, Figures 6.1a.2 and 6.1b.12.",
        "CIFAR-10、LeNet-5、conv2d_11、float32、3D、SHA-256",
        "（1）甲；（2）乙",
        "[99](https://example.org/123) https://example.org/456",
    ],
)
def test_structure_and_names_are_no_numbers(text):
    found = {number.key for number in evidence.stated(text)}
    assert found <= {"99"}


@pytest.mark.parametrize(
    "text", ["每张图 28×28 像素", "step 1875", "式 30 %", "图 1234", "top 50 of 100"]
)
def test_what_looks_like_structure_is_checked(text):
    assert evidence.stated(text)


def test_version_proves_its_minor_version():
    keys = evidence._keys(numbers("Python 3.11.7"))
    assert {"3.11.7", "3.11"} <= keys
    assert "3.1" not in keys


def test_spellings_of_both_editions_agree():
    zh = "6 万张，99.46%，1,875 步，$10^{-3}$，−0.5，2026-11-23，3×3。"
    en = "60,000 images, 99.46 %, 1875 steps, $10^{-3}$, -0.5, 2026-11-23, 3×3."
    assert all_numbers(zh) == all_numbers(en)
    assert all_numbers(zh) != all_numbers(en.replace("1875", "1885"))
    assert all_numbers("3×3") == Counter({"3": 2})


def opening(chapter):
    """What the opening may state besides: the budget and the two cores."""
    gigabytes = notebooks.BUDGET_MB / 1000
    return f"{notebooks.budget(chapter)} {notebooks.BUDGET_MB} {gigabytes:g} 2"


def test_every_number_has_evidence(chapter, notebook):
    book = Chapter(notebook, opening(chapter))
    missing = [
        f"cell {cell.id}: {number.raw!r}"
        for index, cell in enumerate(notebook.cells)
        for number in book.unsupported(index)
    ]
    assert not missing, (
        "these numbers are in no output or code of their section and beside no "
        "citation; print them, correct them or cite them:\n" + "\n".join(missing)
    )


def _mutated(text, match, rng):
    places = [i for i in range(*match.span()) if text[i].isdigit()]
    place = rng.choice(places)
    choices = "123456789" if place == match.start() else "0123456789"
    digit = rng.choice([d for d in choices if d != text[place]])
    return text[:place] + digit + text[place + 1 :]


def _tally(notebook, book, shortest, seed=0):
    """Change a digit in each number of so many digits; count what becomes of it."""
    rng, tally = random.Random(seed), Counter()
    for index, cell in enumerate(notebook.cells):
        for text in evidence.language_texts(cell):
            for match in _WRITTEN.finditer(text):
                if len(re.sub(r"\D", "", match[0]).lstrip("0")) < shortest:
                    continue
                changed = _mutated(text, match, rng)
                if evidence.stated(changed) == evidence.stated(text):
                    tally["exempt"] += 1
                elif book.unsupported(index, changed):
                    tally["caught"] += 1
                else:
                    tally["missed"] += 1
    return tally


def test_sample_mutations_are_caught():
    book = sample()
    tally = _tally(book, Chapter(book, opening="180"), shortest=3)
    assert tally == {"caught": 6, "exempt": 1}


def test_mutations_are_caught(chapter, edition, notebook, capsys):
    book = Chapter(notebook, opening(chapter))
    every, long = (
        sum((_tally(notebook, book, shortest, seed) for seed in range(5)), Counter())
        for shortest in (1, 3)
    )
    with capsys.disabled():
        print(f"\n{edition}/{chapter}: any digit changed, 5 times: {dict(every)}")
        print(f"{edition}/{chapter}: in those of 3 digits and more: {dict(long)}")
    checked = long["caught"] + long["missed"]
    assert checked, "a chapter states at least one number of three digits"
    assert long["caught"] >= 0.95 * checked
