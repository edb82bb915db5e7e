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

from docutils import nodes
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
    "nb_code_prompt_show": "展开隐藏的单元",
    "togglebutton_hint": "点击展开",
    "togglebutton_hint_hide": "点击收起",
}
WRONG_ROLES = {
    ' role="doc-biblioentry"': "",
    '<div role="list" class="citation-list">': '<div class="citation-list">',
    '<summary aria-label="Toggle hidden content">': "<summary>",
}
TEMPLATES = Path(__file__).parent / "templates" / "interface"
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
    """Give templates the filter that drops a script they don't need.

    The theme draws its icons from a web font; the script would draw them again.
    """
    app.builder.templates.environment.filters["without_font_awesome_script"] = (
        lambda html: FONT_AWESOME_SCRIPT.sub("", html)
    )


def correct_roles(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Drop roles and labels that contradict the elements that carry them."""
    for wrong, right in WRONG_ROLES.items():
        context["body"] = context.get("body", "").replace(wrong, right)


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
    app.connect("html-page-context", correct_roles)
    app.connect("build-finished", drop_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
