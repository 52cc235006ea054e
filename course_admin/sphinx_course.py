"""The course's own Sphinx extension: assets, interactive output without a network, alternative text.

`pyproject.toml` registers `NotebookOutput` with myst-nb (entry point `myst_nb.mime_renderers`).
"""

import html
import json
import shutil
from pathlib import Path

import plotly
from docutils import nodes
from myst_nb.core.render import sanitize_script_content
from sphinx.util import logging

ASSETS = Path(__file__).parent / "assets"
PLOTLY_JS = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
PLOTLY = "application/vnd.plotly.v1+json"
JAVASCRIPT = "application/javascript"

logger = logging.getLogger(__name__)


class NotebookOutput:
    """The two kinds of output that must not reach the browser as the notebook wrote them."""

    mime_priority_overrides = (("html", PLOTLY, 1),)

    @staticmethod
    def handle_mime(renderer, data, inline):
        if data.mime_type == PLOTLY:
            renderer.add_js_file("plotly", "plotly.min.js", {"defer": "defer", "priority": 400})
            return [plotly_figure(data)]
        if data.mime_type == JAVASCRIPT and "show_questions(" in data.string:
            return [quiz(data)]
        return None


def plotly_figure(data):
    """A named box that holds the figure as JSON; assets/course.js draws it in the page's colours."""
    alt = data.cell_metadata.get("mystnb", {}).get("image", {}).get("alt", "")
    figure = sanitize_script_content(json.dumps(data.content))
    text = (
        f'<div class="plotly-figure" role="figure" aria-label="{html.escape(alt)}">'
        f'<script type="application/json">{figure}</script></div>'
    )
    return nodes.raw(text=text, format="html", alt=alt)


def quiz(data):
    """jupyterquiz's script, held back until MathJax is there.

    Run at once, it takes MathJax's configuration for MathJax itself, then fails or asks another host for it.
    """
    script = sanitize_script_content(data.string)
    return nodes.raw(text=f"<script>courseQuiz(function () {{\n{script}\n}});</script>", format="html")


def check_alternative_text(app, doctree, docname):
    """Warn, and so fail a build with -W, for every figure that a screen reader could not describe."""
    figures = [
        *doctree.findall(nodes.image),
        *doctree.findall(lambda node: isinstance(node, nodes.raw) and "alt" in node),
    ]
    for figure in figures:
        if not figure.get("alt", "").strip():
            logger.warning(
                "figure without alternative text; expected a sentence that says what the figure shows. "
                "In a notebook add it to the metadata of the cell: "
                '"mystnb": {"image": {"alt": "..."}}; in a page, to the image: ![...](file)',
                location=figure,
                type="course",
                subtype="alt",
            )


# What axe finds wrong in the stock pages: the bibliography is a list without items, and the label of a folded
# cell hides from speech control the words that the reader sees on it.
MENDED_HTML = {
    'role="doc-biblioentry"': 'role="listitem"',
    '<summary aria-label="Toggle hidden content">': "<summary>",
}


def mend_html(app, pagename, templatename, context, doctree):
    for faulty, mended in MENDED_HTML.items():
        context["body"] = context.get("body", "").replace(faulty, mended)


def copy_plotly(app):
    """Plotly's JavaScript from its wheel: 5 MB, not committed, and loaded only where a figure needs it."""
    if app.builder.format == "html":
        target = Path(app.outdir, "_static", PLOTLY_JS.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(PLOTLY_JS, target)


def add_static_path(app, config):
    config.html_static_path.append(str(ASSETS))


def setup(app):
    app.connect("config-inited", add_static_path)
    app.connect("builder-inited", copy_plotly)
    app.connect("doctree-resolved", check_alternative_text)
    app.connect("html-page-context", mend_html)
    app.add_css_file("course.css", priority=900)
    app.add_js_file("course.js")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
