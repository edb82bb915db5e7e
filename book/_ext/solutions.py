"""Say on the fold of a solution that it is one.

A cell tagged ``hide-cell`` is folded by MyST-NB, with the same words for all. One that
is tagged ``solution`` too gets its own, so that a reader who wants to try first knows
what not to open.
"""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.typing import ExtensionMetadata

PROMPTS = {
    "zh": ("显示参考答案", "收起参考答案"),
    "en": ("Show solution", "Hide solution"),
}


class NameSolutions(SphinxPostTransform):
    """Set the words of the fold before MyST-NB writes it."""

    default_priority = 190
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        """Give each folded solution of a page its words."""
        show, hide = PROMPTS[self.config.language[:2]]
        for node in self.document.findall(nodes.container):
            if "tag_solution" in node["classes"] and node.get("hide_mode"):
                node["prompt_show"], node["prompt_hide"] = show, hide


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension."""
    app.add_post_transform(NameSolutions)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
