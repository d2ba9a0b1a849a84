"""A Sphinx extension: connect to the process that renders formulas as soon as it listens.

Sphinx's own extension for KaTeX tries once, sometimes too early. Its other way, over a port, tries again too, and waits 80 ms for every formula.
"""

import socket
import time
from pathlib import Path
from subprocess import PIPE, Popen

from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata
from sphinxcontrib.katex import KaTeXServer


def setup(app: Sphinx) -> ExtensionMetadata:
    KaTeXServer.start_server_process = start  # where the system has such sockets; elsewhere it takes a port
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def start(rundir: Path, timeout: float) -> tuple[Popen[bytes], socket.socket]:
    """Return the process and a connection to it, or raise when ``timeout`` seconds have passed."""
    address = rundir / "katex.sock"
    process = Popen(KaTeXServer.build_command(socket=address), stdin=PIPE, stdout=PIPE, cwd=rundir)
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.connect(str(address))
        except (FileNotFoundError, ConnectionRefusedError):
            connection.close()
            time.sleep(0.001)
        else:
            return process, connection
    process.kill()
    process.communicate()
    raise KaTeXServer.timeout_error(timeout)
