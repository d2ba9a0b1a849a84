"""The claims page, its file and its errata; and the links from equations to their checks."""

import csv
import io
import json
import re

import pytest
from browsing import NUMBERED, ROOT, SITE
from bs4 import BeautifulSoup

from helpers import claims
from helpers.book import CLAIMS

COUNTS = claims.counts()


def shown(page):
    return page.locator(".tag_claims tbody tr:visible").count()


def test_a_verdict_is_chosen_from_the_keyboard(open_page):
    page = open_page("book/claims")
    assert shown(page) == len(list(CLAIMS))
    page.locator(".verdicts input").first.focus()
    for verdict, count in COUNTS.items():
        page.keyboard.press("ArrowDown")
        assert page.locator(".verdicts input:checked").get_attribute("value") == verdict
        assert shown(page) == count
        assert (
            page.locator(".tag_claims tbody tr:visible td:nth-child(3)").all_inner_texts()
            == [f"{claims.Verdict(verdict).sign} {verdict}"] * count
        )
        assert page.get_by_role("status").inner_text() == f"{count} of {len(list(CLAIMS))} claims are shown."
    page.keyboard.press("ArrowDown")
    assert shown(page) == len(list(CLAIMS))
    assert page.get_by_role("group", name="Show the claims that are").count() == 1


def test_the_table_is_searched_and_sorted(open_page):
    page = open_page("book/claims")
    page.get_by_label("with the words").fill("Exploding")
    (row,) = (
        row for row in page.locator(".tag_claims tbody tr:visible").all() if "1.2.1.d" in row.inner_text()
    )
    assert 0 < shown(page) < len(list(CLAIMS))
    assert "exploding" in row.inner_text().lower()
    page.get_by_label("refuted").check()
    assert (
        page.get_by_role("status").inner_text() == f"{shown(page)} of {len(list(CLAIMS))} claims are shown."
    )
    page.get_by_label("all").check()
    page.get_by_label("with the words").fill("")

    def ids():
        return page.locator(".tag_claims tbody td:first-child").all_inner_texts()

    in_order = [claim.id for claim in CLAIMS]
    assert ids() == in_order
    head = page.get_by_role("columnheader", name="claim")
    head.get_by_role("button").press("Enter")
    assert (ids(), head.get_attribute("aria-sort")) == (in_order[::-1], "descending")
    page.get_by_role("button", name="verdict").click()
    order = list(COUNTS)
    assert ids() == sorted(in_order, key=lambda id: order.index(CLAIMS[id].verdict.value))
    assert head.get_attribute("aria-sort") is None


def test_the_page_works_as_a_file_and_without_scripts(browser):
    address = (SITE / "book" / "claims.html").as_uri()
    page = browser.new_page()
    page.goto(address)
    page.get_by_label("refuted").check()
    assert shown(page) == COUNTS["refuted"]
    page.close()
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    assert shown(page) == len(list(CLAIMS))
    assert page.locator(".verdicts").count() == 0
    context.close()


@pytest.mark.parametrize("claim", list(CLAIMS), ids=lambda claim: claim.id)
def test_a_card_leads_to_the_sheets_statement_which_leads_back(claim):
    chapter = (SITE / "notebooks" / f"{claim.chapter}.html").read_text(encoding="utf-8")
    card = chapter.split(f"Claim {claim.id} · {claim.verdict.label}<")[1].split("</p>", 2)[1]
    label = "The sheet" if claim.verdict is claims.Verdict.LOST else "The sheet says"
    link = rf'<em><a [^>]*href="\.\./book/sheet\.html#([^"]*)"><span[^>]*>{label}</span></a>:</em>'
    (place,) = re.findall(link, card)
    statements = (SITE / "book" / "sheet.html").read_text(encoding="utf-8").split(f'id="{place}"')
    assert len(statements) == 2
    assert (
        f'href="../notebooks/{claim.chapter}.html#{claim.anchor}"' in statements[1].split('class="marked')[0]
    )


def test_the_statement_that_a_card_leads_to_is_seen(open_page):
    page = open_page("notebooks/gated_rnn")
    page.get_by_role("link", name="The sheet says").last.click()
    statement = page.locator(".marked:has(:target)")
    assert "1.2.1.d.vanishing" in statement.inner_text()
    assert 0 < statement.bounding_box()["y"] < 800
    assert statement.evaluate("statement => getComputedStyle(statement).outlineStyle") == "solid"


def test_the_marked_sheet(open_page):
    """Each statement has its mark in words, and its correction opens in place."""
    page = open_page("book/sheet")
    marked = page.locator(".marked")
    assert marked.count() == len(list(CLAIMS))
    for claim, statement in zip(CLAIMS, marked.all(), strict=True):
        sign, verdict = statement.locator(".mark").inner_text().split()
        assert (sign, verdict) == (claim.verdict.sign, claim.verdict.value)
        assert statement.locator("details").count() == bool(claim.correction or claim.remark)
    correction = page.locator("details.correction").first
    assert not correction.locator("p").first.is_visible()
    correction.locator("summary").press("Enter")
    assert correction.locator("p").first.is_visible()


def test_the_marked_sheet_on_paper(open_page):
    """Every correction is open, nothing is cut, and two sheets hold it; afterwards all is as it was."""
    page = open_page("book/sheet")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details.correction:not([open])").count() == 0
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 700, "height": 1000})
    cut = page.locator(".marked > *").evaluate_all(
        "all => all.filter(one => one.scrollWidth > one.clientWidth + 1).length"
    )
    assert cut == 0
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type /Page\b", printed)) <= 4, "two sheets, printed on both sides"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details.correction[open]").count() == 0


def test_a_refuted_claim_at_random(open_page):
    page = open_page("book/intro")
    page.evaluate("Math.random = () => 0.999")
    page.get_by_role("link", name="A refuted claim").click()
    *_, last = (claim for claim in CLAIMS if claim.verdict is claims.Verdict.REFUTED)
    page.wait_for_url(f"**/notebooks/{last.chapter}.html#{last.anchor}")


def test_the_file_holds_every_claim():
    rows = list(csv.DictReader(io.StringIO((SITE / "book" / "claims.csv").read_text(encoding="utf-8"))))
    assert [row["claim"] for row in rows] == [claim.id for claim in CLAIMS]
    page = (SITE / "book" / "claims.html").read_text(encoding="utf-8")
    assert 'href="claims.csv"' in page
    for row, claim in zip(rows, CLAIMS, strict=True):
        assert (row["verdict"], row["correction"], row["remark"]) == (
            claim.verdict.value,
            claim.correction,
            claim.remark,
        )
        assert row["the sheet says"] == claim.statement
        name, anchor = row["derivation"].split("#")
        assert f'id="{anchor}"' in (SITE / name).read_text(encoding="utf-8")


def test_the_errata_fit_one_sheet_of_paper(browser):
    page = browser.new_page()
    page.goto((SITE / "book" / "errata.html").as_uri())
    printed = page.pdf(prefer_css_page_size=True)
    (box,) = set(re.findall(rb"/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]", printed))
    assert [round(float(length)) for length in box] == [595, 842]  # A4, in points
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 718, "height": 1050})
    # No smaller than what can be read on paper: 9 px are 6.75 points.
    sizes = page.locator(".tag_errata p").evaluate_all(
        "all => all.map(p => parseFloat(getComputedStyle(p).fontSize))"
    )
    assert min(sizes) >= 9
    assert page.evaluate("document.documentElement.scrollWidth") <= 718
    page.close()


def test_the_errata_hold_what_is_not_confirmed():
    page = (SITE / "book" / "errata.html").read_text(encoding="utf-8")
    listed = re.findall(r'href="[^"]*#(claim-[^"]*)"', page)
    silent = (claims.Verdict.CONFIRMED, claims.Verdict.UNDECIDED, claims.Verdict.LOST)
    assert listed == [claim.anchor for claim in CLAIMS if claim.verdict not in silent]


def test_the_choice_knows_every_verdict_in_its_order():
    script = (ROOT / "book/_static/claims.js").read_text(encoding="utf-8")
    (names,) = re.findall(r"VERDICTS = (\[.*?\]);", script)
    assert json.loads(names) == [verdict.value for verdict in claims.Verdict]


def test_a_verdict_has_its_colour(open_page):
    page = open_page("book/claims")
    colours = page.locator("td .verdict").evaluate_all(
        "all => all.map(cell => [cell.classList[1], getComputedStyle(cell).borderLeftColor])"
    )
    by_verdict = dict(colours)
    assert len({*map(tuple, colours)}) == len(by_verdict) == len(set(by_verdict.values())) == len(COUNTS)


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.md")), ids=lambda path: path.stem)
def test_each_equation_on_the_page_links_to_its_check(path):
    page = (SITE / "notebooks" / f"{path.stem}.html").read_text(encoding="utf-8")
    equations = re.findall(r'id="equation-(eq-[a-z0-9-]+)"', page)
    assert equations == NUMBERED.get(path.stem, [])
    for label in equations:
        (link,) = re.findall(rf'class="equation-check"[^<]*<a[^>]*href="#(check-{label})"', page)
        below = page.split(f'id="{link}"')[1]
        cell = re.sub(r"<[^>]+>", "", below.split("</pre>")[0])
        assert label in ", ".join(re.findall(r"# checks: (.*)", cell)).split(", ")


@pytest.mark.parametrize("claim", list(CLAIMS), ids=lambda claim: claim.id)
def test_a_claims_heading_has_its_verdict_and_leads_to_the_card(claim):
    page = BeautifulSoup(
        (SITE / "notebooks" / f"{claim.chapter}.html").read_text(encoding="utf-8"), "html.parser"
    )
    (link,) = page.find_all("a", string=f"card of {claim.id} ↓")
    assert link.parent.find(class_="verdict")["class"] == ["verdict", claim.verdict.value]
    card = page.find(id=link["href"].removeprefix("#"))
    assert f"Claim {claim.id} · " in card.get_text()
    section = link.find_parent("section")
    assert section.find(id=claim.anchor) or claim.anchor == section["id"]
