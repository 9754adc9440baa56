# SPDX-License-Identifier: GPL-3.0-or-later
"""Telling a webhook never fails a run and never shows its address."""

from __future__ import annotations

import types

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import RedirectError, TransportError
from ansible_collections.tenantkit.connectors.plugins.module_utils._http.client import Repeat
from ansible_collections.tenantkit.connectors.plugins.plugin_utils._report_webhook import send

ADDRESS = "https://hooks.example/services/T0/very-secret?sig=hush"


class Client:
    def __init__(self, answer):
        self.answer, self.sent, self.closed = answer, [], False

    def request(self, method, url, **more):
        self.sent.append((method, url, more["json"], more["repeat"]))
        if isinstance(self.answer, Exception):
            raise self.answer
        return types.SimpleNamespace(status=self.answer)

    def close(self):
        self.closed = True


@pytest.mark.parametrize("status", [200, 202, 204])
def test_it_is_told_once(status):
    client = Client(status)
    assert send(ADDRESS, {"schema": 1}, client) == "" and client.closed
    assert client.sent == [("POST", ADDRESS, {"schema": 1}, Repeat.NEVER)]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (404, "it answered with the status 404"),
        (500, "it answered with the status 500"),
        (RedirectError(f"{ADDRESS} redirects.", code="redirect"), "no usable answer came (redirect)"),
        (TransportError(f"POST {ADDRESS}"), "no usable answer came (TransportError)"),
    ],
)
def test_what_goes_wrong_is_a_sentence_with_the_host_alone(answer, why):
    client = Client(answer)
    said = send(ADDRESS, {}, client)
    assert said == f"The webhook at hooks.example was not told what is new: {why}. The run itself is not touched by that." and client.closed


@pytest.mark.parametrize("address", ["http://hooks.example/secret", "hooks.example/secret", "ftp://x/secret", "https://", "https://[secret", "secret"])
def test_nothing_is_sent_but_over_https(address):
    client = Client(200)
    said = send(address, {}, client)
    assert client.sent == [] and "TENANTKIT_REPORT_WEBHOOK" in said and "secret" not in said
