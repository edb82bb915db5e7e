"""What the last refresh measured, as Markdown tables."""

from pathlib import Path

import checked_yaml

PATH = Path(__file__).resolve().parents[1] / "status.json"

NUMBER = {"type": "number", "minimum": 0}
COUNT = {"type": "integer", "minimum": 0}
MACHINE = {
    "cpu": {"type": "string"},
    "cores": COUNT,
    "memory_gb": NUMBER,
    "system": {"type": "string"},
}
CHAPTER = {
    "seconds": NUMBER,
    "budget_seconds": NUMBER,
    "peak_mb": NUMBER,
    "code_cells": COUNT,
    "compared": COUNT,
    "tolerated": COUNT,
    "ignored": COUNT,
}
SCHEMA = {
    "type": "object",
    "properties": {
        "generated": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"},
        "machine": {"type": "object", "properties": MACHINE, "required": [*MACHINE]},
        "versions": {"type": "object", "additionalProperties": {"type": "string"}},
        "chapters": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "properties": CHAPTER,
                "required": [*CHAPTER],
            },
        },
    },
    "required": ["generated", "machine", "versions", "chapters"],
}

LABELS = {
    "zh": {
        "measured": "测量于 {generated}，在一台装有 {system} 的机器上：{cpu}，"
        "{cores} 个核，{memory_gb:g} GB 内存。",
        "times": "时间与内存",
        "cells": "代码单元",
        "versions": "版本",
        "chapter": "章",
        "seconds": "秒",
        "budget_seconds": "预算（秒）",
        "peak_mb": "内存峰值（MB）",
        "code_cells": "代码单元",
        "compared": "输出逐字比较",
        "tolerated": "有声明的容差",
        "ignored": "输出不比较",
        "package": "软件包",
        "version": "版本",
    },
    "en": {
        "measured": "Measured on {generated}, on a machine running {system}: {cpu}, "
        "{cores} cores, {memory_gb:g} GB of memory.",
        "times": "Time and memory",
        "cells": "Code cells",
        "versions": "Versions",
        "chapter": "Chapter",
        "seconds": "Seconds",
        "budget_seconds": "Budget (seconds)",
        "peak_mb": "Peak memory (MB)",
        "code_cells": "Code cells",
        "compared": "Output compared",
        "tolerated": "Declared tolerance",
        "ignored": "Output ignored",
        "package": "Package",
        "version": "Version",
    },
}


def sources() -> list[Path]:
    """Return the file that the status is read from."""
    return [PATH]


def render(language: str, path: Path = PATH) -> str:
    """Write the status tables.

    Args:
        language: ``"zh"`` or ``"en"``.
        path: The file that ``make refresh`` wrote.

    Returns:
        Markdown: the machine, times, cells and versions.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is ill-formed.
    """
    status = checked_yaml.read(path, SCHEMA, "run `make refresh` to write it anew")
    label, chapters = LABELS[language], status["chapters"]

    def table(keys: list[str]) -> str:
        rows = [
            [f"{{doc}}`{name}`", *(f"{cells[key]:,.0f}" for key in keys)]
            for name, cells in sorted(chapters.items())
        ]
        return _table([label["chapter"], *(label[key] for key in keys)], rows)

    return "\n\n".join(
        [
            label["measured"].format(
                generated=status["generated"], **status["machine"]
            ),
            f"## {label['times']}",
            table(["seconds", "budget_seconds", "peak_mb"]),
            f"## {label['cells']}",
            table(["code_cells", "compared", "tolerated", "ignored"]),
            f"## {label['versions']}",
            _table(
                [label["package"], label["version"]],
                [[f"`{name}`", text] for name, text in status["versions"].items()],
            ),
        ]
    )


def _table(head: list[str], rows: list[list[str]]) -> str:
    rule = ["---", *("---:" for _ in head[1:])]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))
