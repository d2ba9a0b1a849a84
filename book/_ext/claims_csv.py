"""A Sphinx extension: the claims beside their page, as a file for a spreadsheet."""

from pathlib import Path

from helpers import claims
from helpers.book import CLAIMS


def write(app, exception):
    if exception is None:
        place = Path(app.outdir) / "book" / "claims.csv"
        place.write_text(claims.to_csv(CLAIMS), encoding="utf-8")


def setup(app):
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
