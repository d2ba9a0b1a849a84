"""A small page with answer boxes and an explorer, as MyST-NB writes one."""

import json
import shutil
from html import escape

from browsing import ROOT
from ipywidgets.embed import dependency_state
from postprocess import with_texts_once

WIDGET = "application/vnd.jupyter.widget-view+json"


def write_page(folder, widgets, *, theme="light"):
    """Write a page of these widgets, and the files that it loads; return its path."""
    for path in (*(ROOT / "book/_static").glob("*.js"), *(ROOT / "book/_static").glob("*.css")):
        shutil.copy(path, folder)
    outputs = []
    for widget in widgets:
        bundle = widget._repr_mimebundle_()
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        outputs.append(
            f'<div class="output"><script type="{WIDGET}">{json.dumps(data[WIDGET])}</script>{data["text/html"]}</div>'
        )
    state = json.dumps({"state": dependency_state(widgets, drop_defaults=False)})
    page = (
        f'<!doctype html><html lang="en" data-theme="{escape(theme)}"><head><meta charset="utf-8"><title>Boxes</title>'
        '<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">'
        "<style>html[data-theme=dark] { background: #14181e; color: #ced6dd; }</style></head><body><main><h1>Boxes</h1>"
        f'{"<p>A paragraph.</p>".join(outputs)}</main><script type="application/vnd.jupyter.widget-state+json">{state}</script>'
        '<script defer src="mount.js"></script></body></html>'
    )
    path = folder / "boxes.html"
    path.write_text(with_texts_once(page), encoding="utf-8")
    return path
