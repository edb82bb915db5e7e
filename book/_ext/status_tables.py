"""What refresh, robustness runs and benchmark measured last, as Markdown tables."""

import hashlib
import json
from pathlib import Path
from typing import Any

import checked_yaml
from markdown_tables import table

PATH = Path(__file__).resolve().parents[1] / "status.json"
BENCHMARK = PATH.parent / "experiments" / "04-benchmark.json"
#: The files that the text is made from.
SOURCES = (PATH, BENCHMARK)

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
#: What a refresh adds since times are told in reference seconds.
LATER = {
    "reference_seconds": NUMBER,
    "one_seed": COUNT,
    "date": DATE,
    "machine": {"type": "object", "properties": MACHINE, "required": [*MACHINE]},
}
VARIANT = {
    "cells": COUNT,
    "held": COUNT,
    "failed": {"type": "array", "items": {"type": "string"}},
}
ROBUST = {
    "date": DATE,
    "cpu": {"type": "string"},
    "code": {"type": "string"},
    "variants": {
        "type": "object",
        "additionalProperties": {
            "type": "object",
            "properties": VARIANT,
            "required": ["cells", "held"],
        },
    },
}
#: How the variants of part b, other seeds, are named; all others are part a.
SEED_PREFIX = "SEED"
SCHEMA = {
    "type": "object",
    "properties": {
        "generated": DATE,
        "versions": VERSIONS,
        "chapters": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "properties": CHAPTER
                | LATER
                | {
                    "robust": {
                        "type": "object",
                        "properties": ROBUST,
                        "required": [*ROBUST],
                    }
                },
                "required": [*CHAPTER],
            },
        },
    },
    "required": ["generated", "versions", "chapters"],
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
        "machine": "{cpu}，{cores} 个核，{memory_gb:g} GB",
        "times": "时间与内存",
        "cells": "代码单元格",
        "versions": "版本",
        "times_text": "“秒”是在表中所列的机器上实际经过的时间。**参考秒**让不同机器上"
        "的时间可以互相比较：先测一段固定的训练循环在这台机器上每秒处理多少张图像，除以"
        "参考机器的 9,100 张，再用这个比值去乘实际秒数。一台快一倍的机器只用一半的"
        "秒数，得到的参考秒却相同。预算也以参考秒计。内存峰值包括内核及其子进程。",
        "cells_text": "“逐字比较”的单元格，输出必须与保存的完全相同；“有容差”的，数字"
        "可以在声明的范围内不同；“不比较”的，其后有断言检查结果；“单一种子”的，换一个"
        "种子就不再比较，正文也只谈这一次运行。",
        "robust": "换机器、换种子",
        "robust_text": "`make robust` 在别的条件下重新运行每一章。“换机器”一列改变处理"
        "器的指令集、矩阵运算的实现和线程数；“换种子”一列把 `SEED` 换成别的值，标为单一"
        "种子的单元格除外。两列的数字是各种条件合计：比较过多少个单元格，其中多少个符合"
        "保存的结果（在容差之内）。",
        "tried": "试了几种",
        "machines": "换机器：符合／比较",
        "seeds": "换种子：符合／比较",
        "date": "日期",
        "cpu": "处理器",
        "measured_on": "机器",
        "not_tried": "还没有试过",
        "outdated": "（试的是较早的代码）",
        "failed_text": "没有符合的单元格：",
        "failed": "{doc}`{name}`，{variant}：{cells}",
        "chapter": "章",
        "seconds": "秒",
        "reference_seconds": "参考秒",
        "budget_seconds": "预算（参考秒）",
        "peak_mb": "内存峰值（MB）",
        "code_cells": "代码单元格",
        "compared": "逐字比较",
        "tolerated": "有容差",
        "ignored": "不比较",
        "one_seed": "单一种子",
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
        "machine": "{cpu}, {cores} cores, {memory_gb:g} GB",
        "times": "Time and memory",
        "cells": "Code cells",
        "versions": "Versions",
        "times_text": "Seconds are elapsed time on the machine in the last column. "
        "**Reference seconds** make times from different machines comparable. They are "
        "the elapsed seconds times the speed of the machine, which is how many images "
        "a second it processes in a fixed training loop, divided by the 9,100 of the "
        "reference machine. A machine twice as fast takes half the seconds and gets "
        "the same reference seconds. Budgets are in reference seconds too. Peak memory "
        "covers the kernel and its child processes.",
        "cells_text": "The output of a compared cell must equal the stored one. The "
        "numbers of a cell with a tolerance may differ by what the cell declares. An "
        "ignored output is followed by an assertion on the result. A one-seed cell is "
        "not compared when the seed changes, and the text draws no conclusion from it "
        "beyond the run shown.",
        "robust": "Other machines and other seeds",
        "robust_text": "`make robust` runs every chapter again under other conditions. "
        "For *other machines* it changes the processor's instruction set, the library "
        "for matrix products and the number of threads. For *other seeds* it gives "
        "`SEED` other values and leaves out one-seed cells. Each column shows how many "
        "of the cells compared stayed within their tolerance, over all variants.",
        "tried": "Variants tried",
        "machines": "Other machines: held / compared",
        "seeds": "Other seeds: held / compared",
        "date": "Date",
        "cpu": "Processor",
        "measured_on": "Machine",
        "not_tried": "not tried yet",
        "outdated": " (an earlier version of the code)",
        "failed_text": "Cells that did not hold:",
        "failed": "{doc}`{name}`, {variant}: {cells}",
        "chapter": "Chapter",
        "seconds": "Seconds",
        "reference_seconds": "Reference seconds",
        "budget_seconds": "Budget (reference seconds)",
        "peak_mb": "Peak memory (MB)",
        "code_cells": "Code cells",
        "compared": "Output compared",
        "tolerated": "Declared tolerance",
        "ignored": "Output ignored",
        "one_seed": "One seed",
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


def code_digest(path: Path) -> str:
    """Return what a chapter's code is recognized by.

    Args:
        path: The notebook.

    Returns:
        The digest of its code cells that robustness runs keep, or nothing if there is
        no such notebook.
    """
    if not path.is_file():
        return ""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    text = "\n\n".join("".join(cell["source"]) for cell in code)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def render(
    language: str,
    path: Path = PATH,
    benchmark: Path = BENCHMARK,
    chapters: Path = PATH.parent / "zh",
) -> str:
    """Write the status tables.

    Args:
        language: ``"zh"`` or ``"en"``.
        path: The file that ``make refresh`` and ``make robust`` wrote.
        benchmark: The file that ``make experiments NAME=benchmark`` wrote.
        chapters: The folder of the chapters, to tell whether their code has changed.

    Returns:
        Markdown: the machine, times, cells, robustness, the benchmark and versions.

    Raises:
        FileNotFoundError: If a file is missing.
        ValueError: If one is ill-formed.
    """
    status = checked_yaml.read(path, SCHEMA, "run `make refresh` to write it anew")
    label, measured = LABELS[language], status["chapters"]

    def numbers(*keys: str) -> str:
        rows = [
            [f"{{doc}}`{name}`"]
            + [f"{cells[key]:,.0f}" if key in cells else "–" for key in keys]
            for name, cells in sorted(measured.items())
        ]
        return table([label["chapter"], *(label[key] for key in keys)], rows)

    return "\n\n".join(
        [
            f"## {label['times']}",
            label["times_text"],
            _times(label, measured),
            f"## {label['cells']}",
            label["cells_text"],
            numbers("code_cells", "compared", "tolerated", "ignored", "one_seed"),
            f"## {label['robust']}",
            label["robust_text"],
            *_robustness(label, measured, chapters),
            f"## {label['benchmark']}",
            _benchmark(label, benchmark),
            f"## {label['versions']}",
            table(
                [label["package"], label["version"]],
                [[f"`{name}`", text] for name, text in status["versions"].items()],
            ),
        ]
    )


def _times(label: dict[str, str], measured: dict[str, Any]) -> str:
    keys = ("seconds", "reference_seconds", "budget_seconds", "peak_mb")
    rows = [
        [f"{{doc}}`{name}`"]
        + [f"{cells[key]:,.0f}" if key in cells else "–" for key in keys]
        + [
            cells.get("date", "–"),
            label["machine"].format(**cells["machine"]) if "machine" in cells else "–",
        ]
        for name, cells in sorted(measured.items())
    ]
    head = ("chapter", *keys, "date", "measured_on")
    return table([label[key] for key in head], rows)


def _robustness(
    label: dict[str, str], measured: dict[str, Any], chapters: Path
) -> list[str]:
    rows, failed = [], []
    for name, cells in sorted(measured.items()):
        robust = cells.get("robust")
        if robust is None:
            rows.append([f"{{doc}}`{name}`", label["not_tried"], *"––––"])
            continue
        parts = {"machines": [0, 0], "seeds": [0, 0]}
        for variant, found in robust["variants"].items():
            part = parts[
                "seeds" if variant.upper().startswith(SEED_PREFIX) else "machines"
            ]
            part[0] += found["held"]
            part[1] += found["cells"]
            if found.get("failed"):
                names = ", ".join(f"`{cell}`" for cell in found["failed"])
                failed.append(
                    label["failed"].format(
                        doc="{doc}", name=name, variant=variant, cells=names
                    )
                )
        current = code_digest(chapters / f"{name}.ipynb") == robust["code"]
        rows.append(
            [
                f"{{doc}}`{name}`",
                str(len(robust["variants"])),
                *("{:,} / {:,}".format(*part) for part in parts.values()),
                robust["date"] + ("" if current else label["outdated"]),
                robust["cpu"],
            ]
        )
    keys = ("chapter", "tried", "machines", "seeds", "date", "cpu")
    text = [table([label[key] for key in keys], rows)]
    if failed:
        text += [label["failed_text"], "\n".join(f"- {line}" for line in failed)]
    return text


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
    return f"{text}\n\n{table([label[key] for key in RESULT], rows)}"
