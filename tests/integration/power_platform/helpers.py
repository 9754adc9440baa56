# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the role power_platform share: its names, and looks at what a run left behind."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path
from urllib.parse import urlencode

import yaml
from support.playbooks import Run
from tenant_emulator.testing import Emulator

API = "8578e004-a5c6-46e7-913e-12f58912df43"
NAME = "tenantkit.power_platform"
NATIVE = "https://login.microsoftonline.com/common/oauth2/nativeclient"
READER = "c886ad2e-27f7-4874-8381-5849b8d8a090"
DAY = 24 * 3600.0


def vault_file(workdir: Path, folder: str = "credentials") -> dict[str, t.Any]:
    """Host variables of a vault file."""
    return {"entra_connector_sink": {"type": "vault_file", "directory": str(workdir / folder)}, "entra_connector_vault_id": "connectors"}


def key_vault(emulator: Emulator, identity: str = "vault-writer", **more: t.Any) -> dict[str, t.Any]:
    """Host variables of the provider's key vault. It is in another tenant than the host, and an identity of that tenant signs in to it."""
    known = emulator.identity(identity)
    sink = {"type": "azure_key_vault", "vault_url": "https://tailspin-keys.vault.azure.net", "tenant_id": "tailspin.example"}
    return {"entra_connector_sink": {**sink, "client_id": known["client_id"], "client_secret": known["secret"], **more}}


def stored(workdir: Path, folder: str = "credentials") -> list[str]:
    """The files of the sink."""
    place = workdir / folder
    return sorted(item.name for item in place.iterdir()) if place.exists() else []


def result_of(run: Run, host: str = "contoso") -> dict[str, t.Any]:
    """What the role left behind."""
    return t.cast("dict[str, t.Any]", run.task("Report Power Platform", host).facts["power_platform_result"])


def told(run: Run, task: str = "Say what an administrator still has to do in Power Platform") -> str:
    """What the role printed at its end, nothing when it did not."""
    found = [event.result["msg"] for event in run.events if event.task.endswith(task) and "msg" in (event.result or {})]
    return "\n".join(line for lines in found for line in lines)


def diagnosis(run: Run) -> dict[str, t.Any]:
    """What the diagnosis found."""
    return t.cast("dict[str, t.Any]", run.task("Report the diagnosis").facts["power_platform_diagnosis"])


def checks(found: dict[str, t.Any]) -> set[str]:
    """What the findings are about."""
    return {item["check"] for item in found["findings"]}


def principal_of(emulator: Emulator, app_id: str) -> dict[str, t.Any]:
    """The service principal of an application in Contoso."""
    return next(item for item in emulator.tenant("contoso")["service_principals"].values() if item["appId"] == app_id)


def roles_of(emulator: Emulator, app_id: str) -> list[tuple[str, str]]:
    """Role and scope (without the tenant) of each assignment that an application holds."""
    mine = principal_of(emulator, app_id)["id"]
    prefix = f"/tenants/{emulator.tenant_id('contoso')}"
    found = emulator.powerplatform()["assignments"].values()
    return [(item["roleDefinitionId"], item["scope"].removeprefix(prefix)) for item in found if item["principalObjectId"] == mine]


def administrator(emulator: Emulator) -> str:
    """A token of a person who administers Power Platform, by an application that may act for people there."""
    operator = principal_of(emulator, emulator.identity("operator")["client_id"])
    scopes = "Authorization.RoleAssignments.Read Authorization.RoleAssignments.Write"
    emulator.add_grant("contoso", operator["id"], principal_of(emulator, API)["id"], scopes)
    form = {
        "grant_type": "password",
        "client_id": operator["appId"],
        "username": "platform@contoso.com",
        "password": "emulated-platform-password",
        "scope": "https://api.powerplatform.com/.default",
    }
    url = f"{emulator.login_url}/{emulator.tenant_id('contoso')}/oauth2/v2.0/token"
    status, raw = emulator.request("POST", url, urlencode(form).encode(), {"Content-Type": "application/x-www-form-urlencoded"})
    assert status == 200, raw
    return str(json.loads(raw)["access_token"])


def without_rights(emulator: Emulator) -> None:
    """Take every role in Power Platform away, that of the automation identity among them."""
    for key in list(emulator.powerplatform()["assignments"]):
        emulator.remove_role_assignment("contoso", key)


def without_environments(emulator: Emulator) -> None:
    """A tenant in which nobody sees anything."""
    for key in list(emulator.powerplatform()["environments"]):
        emulator.control("DELETE", f"tenants/contoso/power-platform/environments/{key}")


def sink_tasks(workdir: Path, name: str, *tasks: dict[str, t.Any]) -> dict[str, t.Any]:
    """A sink that is a task file of the user's."""
    path = workdir / name
    path.write_text(yaml.safe_dump(list(tasks)))
    return {"type": "tasks", "file": str(path)}
