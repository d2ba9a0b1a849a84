"""Leave of a page's saved widgets what is not on the page: `mount.js` makes their static HTML move.

`nb_mime_priority_overrides` chooses that HTML for the page, so that it is there before scripts have run, and where they
never do.
"""

import json
from pathlib import Path

from docutils import nodes
from myst_nb.core.render import WIDGET_VIEW_MIMETYPE, sanitize_script_content
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.util.logging import getLogger

LOGGER = getLogger(__name__)
LARGE = 80_000
"""The characters of frames from which on they stand in a file of their own, which is loaded when the reader comes near."""


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
        saved = on_the_page(json.loads(script["body"]))
        for widget in saved["widgets"]:
            set_apart(widget, Path(app.outdir) / "_static", context)
        context["widgets"] = sanitize_script_content(json.dumps(saved, ensure_ascii=False))


def set_apart(widget, folder, context):
    """Write a widget's frames to a file of their own if they are large: a script, as a page opened from a file may load it."""
    place = widget["state"]["place"]
    frames = {buffer["path"][0]: buffer["data"] for buffer in widget["buffers"]}
    if sum(map(len, frames.values())) > LARGE:
        folder.mkdir(exist_ok=True)
        script = f"(globalThis.FRAMES ??= {{}})[{json.dumps(place)}] = {json.dumps(frames)};\n"
        (folder / f"{place}.js").write_text(script, encoding="utf-8")
        widget |= {"buffers": [], "file": context["pathto"](f"_static/{place}.js", 1)}


def setup(app):
    app.connect("html-page-context", keep_what_is_needed, priority=400)  # before MyST-NB writes them
    return {"parallel_read_safe": True, "parallel_write_safe": True}
