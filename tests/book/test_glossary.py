"""The glossary is sound, and both editions speak its language."""

import re

import notebooks
import prose
import pytest
import yaml

WORDS = ("en_forms", "avoid_zh", "also_zh", "also_en")
FIELDS = {"zh", "en", "meaning_zh", "meaning_en", *WORDS}
REQUIRED = ["zh", "en", "meaning_zh", "meaning_en"]


def form_faults(entries):
    """Say what is malformed in the glossary."""
    faults = []
    for entry in entries:
        name = entry.get("zh", entry)
        unknown = sorted(set(entry) - FIELDS)
        faults += [f"{name}: unknown field {field}" for field in unknown]
        for field in REQUIRED:
            if not isinstance(entry.get(field), str) or not entry[field].strip():
                faults.append(f"{name}: no {field}")
        for field in WORDS:
            value = entry.get(field, [])
            if not isinstance(value, list) or not all(
                isinstance(v, str) for v in value
            ):
                faults.append(f"{name}: {field} is not a list of words")
    for field in ("zh", "en"):
        values = [str(entry.get(field)).lower() for entry in entries]
        repeated = {value for value in values if values.count(value) > 1}
        faults += [f"{field} twice: {value}" for value in sorted(repeated)]
    terms = {entry.get("zh") for entry in entries}
    for entry in entries:
        clash = terms & set(entry.get("avoid_zh", []))
        faults += [
            f"{entry.get('zh')}: avoids a term of the glossary: {c}" for c in clash
        ]
    return faults


def terms_in(text, entries):
    """Return the entries whose Chinese term a text contains, longest terms first.

    A term that occurs only inside a longer one does not count.
    """
    found = []
    for entry in sorted(entries, key=lambda entry: -len(entry["zh"])):
        if entry["zh"] in text:
            found.append(entry)
            text = text.replace(entry["zh"], " ")
    return found


def says(text, entry):
    """Return whether an English text has the entry's term or one of its forms."""
    text = re.sub(r"[\s-]+", " ", text.lower())
    for form in [entry["en"], *entry.get("en_forms", [])]:
        form = re.sub(r"[\s-]+", " ", form.lower())
        stem = (
            re.escape(form.removesuffix("y")) if form.endswith("y") else re.escape(form)
        )
        ending = "(?:y|ies)" if form.endswith("y") else "(?:s|es)?"
        if re.search(rf"(?<!\w){stem}{ending}(?!\w)", text):
            return True
    return False


def avoided(text, entries):
    """Return the discouraged words in a Chinese text."""
    for entry in sorted(entries, key=lambda entry: -len(entry["zh"])):
        text = text.replace(entry["zh"], " ")
    words = {word for entry in entries for word in entry.get("avoid_zh", [])}
    return sorted(word for word in words if word in text)


def term(zh, en, **more):
    return {"zh": zh, "en": en, "meaning_zh": "义", "meaning_en": "meaning", **more}


GOOD = [
    term("卷积", "convolution", en_forms=["convolve"], avoid_zh=["折积"]),
    term("卷积层", "convolutional layer"),
    term("准确率", "accuracy"),
]


def test_good_glossary():
    assert form_faults(GOOD) == []


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        ({"zh": "池化", "en": "pooling"}, "no meaning_zh"),
        (term("池化", " "), "no en"),
        (term("池化", "pooling", note="x"), "unknown field"),
        (term("池化", "pooling", en_forms="pool"), "en_forms is not a list"),
        (term("卷积", "pooling"), "zh twice"),
        (term("池化", "Convolution"), "en twice"),
        (term("池化", "pooling", avoid_zh=["卷积"]), "avoids a term"),
    ],
)
def test_each_fault_of_the_glossary_is_found(bad, fault):
    assert fault in "\n".join(form_faults([*GOOD, bad]))


def test_the_longest_term_counts():
    assert [e["zh"] for e in terms_in("一个卷积层", GOOD)] == ["卷积层"]
    assert [e["zh"] for e in terms_in("卷积层做卷积", GOOD)] == ["卷积层", "卷积"]


@pytest.mark.parametrize("text", ["Convolutions", "to\nconvolve", "a *convolution*."])
def test_form_is_recognized(text):
    assert says(text, GOOD[0])


@pytest.mark.parametrize("text", ["deconvolution", "convolutional", ""])
def test_other_words_are_not(text):
    assert not says(text, GOOD[0])


def test_plural_and_hyphen():
    assert says("accuracies", GOOD[2])
    assert says("Convolutional-layer", GOOD[1])


def test_avoided_words():
    assert avoided("折积很好", GOOD) == ["折积"]
    assert avoided("卷积很好", GOOD) == []


@pytest.fixture(scope="module")
def glossary():
    path = notebooks.BOOK / "glossary.yml"
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_glossary_is_well_formed(glossary):
    assert glossary, "glossary.yml has entries"
    assert form_faults(glossary) == []


def test_english_uses_the_glossary(glossary, zh, en):
    twins = {cell.id: cell for cell in en.cells}
    missing = [
        f"cell {cell.id}: {entry['zh']} is {entry['en']}"
        for cell in zh.cells
        if cell.cell_type == "markdown" and cell.id in twins
        for entry in terms_in(prose.parse(cell.source).plain(), glossary)
        if not says(twins[cell.id].source, entry)
    ]
    assert missing == []


def test_chinese_avoids_other_words(glossary, all_documents):
    found = {
        (document.path.name, word)
        for document in all_documents
        if document.path.parent.name == "zh"
        for page in document.pages
        for word in avoided(page.plain(), glossary)
    }
    assert found == set()
