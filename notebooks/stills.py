"""Still pictures for stored outputs: where a notebook is not trusted, a drawing loses its style and all else that is SVG or a script."""

import base64
import math
import re
from collections.abc import Iterable
from xml.etree import ElementTree

from nbformat import NotebookNode

from helpers.drawings.html import HTML, element

DRAWING = re.compile(r"<style>(.*?)</style>(.*gc-panels.*)", re.DOTALL)
SENTENCE = "A still picture. Run this cell to see it as it is meant, and to move what moves."
LINE = 20
"""The height of a title, and of a line of a legend, in pixels."""
BESIDE_PLOT = 62
"""The height of what stands above and below a plot: its margins, with the numbers of its axes."""
LETTER, KEY = 7, 32
"""The widths of a letter of a legend, and of a key with its space, in pixels."""
GAP = 12
NARROWEST = 128
"""The widths between panels, and of the narrowest, as in drawings.css."""


def add_stills(notebook: NotebookNode) -> None:
    """Add a still picture to each drawing among the outputs of a notebook."""
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if "text/html" in data:
                data["text/html"] = with_still(data["text/html"])


def with_still(html: str) -> str:
    """Return an output; if it holds a drawing, with a still picture of it, which the drawing's style hides."""
    found = DRAWING.fullmatch(html.strip())
    if not found:
        return html
    css, drawing = found.groups()
    panels = ElementTree.fromstring(f"<div>{drawing}</div>").findall(".//*[@class='gc-panel']")
    words = ElementTree.fromstring(f"<div>{drawing}</div>").findall(".//*[@class='gc-words']")
    sentences = (element("p", " ".join(part.itertext())) for part in words)
    rich = element("div", HTML(drawing.strip()), class_="gc-rich", style="display:none")
    still = element("div", image(panels, css), *sentences, element("p", SENTENCE), class_="gc-still")
    return f"<style>{css}</style>\n{rich}\n{still}"


def image(panels: list[ElementTree.Element], css: str) -> HTML:
    """Return panels, one below the other, as an image with the style inside."""
    for panel in panels:
        panel.set("xmlns", "http://www.w3.org/1999/xhtml")
        for svg in panel.iter("svg"):
            svg.set("xmlns", "http://www.w3.org/2000/svg")
    width = max(map(width_of, panels)) + 2 * GAP
    height = sum(height_of(panel) + GAP for panel in panels) + GAP
    size = f'width="{width:g}" height="{height:g}"'
    style = re.sub(r"/\*.*?\*/|\n+", "", css, flags=re.DOTALL)
    body = "".join(ElementTree.tostring(panel, encoding="unicode") for panel in panels)
    look = f"margin: 0; padding: {GAP}px; display: grid; gap: {GAP}px; font: 16px/1.5 system-ui, sans-serif"
    picture = (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}><foreignObject {size}>'
        f'<div xmlns="http://www.w3.org/1999/xhtml" class="gc" style="{look}"><style>{style}</style>{body}</div>'
        "</foreignObject></svg>"
    )
    data = base64.b64encode(picture.encode()).decode()
    titles = ", ".join("".join(panel[0].itertext()) for panel in panels)
    return element("img", src=f"data:image/svg+xml;base64,{data}", alt=titles)


def width_of(panel: ElementTree.Element) -> float:
    return max(NARROWEST, first_number(panel.get("style", "")))


def height_of(panel: ElementTree.Element) -> float:
    """Return the height of a panel: of its title and its legend, in as many lines as its width needs, and of its drawing."""
    title, legend, drawn = panel
    lines = lines_of([title], panel) + lines_of(legend, panel)
    svg = drawn.find("{*}svg")
    is_grid = svg is not None and svg.get("height")
    inside = (
        first_number(svg.get("height")) if is_grid else first_number(drawn.get("style", "")) + BESIDE_PLOT
    )
    return LINE * lines + inside


def lines_of(entries: Iterable[ElementTree.Element], panel: ElementTree.Element) -> int:
    """Return how many lines entries take, at most."""
    length = sum(KEY + LETTER * len("".join(entry.itertext())) for entry in entries)
    return math.ceil(1.5 * length / width_of(panel))


def first_number(text: str) -> float:
    return float(re.findall(r"\d[\d.]*", text)[0])
