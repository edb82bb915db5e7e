"""Mend what the theme leaves untranslated, unlabeled or heavier than needed.

Texts that the catalogs of Sphinx and the theme lack, or translate only in part, come
from ``CHINESE``. Templates in ``templates/interface`` replace components whose texts
or labels can't be reached otherwise. ``_static/interface.js`` does what only a script
in the page can do.
"""

import re
from gettext import NullTranslations
from pathlib import Path
from typing import Any

import page_context
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.locale import translators
from sphinx.util.typing import ExtensionMetadata

CHINESE = {
    "Color mode": "颜色模式",
    "Link to this code": "链接到这段代码",
    "Link to this definition": "链接到这个定义",
    "Link to this equation": "链接到这个公式",
    "Link to this heading": "链接到这个标题",
    "Link to this image": "链接到这幅图",
    "Link to this table": "链接到这张表",
    "Link to this term": "链接到这个术语",
    "Main": "全书目录",
    "Page": "本页目录",
    "System Settings": "跟随系统",
    "Toggle primary sidebar": "显示或隐藏侧栏",
    "Toggle secondary sidebar": "显示或隐藏本页目录",
    "next": "下一页",
    "previous": "上一页",
}
CONFIGURED = {
    "nb_code_prompt_hide": "收起",
    "nb_code_prompt_show": "展开隐藏的单元格",
    "togglebutton_hint": "点击展开",
    "togglebutton_hint_hide": "点击收起",
}
WRONG_ROLES = {
    ' role="doc-biblioentry"': "",
    '<div role="list" class="citation-list">': '<div class="citation-list">',
    '<summary aria-label="Toggle hidden content">': "<summary>",
}
#: Sphinx writes a cell of a table's head as a heading even where it has no text.
EMPTY_HEADING = re.compile(r"<th(?: [^>]*)?>\s*(?:<p>\s*</p>)?\s*</th>")
TEMPLATES = Path(__file__).parent / "templates" / "interface"
#: The theme loads these for a search as one types, which this book does not offer.
SEARCH_SCRIPTS = re.compile(
    r"<script src=\"[^\"]*(?:searchtools|language_data|searchindex)\.js[^\"]*\">"
    r"</script>\s*"
)
SOURCE_LINK = re.compile(r'<a href="([^"]*/?_sources/[^"]*)"')
FONT_AWESOME_SCRIPT = re.compile(r"<script[^>]*fontawesome\.js[^>]*></script>")


class Leftovers(NullTranslations):
    """Translations that take the place of a catalog's own, or of none."""

    def __init__(self, first: NullTranslations) -> None:
        super().__init__()
        self.add_fallback(first)

    def gettext(self, message: str) -> str:
        """Return the translation of a text, or the text."""
        return CHINESE.get(message) or super().gettext(message)


def translate(app: Sphinx, config: Config) -> None:
    """Complete the Chinese catalogs and the texts that are configured."""
    if config.language.startswith("zh"):
        for catalog in ("sphinx", "booktheme"):
            key = ("general", catalog)
            translators[key] = Leftovers(translators[key])
        app.translator = translators["general", "sphinx"]
        for name, text in CONFIGURED.items():
            config[name] = text


def prepare_templates(app: Sphinx) -> None:
    """Give templates the filters that change what the theme writes."""
    app.builder.templates.environment.filters |= {
        # The theme draws its icons from a web font; the script would do it again.
        "without_font_awesome_script": lambda html: FONT_AWESOME_SCRIPT.sub("", html),
        "without_search_scripts": lambda html: SEARCH_SCRIPTS.sub("", html),
        # Without this a browser shows a notebook from a disk as text.
        "as_download": lambda html: SOURCE_LINK.sub(r'<a download href="\1"', html),
    }


def correct_roles(app: Sphinx, pagename: str, context: dict[str, Any]) -> None:
    """Drop roles and labels that contradict the elements that carry them."""
    body = context.get("body", "")
    for wrong, right in WRONG_ROLES.items():
        body = body.replace(wrong, right)
    context["body"] = EMPTY_HEADING.sub("<td></td>", body)


def drop_unused_mathjax(app: Sphinx, pagename: str, context: dict[str, Any]) -> None:
    """Load MathJax, a megabyte, only where there is a formula.

    Sphinx loads it too where a page below in the table of contents has one.
    """
    if 'class="math' not in context.get("body", ""):
        context["script_files"] = [
            script
            for script in context["script_files"]
            if "mathjax/" not in str(script.filename or "")
            and "MathJax" not in str(script.attributes.get("body", ""))
        ]


def drop_script(app: Sphinx, exception: Exception | None) -> None:
    """Remove the copy of the script that no page loads."""
    for path in Path(app.outdir).glob("_static/scripts/fontawesome.js*"):
        path.unlink()


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension."""
    app.config.templates_path.insert(0, str(TEMPLATES))
    app.add_js_file("interface.js", loading_method="defer")
    app.connect("config-inited", translate, priority=300)
    app.connect("builder-inited", prepare_templates)
    page_context.connect(app, correct_roles)
    page_context.connect(app, drop_unused_mathjax, priority=900)
    app.connect("build-finished", drop_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
