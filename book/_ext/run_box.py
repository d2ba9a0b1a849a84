"""A Sphinx extension: put a box on each chapter's page that says how to run it, as a clone, by itself, or in a browser.

The project's address is the `repository_url` of _config.yml or, where that is empty, the variable REPOSITORY_URL of the environment, which
CI sets where it publishes. Where there is none, the box has the commands that do without, and no buttons.
"""

import os
from pathlib import PurePosixPath
from urllib.parse import quote

from docutils import nodes
from sphinx.addnodes import download_reference
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.typing import ExtensionMetadata

CHAPTERS = "notebooks/"


def clone(address: str) -> list[str]:
    """Return the commands that open the chapters in JupyterLab."""
    folder = PurePosixPath(address).name.removesuffix(".git")
    return ["make lab"] if not address else [f"git clone {address}", f"cd {folder}", "make lab"]


def install(address: str) -> str:
    """Return what pip installs to run a single notebook."""
    return f"gradients-checked[notebooks] @ git+{address}" if address else ".[notebooks]"


def buttons(address: str, branch: str, notebook: str) -> dict[str, str]:
    """Return the services that run a notebook with nothing installed, each with its address."""
    if not address:
        return {}
    host, _, project = address.removesuffix(".git").removeprefix("https://").partition("/")
    if host != "github.com":
        place = f"git/{quote(address, safe='')}/{branch}"
        return {"Binder": f"https://mybinder.org/v2/{place}?urlpath=lab/tree/{notebook}"}
    return {
        "Binder": f"https://mybinder.org/v2/gh/{project}/{branch}?urlpath=lab/tree/{notebook}",
        "Colab": f"https://colab.research.google.com/github/{project}/blob/{branch}/{notebook}",
    }


def box(address: str, branch: str, chapter: str, downloads: list[str]) -> list[nodes.Node]:
    """Return the box of a chapter; the downloads are the addresses of its notebook and its source on the site."""
    notebook = f"{chapter}.ipynb"
    name = PurePosixPath(notebook).name
    twin, source = (
        download_reference("", "", nodes.literal(text=PurePosixPath(chapter).name + ending), filename=file)
        for ending, file in zip((".ipynb", ".md"), downloads, strict=True)
    )
    where = "" if address else ", in the project's folder"
    parts = [
        sentence(f"With git, make, and Python 3.11 or newer{where} (the first time takes some minutes):"),
        commands(*clone(address)),
        sentence("Then open ", nodes.literal(text=f"my-{notebook}"), ", your copy of it."),
        sentence("This chapter alone: download ", twin, ", with its outputs, or its source ", source, "."),
        sentence(f"Then{where}:"),
        commands(f'pip install "{install(address)}"'),
        sentence("And where you have saved it:"),
        commands(f"jupyter lab {name}"),
    ]
    services = buttons(address, branch, notebook)
    if services:
        links = (
            nodes.reference("", service, refuri=uri, classes=["run-button"])
            for service, uri in services.items()
        )
        parts += [sentence("With nothing to install: ", *links)]
    if "Colab" in services:
        parts += [
            sentence(
                "Colab does not know the package. There, run this first, and restart the session where it asks for that:"
            ),
            commands(f'%pip install "{install(address)}"'),
        ]
    opening = '<details class="run"><summary>Run this chapter</summary>'
    return [nodes.raw("", opening, format="html"), *parts, nodes.raw("", "</details>", format="html")]


def sentence(*parts: str | nodes.Node) -> nodes.paragraph:
    return nodes.paragraph("", "", *(nodes.Text(part) if isinstance(part, str) else part for part in parts))


def commands(*lines: str) -> nodes.literal_block:
    text = "\n".join(lines)
    return nodes.literal_block(text, text, language="text")


def take_address(app: Sphinx, config: Config) -> None:
    """Put the project's address where this and the theme look for it."""
    options = config.html_theme_options
    options["repository_url"] = options.get("repository_url") or os.environ.get("REPOSITORY_URL", "")


def insert(app: Sphinx, doctree: nodes.document) -> None:
    """Put a chapter's box before its first cell."""
    chapter = app.env.docname
    if chapter.startswith(CHAPTERS):
        options = app.config.html_theme_options
        downloads = [app.env.dlfiles.add_file(chapter, chapter + ending) for ending in (".ipynb", ".md")]
        first = next(node for node in doctree.findall(nodes.container) if "cell" in node["classes"])
        place = first.parent.index(first)
        first.parent[place:place] = box(
            options["repository_url"], options["repository_branch"], chapter, downloads
        )


def setup(app: Sphinx) -> ExtensionMetadata:
    app.connect("config-inited", take_address)
    app.connect("doctree-read", insert)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
