"""The audit of the article's claims as Markdown: one block for each claim."""

from collections import Counter
from pathlib import Path
from typing import Any

import checked_yaml
from figure_numbers import chapter_number
from markdown_tables import table

PATH = Path(__file__).resolve().parents[1] / "claims.yml"
#: The files that the text is made from.
SOURCES = (PATH,)

TEXT = {"type": "string", "minLength": 1}
VERDICTS = ("holds", "conditional", "corrected", "outdated", "unverifiable")
SCHEMA = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "properties": {
            "id": {"type": "string", "pattern": r"^claim(-[1-9]\d*){2,3}$"},
            "section": {"type": "string", "pattern": r"^[1-9](\.[1-9])?$"},
            "verdict": {"enum": [*VERDICTS]},
            "claim_zh": TEXT,
            "claim_en": TEXT,
            "reason_zh": TEXT,
            "reason_en": TEXT,
            "cells": {
                "type": "array",
                "items": {"type": "string", "pattern": r"^[\w-]+/[\w-]+$"},
                "minItems": 1,
                "uniqueItems": True,
            },
            "citations": {
                "type": "array",
                "items": TEXT,
                "minItems": 1,
                "uniqueItems": True,
            },
        },
        "required": [
            "id",
            "section",
            "verdict",
            "claim_zh",
            "claim_en",
            "reason_zh",
            "reason_en",
        ],
        "additionalProperties": False,
    },
}

LABELS = {
    "zh": {
        "verdicts": {
            "holds": ("成立", "照文章的意思就成立。"),
            "conditional": ("有条件成立", "加上理由里写明的条件才成立。"),
            "corrected": ("更正", "照文章的意思不成立，理由里写明正确的说法。"),
            "outdated": ("过时", "曾经成立，如今不再是这样。"),
            "unverifiable": ("无法核对", "没有可以核对的内容，理由里写明缺什么。"),
        },
        "count": "共 {claims} 条论断，五种结论的含义和条数如下：",
        "verdict": "结论",
        "meaning": "含义",
        "number": "条数",
        "section": "§{section} {title}",
        "evidence": "证据：",
        "cell": "第 {chapter} 章的单元 {name}",
        "join": "，",
        "end": "。",
    },
    "en": {
        "verdicts": {
            "holds": ("Holds", "True as the article means it."),
            "conditional": (
                "Holds with conditions",
                "True under the conditions that the reason states.",
            ),
            "corrected": (
                "Corrected",
                "Not true as the article means it; the reason says what is.",
            ),
            "outdated": ("Outdated", "Once true, and no longer so."),
            "unverifiable": (
                "Cannot be checked",
                "It says nothing that can be checked; the reason says what is missing.",
            ),
        },
        "count": "The {claims} claims by verdict:",
        "verdict": "Verdict",
        "meaning": "Meaning",
        "number": "Claims",
        "section": "§{section} {title}",
        "evidence": "Evidence: ",
        "cell": "chapter {chapter}, cell {name}",
        "join": "; ",
        "end": ".",
    },
}

#: The article's sections, with titles of our own.
SECTIONS = {
    "1": {"zh": "背景", "en": "Background"},
    "2.1": {"zh": "核心概念", "en": "Core concepts"},
    "2.2": {"zh": "概念之间的关系", "en": "How the concepts are related"},
    "3.1": {"zh": "算法的原理", "en": "Principles of the algorithms"},
    "3.2": {"zh": "五个步骤", "en": "The five steps"},
    "3.3": {"zh": "优点与缺点", "en": "Strengths and weaknesses"},
    "3.4": {"zh": "应用领域", "en": "Fields of application"},
    "4.1": {"zh": "数学模型", "en": "The mathematical model"},
    "4.2": {"zh": "前向传播的公式", "en": "Formulas of the forward pass"},
    "4.3": {"zh": "图像分类的案例", "en": "The case of image classification"},
    "5.1": {"zh": "开发环境", "en": "The environment"},
    "5.2": {"zh": "源代码", "en": "The source code"},
    "5.3": {"zh": "代码解读", "en": "The code explained"},
    "5.4": {"zh": "运行结果", "en": "The results"},
    "6.1": {"zh": "计算机视觉", "en": "Computer vision"},
}


def read(path: Path = PATH) -> list[dict[str, Any]]:
    """Read the claims in the order of the article.

    Args:
        path: The file.

    Returns:
        Entries with the keys of ``SCHEMA``.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is ill-formed, has an id twice, or a claim stands in a
            section that its id does not name or that does not exist.
    """
    remedy = "a claim has id, section, verdict, claim and reason (see the file's head)"
    claims = checked_yaml.read(path, SCHEMA, remedy)
    ids = [claim["id"] for claim in claims]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise ValueError(f"{path}: an id belongs to one claim, got two of {twice}")
    for claim in claims:
        name, section = claim["id"], claim["section"]
        if section not in SECTIONS:
            raise ValueError(
                f"{path}: {name}: expected a section among {', '.join(SECTIONS)}, "
                f"got {section!r}"
            )
        prefix = f"claim-{section.replace('.', '-')}"
        if name.rpartition("-")[0] != prefix:
            raise ValueError(
                f"{path}: expected an id {prefix}-N in section {section}, got {name!r}"
            )
    order = [*SECTIONS]
    return sorted(claims, key=lambda claim: order.index(claim["section"]))


def render(language: str, path: Path = PATH) -> str:
    """Write the audit.

    Args:
        language: ``"zh"`` or ``"en"``.
        path: The file that holds the claims.

    Returns:
        Markdown: a table that explains and counts the verdicts, then a heading for
        each section and a block with the anchor ``claim-...`` for each claim.
    """
    claims, label = read(path), LABELS[language]
    parts = [label["count"].format(claims=len(claims)), _counts(claims, label)]
    for section, titles in SECTIONS.items():
        here = [claim for claim in claims if claim["section"] == section]
        if here:
            title = label["section"].format(section=section, title=titles[language])
            parts += [f"## {title}", *(_block(claim, language) for claim in here)]
    return "\n\n".join(parts)


def _counts(claims: list[dict[str, Any]], label: dict[str, Any]) -> str:
    counts = Counter(claim["verdict"] for claim in claims)
    head = [label["verdict"], label["meaning"], label["number"]]
    rows = [
        [_badge(verdict, name), meaning, str(counts[verdict])]
        for verdict, (name, meaning) in label["verdicts"].items()
    ]
    return table(head, rows, align="llr")


def _badge(verdict: str, name: str) -> str:
    return f'<span class="verdict verdict-{verdict}">{name}</span>'


def _block(claim: dict[str, Any], language: str) -> str:
    label, verdict = LABELS[language], claim["verdict"]
    number = claim["id"].removeprefix(f"claim-{claim['section'].replace('.', '-')}-")
    head = (
        f"[{claim['section']}-{number}](#{claim['id']}) "
        f"{_badge(verdict, label['verdicts'][verdict][0])}"
    )
    paragraphs = [head, claim[f"claim_{language}"], claim[f"reason_{language}"]]
    evidence = [_link(cell, label["cell"]) for cell in claim.get("cells", [])]
    if "citations" in claim:
        evidence.append(f"{{cite}}`{','.join(claim['citations'])}`")
    if evidence:
        listed = label["join"].join(evidence)
        paragraphs.append(f"{label['evidence']}{listed}{label['end']}")
    text = "\n\n".join(paragraphs)
    return f":::{{container}} claim\n:name: {claim['id']}\n\n{text}\n:::"


def _link(cell: str, text: str) -> str:
    chapter, _, name = cell.partition("/")
    number = ".".join(chapter_number(chapter))
    return f"{{ref}}`{text.format(chapter=number, name=name)} <{cell}>`"
