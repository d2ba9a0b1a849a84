"""Answer boxes on a small page, in a browser: served, and opened from a file."""

import copy

import pytest
from box_page import write_page
from browsing import AXE, opening, serving
from typed_answers import RIGHT, SHEETS

from helpers import exercises
from helpers.book import BOXES
from helpers.convolution.explorers import output_size_explorer
from helpers.exercises.progress_file import Progress

WRONG = {
    "1.1.a": ("6 × 3", "rounds up"),
    "1.1.b": ("⌊(H+2P-K)/S⌋+1", "forgets that dilation spreads the kernel"),
    "1.1.c.i": ("sum(c, 0, 4, sum(k, 0, 2, x[c, r+k] W[0,c,k]))", "moves the kernel by 1, not by 2"),
    "1.2.2.e": ("k_1Q_1", "drops a transpose, of k_1"),
    "1.3.2.cause": ("Labels of the data were wrong", "puts it down to wrong labels"),
    "1.2.2.d.sums": ("N/D", "leaves the input out"),
    "1.2.2.d.rescaling": ("N + exp(w - max(M, w)) v", "forgets to rescale the old sum"),
    "1.2.2.d.bound": ("2, 2", "lets the two values cancel"),
    "1.3.1": ("-g η", "makes a step as long as its gradient"),
    "1.3.2.logits": ("9, 0, 0, 0", "is sure and right"),
    "1.3.2.probability": ("1/e", "gives the probability that costs 1"),
    "1.3.3.forest": ("Both", "takes any cure for a cure of their number"),
    "1.3.3.regularisation": ("Weight decay", "decays the weights"),
}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    widgets = [exercises.box(id) for id in BOXES]
    before = '<ul><li><a href="#exercise-1-1-a">1.1.a</a></li><li><a href="#exercise-1-1-b">1.1.b</a></li></ul><p id="exercise-1-1-a">Your turn.</p>'
    widgets = [*widgets[:3], output_size_explorer(), *widgets[3:], exercises.progress_panel()]
    write_page(folder, widgets, before=before)
    return folder


@pytest.fixture
def open_boxes(browser, site):
    """Opens the page; at the end, fails if it logged an error or asked another host."""
    with serving(site) as server, opening(browser, server) as open_:

        def open_ready(**options):
            page = open_("boxes", **options)
            if options.get("java_script_enabled", True):
                page.wait_for_function(
                    f"document.querySelectorAll('[data-ready]').length === {len(BOXES) + 1}"
                )
            return page

        yield open_ready


@pytest.fixture
def page(open_boxes):
    return open_boxes()


def answer(page, id, typed):
    """Type an answer, or choose it, and check it; return the outcome and the mistake."""
    box = page.locator(f'[data-exercise="{id}"]')
    if BOXES[id].kind == "choice":
        box.get_by_label(typed).check()
    else:
        box.locator("[data-answer]").fill(typed)
    box.locator("[data-check]").click()
    status = box.get_by_role("status")
    return status.get_attribute("data-outcome"), status.get_attribute("data-mistake")


def right(id):
    return BOXES[id].exercise.options[0].text if BOXES[id].kind == "choice" else RIGHT[id][0]


def test_each_box_keeps_the_contract(page):
    assert page.locator(".explorer input[type=range]").count() > 0
    for id in BOXES:
        box = page.locator(f'[data-exercise="{id}"]')
        for part in ("[data-answer]", "button[data-check]", "[role=status]"):
            assert box.locator(part).count() == 1
        assert box.get_by_role("status").get_attribute("data-outcome") == "unanswered"
        box.locator("[data-check]").click()
        assert box.get_by_role("status").get_attribute("data-outcome") == "unanswered"
        assert box.get_by_role("status").inner_text().startswith("… Not answered yet.")
    for id, (typed, mistake) in WRONG.items():
        assert answer(page, id, typed) == ("not-yet", mistake)
    for id, answers in SHEETS.items():
        for typed, name in answers.items():
            outcome, mistake = answer(page, id, typed)
            assert outcome == "not-yet"
            assert mistake.startswith(name)
    for id in BOXES:
        assert answer(page, id, right(id)) == ("right", "")
    assert answer(page, "1.2.2.e", "a_1 (v_1 -") == ("unreadable", "")


def test_from_a_file(browser, site):
    page = browser.new_page()
    errors, asked = [], []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto((site / "boxes.html").as_uri())
    page.wait_for_function(f"document.querySelectorAll('[data-ready]').length === {len(BOXES) + 1}")
    for id, (typed, mistake) in WRONG.items():
        assert answer(page, id, typed) == ("not-yet", mistake)
        assert answer(page, id, right(id)) == ("right", "")
    assert not errors
    assert all(url.startswith(("file:", "data:", "blob:")) for url in asked)
    page.close()


def test_with_the_keyboard_alone(page):
    box = page.locator('[data-exercise="1.2.2.e"]')
    box.locator("[data-answer]").focus()
    page.keyboard.type("k_1Q_1")
    page.keyboard.press("Enter")
    assert box.get_by_role("status").get_attribute("data-mistake") == "drops a transpose, of k_1"
    assert box.locator("[data-answer]").input_value() == "k_1Q_1"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.hasAttribute('data-check')")
    choice = page.locator('[data-exercise="1.3.2.cause"]')
    choice.locator("input").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    options = choice.locator("input")
    chosen = BOXES["1.3.2.cause"].exercise.options[int(options.nth(1).input_value())]
    assert options.nth(1).is_checked()
    assert choice.get_by_role("status").get_attribute("data-mistake") == chosen.name


def test_a_screen_reader_hears_what_belongs_to_the_field(page):
    for id, box in BOXES.items():
        if box.kind != "choice":
            field = page.locator(f'[data-exercise="{id}"]').get_by_role("textbox")
            assert page.get_by_label(box.label, exact=True).count() >= 1
            described = field.get_attribute("aria-describedby").split()
            assert [page.locator(f"#{name}").count() for name in described] == [1, 1]
            assert page.locator(f"#{described[1]}").get_attribute("role") == "status"
    answer(page, "1.1.a", "6 × 3")
    field = page.locator('[data-exercise="1.1.a"] [data-answer]')
    assert field.get_attribute("aria-invalid") == "true"
    answer(page, "1.1.a", "5 × 2")
    assert field.get_attribute("aria-invalid") == "false"


def test_the_formula_is_typeset_as_it_is_typed(page):
    box = page.locator('[data-exercise="1.2.2.e"]')
    preview = box.locator(".gc-box-preview")
    box.locator("[data-answer]").press_sequentially("a_1/2")
    assert preview.locator("mfrac msub").count() == 1
    above, below = (preview.locator(f"mfrac > :nth-child({place})").bounding_box() for place in (1, 2))
    assert above["y"] + above["height"] <= below["y"] + 1
    box.locator("[data-answer]").press_sequentially(" + &")
    assert preview.locator("mark").inner_text() == "&"
    box.locator("[data-answer]").fill("")
    assert preview.inner_html() == ""


def test_nothing_moves_while_typing(page):
    field = page.locator('[data-exercise="1.2.2.e"] [data-answer]')
    top_below = """document.querySelector('[data-exercise="1.2.2.f"]').offsetTop"""
    before = page.evaluate(top_below)
    for typed in ("a_1", "a_1/(1 + 1/(1 + a_1/2))", "sum(i, 0, 2, v_1)", "a_1 (", ""):
        field.fill(typed)
        assert page.evaluate(top_below) == before


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_violation_on_a_phone(open_boxes, theme):
    page = open_boxes(width=360, theme=theme)
    page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
    for id, (typed, _) in WRONG.items():
        answer(page, id, typed)
    answer(page, "1.3.4.loss", "ln 4")
    answer(page, "1.2.1.a", "h + &")
    answer(page, "1.1.c.ii", "x[c, 2r + k] + x[c, r] + x[c, k]")
    for summary in page.locator("details summary").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.add_script_tag(path=AXE)
    violations = page.evaluate("async () => (await axe.run({resultTypes: ['violations']})).violations")
    assert [
        (found["id"], node["target"], node["failureSummary"])
        for found in violations
        for node in found["nodes"]
    ] == []


def test_what_is_solved_is_kept_in_this_browser(page):
    tick = page.locator('[data-exercise="1.1.a"] .gc-box-tick')
    assert not tick.is_visible()
    answer(page, "1.1.a", "6 × 3")
    assert not tick.is_visible()
    answer(page, "1.1.a", "5 × 2")
    assert tick.is_visible()
    page.reload()
    page.wait_for_selector("[data-ready]")
    tick.wait_for(state="visible")
    assert not page.locator('[data-exercise="1.1.b"] .gc-box-tick').is_visible()


# What is solved


def count(page):
    return int(page.locator("[data-count]").inner_text().split()[0])


def test_ticks_stand_at_the_heading_and_in_the_list(page):
    answer(page, "1.1.a", "5 × 2")
    assert page.locator("p#exercise-1-1-a").inner_text() == "Your turn. ✓ solved"
    assert page.locator("li").all_inner_texts() == ["1.1.a ✓ solved", "1.1.b"]
    assert count(page) == 1
    page.reload()
    page.locator("p#exercise-1-1-a .gc-tick").wait_for()
    assert count(page) == 1


def test_what_is_solved_is_forgotten_when_that_is_confirmed(page):
    answer(page, "1.1.a", "5 × 2")
    for accepted in (False, True):
        page.once(
            "dialog", lambda dialog, accepted=accepted: dialog.accept() if accepted else dialog.dismiss()
        )
        page.get_by_role("button", name="Forget all").click()
        assert count(page) == (0 if accepted else 1)
    assert page.locator("main").get_by_text("✓ solved").locator("visible=true").count() == 0


def test_it_is_taken_along_as_the_notebooks_own_file_and_brought_back(open_boxes, tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIENTS_CHECKED_HOME", str(tmp_path))
    page = open_boxes()
    answer(page, "1.1.a", "5 × 2")
    answer(page, "1.3.4.loss", "ln 4")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as a file").click()
    assert download.value.suggested_filename == "progress.json"
    download.value.save_as(tmp_path / "progress.json")
    assert Progress().solved() == ({"1.1.a", "1.3.4.loss"}, ())
    Progress().keep("1.1.b")
    other = open_boxes()
    assert count(other) == 0
    other.locator("[data-file]").set_input_files(tmp_path / "progress.json")
    other.get_by_text("The solved exercises in the file have been added.").wait_for()
    assert count(other) == 3
    for wrong in (
        b"",
        b"{",
        b"[]",
        b'{"format": 2, "solved": ["1.1.c.i"]}',
        b'{"format": 1, "solved": [1]}',
        b"\xff" * 2_000_000,
    ):
        (tmp_path / "wrong.json").write_bytes(wrong)
        other.locator("[data-file]").set_input_files(tmp_path / "wrong.json")
        other.get_by_text("This is not a file of solved exercises. Nothing has changed.").wait_for()
        assert count(other) == 3
        other.evaluate("document.querySelector('[data-news]').textContent = ''")


def test_another_page_hears_of_it(browser, site):
    with serving(site) as server:
        context = browser.new_context()
        one, other = context.new_page(), context.new_page()
        for page in (one, other):
            page.goto(f"{server}/boxes.html")
            page.wait_for_selector(".gc-progress[data-ready]")
        answer(one, "1.1.a", "5 × 2")
        other.locator("p#exercise-1-1-a .gc-tick").wait_for()
        context.close()


def test_on_a_phone_all_of_a_formula_is_seen(open_boxes):
    page = open_boxes(width=360)
    for id in [id for id, box in BOXES.items() if box.kind == "formula"]:
        box = page.locator(f'[data-exercise="{id}"]')
        for typed in RIGHT[id]:
            box.locator("[data-answer]").fill(typed)
            for part in ("[data-answer]", ".gc-box-preview"):
                wide, high, scrolls = box.locator(part).evaluate(
                    "part => [part.scrollWidth - part.clientWidth, part.scrollHeight - part.clientHeight, "
                    "['auto', 'scroll'].includes(getComputedStyle(part).overflowX)]"
                )
                assert high <= 1, (id, typed, part, high)
                # What cannot be broken into lines scrolls by itself.
                assert wide <= 1 or scrolls, (id, typed, part, wide)
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_without_scripts_and_on_paper_the_question_is_there(open_boxes):
    page = open_boxes(java_script_enabled=False)
    for _ in range(2):
        box = page.locator('[data-exercise="1.2.2.e"]')
        assert box.get_by_text("Give ∂h[t]/∂h[t−1] of AttentionRNN(2).").is_visible()
        assert box.locator("[data-answer]").is_visible()
        assert not box.locator("[data-check]").is_visible()
        page = open_boxes()
        answer(page, "1.2.2.e", "k_1Q_1")
        page.emulate_media(media="print")
    line = page.evaluate(
        "(({borderBottomWidth, borderBottomColor, color}) => [borderBottomWidth, borderBottomColor, color])"
        "(getComputedStyle(document.querySelector('[data-exercise=\"1.2.2.e\"] textarea')))"
    )
    assert line[0] == "1px"
    assert line[1] != "rgba(0, 0, 0, 0)"
    assert line[2] == "rgba(0, 0, 0, 0)"


def test_what_is_typed_is_shown_as_text(page):
    for typed in (
        "<img src=x onerror=document.title='run'>",
        "<script>document.title='run'</script>",
        "**<b>**",
    ):
        assert answer(page, "1.2.2.e", typed)[0] == "unreadable"
        assert answer(page, "1.1.a", typed)[0] == "unreadable"
    assert page.title() == "Boxes"
    assert page.locator(".gc-box :is(img, script, b)").count() == 0


def test_an_answer_comes_soon(page):
    """First use to answer within a second, later answers within 50 ms, on an idle machine; twice that here."""
    times = page.evaluate(
        """typed => ['1.2.2.e', '1.2.2.e', '1.2.2.e'].map(id => {
          const box = document.querySelector(`[data-exercise="${id}"]`);
          box.querySelector('[data-answer]').value = typed;
          const begun = performance.now();
          box.requestSubmit();
          return performance.now() - begun;
        })""",
        RIGHT["1.2.2.e"][0],
    )
    assert times[0] < 1000
    assert times[-1] < 100


def test_a_fault_in_the_pack_is_seen(browser, tmp_path):
    """Planted: the expected values of one box negated. Then the right answer is none, and these tests fail."""
    widget = exercises.box("1.2.2.e")
    pack = copy.deepcopy(widget.pack)
    for case in pack["cases"]:
        case["expected"] = [[-number for number in row] for row in case["expected"]]
    widget.pack = pack
    write_page(tmp_path, [widget])
    with serving(tmp_path) as server, opening(browser, server) as open_:
        page = open_("boxes")
        page.wait_for_selector("[data-ready]")
        assert answer(page, "1.2.2.e", right("1.2.2.e")) == ("not-yet", "")
        assert "negative" in page.get_by_role("status").inner_text()


def test_the_script_of_all_boxes_stands_once(site):
    texts = [path.read_text(encoding="utf-8") for path in site.rglob("*") if path.suffix in (".html", ".js")]
    assert sum(text.count("class Parser") for text in texts) == 1


def test_what_the_browser_keeps_may_be_spoilt(open_boxes):
    page = open_boxes()
    for kept in ("5", "null", "{", '{"a": 1}', '"1.1.a"'):
        page.evaluate("kept => localStorage.setItem('gradients-checked.solved', kept)", kept)
        page.reload()
        page.wait_for_function(f"document.querySelectorAll('[data-ready]').length === {len(BOXES) + 1}")
        assert not page.locator('[data-exercise="1.1.a"] .gc-box-tick').is_visible()
    assert answer(page, "1.1.a", "5 × 2") == ("right", "")
    assert page.locator('[data-exercise="1.1.a"] .gc-box-tick').is_visible()
