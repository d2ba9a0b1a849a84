"""Put an explorer's still picture on the page beside the place where its live one will be mounted.

MyST-NB chooses one kind of output for a page. Of an explorer two are wanted: the place of the widget, and the
picture that stands there until scripts have run, and where they never do.
"""

from docutils import nodes
from myst_nb.sphinx_ import SelectMimeType
from sphinx.transforms.post_transforms import SphinxPostTransform

WIDGET = "application/vnd.jupyter.widget-view+json"


class StillBesideWidget(SphinxPostTransform):
    default_priority = SelectMimeType.default_priority - 1

    def run(self, **_):
        for bundle in self.document.findall(nodes.container):
            if bundle.get("nb_element") == "mime_bundle":
                kinds = {output["mime_type"]: output for output in bundle.children}
                if WIDGET in kinds and "text/html" in kinds:
                    kinds[WIDGET].extend(kinds["text/html"].children)


def setup(app):
    app.add_post_transform(StillBesideWidget)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
