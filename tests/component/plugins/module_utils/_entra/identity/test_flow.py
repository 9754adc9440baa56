# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a tenant has granted to the identity that works in it, without a request to Microsoft Graph."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path
from urllib.parse import urlencode

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._declaration import execute
from ansible_collections.tenantkit.connectors.plugins.modules import entra_identity_info
from support.identities import Identity
from tenant_emulator.testing import Emulator

NEEDED = ["Application.ReadWrite.OwnedBy", "Organization.Read.All"]


@pytest.fixture
def look(emulator: Emulator, tmp_path: Path) -> t.Callable[..., dict[str, t.Any]]:
    """One look of a job, which keeps its tokens."""

    def run(**options: t.Any) -> dict[str, t.Any]:
        declaration = entra_identity_info.DECLARATION
        defaults = {name: option.get("default") for name, option in declaration.argument_spec().items()}
        places = {"login_url": emulator.login_url, "graph_url": emulator.graph_url, "ca_path": emulator.ca_path, "tenant_id": emulator.tenant_id("contoso")}
        given = {**defaults, "permissions": NEEDED, **places, **options}
        return execute(declaration, given, check_mode=False, environ={"TENANTKIT_JOB_DIR": str(tmp_path / "job")}).result

    return run


def test_a_consent_within_the_job_is_seen(look: t.Callable[..., dict[str, t.Any]], emulator: Emulator) -> None:
    made = emulator.add_application("contoso", displayName="Fleet", service_principal=True, secrets=[{"displayName": "one"}])
    own = {"auth_client_id": made["application"]["appId"], "auth_client_secret": made["secrets"][0]["value"]}
    emulator.clear_journal()
    assert look(**own)["identity"]["missing"] == NEEDED
    assert len(emulator.journal("login", "POST")) == 1  # a token that was just issued says enough
    emulator.grant_roles("contoso", made["service_principal"]["id"], NEEDED)
    found = look(**own)["identity"]
    assert (found["outcome"], found["granted"], found["object_id"]) == ("consented", NEEDED, made["service_principal"]["id"])
    assert len(emulator.journal("login", "POST")) == 2 and emulator.journal("graph") == []


GONE = "5c0d1f2e-7a8b-4c9d-8e0f-1a2b3c4d5e6f"


def test_other_apis_say_it_with_a_token_of_their_own(look: t.Callable[..., dict[str, t.Any]], emulator: Emulator) -> None:
    made = emulator.add_application("contoso", displayName="Fleet", service_principal=True, secrets=[{"displayName": "one"}])
    own = {"auth_client_id": made["application"]["appId"], "auth_client_secret": made["secrets"][0]["value"]}
    emulator.grant_roles("contoso", made["service_principal"]["id"], NEEDED)
    role = {"id": "11111111-aaaa-4bbb-8ccc-000000000001", "value": "Rooms.Read", "displayName": "Read", "description": "Read"}
    roles = [{**role, "allowedMemberTypes": ["Application"], "isEnabled": True}]
    roles.append({**roles[0], "id": "11111111-aaaa-4bbb-8ccc-000000000002", "value": "Rooms.Write"})
    api = emulator.add_application("contoso", displayName="Rooms", service_principal=True, appRoles=roles)
    needed = [{"resource": api["application"]["appId"], "application": ["Rooms.Read"]}, {"resource": GONE, "application": ["Read"]}]
    emulator.clear_journal()
    found = look(**own, other_permissions=needed)["identity"]
    assert [row["missing"] for row in found["resources"]] == [[], ["Rooms.Read"], ["Read"]] and found["outcome"] == "incomplete"
    assert "no service principal" in found["resources"][2]["reason"]
    emulator.grant_roles("contoso", made["service_principal"]["id"], ["Rooms.Read", "Rooms.Write"], resource="Rooms")
    found = look(**own, other_permissions=needed[:1])["identity"]
    assert (found["outcome"], found["resources"][1]["extra"]) == ("consented", ["Rooms.Write"])
    assert "more than is needed: Rooms.Write" in found["message"] and emulator.journal("graph") == []
    emulator.update("contoso", "servicePrincipals", api["service_principal"]["id"], accountEnabled=False)
    found = look(**own, other_permissions=needed[:1])["identity"]
    assert found["outcome"] == "not_assessed" and "AADSTS500014" in found["resources"][1]["reason"]


@pytest.mark.parametrize("resource", ["Rooms", "Microsoft Graph"])
def test_an_api_that_is_named_so_that_it_cannot_be_told(look: t.Callable[..., dict[str, t.Any]], resource: str) -> None:
    assert look(other_permissions=[{"resource": resource, "application": []}])["failure"]["code"] == "unknown_resource"


def test_a_person_is_not_the_automation(look: t.Callable[..., dict[str, t.Any]], emulator: Emulator) -> None:
    form = {"client_id": emulator.identity("operator")["client_id"], "username": "service@contoso.com", "password": "emulated-service-password"}
    url = f"{emulator.login_url}/{emulator.tenant_id('contoso')}/oauth2/v2.0/token"
    token = _token(emulator, url, {"grant_type": "password", "scope": "https://graph.microsoft.com/.default", **form})
    found = look(auth_access_token=token)["identity"]
    assert found["outcome"] == "not_assessed" and "a person is signed in" in found["message"]


def test_half_a_credential_is_a_failure(look: t.Callable[..., dict[str, t.Any]]) -> None:
    result = look(auth_client_secret="x")
    assert result["failure"]["code"] == "half_credential" and "identity" not in result


def test_nothing_has_to_be_granted(emulator: Emulator) -> None:
    outcome = Identity(emulator).run("entra_identity_info", permissions=NEEDED)
    assert outcome.result["identity"]["outcome"] == "incomplete"


def _token(emulator: Emulator, url: str, form: dict[str, str]) -> str:
    _status, raw = emulator.request("POST", url, urlencode(form).encode(), {"Content-Type": "application/x-www-form-urlencoded"})
    return str(json.loads(raw)["access_token"])
