# SPDX-License-Identifier: GPL-3.0-or-later
"""An automation identity with chosen permissions, and modules that run with it in the test's own process."""

from __future__ import annotations

import importlib
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.tenantkit.connectors.plugins.module_utils._declaration import Execution, execute
from tenant_emulator.testing import Emulator

PACKAGE = "ansible_collections.tenantkit.connectors.plugins"


class Identity:
    """An application in contoso that modules sign in with, whose permissions can be changed."""

    def __init__(self, emulator: Emulator, permissions: t.Sequence[str] = ()) -> None:
        self.emulator = emulator
        made = emulator.add_application("contoso", displayName="Connector automation", secrets=[{"displayName": "test"}])
        self.principal = made["service_principal"]["id"]
        self.client = {"auth_client_id": made["application"]["appId"], "auth_client_secret": made["secrets"][0]["value"]}
        if permissions:
            emulator.grant_roles("contoso", self.principal, list(permissions))

    def may(self, *names: str) -> None:
        """Have exactly these application permissions of Microsoft Graph."""
        for key, item in self.emulator.tenant("contoso")["assignments"].items():
            if item["principalId"] == self.principal:
                self.emulator.delete("contoso", "appRoleAssignments", key)
        if names:
            self.emulator.grant_roles("contoso", self.principal, list(names))

    def run(self, module: str, /, *, check_mode: bool = False, **options: t.Any) -> Execution:
        """Run a module in contoso, outside any job: with a token of its own."""
        declaration = importlib.import_module(f"{PACKAGE}.modules.{module}").DECLARATION
        emulator = self.emulator
        given = {"tenant_id": emulator.tenant_id("contoso"), "timeout": 300, **self.client, **options}
        given.update(login_url=emulator.login_url, graph_url=emulator.graph_url, ca_path=emulator.ca_path)
        checked = ArgumentSpecValidator(declaration.argument_spec()).validate(given)
        assert checked.error_messages == []
        return execute(declaration, checked.validated_parameters, check_mode=check_mode, environ={})

    def done(self, module: str, /, **options: t.Any) -> None:
        """Run a module that has to succeed."""
        outcome = self.run(module, **options)
        assert not outcome.failed, outcome.result
