"""A small page with answer boxes and an explorer, as the book's build writes one."""

import json
import shutil

from browsing import ROOT
from ipywidgets.embed import dependency_state
from static_explorers import on_the_page


def write_page(folder, widgets, *, theme="light", before=""):
    """Write a page of these widgets after some HTML, and the files that it loads; return its path."""
    for path in (ROOT / "book/_static").glob("*.*s"):
        shutil.copy(path, folder)
    bundles = [widget._repr_mimebundle_() for widget in widgets]
    outputs = [(bundle[0] if isinstance(bundle, tuple) else bundle)["text/html"] for bundle in bundles]
    state = {"state": dependency_state(widgets, drop_defaults=False)}
    saved = json.dumps(on_the_page(state)).replace("</", "<\\/")
    page = (
        f'<!doctype html><html lang="en" data-theme="{theme}"><head><meta charset="utf-8"><title>Boxes</title>'
        '<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">'
        "<style>html[data-theme=dark] { background: #14181e; color: #ced6dd; } a { color: inherit; }</style></head><body><main><h1>Boxes</h1>"
        f'{before}{"<p>A paragraph.</p>".join(outputs)}</main><script type="application/json" id="widgets">{saved}</script>'
        '<script defer src="mount.js"></script></body></html>'
    )
    path = folder / "boxes.html"
    path.write_text(page, encoding="utf-8")
    return path
