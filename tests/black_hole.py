"""A proxy before a server that hangs on demand: connections stay open, and nothing comes through any more."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress


class BlackHole:
    def __init__(self, target):
        self._target = target
        self._is_open = threading.Event()
        self._is_open.set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def swallow(self):
        self._is_open.clear()

    def let_through(self):
        self._is_open.set()

    def close(self):
        self.let_through()
        self._listener.close()

    def _accept(self):
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._target))
                for ends in ((client, server), (server, client)):
                    threading.Thread(target=self._pass_on, args=ends, daemon=True).start()

    def _pass_on(self, source, sink):
        with suppress(OSError), source, sink:
            while sent := source.recv(65536):
                self._is_open.wait()
                sink.sendall(sent)


@contextmanager
def black_hole(target):
    hole = BlackHole(target)
    try:
        yield hole
    finally:
        hole.close()
