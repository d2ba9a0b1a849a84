"""A small page with answer boxes and an explorer, as the book's build writes one."""

import json
import shutil

import numpy as np
from browsing import ROOT
from ipywidgets.embed import dependency_state
from static_explorers import STILL, on_the_page, write_scripts

from helpers.drawings import Grid
from helpers.explorers import Explorer, Slider


def squares(name):
    slider = Slider("number n", range(1, 5), start=2)
    row = Grid("n", roles="roles", numbers="row")
    return Explorer(
        lambda n: {"row": [[n, n * n]], "roles": np.zeros((1, 2), int)}, name=name, panels=[row], n=slider
    )


def write_page(folder, widgets, *, theme="light", before=""):
    """Write a page of these widgets after some HTML, and the files that it loads; return its path."""
    for path in (ROOT / "book/_static").glob("*.*s"):
        shutil.copy(path, folder)
    bundles = [widget._repr_mimebundle_() for widget in widgets]
    outputs = [(bundle[0] if isinstance(bundle, tuple) else bundle)["text/html"] for bundle in bundles]
    state = {"state": dependency_state(widgets, drop_defaults=False)}
    kept, scripts = on_the_page(state)
    saved = json.dumps(kept).replace("</", "<\\/")
    write_scripts(folder, scripts)
    scripts = "".join(f'<script defer src="{name}"></script>' for name in [*scripts, "mount.js"])
    page = (
        f'<!doctype html><html lang="en" data-theme="{theme}"><head><meta charset="utf-8"><title>Boxes</title>'
        '<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">'
        "<style>html[data-theme=dark] { background: #14181e; color: #ced6dd; } a { color: inherit; }</style></head><body><main><h1>Boxes</h1>"
        f"{STILL}"
        f'{before}{"<p>A paragraph.</p>".join(outputs)}</main><script type="application/json" id="widgets">{saved}</script>'
        f"{scripts}</body></html>"
    )
    path = folder / "boxes.html"
    path.write_text(page, encoding="utf-8")
    return path
