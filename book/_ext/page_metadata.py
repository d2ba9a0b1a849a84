"""A Sphinx extension: what a page says of itself to who links to it, and what the site says of itself.

The site's own address is `html_baseurl` of _config.yml or, where that is empty, the variable SITE_URL of the environment, which CI sets where it
publishes. With it each page names its address, and the site has a map.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import metadata
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.typing import ExtensionMetadata

LONGEST = 200
"""The characters of a description that others show."""
PACKAGE = metadata("gradients-checked")
INDEX = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="0; url={first}"><meta name="description" content="{description}">
</head><body><p><a href="{first}">{title}</a></p></body></html>
"""


def take_address(app: Sphinx, config: Config) -> None:
    """Put the site's address where Sphinx looks for it."""
    address = config.html_baseurl or os.environ.get("SITE_URL", "")
    config.html_baseurl = address and f"{address.rstrip('/')}/"


def description(doctree: nodes.document | None) -> str:
    """Return the first paragraph of a page, or as much of it as others show; of a page without one, that of the book."""
    paragraphs = doctree.findall(nodes.paragraph) if doctree else iter(())
    words = next((" ".join(paragraph.astext().split()) for paragraph in paragraphs), PACKAGE["Summary"])
    return words if len(words) <= LONGEST else f"{words[:LONGEST].rpartition(' ')[0]} …"


def tags(app: Sphinx, page: str, context: dict[str, Any], summary: str) -> Iterator[tuple[str, str]]:
    """Yield the name and the content of each meta tag of a page."""
    title = nodes.unescape(context.get("title") or app.config.html_title)
    picture = "_static/picture.png"
    yield "description", summary
    yield "theme-color", "#0072b2"
    yield "twitter:card", "summary_large_image"
    yield "og:type", "article"
    yield "og:site_name", app.config.html_title
    yield "og:title", title
    yield "og:description", summary
    yield (
        "og:image",
        (context["pageurl"] and app.config.html_baseurl + picture) or context["pathto"](picture, 1),
    )
    yield "og:image:alt", "An explorer of the book: sliders, and a drawing that follows them."
    if context["pageurl"]:
        yield "og:url", context["pageurl"]


def describe(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document) -> None:
    """Give a page's template the meta tags, and the footer its version and date."""
    context["page_metadata"] = list(tags(app, page, context, description(doctree)))
    context["version"] = PACKAGE["Version"]
    context["built"] = f"{datetime.now(UTC):%-d %B %Y}"
    context["home"] = app.config.html_baseurl
    context["feedback"] = app.config.html_theme_options.get("repository_url", "")


def write_site_files(app: Sphinx, exception: Exception | None) -> None:
    """Write the pages that no reader looks for, and the map where the site's address is known."""
    if exception:
        return
    site, address, title = Path(app.outdir), app.config.html_baseurl, app.config.html_title
    first = f"{app.config.root_doc}.html"
    index = INDEX.format(title=escape(title), first=first, description=escape(PACKAGE["Summary"]))
    (site / "index.html").write_text(index, encoding="utf-8")
    if address:
        pages = sorted(f"{address}{page}.html" for page in app.env.found_docs)
        places = "".join(f"<url><loc>{escape(page)}</loc></url>\n" for page in pages)
        schema = "http://www.sitemaps.org/schemas/sitemap/0.9"
        (site / "sitemap.xml").write_text(
            f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{schema}">\n{places}</urlset>\n',
            encoding="utf-8",
        )
        (site / "robots.txt").write_text(f"User-agent: *\nSitemap: {address}sitemap.xml\n", encoding="utf-8")


def setup(app: Sphinx) -> ExtensionMetadata:
    app.connect("config-inited", take_address)
    app.connect("html-page-context", describe)
    app.connect("build-finished", write_site_files, priority=900)  # after Jupyter Book has written its own
    return {"parallel_read_safe": True, "parallel_write_safe": True}
