# SPDX-License-Identifier: GPL-3.0-or-later
"""The README's commands that create the automation identity, as they stand there, in one tenant and for a service provider."""

from __future__ import annotations

import re
import subprocess
import typing as t
from pathlib import Path

import pytest
from tenant_emulator.testing import Emulator

from .conftest import ROOT, AzureCli

NAMED = {"Application.ReadWrite.OwnedBy", "DelegatedPermissionGrant.ReadWrite.All", "Organization.Read.All", "Policy.Read.All"}
TOOK_IN = re.compile(r"^identity=.*?^done$", re.DOTALL | re.MULTILINE)


def block(number: int) -> str:
    """The commands of one block that begins with a sign-in, without it."""
    return re.findall(r"```sh\naz login [^\n]*\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)[number]


@pytest.fixture
def shell(azure_cli: t.Callable[[str], AzureCli], emulator: Emulator, tmp_path: Path) -> t.Callable[[str, str], list[str]]:
    """Runs commands in a shell that is signed in to a tenant. Returns the id and the secret that they export."""

    def run(tenant: str, commands: str) -> list[str]:
        cli, identity = azure_cli(tenant), emulator.identity()
        cli.login(identity["client_id"], identity["secret"], f"{tenant}.onmicrosoft.com")
        script = f'set -euo pipefail\naz() {{ {cli.shell} "$@"; }}\n{commands}\nprintf \'%s\\n\' "${{AZURE_CLIENT_ID:-}}" "${{AZURE_CLIENT_SECRET:-}}"'
        done = subprocess.run(["bash", "-c", script], env=cli.env, cwd=tmp_path, text=True, capture_output=True, timeout=300, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    return run


def test_an_identity_of_one_tenant(shell: t.Callable[[str, str], list[str]], emulator: Emulator) -> None:
    emulator.settings(secret_start="-")
    client_id, secret = shell("contoso", block(0))
    assert secret.startswith("-")
    assert set(emulator.token("contoso", client_id, secret)["claims"]["roles"]) == NAMED


def test_an_identity_that_a_customer_takes_in(shell: t.Callable[[str, str], list[str]], emulator: Emulator, refused: set[tuple[str, str, int]]) -> None:
    refused.add(("POST", "/oauth2/v2.0/token", 400))
    took_in = TOOK_IN.search(block(0))
    assert took_in
    client_id, secret = shell("contoso", block(1))
    assert emulator.token("fabrikam", client_id, secret)["status"] == 400
    refused.add(("GET", f"/applications/{client_id}", 404))  # azure-cli looks for a registration of the customer's own first
    shell("fabrikam", f"app={client_id}\n{took_in[0]}")
    assert set(emulator.token("fabrikam", client_id, secret)["claims"]["roles"]) == NAMED
    (registered,) = [item for item in emulator.tenant("contoso")["applications"].values() if item["appId"] == client_id]
    assert registered["signInAudience"] == "AzureADMultipleOrgs"
    (access,) = registered["requiredResourceAccess"]
    assert len(access["resourceAccess"]) == len(NAMED)  # what the consent page asks for
