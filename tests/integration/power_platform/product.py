# SPDX-License-Identifier: GPL-3.0-or-later
"""What Power Platform brings to the tests that are the same for all products."""

from __future__ import annotations

import typing as t
from pathlib import Path

from integration.power_platform import scenarios
from integration.power_platform.helpers import API, key_vault, result_of, vault_file
from support.documented import documented
from support.kill_plan import Kill, after
from support.leak_plan import WRONG_PASSWORD, Held, Leak, forbid, of
from support.playbooks import Run
from support.plays import task
from support.products import InLoop, Privileges, ProductTests, Variables
from support.waiting import OWN_CLOCK
from tenant_emulator.testing import Emulator

PLAYBOOK = "power_platform.yml"
SECRET, CERTIFICATE = ({"power_platform_credential": kind} for kind in ("secret", "certificate"))
PERSON = {"power_platform_allow_public_client": True}
FORCE = {"power_platform_force": True}
ABSENT: Variables = {"power_platform_state": "absent"}
PRODUCTION = "e1a4d7c0-3b62-4f58-9d0e-7c5a1b8f2d01"


def _leak(host: Variables, **more: t.Any) -> Leak:
    return Leak(PLAYBOOK, sink=True, host=of(host), **more)


def _unproven(emulator: Emulator) -> int:
    """The key works, and what lists the environments does not."""
    return emulator.fault(action="status", status=500, times=None, service="powerplatform", path="/environments")


def _ropc(user: str, password: str, **more: t.Any) -> Leak:
    trial = {"power_platform_try": {"username": user, "password": password}}
    return Leak("power_platform_diagnose.yml", first=PERSON, first_playbook=PLAYBOOK, host=of({**PERSON, **trial}), **more)


LEAKS = {
    "platform_secret": _leak(SECRET, process=True),
    "platform_certificate": _leak(CERTIFICATE, process=True, sampled=("process",)),
    "platform_check": _leak(CERTIFICATE, check=True),
    "platform_secret_rotation": _leak(SECRET, first=SECRET, extra=FORCE, changes=True),
    "platform_certificate_rotation": _leak(CERTIFICATE, first=CERTIFICATE, extra=FORCE, changes=True, process=True),
    "platform_refused": _leak(SECRET, fails=True, before=forbid(service="graph", path="/addPassword$")),
    "platform_certificate_refused": _leak(
        CERTIFICATE, fails=True, before=forbid(service="graph", method="PATCH", path="/applications/[0-9a-f-]{36}$", part=True), process=True
    ),
    "platform_unproven": _leak(CERTIFICATE, fails=True, before=_unproven, extra={"power_platform_proof_timeout": 0}, env=OWN_CLOCK),
    "platform_absent": _leak({**SECRET, **ABSENT}, first=SECRET),
    "platform_key_vault": Leak(PLAYBOOK, host=lambda emulator: {**SECRET, **key_vault(emulator)}, changes=True, process=True, sampled=("worker", "process")),
    "platform_ropc": _ropc("service@contoso.com", "emulated-service-password", process=True, sampled=("worker",)),
    "platform_ropc_guarded": _ropc("guarded@contoso.com", "emulated-guarded-password"),
    "platform_ropc_wrong": _ropc("service@contoso.com", WRONG_PASSWORD, process=True),
}


def _permissions(api_is_there: bool) -> list[str]:
    """The side of Entra. An API that the tenant does not know takes one that is wider in place of the first."""
    owned, *others = documented("power_platform", "| always |")
    wider = documented("power_platform", "| to make the API's service principal")[0]
    return [owned if api_is_there else wider, *others]


def _host(emulator: Emulator, workdir: Path, api_is_there: bool) -> Variables:
    """The role in Power Platform is given by somebody else."""
    if api_is_there:
        emulator.control("POST", "tenants/contoso/servicePrincipals", {"appId": API})
    who = emulator.identity()
    return {**vault_file(workdir), **SECRET, "power_platform_admin_auth": {"client_id": who["client_id"], "client_secret": who["secret"]}}


def _proven(run: Run) -> None:
    made = result_of(run)
    assert (made["status"], made["proof"]["status"]) == ("connected", "proven")


def _privileges(api_is_there: bool) -> Privileges:
    return Privileges(
        permissions=lambda: _permissions(api_is_there),
        host=lambda emulator, workdir: _host(emulator, workdir, api_is_there),
        absent=ABSENT,
        check=_proven,
        sampled=not api_is_there,
    )


PRODUCT = ProductTests(
    role="power_platform",
    scenarios={
        "platform_secret": scenarios.Secret,
        "platform_certificate": scenarios.Certificate,
        "platform_certificate_force": scenarios.CertificateForced,
        "platform_key_vault": scenarios.KeyVault,
        "platform_absent": scenarios.Absent,
    },
    # The vault costs its own sign-in (two) and the list of the versions, and no task.
    budgets={"platform_secret": (6, 4), "platform_certificate": (6, 4), "platform_key_vault": (9, 4)},
    first_budgets={"platform_secret": (24, 54), "platform_certificate": (25, 54), "platform_key_vault": (31, 54)},
    leaks=LEAKS,
    in_loop=InLoop(
        {
            "power_platform_credential": "secret",
            "entra_connector_sink": {"type": "vault_file", "directory": "{{ item.folder }}"},
            "entra_connector_vault_id": "connectors",
        }
    ),
    privileges={"platform_api_is_there": _privileges(True), "platform_api_is_new": _privileges(False)},
    # The comments say what is left behind.
    kills=(
        *after("platform_certificate", "mint", sampled=True),  # a certificate whose key is lost
        *after("platform_secret", "role"),  # a role for an application that has no credential
        *after("platform_certificate", "delivered", when="before"),  # the key is in the file, proven, and not marked
        *after("platform_secret", "principal", "mint", "pending"),
        Kill("platform_secret", "SIGKILL", "prove", "after", nth=4),
        *after("platform_certificate", "pending"),
        Kill("platform_certificate", "SIGTERM", "prove", "after", nth=4),
        *after("platform_certificate_force", "mint", "pending", "delivered"),
        *after("platform_key_vault", "store", sampled=True),  # a version whose key is not marked as delivered
        *after("platform_absent", "unassign", "disable"),
    ),
    held={
        "platform_secret_made": Held(PLAYBOOK, SECRET, {"path": "/addPassword$"}),
        "platform_secret_proof": Held(PLAYBOOK, SECRET, {"path": "/environmentmanagement/environments"}),
        "platform_key_made": Held(PLAYBOOK, CERTIFICATE, {"path": "/\\$batch$", "request": 5}, sampled=("worker",)),  # the fifth adds the certificate
        "platform_key_half_written": Held(PLAYBOOK, CERTIFICATE, {"hold": "half"}),
        "platform_key_proof": Held(PLAYBOOK, CERTIFICATE, {"path": "/environmentmanagement/environments"}),
    },
    parity=[
        task("The API of Power Platform", "entra_service_principal", {"app_id": API}),
        task(
            "Its role in Power Platform",
            "powerplatform_role_assignment",
            {
                "role": "reader",
                "principal_object_id": "{{ principal.service_principal.object_id }}",
                "scope": "environment",
                "environment_id": PRODUCTION,
            },
        ),
        task("Its registration in Power Platform", "powerplatform_management_app", {"app_id": "{{ app.app.app_id }}", "on_forbidden": "hand_off"}),
        task("The environments of Power Platform", "powerplatform_environment_info", {}),
        task(
            "What its secret proves there",
            "powerplatform_credential_proof",
            {
                "tenant_id": "{{ entra_tenant_id }}",
                "client_id": "{{ app.app.app_id }}",
                "client_secret": "{{ issued.secret.secret_text }}",
                "environment_id": PRODUCTION,
            },
        ),
    ],
)
