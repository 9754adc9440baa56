# SPDX-License-Identifier: GPL-3.0-or-later
"""What Workspace 365 brings to the tests that are the same for all products."""

from __future__ import annotations

from integration.workspace365 import scenarios
from integration.workspace365.helpers import names_the_environment, provisioning_key
from support.documented import documented
from support.kill_plan import after
from support.leak_plan import NO_ENVIRONMENT, WRONG_SECRET, Held, Leak, echo, echo_login, forbid, in_inventory, of
from support.plays import task
from support.products import InLoop, Privileges, ProductTests, Variables
from tenant_emulator.testing import Emulator

PLAYBOOK = "workspace365.yml"
PUT = {"service": "workspace365", "method": "PUT"}
ABSENT: Variables = {"workspace365_state": "absent", "workspace365_absent_confirmed": "contoso"}


def _page(emulator: Emulator) -> int:
    """A page instead of an answer, with the provisioning key in it."""
    return emulator.fault(action="html", status=500, body=f"<p>{provisioning_key(emulator)}</p>", times=None, **PUT)


def _quotes(emulator: Emulator) -> int:
    """A refusal that quotes the provisioning key."""
    return echo(emulator, provisioning_key(emulator), body=lambda text: [{"PropertyName": "ClientSecret", "Message": text}], **PUT)


LEAKS = {
    "connect": Leak(PLAYBOOK, process=True, sampled=("worker",)),
    "check": Leak(PLAYBOOK, check=True, sampled=("worker",)),
    "rotation": Leak(PLAYBOOK, first={}, extra={"workspace365_force": True}, changes=True, process=True),
    "inventory": Leak(PLAYBOOK, host=in_inventory, env=NO_ENVIRONMENT, process=True),
    "refused": Leak(PLAYBOOK, fails=True, before=forbid(**PUT), process=True, sampled=("worker",)),
    "echo_product": Leak(PLAYBOOK, fails=True, before=_quotes, process=True),
    "echo_graph": Leak(
        PLAYBOOK, fails=True, before=lambda emulator: echo(emulator, emulator.identity()["secret"], service="graph", path="/addPassword$"), process=True
    ),
    "echo_page": Leak(PLAYBOOK, fails=True, before=_page),
    "echo_login": Leak(PLAYBOOK, fails=True, before=echo_login),
    "wrong_tenant": Leak(PLAYBOOK, fails=True, host=of({"entra_expected_domain": "fabrikam.com"})),
    "wrong_secret": Leak(PLAYBOOK, fails=True, env={"AZURE_CLIENT_SECRET": WRONG_SECRET}, process=True),
    "wrong_type": Leak(PLAYBOOK, fails=True, host=lambda emulator: {"workspace365_provisioning_key": [provisioning_key(emulator)]}),
    "half_credential": Leak(PLAYBOOK, fails=True, host=lambda emulator: {"entra_auth": {"client_secret": emulator.identity()["secret"]}}, env=NO_ENVIRONMENT),
    "absent": Leak(PLAYBOOK, first={}, host=of(ABSENT)),
}

PRODUCT = ProductTests(
    role="workspace365",
    scenarios={"connect": scenarios.Connect, "renew": scenarios.Renew, "adopt": scenarios.Adopt, "absent": scenarios.Absent},
    budgets={"connect": (4, 4)},
    first_budgets={"connect": (17, 23)},
    leaks=LEAKS,
    privileges={
        "workspace365": Privileges(
            permissions=lambda: documented("workspace365", "The automation identity needs "),
            host=lambda emulator, workdir: {},
            absent=ABSENT,
            sampled=False,  # make test takes test_28 of test_safety_power.py
        )
    },
    in_loop=InLoop({"workspace365_environment": "{{ item.name }}"}),
    # The comments say what is left behind.
    kills=(
        *after("connect", "mint", "deliver", sampled=True),
        *after("renew", "deliver", "mint"),
        *after("absent", "disable"),  # an application that nobody can sign in with, its secret still there
        *after("absent", "revoke", "delete"),
        *after("connect", "pending", "application", "principal", "consent", "delivered"),
        *after("connect", "deliver", when="before"),
        *after("connect", "mint", how="SIGTERM"),
        *after("connect", "deliver", how="SIGINT"),
        *after("connect", "mint", how="ORPHAN"),
        *after("adopt", "deliver"),
    ),
    rotating={"renew": 16, "adopt": 9},
    held={
        "minted": Held(PLAYBOOK, {}, {"path": "/addPassword$"}, cache=True, sampled=("worker",)),
        "delivered": Held(PLAYBOOK, {}, {"path": "/SingleSignOnSettings/OAuth2$"}, cache=True),
    },
    variables=lambda emulator: {
        "workspace365_instance_url": emulator.workspace365_url(),
        "workspace365_provisioning_key": provisioning_key(emulator),
        "workspace365_provisioning_key_instance": emulator.workspace365_url(),
    },
    host_variables=lambda name: {"workspace365_environment": name},
    module_defaults={
        "tenantkit.connectors.workspace365_sso": {
            "instance_url": "{{ workspace365_instance_url }}",
            "environment": "{{ workspace365_environment }}",
            "provisioning_key": "{{ workspace365_provisioning_key }}",
            "authority": "https://login.windows.net/{{ entra_tenant_id }}",
            "ca_path": "{{ ca_path }}",
        }
    },
    parity=[
        task(
            "Its secret in Workspace 365",
            "workspace365_sso",
            {"client_id": "{{ app.app.app_id }}", "key": "{{ issued.secret.secret_text }}", "key_id": "{{ issued.secret.key_id }}"},
        )
    ],
    check_failure=names_the_environment,
)
