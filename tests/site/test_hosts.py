"""Drawings where others show them: dark themes of notebooks, and colours that the reader's system forces."""

import pytest

from helpers.drawings import Grid, picture

DRAWING = picture(
    Grid("x", roles="roles", legend=("input", "dropped"), numbers="x"),
    roles=[[0, 0, 1]],
    x=[[4, 5, 6]],
    alt="4, 5 and 6",
)._repr_html_()
HOSTS = {
    "VS Code, dark": ("<html><body class='vscode-dark' style='background: #1e1e1e'>", True),
    "VS Code, high contrast": ("<html><body class='vscode-high-contrast' style='background: #000'>", True),
    "VS Code, light high contrast": (
        "<html><body class='vscode-high-contrast vscode-high-contrast-light' style='background: #fff'>",
        False,
    ),
    "Colab, dark": ("<html theme='dark'><body style='background: #383838'>", True),
    "JupyterLab, dark": ("<html><body data-jp-theme-light='false' style='background: #111'>", True),
    "JupyterLab, light": ("<html><body data-jp-theme-light='true' style='background: #fff'>", False),
    "the page, dark": ("<html data-theme='dark'><body style='background: #121212'>", True),
    "any other, dark": ("<html><body style='background: #0d1117; color: #fff'>", False),
}
CONTRASTS = """() => {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d');
  const light = (colour) => {
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map(part => part / 255)
      .map(share => share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (part) => {
    const own = getComputedStyle(part).backgroundColor;
    return own === 'rgba(0, 0, 0, 0)' ? behind(part.parentElement) : own;
  };
  return [...document.querySelectorAll('.gc-title, .gc-legend > *, .gc text')].map(part => {
    const cell = part.closest('g.cell')?.querySelector('rect');
    const {color, fill} = getComputedStyle(part);
    const pair = [light(cell ? fill : color), light(cell ? getComputedStyle(cell).fill : behind(part))];
    return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
  });
}"""


@pytest.fixture
def show(browser):
    pages = []

    def show(html, **options):
        pages.append(browser.new_page(**options))
        pages[-1].set_content(html)
        return pages[-1]

    yield show
    for page in pages:
        page.close()


@pytest.mark.parametrize("host", HOSTS)
def test_a_drawing_can_be_read_in_every_theme(show, host):
    before, is_dark = HOSTS[host]
    page = show(before + DRAWING)
    contrasts = page.evaluate(CONTRASTS)
    assert len(contrasts) > 4
    assert min(contrasts) >= 4.5
    ink = page.evaluate("getComputedStyle(document.querySelector('.gc')).color")
    assert (ink == "rgb(230, 233, 236)") == is_dark


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("before", ["<html data-theme='light'>", "<html data-theme='dark'>", "<html>"])
def test_the_key_keeps_its_colours_where_the_system_forces_others(show, before, scheme):
    page = show(before + DRAWING, forced_colors="active", color_scheme=scheme)
    keys, cells = page.evaluate(
        """() => [[...document.querySelectorAll('.gc-legend i')].map(key => getComputedStyle(key).backgroundColor),
          [...document.querySelectorAll('.gc .cell rect')].map(cell => getComputedStyle(cell).fill)]"""
    )
    assert set(keys) == set(cells)
    assert len(set(keys)) == 2
    assert min(page.evaluate(CONTRASTS)) >= 4.5
