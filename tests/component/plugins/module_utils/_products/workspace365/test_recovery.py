# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registration that a recovery goes on with, from the sign-in page and the directory of the emulator."""

from __future__ import annotations

import random
import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.tenantkit.connectors.plugins.module_utils._declaration import execute
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.workspace365.recovery import registration, search
from ansible_collections.tenantkit.connectors.plugins.modules import entra_app_info, workspace365_sso
from tenant_emulator.testing import Emulator

MOST = 5
STRANGER = "0b9e4c37-36d2-4f4e-8f28-0a54a8d6b1aa"


def ask(module: t.Any, emulator: Emulator, **options: t.Any) -> dict[str, t.Any]:
    """The result of a module that looks."""
    declaration, identity = module.DECLARATION, emulator.identity()
    services = {"login_url": emulator.login_url, "graph_url": emulator.graph_url} if declaration.auth else {}
    checked = ArgumentSpecValidator(declaration.argument_spec(), **declaration.conditions()).validate({**services, "ca_path": emulator.ca_path, **options})
    assert checked.error_messages == []
    environ = {"AZURE_CLIENT_ID": identity["client_id"], "AZURE_CLIENT_SECRET": identity["secret"]}
    outcome = execute(declaration, checked.validated_parameters, check_mode=False, environ=environ)
    assert not outcome.failed, outcome.result
    return outcome.result


@pytest.mark.parametrize("seed", range(10))
def test_generated_lock_outs(seed: int, emulator: Emulator) -> None:
    """What the page names where it is there, else the only one with the redirect URI, else none."""
    dice = random.Random(seed)
    callback = f"{emulator.workspace365_url()}/contoso/OAuth2/HandleAuthorityResponse"
    apps = [
        emulator.add_application("contoso", displayName=f"W365 {number}", web={"redirectUris": dice.choice([[callback], [callback], []])})["application"]
        for number in range(dice.randint(0, MOST))
    ]
    ids, back = [app["appId"] for app in apps], [app["appId"] for app in apps if app["web"]["redirectUris"]]
    shown = dice.choice([None, STRANGER, *ids])
    if shown:
        emulator.set_workspace365("portal", "contoso", sso={"authority": "https://login.windows.net/contoso.com", "client_id": shown, "key": "expired"})
    role = {"connector": "workspace365", "problems": [], "people_sign_in": True, "enable": False, "unique_variables": [], "secret": {}, "delivery": {}}
    connection = {**role, "host": "contoso", "tenant": "contoso.com", "callback": callback, "client_id": None, "sinks": []}
    page = ask(workspace365_sso, emulator, state="page", instance_url=emulator.workspace365_url(), environment="contoso")
    how = search({"connection": connection, "page": page})

    def directory(options: dict[str, str]) -> list[dict[str, t.Any]]:
        return t.cast("list[dict[str, t.Any]]", ask(entra_app_info, emulator, tenant_id="contoso.onmicrosoft.com", **options)["apps"])

    found = directory(how["first"])
    others = {"apps": directory(how["otherwise"])} if how["otherwise"] and not found else {"skipped": True}
    given = {"connection": connection, "page": page, "apps": found, "others": others}
    right = shown if shown in ids else back[0] if len(back) == 1 else None
    if right is None:
        with pytest.raises(OptionError) as caught:
            registration(given)
        assert caught.value.code == "registration_unclear"
    else:
        assert registration(given)["registration"]["app_id"] == right
