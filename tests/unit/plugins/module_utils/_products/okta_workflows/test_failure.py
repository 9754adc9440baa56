# SPDX-License-Identifier: GPL-3.0-or-later
"""A loop of tasks that failed fails again with the sentence of the round that did."""

from __future__ import annotations

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ConnectorError
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.okta_workflows.failure import went_wrong
from integration.okta_workflows.helpers import Json

FAILURE: Json = {"code": "forbidden", "http_status": 403, "message": "No.", "service": "Microsoft Graph", "kind": "forbidden", "advice": "Ask.", "applied": []}


@pytest.mark.parametrize(
    ("failed", "message", "code"),
    [
        (
            {
                "results": [
                    {"msg": "fine"},
                    {"failed": False, "msg": "fine"},
                    {"failed": True, "msg": "First.", "failure": FAILURE},
                    {"failed": True, "msg": "2"},
                ]
            },
            "First.",
            "forbidden",
        ),
        ({"failed": True, "msg": "Alone."}, "Alone.", None),
        ({"failed": True, "results": [], "msg": "Before the loop."}, "Before the loop.", None),
        ({"failed": True}, "The task failed without a message: Revoke", None),
        ({"results": [{"failed": True, "msg": ""}]}, "The task failed without a message: Revoke", None),
        ({"results": [{"msg": "fine"}]}, "The task failed without a message: Revoke", None),
    ],
)
def test_what_went_wrong(failed: Json, message: str, code: str | None) -> None:
    with pytest.raises(ConnectorError) as raised:
        went_wrong({"failed": failed, "task": "Revoke", "check_mode": False})
    assert (raised.value.sentence(), raised.value.code) == (message, code)


def test_what_a_service_said_is_kept() -> None:
    with pytest.raises(ConnectorError) as raised:
        went_wrong({"failed": {"failed": True, "msg": "First.", "failure": FAILURE}, "task": "Revoke"})
    failure = raised.value.as_failure()
    assert (failure["code"], failure["http_status"], failure["service"], failure["message"]) == ("forbidden", 403, "Microsoft Graph", "No.")


def test_nothing_that_a_program_reads_is_lost() -> None:
    """Of the failure all but what a new sentence has of its own: its advice, and what had been done."""
    said = {
        **FAILURE,
        "request_id": "r",
        "client_request_id": "c",
        "tenant": "contoso.com",
        "outcome": "unknown",
        "details": {"stored": ["tasks"]},
    }
    with pytest.raises(ConnectorError) as raised:
        went_wrong({"failed": {"failed": True, "msg": "First.", "failure": said}, "task": "Revoke"})
    assert raised.value.as_failure() == {**said, "kind": raised.value.as_failure()["kind"], "advice": None, "applied": []}
