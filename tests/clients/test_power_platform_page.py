# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands of Microsoft's page about the Power Platform API in one tenant, the role in another: the directories are equal afterwards.

https://learn.microsoft.com/power-platform/admin/programmability-authentication-v2 (read 2026-11-30) gives commands of azure-cli for the registration and for
the service principal of the API. Permission, consent and redirect URI it describes in the portal: here they are the commands of azure-cli for the same.
"""

from __future__ import annotations

import json
import os
import subprocess
import typing as t
from pathlib import Path

from tenant_emulator.testing import Emulator

from .conftest import ROOT, AzureCli

API = "8578e004-a5c6-46e7-913e-12f58912df43"
NAME = "Power Platform Admin SDK"
SCOPE, SCOPE_ID = "EnvironmentManagement.Environments.Read", "177690ed-85f1-41d9-8dbf-2716e60ff46a"
NATIVE = "https://login.microsoftonline.com/common/oauth2/nativeclient"
# Of an object itself, whoever made it; and the name by which the role finds its application again.
ITS_OWN = {"id", "appId", "createdDateTime", "publisherDomain", "uniqueName", "servicePrincipalNames", "appOwnerOrganizationId"}
MARK = "tkc:"  # how the tags begin that say which application is the role's

Item = dict[str, t.Any]


def normalised(item: Item) -> Item:
    """An object without what tells it from an equal one."""
    found = {name: value for name, value in item.items() if name not in ITS_OWN}
    return {**found, "tags": [tag for tag in found.get("tags") or () if not tag.startswith(MARK)]}


def directory(emulator: Emulator, tenant: str) -> Item:
    """What a tenant holds about the application: registration, enterprise application, consent, and the service principal of the API."""
    state = emulator.tenant(tenant)
    (registered,) = [one for one in state["applications"].values() if one["displayName"] == NAME]
    (principal,) = [one for one in state["service_principals"].values() if one["appId"] == registered["appId"]]
    (api,) = [one for one in state["service_principals"].values() if one["appId"] == API]
    grants = [one for one in state["grants"].values() if one["clientId"] == principal["id"]]
    return {
        "application": normalised(registered),
        "service_principal": normalised(principal),
        "api": normalised(api),
        "grants": [(one["scope"].split(), one["consentType"], one["principalId"], one["resourceId"] == api["id"]) for one in grants],
        "assignments": [one for one in state["assignments"].values() if principal["id"] in (one["principalId"], one["resourceId"])],
    }


def by_the_page(az: AzureCli) -> str:
    """The page, step by step. Returns the client id."""
    app_id = str(az("ad", "app", "create", "--display-name", NAME, "--sign-in-audience", "AzureADMyOrg")["appId"])
    az("ad", "sp", "create", "--id", API)
    az("ad", "app", "permission", "add", "--id", app_id, "--api", API, "--api-permissions", f"{SCOPE_ID}=Scope")
    az("ad", "sp", "create", "--id", app_id)
    az("ad", "app", "permission", "grant", "--id", app_id, "--api", API, "--scope", SCOPE)
    az("ad", "app", "update", "--id", app_id, "--public-client-redirect-uris", NATIVE)
    return app_id


def by_the_role(emulator: Emulator, folder: Path, tenant: str) -> None:
    """The role, with nothing but the name of the page."""
    identity = emulator.identity()
    variables = {"ansible_connection": "local", "entra_tenant_id": f"{tenant}.onmicrosoft.com", "power_platform_display_name": NAME}
    (folder / "inventory.json").write_text(json.dumps({"all": {"hosts": {tenant: variables}}}))
    playbook = os.environ.get("CLIENTS_ANSIBLE_PLAYBOOK", str(ROOT / ".venv" / "bin" / "ansible-playbook"))
    environ = {
        **{name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ},
        **emulator.env(),
        "HOME": str(folder),
        "AZURE_CLIENT_ID": identity["client_id"],
        "AZURE_CLIENT_SECRET": identity["secret"],
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".work" / "collections"),
        "ANSIBLE_LOCAL_TEMP": str(folder / "temp"),
    }
    command = [playbook, str(ROOT / "playbooks" / "power_platform.yml"), "-i", str(folder / "inventory.json")]
    done = subprocess.run(command, env=environ, cwd=folder, text=True, capture_output=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_page_and_the_role_leave_the_same(az: AzureCli, emulator: Emulator, tmp_path: Path, refused: set[tuple[str, str, int]]) -> None:
    refused.add(("GET", f"/applications/{API}", 404))  # azure-cli looks for a registration of the tenant's own first
    app_id = by_the_page(az)
    by_the_role(emulator, tmp_path, "fabrikam")
    page, role = directory(emulator, "contoso"), directory(emulator, "fabrikam")
    assert role == page
    assert page["application"]["publicClient"]["redirectUris"] == [NATIVE]
    assert page["grants"] == [([SCOPE], "AllPrincipals", None, True)]
    people = [emulator.sign_in("contoso", app_id, "service@contoso.com", redirect_uri=NATIVE, scopes=["https://api.powerplatform.com/.default"])]
    (own,) = [one for one in emulator.tenant("fabrikam")["applications"].values() if one["displayName"] == NAME]
    people.append(emulator.sign_in("fabrikam", own["appId"], "service@fabrikam.com", redirect_uri=NATIVE, scopes=["https://api.powerplatform.com/.default"]))
    assert [one["signed_in"] for one in people] == [True, True]
