"""The data cards of ``companion.datasets`` as Markdown."""

from pathlib import Path

from markdown_tables import table

from companion.datasets import Bilingual, Card, DataFile, cards

FOLDER = Path(__file__).resolve().parents[2] / "companion" / "datasets"
#: The files that the text is made from.
SOURCES = (*FOLDER.glob("*.py"), *FOLDER.glob("cards/*.toml"))

LABELS = {
    "zh": {
        "load": "读取",
        "source": "来源",
        "package": "取自",
        "package_text": "{registry} 软件包 `{package}` {version}，归档文件的 sha256：",
        "license": "许可",
        "license_notice": "必须随附的许可声明",
        "splitting": "划分",
        "good_for": "适合做什么",
        "known_faults": "已知的缺陷",
        "counts": "样本数",
        "class": "类别",
        "total": "合计",
        "file": "文件",
        "file_text": "`{name}`，{size:,} 字节，由 `{rebuild}` 生成，sha256：",
        "installed_text": "装好的软件包里的 `{name}`，{size:,} 字节，sha256：",
        "other_text": "`{package}` 里的 `{name}`，{size:,} 字节，sha256：",
        "train": "训练集",
        "val": "验证集",
        "test": "测试集",
        "colon": "：",
        "gap": "",
    },
    "en": {
        "load": "Load it with",
        "source": "Source",
        "package": "Taken from",
        "package_text": "{registry} package `{package}` {version}, archive's sha256:",
        "license": "License",
        "license_notice": "Notice that must go with every copy",
        "splitting": "Splitting",
        "good_for": "Good for",
        "known_faults": "Known faults",
        "counts": "Number of examples",
        "class": "Class",
        "total": "Total",
        "file": "File",
        "file_text": "`{name}`, {size:,} bytes, built by `{rebuild}`, sha256:",
        "installed_text": "`{name}` in the installed package, {size:,} bytes, sha256:",
        "other_text": "`{name}` in `{package}`, {size:,} bytes, sha256:",
        "train": "Training",
        "val": "Validation",
        "test": "Test",
        "colon": ":",
        "gap": " ",
    },
}


def render(language: str) -> str:
    """Write all data cards.

    Args:
        language: ``"zh"`` or ``"en"``.

    Returns:
        Markdown with a section and a label ``data-NAME`` for each set.
    """
    return "\n\n".join(_card(card, language) for card in cards().values())


def _card(card: Card, language: str) -> str:
    label, source = LABELS[language], card.source
    parts = [
        f"(data-{card.name.replace('_', '-')})=\n## {getattr(card.title, language)}",
        _item(label["load"], f"{{func}}`companion.datasets.{card.name}`"),
        _item(label["source"], f"{source.upstream} {{cite:p}}`{source.citation}`"),
        _item(
            label["package"],
            label["package_text"].format(**vars(source)),
            f"`{source.archive_sha256}`",
        ),
        _item(
            label["license"],
            card.license_id
            + label["colon"]
            + label["gap"]
            + _say(card.license, language),
        ),
        _item(label["splitting"], _say(card.splitting, language)),
        *(_file(entry, label) for entry in (card.file, *card.further_files)),
    ]
    for key in ("good_for", "known_faults"):
        sentences = "\n".join(f"- {_say(s, language)}" for s in getattr(card, key))
        parts.append(f"### {label[key]}\n\n{sentences}")
    parts.append(f"### {label['counts']}\n\n{_counts(card, label)}")
    if card.license_notice:
        notice = card.license_notice.strip().replace("\n", "\n> ")
        parts.append(f"### {label['license_notice']}\n\n> {notice}")
    return "\n\n".join(parts)


def _file(file: DataFile, label: dict[str, str]) -> str:
    kind = "other_text" if file.package else "installed_text"
    text = label["file_text" if file.rebuild else kind]
    return _item(label["file"], text.format(**vars(file)), f"`{file.sha256}`")


def _item(name: str, *lines: str) -> str:
    return f"{name}\n: " + "\n  ".join(lines)


def _say(sentence: Bilingual, language: str) -> str:
    text = getattr(sentence, language)
    return f"{text} {{cite:p}}`{sentence.citation}`" if sentence.citation else text


def _counts(card: Card, label: dict[str, str]) -> str:
    head = [label["class"], *(label[split.name] for split in card.splits)]
    rows = [
        [name, *(f"{split.class_counts[k]:,}" for split in card.splits)]
        for k, name in enumerate(card.classes)
    ]
    rows.append([label["total"], *(f"{split.count:,}" for split in card.splits)])
    return table(head, rows)
