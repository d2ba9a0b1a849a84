"""Leave of a page's saved widgets what is not on the page: `mount.js` makes their static HTML move.

`nb_mime_priority_overrides` chooses that HTML for the page, so that it is there before scripts have run, and where they
never do.
"""

import json

from docutils import nodes
from myst_nb.core.render import WIDGET_VIEW_MIMETYPE, sanitize_script_content
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.util.logging import getLogger

LOGGER = getLogger(__name__)


def on_the_page(saved):
    """Return the widgets that have a place on the page, with the traits that are not there, and each script once."""
    placed = [widget for widget in saved["state"].values() if "place" in widget["state"]]
    scripts = list(dict.fromkeys(widget["state"]["_esm"] for widget in placed))
    widgets = [
        {
            "script": scripts.index(widget["state"]["_esm"]),
            "state": {
                k: v for k, v in widget["state"].items() if k[0] != "_" and k not in ("html", "layout")
            },
            "buffers": widget.get("buffers", []),
        }
        for widget in placed
    ]
    return {"scripts": scripts, "widgets": widgets}


def keep_what_is_needed(app, name, template, context, doctree):
    """Write a page's widgets for `mount.js`; refuse one that stands there without HTML."""
    for raw in doctree.findall(nodes.raw) if doctree else ():
        if WIDGET_VIEW_MIMETYPE in raw.astext():
            LOGGER.warning("a page has no kernel, so a widget must have HTML of its own", location=raw)
    files = NbMetadataCollector.get_js_files(app.env, name)
    if "ipywidgets_state" in files:
        _, script = files.pop("ipywidgets_state")  # which would stand before the first word of the page
        saved = json.dumps(on_the_page(json.loads(script["body"])), ensure_ascii=False)
        context["widgets"] = sanitize_script_content(saved)


def setup(app):
    app.connect("html-page-context", keep_what_is_needed, priority=400)  # before MyST-NB writes them
    return {"parallel_read_safe": True, "parallel_write_safe": True}
