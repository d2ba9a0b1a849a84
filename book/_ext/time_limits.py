"""A Sphinx extension: the time limits of cells and formulas, which are those of a fast machine, are stretched on a slow one.

`book/build.py` measures how slow it is, and leaves the factor in the environment.
"""

import os

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinxcontrib import katex


def stretch(app: Sphinx, config: Config) -> None:
    """Stretch each limit."""
    slowness = float(os.environ.get("SLOWNESS", "1"))
    config.nb_execution_timeout = round(config.nb_execution_timeout * slowness)
    katex.STARTUP_TIMEOUT *= slowness
    katex.RENDER_TIMEOUT *= slowness


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("config-inited", stretch)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
