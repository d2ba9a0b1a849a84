"""Leave of a page's saved widgets what is not on the page: `mount.js` makes their static HTML move.

`nb_mime_priority_overrides` chooses that HTML for the page, so that it is there before scripts have run, and where they
never do. Each widget's script becomes a file of the site, so that a page needs no script from anywhere else.
"""

import hashlib
import json
import re
from pathlib import Path

from docutils import nodes
from myst_nb.core.render import WIDGET_VIEW_MIMETYPE, sanitize_script_content
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.util.logging import getLogger

LOGGER = getLogger(__name__)
REGISTRY = "widgetScripts"
"""The global object in which mount.js finds a script by its file."""
BEFORE_MOUNT = 450
LARGE = 80_000
"""The characters of frames from which on they stand in a file of their own, which is loaded when the reader comes near."""
STILL = """<p id="still">The drawings of this page stand still, and no answer is checked: its scripts do not
run here. A current browser runs them, unless JavaScript is off or a policy of this site forbids it.</p>"""
"""What a page says until mount.js runs."""


def on_the_page(saved):
    """Return the widgets that have a place on the page, with the traits that are not there, and their scripts by file."""
    placed = [widget for widget in saved["state"].values() if "place" in widget["state"]]
    scripts = {file_name(widget["state"]["_esm"]): widget["state"]["_esm"] for widget in placed}
    widgets = [
        {
            "script": file_name(widget["state"]["_esm"]),
            "state": {
                k: v for k, v in widget["state"].items() if k[0] != "_" and k not in ("html", "layout")
            },
            "buffers": widget.get("buffers", []),
        }
        for widget in placed
    ]
    return widgets, scripts


def file_name(script):
    """Return a name that changes with the script, so that no browser keeps an old one."""
    return f"widget-{hashlib.sha256(script.encode()).hexdigest()[:12]}.js"


def classic(name, script):
    """Return a module as a classic script: a browser imports no module on a page opened from a file."""
    body = re.sub("^export default ", "let widget = ", script, count=1, flags=re.MULTILINE)
    body = re.sub("^export ", "", body, flags=re.MULTILINE)
    return f'"use strict";\n(globalThis.{REGISTRY} ||= {{}})["{name}"] = (() => {{\n{body}\nreturn widget;\n}})();\n'


def write_scripts(folder, scripts):
    """Write each script where the page loads it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, script in scripts.items():
        (folder / name).write_text(classic(name, script), encoding="utf-8")


def keep_what_is_needed(app, name, template, context, doctree):
    """Write a page's widgets for `mount.js`; refuse one that stands there without HTML."""
    for raw in doctree.findall(nodes.raw) if doctree else ():
        if WIDGET_VIEW_MIMETYPE in raw.astext():
            LOGGER.warning("a page has no kernel, so a widget must have HTML of its own", location=raw)
    files = NbMetadataCollector.get_js_files(app.env, name)
    if "ipywidgets_state" in files:
        _, state = files.pop("ipywidgets_state")  # which would stand before the first word of the page
        widgets, scripts = on_the_page(json.loads(state["body"]))
        static = Path(app.outdir, "_static")
        write_scripts(static, scripts)
        for widget in widgets:
            set_apart(widget, static, context)
        context["widgets"] = sanitize_script_content(json.dumps(widgets, ensure_ascii=False))
        for file in scripts:
            files[file] = (file, {"defer": "defer", "priority": BEFORE_MOUNT})
        context["body"] = context["body"].replace("</h1>", f"</h1>\n{STILL}", 1)


def set_apart(widget, folder, context):
    """Write a widget's frames to a file of their own if they are large: a script, as a page opened from a file may load it."""
    place = widget["state"]["place"]
    frames = {buffer["path"][0]: buffer["data"] for buffer in widget["buffers"]}
    if sum(map(len, frames.values())) > LARGE:
        script = f"(globalThis.FRAMES ??= {{}})[{json.dumps(place)}] = {json.dumps(frames)};\n"
        (folder / f"{place}.js").write_text(script, encoding="utf-8")
        widget |= {"buffers": [], "file": context["pathto"](f"_static/{place}.js", 1)}


def setup(app):
    app.connect("html-page-context", keep_what_is_needed, priority=400)  # before MyST-NB writes them
    return {"parallel_read_safe": True, "parallel_write_safe": True}
