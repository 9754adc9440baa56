# SPDX-License-Identifier: GPL-3.0-or-later
"""A key/value store (version 2) of HashiCorp Vault, as far as the example of a sink uses it."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import threading
import typing as t
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOKEN = "hvs.emulated-token-of-the-key-value-store"


@dataclasses.dataclass
class Store:
    """What it holds: the newest data of each entry, and the metadata that a writer gave it."""

    data: dict[str, dict[str, str]] = dataclasses.field(default_factory=dict)
    metadata: dict[str, dict[str, str]] = dataclasses.field(default_factory=dict)
    address: str = ""

    def answer(self, method: str, path: str, body: dict[str, t.Any]) -> tuple[int, t.Any]:
        """Status and body."""
        if (method, path) == ("POST", "/v1/sys/capabilities-self"):
            return 200, {"capabilities": ["create", "read", "update", "delete"]}
        kind, _slash, entry = path.removeprefix("/v1/secret/").partition("/")
        if (method, kind) == ("POST", "data"):
            self.data[entry] = body["data"]
            self.metadata.setdefault(entry, {})
            return 200, {"data": {"version": 1}}
        if (method, kind) == ("POST", "metadata"):
            self.metadata[entry] = body["custom_metadata"]
            return 204, None
        if (method, kind) == ("DELETE", "metadata"):
            self.data.pop(entry, None)
            self.metadata.pop(entry, None)
            return 204, None
        if (method, kind) == ("GET", "metadata") and entry in self.metadata:
            return 200, {"data": {"custom_metadata": self.metadata[entry] or None}}
        return 404, {"errors": []}


@contextlib.contextmanager
def key_value() -> t.Iterator[Store]:
    """A store on this machine."""
    store = Store()

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            known = self.headers.get("X-Vault-Token") == TOKEN
            status, found = store.answer(self.command, self.path, json.loads(text or b"{}")) if known else (403, {"errors": ["permission denied"]})
            data = b"" if found is None else json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_DELETE = handle_any

        def log_message(self, format: str, *args: t.Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    store.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield store
    finally:
        server.shutdown()
        server.server_close()
