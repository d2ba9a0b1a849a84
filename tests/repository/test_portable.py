"""The sources use no more of MyST than the page on how the book is made says."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
CHAPTERS = sorted((ROOT / "notebooks").glob("*.md"))
PAGES = [*CHAPTERS, *sorted((ROOT / "book").glob("*.md")), *sorted((ROOT / "book/api").glob("*.md"))]
DIRECTIVE = re.compile(r"^ *`{3,}\{([\w:-]+)\}", re.MULTILINE)
ROLE = re.compile(r"(?<!\w)\{([a-z]{2,}(?::\w+)?)\}`")


def used(pattern, pages):
    return {name for page in pages for name in pattern.findall(page.read_text(encoding="utf-8"))}


def promised():
    """The directives and the roles that the page names."""
    text = (ROOT / "book/architecture.md").read_text(encoding="utf-8").partition("They use only the ")[2]
    directives, _, roles = text.partition(" and the roles ")
    return [re.findall(r"`([\w:-]+)`", part) for part in (directives, roles.partition(".\n")[0])]


def test_directives_and_roles_are_those_that_the_page_names():
    directives, roles = promised()
    assert used(DIRECTIVE, PAGES) == set(directives)
    assert used(ROLE, PAGES) == set(roles)


def test_no_chapter_uses_what_only_a_page_of_reference_may():
    directives, _ = promised()
    assert used(DIRECTIVE, CHAPTERS) <= set(directives[:3])
    assert len(directives) == 6
