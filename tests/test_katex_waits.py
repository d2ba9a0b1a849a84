"""The renderer of formulas is waited for until it listens, and no longer than it may take."""

import importlib.util
import sys
from pathlib import Path

import pytest
from sphinxcontrib.katex import KaTeXError, KaTeXServer

FILE = Path(__file__).parent.parent / "book" / "katex_waits.py"
LATE = """
import socket, sys, time
time.sleep(0.2)
server = socket.socket(socket.AF_UNIX)
server.bind("katex.sock")
time.sleep(0.2)
server.listen()
server.accept()[0].sendall(b"heard")
"""


@pytest.fixture(scope="module")
def start():
    spec = importlib.util.spec_from_file_location("katex_waits", FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.start


@pytest.mark.skipif(sys.platform == "win32", reason="the extension takes a port there")
def test_a_renderer_that_binds_before_it_listens_is_waited_for(start, tmp_path, monkeypatch):
    monkeypatch.setattr(KaTeXServer, "build_command", lambda socket: [sys.executable, "-c", LATE])
    process, connection = start(tmp_path, timeout=20)
    with process, connection:
        assert connection.recv(5) == b"heard"


@pytest.mark.skipif(sys.platform == "win32", reason="the extension takes a port there")
def test_a_renderer_that_never_listens_is_an_error(start, tmp_path, monkeypatch):
    monkeypatch.setattr(KaTeXServer, "build_command", lambda socket: [sys.executable, "-c", "input()"])
    with pytest.raises(KaTeXError):
        start(tmp_path, timeout=0.2)
