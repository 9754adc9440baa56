# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What people need to use the connection: tenant, client id, redirect URI and scope, with samples for PowerShell and curl. It never holds a credential.

Sources, read 2026-11-30: https://learn.microsoft.com/power-platform/admin/programmability-authentication-v2 (the steps);
https://learn.microsoft.com/powershell/module/az.accounts/get-azaccesstoken (the token is a SecureString, whatever is asked for) and
https://learn.microsoft.com/powershell/module/az.accounts/connect-azaccount (ways to sign in, names of clouds);
https://learn.microsoft.com/powershell/module/microsoft.powershell.utility/invoke-restmethod (C(-Token) takes a SecureString, since PowerShell 6);
https://learn.microsoft.com/rest/api/power-platform/environmentmanagement/environments/list-environments-for-user (members stand in the environment itself;
the first page prints C(properties.displayName), which is empty with this version of the API). The sample for
curl with a client secret is run by a test.
"""

from __future__ import annotations

import shlex
import typing as t
from urllib.parse import urlencode

from ..._addresses import path_segment
from ..._clouds import CLOUDS
from ..._engine import PLACEHOLDER_ID

Given = t.Mapping[str, t.Any]

ENVIRONMENTS = "/environmentmanagement/environments?api-version=2024-10-01"
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_TITLES = {"powershell": "PowerShell", "curl": "curl"}
_WAYS = {
    "none": "A person signs in.",
    "secret": "The application signs in with its client secret.",
    "certificate": "The application signs in with its certificate.",
    "federated": "The application signs in with a token of the federated identity.",
}


# The first of the pages says so of the password flow.
PASSWORD_NOTE = (
    "Signing in with a user name and a password fails for every account that has to use a second factor: a person signs in interactively in place of it, and "
    "automation with a credential of the application."
)


def hand_over_of(connection: Given, registration: Given) -> dict[str, t.Any]:
    """The member C(hand_over) of the result: what it takes to sign in, without any credential. In check mode a new application has no client id yet."""
    app_id, place = str(registration["app"]["app_id"]), connection["hands_over"]
    found = {
        "tenant_id": str(registration["tenant"]["tenant_id"]),
        "client_id": "" if app_id == PLACEHOLDER_ID else app_id,
        "redirect_uri": str(connection["native_redirect_uri"]),
        "scope": f"{place['audience']}/.default",
        "sign_in": str(connection["credential"]),
        "file": str(place["file"]),
        "notes": [PASSWORD_NOTE] if connection["app"].get("is_fallback_public_client") else [],
    }
    return {**found, "samples": {"powershell": _powershell(place, found), "curl": _curl(place, found)}}


def file_of(hand_over: Given, tenant_name: str) -> dict[str, str]:
    """Path and content of the file that the operator asked for; empty where none was."""
    if not hand_over["file"]:
        return {}
    lines = [
        f"# Power Platform API in {tenant_name}",
        "",
        f"* Tenant: `{hand_over['tenant_id']}`",
        f"* Application (client) id: `{hand_over['client_id']}`",
        f"* Redirect URI: `{hand_over['redirect_uri']}`",
        f"* Scope: `{hand_over['scope']}`",
        f"* {_WAYS[hand_over['sign_in']]}",
        *(f"* {note}" for note in hand_over["notes"]),
    ]
    for name, title in _TITLES.items():
        lines += ["", f"## {title}", "", f"```{'sh' if name == 'curl' else name}", hand_over["samples"][name].rstrip("\n"), "```"]
    return {"path": hand_over["file"], "content": "\n".join(lines) + "\n"}


def _powershell(place: Given, found: Given) -> str:
    tenant, client, audience = (_quoted(text) for text in (found["tenant_id"], found["client_id"], place["audience"]))
    cloud = CLOUDS[place["cloud"]].azure_name
    connect = f"Connect-AzAccount -Tenant {tenant}{'' if cloud == CLOUDS['public'].azure_name else f' -Environment {cloud}'}"
    by_itself = f"{connect} -ServicePrincipal"
    ways = {
        "none": ["# This signs in with the client of Azure PowerShell; a program of your own takes the client id above.", f"{connect} -AuthScope {audience}"],
        "secret": [f"# It asks for the client secret.\n{by_itself} -Credential (Get-Credential -UserName {client})"],
        "certificate": [f"{by_itself} -ApplicationId {client} -CertificateThumbprint $env:CERTIFICATE_THUMBPRINT"],
        "federated": [f"{by_itself} -ApplicationId {client} -FederatedToken $env:FEDERATED_TOKEN"],
    }
    lines = [
        "# PowerShell 7 with Az.Accounts 5 or later: the token is a SecureString.",
        *ways[found["sign_in"]],
        f"$token = (Get-AzAccessToken -TenantId {tenant} -ResourceUrl {audience}).Token",
        f"$answer = Invoke-RestMethod -Uri {_quoted(place['url'] + ENVIRONMENTS)} -Authentication Bearer -Token $token",
        "$answer.value | Format-Table id, displayName, type, state",
    ]
    return "\n".join(lines) + "\n"


def _curl(place: Given, found: Given) -> str:
    """A script for a POSIX shell. What is secret goes through pipes, so it is in no list of processes."""
    root = f"{place['login_url']}/{path_segment(found['tenant_id'])}/oauth2/v2.0"
    form = [("client_id", found["client_id"]), ("scope", found["scope"])]
    ways: dict[str, tuple[list[str], str, list[tuple[str, str]]]] = {
        "none": (_code_of_a_person(root, found), '"$code"', [("grant_type", "authorization_code"), ("redirect_uri", found["redirect_uri"])]),
        "secret": (["# CLIENT_SECRET holds the client secret."], '"$CLIENT_SECRET"', [("grant_type", "client_credentials")]),
        "certificate": (
            ["# CLIENT_ASSERTION holds a token that is signed with the key of the certificate."],
            '"$CLIENT_ASSERTION"',
            [("grant_type", "client_credentials"), ("client_assertion_type", _ASSERTION)],
        ),
        "federated": (
            ["# CLIENT_ASSERTION holds a token of the federated identity."],
            '"$CLIENT_ASSERTION"',
            [("grant_type", "client_credentials"), ("client_assertion_type", _ASSERTION)],
        ),
    }
    before, value, more = ways[found["sign_in"]]
    member = {"none": "code", "secret": "client_secret"}.get(found["sign_in"], "client_assertion")
    fields = "".join(f"  --data-urlencode {shlex.quote(f'{name}={text}')} \\\n" for name, text in (*form, *more))
    verifier = '  --data-urlencode "code_verifier=$verifier" \\\n' if member == "code" else ""
    lines = [
        *before,
        f"token=$(printf %s {value} | curl -sS {shlex.quote(f'{root}/token')} \\",
        f"{fields}{verifier}  --data-urlencode {member}@- |",
        """  sed -n 's/.*"access_token" *: *"\\([^"]*\\)".*/\\1/p')""",
        # The list of environments has id, displayName, type and state of each in its member value.
        f"printf 'Authorization: Bearer %s' \"$token\" | curl -sS -H @- {shlex.quote(place['url'] + ENVIRONMENTS)}",
    ]
    return "\n".join(lines) + "\n"


def _code_of_a_person(root: str, found: Given) -> list[str]:
    """The authorization code flow with a proof key, which a client without a secret takes."""
    query = urlencode({
        "client_id": found["client_id"],
        "response_type": "code",
        "redirect_uri": found["redirect_uri"],
        "scope": found["scope"],
        "code_challenge_method": "S256",
    })  # fmt: skip
    return [
        "verifier=$(openssl rand -hex 32)",
        "challenge=$(printf %s \"$verifier\" | openssl dgst -sha256 -binary | openssl base64 -A | tr '+/' '-_' | tr -d '=')",
        f'echo {shlex.quote(f"{root}/authorize?{query}&code_challenge=")}"$challenge"',
        "# Open that address, sign in, and give the code from the address where the browser ends.",
        "read -r code",
    ]


def _quoted(text: str) -> str:
    """A literal of PowerShell."""
    return "'" + str(text).replace("'", "''") + "'"
