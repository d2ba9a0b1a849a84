"""A page whose widgets cannot all be started: each that can be is, and the others say why they stand still."""

import json
import re
import shutil

import pytest
from box_page import squares, write_page
from browsing import patience, serving

from helpers import exercises

POLICY = "default-src 'none'; script-src 'self'; img-src data:; style-src 'unsafe-inline'"
"""As strict as can be where the page has styles of its own."""
DRAWN = "html[data-explorers=drawn]"


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    widgets = [squares("first"), exercises.box("1.1.a"), squares("second")]
    return write_page(tmp_path_factory.mktemp("site"), widgets)


@pytest.fixture
def path(written, tmp_path):
    return shutil.copytree(written.parent, tmp_path / "site") / written.name


@pytest.fixture
def page(browser):
    page = browser.new_page()
    page.set_default_timeout(patience())
    yield page
    page.close()


def rewrite(path, change):
    """Change the first of the widgets that a page has saved."""
    text = path.read_text(encoding="utf-8")
    saved = re.search('(?<=id="widgets">).*?(?=</script>)', text, re.DOTALL)
    widgets = json.loads(saved[0])
    change(widgets[0])
    path.write_text(text.replace(saved[0], json.dumps(widgets).replace("</", "<\\/")), encoding="utf-8")


def sliders(page, number):
    return page.locator(".explorer").nth(number).locator("input[type=range]").count()


@pytest.mark.parametrize(
    "fault",
    [
        lambda widget: widget["buffers"][0].update(data="no base64!"),
        lambda widget: widget["buffers"][0].update(data="AAAA"),
        lambda widget: widget.update(buffers=[]),
        lambda widget: widget.update(script="widget-of-nobody.js"),
        lambda widget: widget["state"].pop("panels"),
        lambda widget: widget["state"].pop("sliders"),
        lambda widget: widget["state"].update(panels=[{"kind": "Hologram"}]),
    ],
    ids=["base64", "deflate", "no frames", "no script", "no panels", "no sliders", "an unknown panel"],
)
def test_one_broken_widget_leaves_the_others_moving(page, path, fault):
    rewrite(path, fault)
    page.goto(path.as_uri())
    page.wait_for_selector(DRAWN, state="attached")
    assert sliders(page, 0) == 0
    assert sliders(page, 1) == 1
    sentence = page.locator(".gc-excuse")
    assert sentence.count() == 1
    assert "This stays as it is" in page.locator(".explorer").first.inner_text()
    box = page.locator("[data-exercise]")
    box.locator("[data-answer]").fill("5 × 2")
    box.locator("[data-check]").click()
    assert box.get_by_role("status").get_attribute("data-outcome") == "right"


def test_a_browser_that_is_too_old_says_so_at_each_explorer(page, path):
    page.add_init_script("delete window.DecompressionStream; delete Document.prototype.fonts")
    page.goto(path.as_uri())
    page.wait_for_selector(DRAWN, state="attached")
    assert [sliders(page, number) for number in (0, 1)] == [0, 0]
    sentences = page.locator(".gc-excuse").all_inner_texts()
    assert len(sentences) == 2
    assert all("DecompressionStream" in sentence for sentence in sentences)
    assert page.locator("[data-exercise][data-ready]").count() == 1


def test_no_policy_has_to_allow_more_than_files_of_the_site(page, path):
    def with_policy(route):
        answer = route.fetch()
        route.fulfill(response=answer, headers={**answer.headers, "content-security-policy": POLICY})

    errors = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.route("**/*.html", with_policy)
    with serving(path.parent) as address:
        page.goto(f"{address}/{path.name}")
        page.wait_for_selector(DRAWN, state="attached")
    assert not errors
    assert [sliders(page, number) for number in (0, 1)] == [1, 1]
    assert page.locator("#still").count() == 0


@pytest.mark.parametrize("policy", [POLICY.replace("'self'", "'none'"), None])
def test_where_no_script_runs_the_page_says_so(browser, path, policy):
    """Under a policy that allows none, and where JavaScript is off."""

    def with_policy(route):
        answer = route.fetch()
        route.fulfill(response=answer, headers={**answer.headers, "content-security-policy": policy})

    context = browser.new_context(java_script_enabled=policy is not None)
    page = context.new_page()
    if policy:
        page.route("**/*.html", with_policy)
    with serving(path.parent) as address:
        page.goto(f"{address}/{path.name}")
        page.get_by_text("The drawings of this page stand still").wait_for(state="visible")
    context.close()
