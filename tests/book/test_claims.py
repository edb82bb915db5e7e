"""The audit of the article's claims is complete, consistent and has evidence."""

import functools
import importlib
import re
import sys

import evidence
import nbformat
import notebooks
import prose
import pytest
import test_glossary
import yaml
from cells import code, markdown, notebook
from pybtex.database import parse_file, parse_string

SECTIONS = [
    *("1", "2.1", "2.2", "3.1", "3.2", "3.3", "3.4"),
    *("4.1", "4.2", "4.3", "5.1", "5.2", "5.3", "5.4", "6.1"),
]
AT_LEAST = 40
LONGEST = {"claim_zh": 60, "claim_en": 160, "reason_zh": 200, "reason_en": 520}
TEXTS = tuple(LONGEST)
HAN = re.compile(f"[{prose.CJK}{prose.CJK_MARKS}]")


def texts(claim):
    """Return the claim's texts by field."""
    return {field: claim[field] for field in TEXTS}


def coverage_faults(claims):
    """Say what a complete audit would have besides."""
    faults = []
    if len(claims) < AT_LEAST:
        faults.append(f"{len(claims)} claims, fewer than {AT_LEAST}")
    covered = {claim["section"] for claim in claims}
    return faults + [f"no claim of §{name}" for name in SECTIONS if name not in covered]


def language_faults(claims):
    """Say which texts are in the wrong language, too long or there twice."""
    faults, seen = [], set()
    for claim in claims:
        for field, text in texts(claim).items():
            place = f"{claim['id']}: {field}"
            if bool(HAN.search(text)) != field.endswith("zh"):
                faults.append(f"{place}: wrong language")
            if len(text) > LONGEST[field]:
                faults.append(f"{place}: {len(text)} characters")
            if text in seen:
                faults.append(f"{place}: there twice")
            seen.add(text)
    return faults


def twin_faults(claims):
    """Say where the two languages differ in numbers, formulas or citations."""
    faults = []
    for claim in claims:
        for part in ("claim", "reason"):
            zh, en = claim[f"{part}_zh"], claim[f"{part}_en"]
            if evidence.all_numbers(zh) != evidence.all_numbers(en):
                faults.append(f"{claim['id']}: {part}: other numbers")
            zh, en = prose.parse(zh), prose.parse(en)
            if (zh.formulas, zh.citations) != (en.formulas, en.citations):
                faults.append(f"{claim['id']}: {part}: other formulas or citations")
    return faults


def evidence_faults(claims, read, bibliography):
    """Say which evidence is missing, does not exist or does not bear the numbers.

    Args:
        claims: The claims.
        read: Gives a chapter by name, or raises FileNotFoundError.
        bibliography: The works that may be cited.
    """
    faults = []
    for claim in claims:
        name, cells, keys = claim["id"], [], claim.get("citations", [])
        if not claim.get("cells") and not keys and claim["verdict"] != "unverifiable":
            faults.append(f"{name}: no evidence")
        for place in claim.get("cells", []):
            cell, fault = find_cell(place, read)
            cells += [cell] if cell else []
            faults += [f"{name}: {fault}"] if fault else []
        faults += [
            f"{name}: not in references.bib: {key}"
            for key in keys
            if key not in bibliography.entries
        ]
        inline = {
            key for text in texts(claim).values() for key in prose.parse(text).citations
        }
        faults += [f"{name}: only inline: {key}" for key in sorted(inline - {*keys})]
        known = set().union(*map(evidence.proven, cells))
        works = [bibliography.entries[k] for k in keys if k in bibliography.entries]
        known |= {work.fields["year"] for work in works}
        faults += [
            f"{name}: {field}: nothing proves {number.raw}"
            for field in ("reason_zh", "reason_en")
            for number in evidence.stated(claim[field])
            if not number.supported_by(known)
        ]
    return faults


def find_cell(place, read):
    """Return the code cell at CHAPTER/CELL-ID, or None, and what is wrong with it."""
    chapter, _, name = place.partition("/")
    try:
        cells = read(chapter).cells
    except FileNotFoundError:
        return None, f"no such chapter: {place}"
    cell = next((cell for cell in cells if cell.id == name), None)
    if cell is None or cell.cell_type != "code":
        return None, f"no such code cell: {place}"
    if not cell.outputs and "hide-cell" not in notebooks.tags(cell):
        return cell, f"neither outputs nor a solution: {place}"
    return cell, ""


def term_faults(claims, glossary):
    """Say where the two languages do not use the same term of the glossary."""
    faults = []
    for claim in claims:
        zh = f"{claim['claim_zh']} {claim['reason_zh']}"
        en = f"{claim['claim_en']} {claim['reason_en']}"
        zh = prose.parse(zh).plain()
        faults += [
            f"{claim['id']}: {entry['zh']} is {entry['en']}"
            for entry in test_glossary.terms_in(zh, glossary)
            if not test_glossary.says(en, entry)
        ]
        faults += [
            f"{claim['id']}: the book does not say {word}"
            for word in test_glossary.avoided(zh, glossary)
        ]
    return faults


def claim(**changes):
    """Make a sound claim of §5.4, or one with a fault."""
    sound = {
        "id": "claim-5-4-1",
        "section": "5.4",
        "verdict": "holds",
        "claim_zh": "准确率超过 98 %。",
        "claim_en": "The accuracy exceeds 98 %.",
        "reason_zh": "运行得到 0.9922，$k = 3$；数据出自 1998 年。",
        "reason_en": "The run gives 0.9922, $k = 3$; the data are of 1998.",
        "cells": ["05-x/run"],
        "citations": ["lecun1998"],
    }
    changed = {**sound, **changes}
    return {key: value for key, value in changed.items() if value is not None}


BIBLIOGRAPHY = parse_string(
    "@misc{lecun1998, author={A}, title={T}, year={1998}}", "bibtex"
)
GLOSSARY = [test_glossary.term("准确率", "accuracy", avoid_zh=["正确率"])]


def sample(chapter):
    """Give the one chapter that the sound claim refers to."""
    if chapter != "05-x":
        raise FileNotFoundError
    return notebook(
        markdown("intro", "0.9911"),
        code("run", "k = 3", "accuracy 0.9922\n"),
        code("ignored", "k = 3", "0.9922\n", tags=["nbval-ignore-output"]),
        code("silent", "k = 3"),
        code("solution", "k = 3", tags=["hide-cell"]),
    )


def all_faults(claims):
    """Everything that is wrong with claims of the sample, but for their number."""
    return [
        *coverage_faults(AT_LEAST * claims),
        *language_faults(claims),
        *twin_faults(claims),
        *evidence_faults(claims, sample, BIBLIOGRAPHY),
        *term_faults(claims, GLOSSARY),
    ]


def others():
    """A sound claim for every section but §5.4."""
    names = [name for name in SECTIONS if name != "5.4"]
    return [
        claim(
            id=f"claim-{name.replace('.', '-')}-1",
            section=name,
            **{f"{part}_zh": f"第{'一' * n}{part}句" for part in ("claim", "reason")},
            **{f"{part}_en": f"{'a' * n} {part}" for part in ("claim", "reason")},
        )
        for n, name in enumerate(names, start=1)
    ]


def test_sound_claims_have_no_faults():
    assert all_faults([*others(), claim()]) == []
    assert all_faults([*others(), claim(cells=["05-x/run", "05-x/solution"])]) == []


def test_too_few_claims_and_a_lost_section_are_found():
    assert coverage_faults(others()) == [
        f"{len(SECTIONS) - 1} claims, fewer than {AT_LEAST}",
        "no claim of §5.4",
    ]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"claim_en": "The 准确率 exceeds 98 %, an accuracy."}, "wrong language"),
        ({"claim_zh": "The accuracy exceeds 98 %."}, "wrong language"),
        ({"reason_en": "0.9922, $k = 3$, 1998, " + 500 * "x"}, "characters"),
        ({"claim_en": "a claim"}, "there twice"),
        ({"reason_en": "The run gives $k = 3$; 1998."}, "other numbers"),
        ({"reason_en": "It is 0.9922, $j = 3$; 1998."}, "other formulas"),
        ({"reason_en": "It is 0.9922, $k = 3$, 1998 {cite}`lecun1998`."}, "other form"),
        ({"cells": None, "citations": None}, "no evidence"),
        ({"cells": ["06-x/run"]}, "no such chapter: 06-x/run"),
        ({"cells": ["05-x/walk"]}, "no such code cell: 05-x/walk"),
        ({"cells": ["05-x/intro"]}, "no such code cell: 05-x/intro"),
        ({"cells": ["05-x/silent"]}, "neither outputs nor a solution"),
        ({"cells": ["05-x/ignored"]}, "reason_zh: nothing proves 0.9922"),
        ({"cells": ["05-x/solution"]}, "reason_en: nothing proves 0.9922"),
        ({"reason_zh": "得到 0.9932，$k = 3$；1998 年。"}, "nothing proves 0.9932"),
        ({"reason_zh": "得到 0.9922，$k = 4$；1998 年。"}, "nothing proves 4"),
        ({"reason_zh": "得到 0.9922，$k = 3$；1999 年。"}, "nothing proves 1999"),
        ({"citations": ["lecun1989"]}, "not in references.bib: lecun1989"),
        ({"reason_zh": "见 {cite}`guo2017`。"}, "only inline: guo2017"),
        ({"claim_en": "More than 98 % are right."}, "准确率 is accuracy"),
        ({"claim_zh": "正确率超过 98 %。"}, "the book does not say 正确率"),
    ],
)
def test_each_fault_is_found(change, fault):
    faults = all_faults([*others(), claim(**change)])
    assert fault in "\n".join(faults)


def test_only_what_cannot_be_checked_may_lack_evidence():
    bare = claim(
        cells=None, citations=None, reason_zh="没有来源。", reason_en="No source."
    )
    assert all_faults([*others(), bare]) == ["claim-5-4-1: no evidence"]
    assert all_faults([*others(), {**bare, "verdict": "unverifiable"}]) == []


def test_a_citation_beside_a_number_bears_it():
    cited = claim(
        reason_zh="得到 0.7 {cite}`lecun1998`。",
        reason_en="It is 0.7 {cite}`lecun1998`.",
    )
    assert all_faults([*others(), cited]) == []


@pytest.fixture(scope="module")
def table():
    """The extension that reads and renders the claims."""
    folder = str(notebooks.BOOK / "_ext")
    sys.path.insert(0, folder)
    yield importlib.import_module("claims_table")
    sys.path.remove(folder)


@pytest.fixture
def write(tmp_path):
    """A function that writes claims to a file and returns its path."""

    def write(*claims):
        path = tmp_path / "claims.yml"
        path.write_text(yaml.safe_dump(list(claims)), encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize(
    ("claims", "message"),
    [
        ([claim(verdict="true")], "'true' is not one of"),
        ([claim(reason_en=None)], "'reason_en' is a required property"),
        ([claim(note="x")], "'note' was unexpected"),
        ([claim(cells=["listing"])], "'listing' does not match"),
        ([claim(cells=[])], "should be non-empty"),
        ([claim(), claim()], "one claim, got two of .*claim-5-4-1"),
        ([claim(section="5.9", id="claim-5-9-1")], "a section among 1, .*got '5.9'"),
        ([claim(id="claim-5-3-1")], "an id claim-5-4-N .*got 'claim-5-3-1'"),
        ([], "should be non-empty"),
    ],
)
def test_ill_formed_claims_are_a_clear_error(table, write, claims, message):
    path = write(*claims)
    with pytest.raises(ValueError, match=message) as caught:
        table.render("en", path)
    assert str(path) in str(caught.value)


def test_claims_are_rendered_by_section_with_counts_and_links(table, write):
    first = claim(id="claim-1-2", section="1", verdict="outdated", cells=None)
    path = write(claim(), first, claim(id="claim-5-4-3", cells=["05-x/run", "05-x/b"]))
    text = table.render("en", path)
    assert "The 3 claims" in text
    rows = re.findall(r"\| <span class=\"verdict verdict-(\w+)\">.*\| (\d+) \|", text)
    assert rows == [
        ("holds", "2"),
        ("conditional", "0"),
        ("corrected", "0"),
        ("outdated", "1"),
        ("unverifiable", "0"),
    ]
    assert re.findall(r"(?m)^## (.*)|^:name: (.*)", text) == [
        ("§1 Background", ""),
        ("", "claim-1-2"),
        ("§5.4 The results", ""),
        ("", "claim-5-4-1"),
        ("", "claim-5-4-3"),
    ]
    assert (
        ":::{container} claim\n:name: claim-5-4-3\n\n"
        '[5.4-3](#claim-5-4-3) <span class="verdict verdict-holds">Holds</span>\n\n'
        "The accuracy exceeds 98 %.\n\n"
        "The run gives 0.9922, $k = 3$; the data are of 1998.\n\n"
        "Evidence: {ref}`chapter 5, cell run <05-x/run>`; "
        "{ref}`chapter 5, cell b <05-x/b>`; {cite}`lecun1998`.\n:::"
    ) in text
    chinese = table.render("zh", path)
    assert '[1-2](#claim-1-2) <span class="verdict verdict-outdated">过时' in chinese
    assert "准确率超过 98 %。" in chinese
    assert "证据：{ref}`第 5 章的单元 run <05-x/run>`，{cite}`lecun1998`。" in chinese


def test_a_link_names_the_chapter_as_its_file_is_numbered(table, write):
    path = write(claim(cells=["06-1a-x/run"]))
    assert "{ref}`chapter 6.1a, cell run <06-1a-x/run>`" in table.render("en", path)
    assert "{ref}`第 6.1a 章的单元 run <06-1a-x/run>`" in table.render("zh", path)


def test_a_claim_without_evidence_has_no_such_line(table, write):
    path = write(claim(verdict="unverifiable", cells=None, citations=None))
    assert "Evidence" not in table.render("en", path)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_claim_is_on_the_page(table, claims, language):
    text = table.render(language)
    for entry in claims:
        assert f"\n:name: {entry['id']}\n" in text
        assert f"\n{entry[f'reason_{language}']}\n" in text


@pytest.fixture(scope="module")
def claims():
    path = notebooks.BOOK / "claims.yml"
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@functools.cache
def read_chapter(chapter: str) -> nbformat.NotebookNode:
    return notebooks.read(notebooks.chapter_path(chapter, "zh"))


def test_claims_are_well_formed(table, claims):
    assert len(table.read()) == len(claims)
    assert list(table.SECTIONS) == SECTIONS


def test_sections_are_covered(claims):
    assert coverage_faults(claims) == []


def test_languages(claims):
    assert language_faults(claims) == []


def test_languages_agree(claims):
    assert twin_faults(claims) == []


def test_evidence_exists_and_bears_the_numbers(claims):
    bibliography = parse_file(str(notebooks.BOOK / "references.bib"))
    assert evidence_faults(claims, read_chapter, bibliography) == []


def test_terms_are_those_of_the_glossary(claims):
    path = notebooks.BOOK / "glossary.yml"
    glossary = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert term_faults(claims, glossary) == []


def test_keras_warns_of_input_shape():
    """What claim-5-2-3 says."""
    import keras

    with pytest.warns(UserWarning, match=r"Do not pass an `input_shape`.*`Input\("):
        keras.layers.Conv2D(32, (3, 3), activation="relu", input_shape=(28, 28, 1))
