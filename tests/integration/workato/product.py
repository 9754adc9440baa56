# SPDX-License-Identifier: GPL-3.0-or-later
"""What Workato brings to the tests that are the same for all products."""

from __future__ import annotations

import typing as t

from integration.workato import scenarios
from integration.workato.helpers import DATA_CENTERS, TOKEN, TOKENS
from support.documented import documented
from support.kill_plan import after
from support.leak_plan import WRONG_SECRET, Held, Leak, echo, of
from support.plays import task
from support.products import InLoop, Privileges, ProductTests, Variables

PLAYBOOK = "workato.yml"
API: Variables = {"workato_api_token": TOKEN}
ABSENT: Variables = {"workato_state": "absent", "workato_absent_confirmed": "contoso"}


def _leak(**more: t.Any) -> Leak:
    return Leak(PLAYBOOK, **{"host": of(API), **more})


LEAKS = {
    "workato_connect": _leak(sink=True, process=True, sampled=("worker",)),
    "workato_check": _leak(check=True),
    "workato_rotation": _leak(first=API, extra={"workato_force": True}, changes=True, process=True),
    "workato_refused": _leak(fails=True, extra={"workato_provider": "no_such_connector"}),
    "workato_refused_stored": _leak(sink=True, fails=True, extra={"workato_provider": "no_such_connector"}, process=True),
    "workato_echo": _leak(fails=True, before=lambda emulator: echo(emulator, TOKEN, service="workato", path="/connections", times=None), process=True),
    "workato_wrong_token": _leak(fails=True, host=of({"workato_api_token": WRONG_SECRET})),
    "workato_absent": _leak(first=API, host=of({**API, **ABSENT})),
}

PRODUCT = ProductTests(
    role="workato",
    scenarios={
        "workato": scenarios.Connect,
        "workato_renew": scenarios.Renew,
        "workato_file": scenarios.ByHand,
        "workato_file_renew": scenarios.ByHandRenewed,
        "workato_both": scenarios.Both,
        "workato_absent": scenarios.Absent,
    },
    budgets={"workato": (7, 4), "workato_file": (4, 4)},
    first_budgets={"workato": (20, 28), "workato_file": (12, 34)},
    leaks=LEAKS,
    in_loop=InLoop(
        {"workato_api_token": "{{ item.workato }}", "workato_data_center": "{{ item.data_center }}"},
        item=lambda name: {"workato": TOKENS[name], "data_center": DATA_CENTERS[name]},
    ),
    privileges={
        "workato": Privileges(
            permissions=lambda: documented("workato", "| `quick_start`, `directory`, `custom` with delegated permissions |"),
            host=lambda emulator, workdir: API,
            absent=ABSENT,
            sampled=False,  # make test takes test_28 of test_workato_permissions.py
        )
    },
    # The comments say what is left behind.
    kills=(
        *after("workato_renew", "deliver"),  # Workato holds a secret that is not marked, a person signed in, a good secret before it
        *after("workato", "deliver"),  # Workato holds a secret that is not marked as delivered
        *after("workato_file_renew", "delivered", when="before"),  # the file has the new one, the mark the old one
        *after("workato", "mint", "pending"),
        *after("workato_file", "mint", "pending"),
        *after("workato", "deliver", how="SIGTERM"),
        *after("workato_renew", "pending"),
        *after("workato_both", "deliver", when="before"),
        *after("workato_both", "deliver"),
        *after("workato_absent", "disable", "delete", "disconnect"),
    ),
    half_written=("workato_file_renew", "workato_file"),
    held={
        "workato_made": Held(PLAYBOOK, API, {"path": "/addPassword$"}),
        "workato_sent": Held(PLAYBOOK, API, {"path": "/api/connections$", "request": 2}),
        "workato_half_written": Held(PLAYBOOK, API, {"hold": "half"}),
    },
    environment=lambda emulator: {"WORKATO_API_TOKEN": emulator.workato("contoso")["tokens"]["automation"]},
    unhurried={"workato_lists_per_minute": 0, "workato_others_per_second": 0},
    parity=[
        task(
            "Its connection in Workato",
            "workato_connection",
            {
                "name": "Entra ID",
                "external_id": "payroll",
                "folder_id": 4515,
                "client_id": "{{ app.app.app_id }}",
                "client_secret": "{{ issued.secret.secret_text }}",
                "tenant": "{{ entra_tenant_id }}",
            },
        )
    ],
)
