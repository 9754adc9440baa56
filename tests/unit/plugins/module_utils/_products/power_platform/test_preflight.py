# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role power_platform asks before it writes."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connector.look import Ask, Host, Json
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.power_platform.preflight import before_writing

HOST = Host("contoso", check_mode=False, credentials="")
ZEROS = "00000000-0000-0000-0000-000000000000"
ROLE = Ask(
    "powerplatform_role_assignment",
    {"role": "reader", "scope": "tenant", "principal_object_id": ZEROS, "state": "absent"},
    session="power_platform_admin_auth",
    predicts=True,
)
CERTIFICATE = Ask(
    "entra_app_certificate",
    {"certificate_path": "/srv/a.pem", "app_id": ZEROS, "name": "power_platform"},
    secrets={"private_key_password": "power_platform_certificate_password"},
    predicts=True,
)


def asked(*, wants_role: bool, checks: bool, new: bool, missing: t.Sequence[str] = ()) -> tuple[list[Ask], Json]:
    """What is asked, and the answer in the end."""
    connection = {
        "wants_role": wants_role,
        "role": {"role": "reader", "scope": "tenant"},
        "checks_certificate": checks,
        "certificate_files": {"certificate_path": "/srv/a.pem"},
    }
    look = {"app": {"would_create": new}, "missing_resources": list(missing), "tenant": {"display_name": "Contoso"}}
    questions = before_writing(connection, look, True, HOST)
    found: list[Ask] = []
    try:
        while True:
            found.append(next(questions) if not found else questions.send({}))
    except StopIteration as end:
        return found, end.value


@pytest.mark.parametrize(
    ("wants_role", "checks", "new", "questions"),
    [
        (True, True, True, [ROLE, CERTIFICATE]),
        (True, True, False, [ROLE]),
        (True, False, True, [ROLE]),
        (False, True, True, [CERTIFICATE]),
        (False, False, True, []),
    ],
)
def test_role_and_certificate(wants_role: bool, checks: bool, new: bool, questions: list[Ask]) -> None:
    assert asked(wants_role=wants_role, checks=checks, new=new) == (questions, {})


def test_without_its_api_nothing_is_known_of_the_role() -> None:
    _questions, answer = asked(wants_role=True, checks=False, new=True, missing=["an API"])
    assert "Contoso" in answer["untried"]
    assert asked(wants_role=False, checks=False, new=True, missing=["an API"])[1] == {}
