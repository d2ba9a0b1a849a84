"""The renderer of formulas is waited for until it listens, and no longer than it may take."""

import sys

import pytest
from katex_retry import start
from sphinxcontrib.katex import KaTeXError, KaTeXServer

LATE = """
import socket, sys, time
time.sleep(0.2)
server = socket.socket(socket.AF_UNIX)
server.bind("katex.sock")
time.sleep(0.2)
server.listen()
server.accept()[0].sendall(b"heard")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the extension takes a port there")
def test_a_renderer_that_binds_before_it_listens_is_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr(KaTeXServer, "build_command", lambda socket: [sys.executable, "-c", LATE])
    process, connection = start(tmp_path, timeout=20)
    with process, connection:
        assert connection.recv(5) == b"heard"


@pytest.mark.skipif(sys.platform == "win32", reason="the extension takes a port there")
def test_a_renderer_that_never_listens_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr(KaTeXServer, "build_command", lambda socket: [sys.executable, "-c", "input()"])
    with pytest.raises(KaTeXError):
        start(tmp_path, timeout=0.2)
