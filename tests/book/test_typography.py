"""The mechanical part of typography, Chinese and English."""

import re

import notebooks
import prose
import pytest
import yaml

HAN = prose.CJK
ZH_RULES = {
    "half-width mark after Chinese": rf"[{HAN}][,.:;?!]",
    "half-width mark before Chinese": rf"[A-Za-z0-9%)][,:;?!]\s?[{HAN}]",
    "no space between Chinese and Latin": rf"[{HAN}][A-Za-z0-9]|[A-Za-z0-9][{HAN}]",
    "full-width letter or digit": r"[０-９Ａ-Ｚａ-ｚ]",
    "half-width bracket beside Chinese": rf"[{HAN}]\(|\([{HAN}]|[{HAN}]\)|\)[{HAN}]",
    "quotation marks other than “”": r"[「」『』\"]",
}
#: Capitals that a heading may have after its first word.
PROPER = {
    "Adam",
    "Bayes",
    "Bayesian",
    "Chinese",
    "Debian",
    "Dice",
    "English",
    "Fashion",
    "Gaussian",
    "Haar",
    "Hough",
    "Inception",
    "Jupyter",
    "Keras",
    "Linux",
    "Markdown",
    "Matplotlib",
    "Nesterov",
    "Net",
    "Python",
    "Sphinx",
    "Wilson",
    "Windows",
}
BRITISH = re.compile(
    r"\b(?:analys|categoris|generalis|initialis|maximis|minimis|normalis|optimis"
    r"|organis|quantis|realis|recognis|regularis|specialis|standardis|summaris|utilis"
    r"|vectoris|visualis)(?:e|ed|es|er|ers|ing|ation|ations|able)\b"
    r"|\b(?:behaviour|cancelled|catalogue|centre|colour|favour|flavour|grey|honour"
    r"|labelled|labelling|licence|modelled|modelling|neighbour|programmes?\b|travelled"
    r"|whilst)\w*",
    re.IGNORECASE,
)


def zh_faults(markdown: str) -> list[str]:
    """Say what in a Chinese text is against the rules."""
    faults = []
    for block in prose.parse(markdown).blocks:
        for rule, pattern in ZH_RULES.items():
            faults += [f"{rule}: {m[0]}" for m in re.finditer(pattern, block.text)]
        quotes = re.sub(r"[^“”]", "", block.text)
        if quotes != "“”" * (len(quotes) // 2):
            faults.append(f"unpaired quotation marks: {block.plain()[:40]}")
    return faults


def en_faults(markdown: str) -> list[str]:
    """Say what in an English text is against the rules."""
    faults = []
    for block in prose.parse(markdown).blocks:
        # Chinese in quotations or brackets brings its own marks.
        text = re.sub(r"“[^“”]*”|《[^《》]*》|\([^()]*\)", " ", block.text)
        marks = re.findall(r"[，。：；？！（）、「」]", text)
        faults += [f"Chinese mark: {mark}" for mark in marks]
        faults += [f"British spelling: {m[0]}" for m in BRITISH.finditer(text)]
        if block.level:
            faults += [
                f"capital in a heading: {word}" for word in _capitals(block.text)
            ]
    return faults


def _capitals(heading: str) -> list[str]:
    """Return the words that sentence case writes small."""
    heading = re.sub(r"^(?:\d+(?:\.\d+)*[a-z]?|Appendix [A-Z])\.?\s+", "", heading)
    found = []
    for match in re.finditer(r"[A-Za-z][A-Za-z'’]*", heading):
        word, before = match[0], heading[: match.start()].rstrip()
        starts = not before or before[-1] in ":?!.“—"
        plain = word[0].isupper() and word[1:] == word[1:].lower() and word != "I"
        if plain and not starts and word.removesuffix("’s") not in PROPER:
            found.append(word)
    return found


@pytest.mark.parametrize(
    "text",
    [
        "卷积（convolution）是一种运算，用 3×3 的核：“加权和”。",
        "准确率 99.46 %，见 [链接](a.md)；`x`和 $y$ 都可以。",
        "版本 3.11，12:30 开始。CNN、RNN",
        "## 5.1 环境",
    ],
)
def test_good_chinese(text):
    assert zh_faults(text) == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("卷积,池化", "half-width mark"),
        ("好了.", "half-width mark"),
        ("用 CNN,然后", "half-width mark"),
        ("用CNN", "no space"),
        ("**CNN**是", "no space"),
        ("共 3层", "no space"),
        ("共 ３ 层", "full-width"),
        ("卷积(convolution)", "half-width bracket"),
        ("「卷积」", "quotation"),
        ('"卷积"', "quotation"),
        ("“卷积", "unpaired"),
        ("”卷积“", "unpaired"),
    ],
)
def test_bad_chinese(text, rule):
    assert any(fault.startswith(rule) for fault in zh_faults(text))


@pytest.mark.parametrize(
    "text",
    [
        "## Training the network: A first look at Keras and MNIST",
        "## 5.2 What a CNN sees",
        "# Appendix B. Data cards",
        "The color of a term (卷积，池化).",
        "`colour` is code",
        "It is programmed.",
    ],
)
def test_good_english(text):
    assert en_faults(text) == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("## Training The Network", "capital"),
        ("A term，another", "Chinese mark"),
        ("The colour is optimised", "British"),
        ("Two programmes", "British"),
    ],
)
def test_bad_english(text, rule):
    assert any(fault.startswith(rule) for fault in en_faults(text))


def _faults(documents, check):
    return [
        f"{document.path.name}: {fault}"
        for document in documents
        for text in document.texts
        for fault in check(text)
    ]


def test_typography(edition, documents):
    check = {"zh": zh_faults, "en": en_faults}[edition]
    assert _faults(documents, check) == []


def test_image_alts_in_markdown(edition, documents):
    check = {"zh": zh_faults, "en": en_faults}[edition]
    alts = [
        alt for document in documents for page in document.pages for alt in page.alts
    ]
    assert [fault for alt in alts for fault in check(alt)] == []
    assert all(alt.strip() for alt in alts), "every image in Markdown has an alt text"


@pytest.mark.parametrize(
    ("name", "fields"),
    [("claims.yml", ("claim", "reason")), ("glossary.yml", ("meaning",))],
)
def test_files_of_facts(edition, name, fields):
    check = {"zh": zh_faults, "en": en_faults}[edition]
    entries = yaml.safe_load((notebooks.BOOK / name).read_text(encoding="utf-8"))
    texts = [entry[f"{field}_{edition}"] for entry in entries for field in fields]
    assert texts
    assert {text: faults for text in texts if (faults := check(text))} == {}
