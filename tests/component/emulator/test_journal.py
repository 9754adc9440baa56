# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal knows how many bytes a client really sent and got, without those of TLS."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import typing as t

import pytest
from tenant_emulator.testing import Emulator

SIGN_IN = b"grant_type=client_credentials&client_id=9e1d4c6b-52a8-4f37-b0c9-8d7e6f5a4b31&client_secret=wrong"


def exchange(emulator: Emulator, message: bytes) -> bytes:
    """What comes back on a connection of its own that the message asks to be closed."""
    context = ssl.create_default_context(cafile=emulator.ca_path)
    with socket.create_connection(("127.0.0.1", emulator.ready["port"]), timeout=300) as plain, context.wrap_socket(plain, server_hostname="127.0.0.1") as wire:
        wire.sendall(message)
        return b"".join(iter(lambda: wire.recv(65536), b""))


def message(method: str, path: str, body: bytes = b"", *more: str) -> bytes:
    """A request as it stands on the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", *more]
    return "\r\n".join([*lines, *([f"Content-Length: {len(body)}"] if body else []), "", ""]).encode() + body


FORM = "Content-Type: application/x-www-form-urlencoded"
MESSAGES: dict[str, tuple[bytes, int]] = {
    "get": (message("GET", "/login/contoso.com/v2.0/.well-known/openid-configuration?x=%C3%A4"), 200),
    "post": (message("POST", "/login/contoso.com/oauth2/v2.0/token", SIGN_IN, FORM), 401),
    "head": (message("HEAD", "/login/contoso.com/v2.0/.well-known/openid-configuration"), 200),
    "refused": (message("GET", "/graph/v1.0/organization", b"", "Authorization: Bearer ä"), 401),
}


@pytest.mark.parametrize(("sent", "status"), MESSAGES.values(), ids=MESSAGES)
def test_bytes_are_those_on_the_wire(emulator: Emulator, sent: bytes, status: int) -> None:
    received = exchange(emulator, sent)
    (entry,) = emulator.journal()
    assert entry["status"] == status
    assert (entry["request_bytes"], entry["answer_bytes"]) == (len(sent), len(received))


def test_an_answer_without_a_body(emulator: Emulator) -> None:
    made = emulator.add_application("contoso", displayName="To be deleted")
    token: dict[str, t.Any] = emulator.token("contoso")
    emulator.clear_journal()
    path = f"/graph/v1.0/applications/{made['application']['id']}"
    sent = message("PATCH", path, json.dumps({"notes": "x"}).encode(), "Content-Type: application/json", f"Authorization: Bearer {token['access_token']}")
    received = exchange(emulator, sent)
    (entry,) = emulator.journal()
    assert (entry["status"], entry["request_bytes"], entry["answer_bytes"]) == (204, len(sent), len(received))


@pytest.mark.parametrize("action", ["drop_before", "drop_after"])
def test_nothing_was_sent_when_the_connection_broke(emulator: Emulator, action: str) -> None:
    emulator.fault(service="login", action=action)
    sent = MESSAGES["get"][0]
    with contextlib.suppress(OSError):  # the end of the connection shows as an error or as an empty answer
        assert exchange(emulator, sent) == b""
    (entry,) = emulator.journal()
    assert (entry["status"], entry["request_bytes"], entry["answer_bytes"]) == (None, len(sent), 0)
