"""Find a browser for the tests of the built site, and install one where there is none (`make browser`)."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

WITHOUT_WINDOWS = "chromium-headless-shell"
"""The same browser, in which the tests take two thirds of the time."""
NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "chrome",
    "msedge",
)
ON_MACS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)


def find():
    """Return the path of a browser of the Chromium family, or None. `BROWSER_PATH` names another, which must be there."""
    named = os.environ.get("BROWSER_PATH")
    if named:
        if not Path(named).exists():
            raise FileNotFoundError(f"BROWSER_PATH must name a browser, and {named} is not there")
        return named
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    candidates = [shutil.which(WITHOUT_WINDOWS), own, *map(shutil.which, NAMES), *ON_MACS]
    return next((path for path in candidates if path and Path(path).exists()), None)


def install():
    """Install a browser: Debian's where this user may, and otherwise the one Playwright brings."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "fonts-dejavu-core"]
        for browser in (WITHOUT_WINDOWS, "chromium"):
            if subprocess.run([*command, browser], env=quiet).returncode == 0:
                return
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)


if __name__ == "__main__":
    if find() is None and "--install" in sys.argv:
        install()
    browser = find()
    print(f"browser: {browser or 'none'}")
    sys.exit(browser is None)
