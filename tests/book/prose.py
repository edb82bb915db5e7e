"""MyST Markdown taken apart into what the book's tests look at."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser

#: Chinese characters and Chinese or full-width punctuation, for character classes.
CJK = "\u3400-\u4dbf\u4e00-\u9fff"
CJK_MARKS = "\u3001-\u3017\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"

_FIRST_INSERT = 0xE000  # private use: one character stands for one insert

_SYNTAX = MdParserConfig(
    enable_extensions={
        "amsmath",
        "colon_fence",
        "deflist",
        "dollarmath",
        "linkify",
    },
    linkify_fuzzy_links=False,
)
_OPAQUE = {
    "bibliography",
    "code",
    "code-block",
    "code-cell",
    "eval-rst",
    "include",
    "literalinclude",
    "mermaid",
    "raw",
    "sourcecode",
    "tableofcontents",
    "toctree",
}
_IMAGES = {"figure", "image"}
_REFERENCES = {"doc", "eq", "numref", "prf:ref", "ref"}
_TEXT_ROLES = {"abbr", "guilabel", "kbd", "strong", "emphasis", "sub", "sup", "term"}
_SENTENCE_END = re.compile(
    r"[。！？]+[”’）]*"
    r"|(?<!e\.g)(?<!i\.e)(?<!al)(?<!vs)(?<!Fig)[.!?]+[”’)]*(?=\s+[^a-z\s])"
)


@dataclass(frozen=True)
class Insert:
    """What stands in running text without being text.

    Attributes:
        kind: ``"code"``, ``"math"``, ``"cite"``, ``"ref"`` or ``"image"``.
        text: Its content as written.
    """

    kind: str
    text: str


@dataclass(frozen=True)
class Block:
    """A heading, a paragraph, a table row, a caption or a title.

    Attributes:
        text: Running text, with one private-use character for each insert.
        inserts: The inserts, in order.
        level: 1 to 6 for a heading, otherwise 0.
    """

    text: str
    inserts: tuple[Insert, ...] = ()
    level: int = 0

    def inserts_in(self, text: str) -> list[Insert]:
        """Return the inserts that a part of the text contains."""
        codes = (ord(character) - _FIRST_INSERT for character in text)
        return [self.inserts[code] for code in codes if 0 <= code < len(self.inserts)]

    def sentences(self) -> Iterator[str]:
        """Yield the text sentence by sentence, inserts' characters included.

        Example:
            >>> list(Block("它有 3.5 层。Fig. 2 shows it. 再见").sentences())
            ['它有 3.5 层。', 'Fig. 2 shows it.', ' 再见']
        """
        begin = 0
        for end in _SENTENCE_END.finditer(self.text):
            yield self.text[begin : end.end()]
            begin = end.end()
        if self.text[begin:].strip():
            yield self.text[begin:]

    def plain(self) -> str:
        """Return the text alone, a blank in each insert's place."""
        return re.sub("[\ue000-\uf8ff]", " ", self.text)


@dataclass
class Page:
    """What a piece of Markdown consists of, each list in the order of the text."""

    blocks: list[Block] = field(default_factory=list)
    formulas: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    references: list[tuple[str, str]] = field(default_factory=list)
    citations: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    alts: list[str] = field(default_factory=list)
    directives: list[str] = field(default_factory=list)

    @property
    def headings(self) -> list[Block]:
        """The headings among the blocks."""
        return [block for block in self.blocks if block.level]

    def plain(self) -> str:
        """Return all running text, one block a line."""
        return "\n".join(block.plain() for block in self.blocks)


@functools.cache
def parse(markdown: str) -> Page:
    """Take MyST Markdown apart.

    Bodies of directives are parsed too, but for those that hold no prose.

    Args:
        markdown: The text of a page or of a cell.

    Returns:
        Its parts.

    Example:
        >>> page = parse("## 卷积\\n\\n见 {cite}`lecun1998`，$k=3$。")
        >>> page.headings[0].text, page.citations, page.formulas
        ('卷积', ['lecun1998'], ['k=3'])
    """
    page = Page()
    _Reader(page).read(markdown)
    return page


@dataclass(frozen=True)
class Document:
    """A chapter or a standing page of one edition.

    Attributes:
        path: Its file.
        texts: Its pieces of Markdown, alt texts and captions included.
        labels: Labels that its metadata define.
    """

    path: Path
    texts: tuple[str, ...]
    labels: tuple[str, ...] = ()

    @property
    def pages(self) -> list[Page]:
        """The pieces of Markdown, taken apart."""
        return [parse(text) for text in self.texts]


@functools.cache
def _parser() -> MarkdownIt:
    return create_md_parser(_SYNTAX, RendererHTML)


class _Reader:
    """Fills a page from tokens."""

    def __init__(self, page: Page):
        self.page = page

    def read(self, markdown: str) -> None:
        level, row = 0, None
        for token in _parser().parse(markdown):
            if token.type == "heading_open":
                level = int(token.tag[1:])
            elif token.type == "heading_close":
                level = 0
            elif token.type == "tr_open":
                row = []
            elif token.type == "tr_close":
                self._add(row)
                row = None
            elif token.type == "inline":
                if row is None:
                    self._add(self._pieces(token.children), level)
                else:
                    row += [*self._pieces(token.children), " | "]
            else:
                self._block(token)

    def _block(self, token: Token) -> None:
        if token.type in {"fence", "colon_fence"}:
            directive = re.match(r"\{([\w:+-]+)\}\s*(.*)", token.info.strip())
            if directive:
                self._directive(*directive.groups(), token.content)
        elif token.type in {"math_block", "math_block_label", "amsmath"}:
            self._formula(token.content)
            if token.type == "math_block_label":
                self.page.labels.append(token.info)
        elif token.type == "myst_target":
            self.page.labels.append(token.content)
        elif token.type == "html_block":
            self._html(token.content)
            self._add([re.sub(r"<[^>]*>", " ", token.content).strip()])

    def _directive(self, name: str, argument: str, content: str) -> None:
        page, (options, body) = self.page, _options(content)
        page.directives.append(name)
        page.labels += [options[key] for key in ("name", "label") if key in options]
        if name == "math":
            self._formula(body)
            return
        if name in _IMAGES:
            page.images.append(argument)
            page.alts.append(options.get("alt", ""))
        elif name not in _OPAQUE and argument:
            self.read(argument)
        if "caption" in options:
            self.read(options["caption"])
        if name not in _OPAQUE and not name.startswith("auto"):
            self.read(body)

    def _formula(self, content: str) -> None:
        self.page.formulas.append(content.strip())
        self._add([Insert("math", content)])

    def _html(self, content: str) -> None:
        self.page.images += re.findall(r"<img[^>]*\ssrc=[\"']([^\"']+)", content)
        self.page.alts += re.findall(r"<img[^>]*\salt=[\"']([^\"']*)", content)
        self.page.links += re.findall(r"<a[^>]*\shref=[\"']([^\"']+)", content)

    def _add(self, pieces: list[str | Insert], level: int = 0) -> None:
        text, inserts = "", []
        for piece in pieces:
            if isinstance(piece, Insert):
                text += chr(_FIRST_INSERT + len(inserts))
                inserts.append(piece)
            else:
                text += piece
        if text.strip():
            self.page.blocks.append(Block(text, tuple(inserts), level))

    def _pieces(self, tokens: list[Token]) -> list[str | Insert]:
        page, pieces, automatic = self.page, [], False
        for token in tokens:
            if token.type == "text":
                pieces.append(
                    Insert("ref", token.content) if automatic else token.content
                )
            elif token.type in {"softbreak", "hardbreak"}:
                pieces.append("\n")
            elif token.type == "code_inline":
                pieces.append(Insert("code", token.content))
            elif token.type in {"math_inline", "math_inline_double"}:
                page.formulas.append(token.content.strip())
                pieces.append(Insert("math", token.content))
            elif token.type == "link_open":
                automatic = token.info == "auto"
                self._link(token.attrs["href"])
            elif token.type == "link_close":
                automatic = False
            elif token.type == "image":
                page.images.append(token.attrs["src"])
                page.alts.append(token.content)
                pieces.append(Insert("image", token.content))
            elif token.type == "myst_role":
                pieces += self._role(token.meta["name"], token.content)
            elif token.type == "footnote_ref":
                pieces.append(Insert("ref", token.meta["label"]))
            elif token.type == "html_inline":
                self._html(token.content)
        return pieces

    def _link(self, target: str) -> None:
        if target.startswith("#"):
            self.page.references.append(("link", target[1:]))
        else:
            self.page.links.append(target)

    def _role(self, name: str, content: str) -> list[str | Insert]:
        if name.startswith("cite"):
            self.page.citations += [key.strip() for key in content.split(",")]
            return [Insert("cite", content)]
        if name == "math":
            self.page.formulas.append(content.strip())
            return [Insert("math", content)]
        if name in _TEXT_ROLES:
            return [content]
        if name in _REFERENCES:
            titled = re.fullmatch(r"(.*?)\s*<([^>]+)>", content, re.DOTALL)
            title, target = titled.groups() if titled else ("", content)
            self.page.references.append((name, target.strip()))
            return [title, Insert("ref", target)]
        if name == "download":
            self._link(content.rpartition("<")[2].rstrip("> "))
        return [Insert("code", content)]


def _options(content: str) -> tuple[dict[str, str], str]:
    """Split a directive's content into its options and its body."""
    block = re.match(r"---\n(.*?\n)---\n?", content, re.DOTALL)
    if block:
        loaded = yaml.safe_load(block[1]) or {}
        options = {str(key): str(value) for key, value in loaded.items()}
        return options, content[block.end() :]
    options, lines = {}, content.splitlines()
    while lines and (option := re.fullmatch(r":([\w-]+):\s*(.*)", lines[0])):
        options[option[1]] = option[2]
        lines.pop(0)
    return options, "\n".join(lines)
