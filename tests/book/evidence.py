"""Which numbers prose states, and which numbers a chapter's runs give.

A number in prose needs evidence unless it stands in a sentence with a citation or is
part of the structure (a section's number, a figure's, an exercise's). Evidence is

- the text outputs of the same H2 section,
- the code of the same section, and the whole numbers in the code before it (for the
  exercises all numbers in it),
- for whole numbers of one digit, the whole chapter,
- for the opening, the summary and cells tagged ``numbers-anywhere``, the whole chapter.

The summary repeats: a number of two digits or more in it stands in the chapter's other
text as well.

Outputs that nbval ignores prove nothing.

Numbers match as they are written: thousands separators, percent signs, powers of ten
and the shape of a minus sign do not matter, precision does. A number without a minus
may tell the size of a negative one, not the reverse.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

import notebooks
import prose
from nbformat import NotebookNode

ANYWHERE = "numbers-anywhere"
SUMMARIES = {"小结", "Summary"}
EXERCISES = {"练习", "Exercises"}

_SCALES = {
    "万": 4,
    "亿": 8,
    "thousand": 3,
    "million": 6,
    "billion": 9,
}
_NUMBER = re.compile(
    r"(?<![A-Za-z0-9_.])(?<![A-Za-z]-)"
    r"(?:(?P<date>\d{4}-\d{2}-\d{2})|(?P<version>\d+(?:\.\d+){2,})|"
    r"(?P<sign>(?<![\w)\]%])-|(?<![A-Za-z0-9)\]%])\u2212)?"
    r"(?P<value>(?:\d{1,3}(?:,\d{3})+|\d+(?:_\d+)*)(?![0-9])(?:\.\d+)?"
    r"(?:[eE][-+]?\d+)?)(?![dD]\b)"
    r"(?P<percent>\s?[%％])?"
    r"(?:\s?(?P<scale>[万亿]|thousand\b|million\b|billion\b))?)"
)
_ORDINAL = r"\d{1,2}(?:[.-]\d{1,2}(?:[a-z](?![a-z]))?)*(?![\d.]*\d|\s*[×%])"
_SPAN = rf"{_ORDINAL}(?:\s*(?:[–—~、,，至到和或]|to|and|or)\s*{_ORDINAL})*"
_STRUCTURE = re.compile(
    rf"§+\s*{_SPAN}(?:\s*[–—]\s*§{_ORDINAL})?"
    rf"|第\s*{_SPAN}\s*[章节步题条项]"
    rf"|(?:图|表|式|公式|练习|附录|脚注)\s*[（(]?{_SPAN}"
    r"|\b(?:chapter|section|figure|fig\.|table|equation|eq\.|exercise|appendix)s?"
    rf"\s*\(?{_SPAN}"
    r"|[（(]\d[）)]",
    re.IGNORECASE,
)
_LEADING_NUMBER = re.compile(r"^\d+(?:\.\d+[a-z]?)*\.?\s+")


@dataclass(frozen=True)
class Number:
    """A number as it stands in a text.

    Attributes:
        raw: As written.
        key: Its plain decimal notation, digits of precision kept.
        percent: Whether a percent sign follows.
    """

    raw: str
    key: str
    percent: bool = False

    @property
    def fraction(self) -> str:
        """The key of the same number without its percent sign."""
        return _plain(Decimal(self.key).scaleb(-2))

    @property
    def digits(self) -> int:
        """How many significant digits are written."""
        return len(re.sub(r"\D", "", re.sub(r"[eE].*", "", self.raw)).lstrip("0"))

    @property
    def canonical(self) -> str:
        """One spelling of all ways to write this number."""
        return self.key + "%" * self.percent

    def supported_by(self, known: set[str]) -> bool:
        """Return whether evidence has this number."""
        if not self.percent:
            return self.key in known
        # A table headed "%" prints 99.46; a bare 98 would be too weak a witness.
        bare = self.digits >= 3 and self.key in known
        return bare or self.fraction in known


def _plain(value: Decimal) -> str:
    return format(value, "f")


def numbers(text: str) -> list[Number]:
    """Return the numbers in running text or in output.

    Digits that are part of a name (``conv2d``, ``CIFAR-10``, ``3D``) are none.

    Example:
        >>> [number.key for number in numbers("60,000 张 28×28 的图，−0.5，1.2 万")]
        ['60000', '28', '28', '-0.5', '12000']
        >>> [number.canonical for number in numbers("CIFAR-10：99.46 %，1e-3，3.11.7")]
        ['99.46%', '0.001', '3.11.7']
    """
    found = []
    for match in _NUMBER.finditer(re.sub(r"(?<=\d)[xX](?=\d)", "×", text)):
        whole = match["date"] or match["version"]
        if whole:
            found.append(Number(match[0], whole))
            continue
        value = Decimal(match["value"].replace(",", "").replace("_", ""))
        value = value.scaleb(_SCALES.get(match["scale"], 0))
        key = _plain(-value if match["sign"] else value)
        found.append(Number(match[0], key, bool(match["percent"])))
    return found


def formula_numbers(latex: str) -> list[Number]:
    r"""Return the numbers in a formula, but for indices and powers of one digit.

    Example:
        >>> [number.key for number in formula_numbers(r"x_1^2 = 3\times10^{-4}")]
        ['0.0003']
        >>> [number.canonical for number in formula_numbers(r"60{,}000 \cdot 2\,\%")]
        ['60000', '2%']
    """
    text = re.sub(r"(?<=\d)(?:\{,\}|\\,)(?=\d)", "", latex)
    text = re.sub(r"(\d)\s*\\(?:times|cdot)\s*10\^\{?\s*(-?\d+)\}?", r"\1e\2", text)
    text = re.sub(r"\b10\^\{?\s*(-?\d+)\}?", r"1e\1", text)
    text = re.sub(r"[_^](?:\d|\{-?\d\})", " ", text)
    text = re.sub(r"\\[,;:! ]", " ", text).replace(r"\%", "%")
    return numbers(re.sub(r"\\[A-Za-z]+", " ", text))


def code_numbers(source: str) -> list[Number]:
    """Return the numbers in Python code; comments prove nothing.

    Example:
        >>> [number.key for number in code_numbers("fit(60_000, lr=1e-3)  # 99.9")]
        ['60000', '0.001']
    """
    found = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in {tokenize.COMMENT, tokenize.NAME, tokenize.OP}:
            found += numbers(token.string)
    return found


def output_text(cell: NotebookNode) -> str:
    """Return what a code cell's outputs say in words and numbers."""
    parts = []
    for output in cell.outputs:
        parts += [output.get("text", ""), output.get("evalue", "")]
        for mime, text in output.get("data", {}).items():
            if mime == "text/html":
                text = re.sub(r"<style.*?</style>|<[^>]*>", " ", text, flags=re.DOTALL)
            if mime.startswith("text/"):
                parts.append(text)
    return "\n".join(parts)


def proven(cell: NotebookNode) -> set[str]:
    """Return the keys of the numbers that a code cell's output and code prove."""
    found = _keys(code_numbers(cell.source))
    if notebooks.verdict(cell) != "ignored":
        found |= _keys(numbers(output_text(cell)))
    return found


def stated(markdown: str) -> list[Number]:
    """Return the numbers in prose that need evidence.

    Example:
        >>> [number.raw for number in stated("第 3 节：5.4 %。`0.46`，`x[12]`")]
        ['5.4 %', '0.46']
        >>> stated("原文说准确率是 98 % {cite}`a`。")
        []
    """
    found = []
    for block in prose.parse(markdown).blocks:
        for sentence in block.sentences():
            inserts = block.inserts_in(sentence)
            if any(insert.kind == "cite" for insert in inserts):
                continue
            found += numbers(
                _STRUCTURE.sub(" ", _without_heading_number(sentence, block))
            )
            found += _numbers_of_inserts(inserts)
    return found


def all_numbers(markdown: str) -> Counter[str]:
    """Count all numbers in prose, in spellings that both editions share.

    Months and days are left out: one edition writes 5 月, the other May.

    Example:
        >>> zh, en = "2024 年 5 月 3 日，1.2 万张", "12,000 images, May 3, 2024"
        >>> all_numbers(zh) == all_numbers(en)
        True
    """
    found = Counter()
    for block in prose.parse(markdown).blocks:
        text = re.sub(r"\d+ ?月(?: ?\d+ ?日)?", " ", block.text)
        text = re.sub(
            r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
            r"(?: \d{1,2}\b(?!,?\d))?",
            " ",
            text,
        )
        named = numbers(text) + _numbers_of_inserts(
            [insert for insert in block.inserts if insert.kind == "code"]
        )
        found.update(number.canonical for number in named)
    return found


def _without_heading_number(sentence: str, block: prose.Block) -> str:
    return _LEADING_NUMBER.sub("", sentence) if block.level else sentence


def _numbers_of_inserts(inserts: list[prose.Insert]) -> list[Number]:
    found = []
    for insert in inserts:
        if insert.kind == "math":
            found += formula_numbers(insert.text)
        elif insert.kind == "code":
            # Code that is nothing but a number is a number in typewriter.
            alone = numbers(insert.text)
            found += [number for number in alone if number.raw == insert.text.strip()]
    return found


def language_texts(cell: NotebookNode) -> list[str]:
    """Return the Markdown in a cell: its source, or its alt text and caption."""
    if cell.cell_type == "markdown":
        return [cell.source]
    return list(notebooks.captions(cell).values())


@dataclass
class Section:
    """What one H2 section, or the opening, proves.

    Attributes:
        title: The heading's text; empty for the opening.
        outputs: Keys of the numbers in its outputs.
        code: Keys of the numbers in its code and of what counts in the code before.
    """

    title: str
    outputs: set[str] = field(default_factory=set)
    code: set[str] = field(default_factory=set)


class Chapter:
    """A chapter's prose beside its evidence."""

    def __init__(self, notebook: NotebookNode, opening: str = ""):
        """Collect the evidence.

        Args:
            notebook: The chapter with its stored outputs.
            opening: Text whose numbers the opening may state besides: its budget.
        """
        self.cells = notebook.cells
        sections, self._section = [Section("")], []
        written = set()
        for cell in self.cells:
            heading = _section_heading(cell)
            if heading:
                before = set(written)
                if heading not in EXERCISES:
                    before = {key for key in before if "." not in key}
                sections.append(Section(heading, code=before))
            self._section.append(sections[-1])
            if cell.cell_type == "code":
                written |= _keys(code_numbers(cell.source))
                sections[-1].code |= _keys(code_numbers(cell.source))
                if notebooks.verdict(cell) != "ignored":
                    sections[-1].outputs |= _keys(numbers(output_text(cell)))
        self._said = {
            key
            for cell, section in zip(self.cells, self._section)
            if section.title not in SUMMARIES
            for text in language_texts(cell)
            for key in all_numbers(text)
        }
        self._all = set().union(*(part.outputs | part.code for part in sections))
        self._opening = self._all | _keys(numbers(opening))

    def known(self, index: int) -> set[str]:
        """Return the keys of the numbers that a cell's prose may state."""
        section, cell = self._section[index], self.cells[index]
        if not section.title:
            return self._opening
        if section.title in SUMMARIES or ANYWHERE in notebooks.tags(cell):
            return self._all
        return section.outputs | section.code

    def unsupported(self, index: int, text: str | None = None) -> list[Number]:
        """Return the numbers that a cell states and nothing proves.

        Args:
            index: The cell's place in the notebook.
            text: Stands for the cell's own texts if given.

        Returns:
            Numbers, in the order of the text.
        """
        known = self.known(index)
        texts = language_texts(self.cells[index]) if text is None else [text]
        return [
            number
            for part in texts
            for number in stated(part)
            if not self._is_known(number, known) or self._is_new(number, index)
        ]

    def _is_known(self, number: Number, known: set[str]) -> bool:
        single = bool(re.fullmatch(r"\d", number.raw))
        return number.supported_by(known) or (single and number.key in self._all)

    def _is_new(self, number: Number, index: int) -> bool:
        in_summary = self._section[index].title in SUMMARIES
        return in_summary and number.digits > 1 and number.canonical not in self._said


def _section_heading(cell: NotebookNode) -> str:
    if cell.cell_type != "markdown":
        return ""
    titles = [
        b.plain().strip() for b in prose.parse(cell.source).headings if b.level == 2
    ]
    return _LEADING_NUMBER.sub("", titles[-1]) if titles else ""


def _keys(found: list[Number]) -> set[str]:
    keys = set()
    for number in found:
        keys |= {number.key, number.key.removeprefix("-")}
        if number.percent:
            keys |= {number.fraction, number.fraction.removeprefix("-")}
        parts = number.key.split(".")
        if len(parts) > 2:
            keys.add(".".join(parts[:2]))
    return keys
