"""What the last refresh and the last benchmark measured, as Markdown tables."""

from pathlib import Path

import checked_yaml

PATH = Path(__file__).resolve().parents[1] / "status.json"
BENCHMARK = PATH.parent / "experiments" / "04-benchmark.json"

NUMBER = {"type": "number", "minimum": 0}
POSITIVE = {"type": "number", "exclusiveMinimum": 0}
COUNT = {"type": "integer", "minimum": 0}
DATE = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"}
VERSIONS = {"type": "object", "additionalProperties": {"type": "string"}}
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
        "generated": DATE,
        "machine": {"type": "object", "properties": MACHINE, "required": [*MACHINE]},
        "versions": VERSIONS,
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
RESULT = {
    "part": {"enum": ["conv1", "conv2", "conv3", "network"]},
    "pass": {"enum": ["forward", "backward", "training"]},
    "batch": COUNT,
    "numpy_ms": POSITIVE,
    "tensorflow_ms": POSITIVE,
    "ratio": POSITIVE,
}
BENCHMARK_SCHEMA = {
    "type": "object",
    "properties": {
        "date": DATE,
        "machine": {"type": "object", "properties": MACHINE, "required": [*MACHINE]},
        "versions": {**VERSIONS, "required": ["numpy", "keras", "tensorflow"]},
        "rounds": COUNT,
        "calls": COUNT,
        "results": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "properties": RESULT,
                "required": [*RESULT],
            },
        },
    },
    "required": ["date", "machine", "versions", "rounds", "calls", "results"],
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
        "benchmark": "从零实现与 TensorFlow 的速度",
        "compared_on": "`companion.scratch`（NumPy {numpy}）与 TensorFlow {tensorflow}"
        "（Keras {keras}）在同一次运行中轮流计时，每方 {rounds} 轮，每轮 {calls} 次，"
        "取中位数。测量于 {date}：{cpu}，{cores} 个核。倍数大于 1，"
        "表示 NumPy 较慢。",
        "part": "部分",
        "pass": "计算",
        "batch": "批量大小",
        "numpy_ms": "NumPy（毫秒）",
        "tensorflow_ms": "TensorFlow（毫秒）",
        "ratio": "倍数",
        "network": "整个网络",
        "forward": "前向",
        "backward": "反向",
        "training": "一步训练",
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
        "benchmark": "From scratch against TensorFlow",
        "compared_on": "`companion.scratch` (NumPy {numpy}) and TensorFlow "
        "{tensorflow} (Keras {keras}) took turns in one run, {rounds} turns each of "
        "{calls} calls; the times are medians. Measured on {date}: {cpu}, {cores} "
        "cores. A ratio above 1 means that NumPy is slower.",
        "part": "Part",
        "pass": "Pass",
        "batch": "Batch size",
        "numpy_ms": "NumPy (ms)",
        "tensorflow_ms": "TensorFlow (ms)",
        "ratio": "Ratio",
        "network": "whole network",
        "forward": "forward",
        "backward": "backward",
        "training": "training step",
    },
}


def sources() -> list[Path]:
    """Return the files that the status is read from."""
    return [PATH, BENCHMARK]


def render(language: str, path: Path = PATH, benchmark: Path = BENCHMARK) -> str:
    """Write the status tables.

    Args:
        language: ``"zh"`` or ``"en"``.
        path: The file that ``make refresh`` wrote.
        benchmark: The file that ``make experiments NAME=benchmark`` wrote.

    Returns:
        Markdown: the machine, times, cells, the benchmark and versions.

    Raises:
        FileNotFoundError: If a file is missing.
        ValueError: If one is ill-formed.
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
            f"## {label['benchmark']}",
            _benchmark(label, benchmark),
            f"## {label['versions']}",
            _table(
                [label["package"], label["version"]],
                [[f"`{name}`", text] for name, text in status["versions"].items()],
            ),
        ]
    )


def _benchmark(label: dict[str, str], path: Path) -> str:
    found = checked_yaml.read(
        path, BENCHMARK_SCHEMA, "run `make experiments NAME=benchmark` to write it anew"
    )
    rows = [
        [
            label.get(result["part"], f"`{result['part']}`"),
            label[result["pass"]],
            str(result["batch"]),
            f"{result['numpy_ms']:,.2f}",
            f"{result['tensorflow_ms']:,.2f}",
            f"{result['ratio']:.2f}",
        ]
        for result in found["results"]
    ]
    text = label["compared_on"].format(
        **{**found, **found["machine"], **found["versions"]}
    )
    return f"{text}\n\n{_table([label[key] for key in RESULT], rows)}"


def _table(head: list[str], rows: list[list[str]]) -> str:
    rule = ["---", *("---:" for _ in head[1:])]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))
