"""Keep of a page's saved widgets what its explorers need beside their static HTML: the states of their drawings.

`nb_mime_priority_overrides` chooses that HTML for the page, so that it is there before scripts have run, and where they
never do. `mount.js` makes it move.
"""

import json

from myst_nb.core.render import sanitize_script_content
from myst_nb.sphinx_ import NbMetadataCollector

ON_THE_PAGE = ("html", "_css")
"""The traits of a drawing that stand in its static HTML."""


def keep_drawings(app, name, *_):
    """Drop from a page's widgets all but the drawings, and from them what stands on the page."""
    files = NbMetadataCollector.get_js_files(app.env, name)
    if "ipywidgets_state" in files:
        _, script = files["ipywidgets_state"]
        widgets = json.loads(script["body"])
        widgets["state"] = {
            id_: {**model, "state": {k: v for k, v in model["state"].items() if k not in ON_THE_PAGE}}
            for id_, model in widgets["state"].items()
            if model["model_name"] == "AnyModel"
        }
        script["body"] = sanitize_script_content(json.dumps(widgets))


def setup(app):
    app.connect("html-page-context", keep_drawings, priority=400)  # before MyST-NB writes them on the page
    return {"parallel_read_safe": True, "parallel_write_safe": True}
