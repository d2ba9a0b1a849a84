"""The built site in a headless browser: where it is, which pages it has, and how a test opens one."""

import contextlib
import functools
import http.server
import re
import sys
import threading
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "notebooks"))
from limits import slowness  # noqa: E402

SITE = ROOT / "book" / "_build" / "html"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

SETTLED = """async () => {
  const files = () => performance.getEntriesByType('resource').length;
  let before;
  do {
    before = files();
    await new Promise(later => setTimeout(later, 500));
  } while (files() !== before);
}"""
"""Comes to its end once no file has come for half a second."""


COME_NEAR = """async () => {
  const place = scrollY;
  let busy;
  while (busy = document.querySelector('.explorer[aria-busy=true]')) {
    busy.scrollIntoView();
    await new Promise(later => setTimeout(later, 20));
  }
  scrollTo(0, place);
}"""
"""Comes near each explorer whose frames are loaded only then, and back again."""

SHOW = "for (const show of document.querySelectorAll('.gc-answers button:last-child')) show.click()"
"""Answers no question, and sees what each veils."""

AXE = ROOT / "book/node_modules/axe-core/axe.min.js"

TOC = yaml.safe_load((ROOT / "book/_toc.yml").read_text())
PAGES = [
    TOC["root"],
    *(
        page["file"]
        for part in TOC["parts"]
        for chapter in part["chapters"]
        for page in (chapter, *chapter.get("sections", ()))
    ),
]
CHAPTERS = [chapter["file"] for part in TOC["parts"] if part.get("numbered") for chapter in part["chapters"]]
NUMBERED = {
    "convolution": [
        "eq-conv",
        "eq-output-size",
        "eq-receptive-field",
        "eq-layer",
        "eq-weight-jacobian",
        "eq-input-jacobian",
        "eq-weight-vjp",
        "eq-bias-vjp",
        "eq-input-vjp",
        "eq-transposed",
    ],
    "gated_rnn": [
        "eq-gate",
        "eq-state",
        "eq-step-jacobian",
        "eq-gate-slope",
        "eq-adjoint",
        "eq-gradients",
        "eq-propagator",
        "eq-step-bound",
        "eq-exponents",
    ],
    "attention_rnn": [
        "eq-triples",
        "eq-weights",
        "eq-average",
        "eq-direct-jacobian",
        "eq-state-gradient",
        "eq-attention-vjp",
        "eq-linear-vjp",
        "eq-total-jacobian",
        "eq-running-sums",
        "eq-running-gradients",
    ],
    "loss_curves": [
        "eq-classes",
        "eq-lstm",
        "eq-cross-entropy",
        "eq-rmsprop",
        "eq-cliff",
        "eq-cliff-gradient",
        "eq-clipping",
        "eq-adam",
        "eq-adam-bound",
        "eq-scale",
        "eq-initial",
    ],
}
"""The labels of the equations of a chapter, in the order of their numbers."""


def html(name):
    return (SITE / f"{name}.html").read_text(encoding="utf-8")


class Quiet(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # a connection serves many files

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def serving(site=SITE, handler=Quiet):
    """Serve the built site at a free port of this machine; its address."""
    handler = functools.partial(handler, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{listening.server_port}"
        listening.shutdown()


@functools.cache
def patience():
    """The longest, in milliseconds, that a page may take for anything that a test waits for."""
    return 30_000 * slowness()


class Reader:
    """Who opens pages of the site in the browser, and hears what they complain of and which other hosts they ask."""

    def __init__(self, browser, server):
        self.browser, self.server = browser, server
        self.contexts, self.errors, self.foreign = [], [], []

    def open(self, name, *, width=1280, height=900, theme="light", **options):
        """Open a page afresh; what it needs from the start has come, and its explorers are drawn."""
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=theme, **options
        )
        context.set_default_timeout(patience())
        self.contexts.append(context)
        context.add_init_script(
            f"localStorage.setItem('mode', '{theme}'); localStorage.setItem('theme', '{theme}')"
        )
        page, scripts = context.new_page(), options.get("java_script_enabled", True)
        page.on(
            "console", lambda message: self.errors.append(message.text) if message.type == "error" else None
        )
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        if scripts:  # where there are none, they are asked for and dropped
            page.on("requestfailed", lambda request: self.errors.append(f"failed: {request.url}"))
        local = (self.server, "data:", "blob:")
        page.on(
            "request",
            lambda request: None if request.url.startswith(local) else self.foreign.append(request.url),
        )
        path, _, fragment = name.partition("#")
        response = page.goto(f"{self.server}/{path}.html#{fragment}")
        assert response.ok, f"{name}: {response.status}"
        if scripts:
            page.wait_for_function(
                "document.fonts.status === 'loaded' && (document.documentElement.dataset.explorers === 'drawn'"
                " || !document.querySelector('.explorer'))"
            )
            page.evaluate(COME_NEAR)
            page.evaluate(SHOW)
        return page

    def check(self):
        """Fail if a page asked another host for a file, or logged an error, since the last time."""
        foreign, errors = self.foreign[:], self.errors[:]
        self.foreign.clear(), self.errors.clear()
        assert not foreign, f"the page asked other hosts: {foreign}"
        assert not errors, f"the page logged errors: {errors}"

    def close(self):
        while self.contexts:
            self.contexts.pop().close()


@contextlib.contextmanager
def opening(browser, server):
    """Open pages of the site; at the end, fail if one logged an error or asked another host for a file."""
    reader = Reader(browser, server)
    yield reader.open
    reader.close()
    reader.check()


def page_of(nodeid):
    """The page that a test is of, by its parameter; of another test, its function."""
    page = re.search(r"\[((?:book|notebooks)(?:/[a-z_]+)+)", nodeid)
    return page[1] if page else nodeid.partition("[")[0]
