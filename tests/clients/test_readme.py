# SPDX-License-Identifier: GPL-3.0-or-later
"""The README's commands that create the automation identity, as they stand there, in one tenant and for a service provider."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import typing as t
from pathlib import Path
from urllib.parse import urlencode

import pytest
from tenant_emulator.testing import Emulator, JsonObject

from .conftest import ROOT, AzureCli

NAMED = {"Application.ReadWrite.OwnedBy", "DelegatedPermissionGrant.ReadWrite.All", "Organization.Read.All", "Policy.Read.All"}
SUBJECT = "repo:tailspin/fleet:environment:production"
TOOK_IN = re.compile(r"^identity=.*?^done$", re.DOTALL | re.MULTILINE)


def block(number: int) -> str:
    """The commands of one block that begins with a sign-in, without it."""
    return re.findall(r"```sh\naz login [^\n]*\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)[number]


@pytest.fixture
def shell(azure_cli: t.Callable[[str], AzureCli], emulator: Emulator, tmp_path: Path) -> t.Callable[[str, str], list[str]]:
    """Runs commands in a shell that is signed in to a tenant. Returns the id, the secret and the source of tokens that they export."""

    def run(tenant: str, commands: str) -> list[str]:
        cli, identity = azure_cli(tenant), emulator.identity()
        cli.login(identity["client_id"], identity["secret"], f"{tenant}.onmicrosoft.com")
        shown = " ".join(f'"${{{name}:-}}"' for name in ("AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "ENTRA_FEDERATED_SOURCE"))
        script = f"set -euo pipefail\naz() {{ {cli.shell} \"$@\"; }}\n{commands}\nprintf '%s\\n' {shown}"
        done = subprocess.run(["bash", "-c", script], env=cli.env, cwd=tmp_path, text=True, capture_output=True, timeout=300, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    return run


def without_a_secret(emulator: Emulator, client_id: str) -> JsonObject:
    """What the token endpoint of fabrikam answers to the job that the application trusts."""
    job = emulator.pipeline_job("github_actions", subject=SUBJECT)
    assertion = emulator.assertion(job["issuer"], job["subject"])
    form = {"grant_type": "client_credentials", "client_id": client_id, "scope": "https://graph.microsoft.com/.default", "client_assertion": assertion}
    form["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    url = f"{emulator.login_url}/{emulator.tenant_id('fabrikam')}/oauth2/v2.0/token"
    _status, raw = emulator.request("POST", url, urlencode(form).encode(), {"Content-Type": "application/x-www-form-urlencoded"})
    return t.cast(JsonObject, json.loads(raw))


def test_an_identity_of_one_tenant(shell: t.Callable[[str, str], list[str]], emulator: Emulator) -> None:
    emulator.settings(secret_start="-")
    client_id, secret, _source = shell("contoso", block(0))
    assert secret.startswith("-")
    assert set(emulator.token("contoso", client_id, secret)["claims"]["roles"]) == NAMED


def test_an_identity_that_a_customer_takes_in(shell: t.Callable[[str, str], list[str]], emulator: Emulator, refused: set[tuple[str, str, int]]) -> None:
    refused.add(("POST", "/oauth2/v2.0/token", 400))
    took_in = TOOK_IN.search(block(0))
    assert took_in
    client_id, secret, source = shell("contoso", block(1))
    assert (secret, source) == ("", "github_actions")
    assert without_a_secret(emulator, client_id)["error_codes"] == [700016]
    refused.add(("GET", f"/applications/{client_id}", 404))  # azure-cli looks for a registration of the customer's own first
    shell("fabrikam", f"app={client_id}\n{took_in[0]}")
    token = without_a_secret(emulator, client_id)["access_token"].split(".")[1]
    assert set(json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))["roles"]) == NAMED
    (registered,) = [item for item in emulator.tenant("contoso")["applications"].values() if item["appId"] == client_id]
    assert registered["signInAudience"] == "AzureADMultipleOrgs"
    assert registered["passwordCredentials"] == []
    (access,) = registered["requiredResourceAccess"]
    assert len(access["resourceAccess"]) == len(NAMED)  # what the consent page asks for
