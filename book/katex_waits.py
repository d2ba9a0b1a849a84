"""Formulas are rendered by a process beside. Sphinx's extension asks it once over a Unix socket, now and then before it listens.

Over a port it asks again until it is answered.
"""

from sphinxcontrib.katex import KaTeXServer


def setup(app):
    KaTeXServer.start_server_process = KaTeXServer.start_network_socket
    return {"parallel_read_safe": True, "parallel_write_safe": True}
