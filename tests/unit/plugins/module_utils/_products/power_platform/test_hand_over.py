# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people get who use the connection: what it takes to sign in, and samples without any credential."""

from __future__ import annotations

import subprocess
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.power_platform.hand_over import PASSWORD_NOTE, file_of, hand_over_of

Host = t.Callable[..., dict[str, t.Any]]

APP_ID = "136042dc-5d4e-4f6a-8b7c-9d0e1f2a3b4c"
TENANT_ID = "2f4c9a1e-6d3c-4a0e-9a54-3f1c9f3f1f10"
SEEN = {"app": {"app_id": APP_ID}, "tenant": {"tenant_id": TENANT_ID, "display_name": "Contoso"}}
NEW = {**SEEN, "app": {"app_id": "00000000-0000-0000-0000-000000000000"}}
FEDERATED = {"credential": "federated", "federated": {"name": "main", "issuer": "https://issuer.example", "subject": "repo:main"}}


def test_the_whole_of_it_for_people(host: Host) -> None:
    found = hand_over_of(host(), SEEN)
    assert found.pop("samples") == {
        "powershell": (
            "# PowerShell 7 with Az.Accounts 5 or later: the token is a SecureString.\n"
            "# This signs in with the client of Azure PowerShell; a program of your own takes the client id above.\n"
            f"Connect-AzAccount -Tenant '{TENANT_ID}' -AuthScope 'https://api.powerplatform.com'\n"
            f"$token = (Get-AzAccessToken -TenantId '{TENANT_ID}' -ResourceUrl 'https://api.powerplatform.com').Token\n"
            "$answer = Invoke-RestMethod -Uri 'https://api.powerplatform.com/environmentmanagement/environments?api-version=2024-10-01' -Authentication "
            "Bearer -Token $token\n"
            "$answer.value | Format-Table id, displayName, type, state\n"
        ),
        "curl": (
            "verifier=$(openssl rand -hex 32)\n"
            "challenge=$(printf %s \"$verifier\" | openssl dgst -sha256 -binary | openssl base64 -A | tr '+/' '-_' | tr -d '=')\n"
            f"echo 'https://login.microsoftonline.com/{TENANT_ID}/oauth2/v2.0/authorize?client_id={APP_ID}&response_type=code"
            "&redirect_uri=https%3A%2F%2Flogin.microsoftonline.com%2Fcommon%2Foauth2%2Fnativeclient&scope=https%3A%2F%2Fapi.powerplatform.com%2F.default"
            '&code_challenge_method=S256&code_challenge=\'"$challenge"\n'
            "# Open that address, sign in, and give the code from the address where the browser ends.\n"
            "read -r code\n"
            f'token=$(printf %s "$code" | curl -sS https://login.microsoftonline.com/{TENANT_ID}/oauth2/v2.0/token \\\n'
            f"  --data-urlencode client_id={APP_ID} \\\n"
            "  --data-urlencode scope=https://api.powerplatform.com/.default \\\n"
            "  --data-urlencode grant_type=authorization_code \\\n"
            "  --data-urlencode redirect_uri=https://login.microsoftonline.com/common/oauth2/nativeclient \\\n"
            '  --data-urlencode "code_verifier=$verifier" \\\n'
            "  --data-urlencode code@- |\n"
            """  sed -n 's/.*"access_token" *: *"\\([^"]*\\)".*/\\1/p')\n"""
            "printf 'Authorization: Bearer %s' \"$token\" | curl -sS -H @- "
            "'https://api.powerplatform.com/environmentmanagement/environments?api-version=2024-10-01'\n"
        ),
    }
    assert found == {
        "tenant_id": TENANT_ID,
        "client_id": APP_ID,
        "redirect_uri": "https://login.microsoftonline.com/common/oauth2/nativeclient",
        "scope": "https://api.powerplatform.com/.default",
        "sign_in": "none",
        "file": "",
        "notes": [],
    }


FIRST_LINES = {
    "secret": "# CLIENT_SECRET holds the client secret.",
    "certificate": "# CLIENT_ASSERTION holds a token that is signed with the key of the certificate.",
    "federated": "# CLIENT_ASSERTION holds a token of the federated identity.",
}
WAYS: tuple[tuple[dict[str, t.Any], list[str], list[str]], ...] = (
    ({"credential": "secret"}, [f"-ServicePrincipal -Credential (Get-Credential -UserName '{APP_ID}')"], ['"$CLIENT_SECRET" | curl', "client_secret@-"]),
    (
        {"credential": "certificate"},
        [f"-ServicePrincipal -ApplicationId '{APP_ID}' -CertificateThumbprint $env:CERTIFICATE_THUMBPRINT"],
        ['"$CLIENT_ASSERTION" | curl', "client_assertion@-", "client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "the key of the"],
    ),
    (
        FEDERATED,
        [f"-ServicePrincipal -ApplicationId '{APP_ID}' -FederatedToken $env:FEDERATED_TOKEN"],
        [
            '"$CLIENT_ASSERTION" | curl',
            "client_assertion@-",
            "client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "federated identity",
        ],
    ),
)


@pytest.mark.parametrize(("variables", "powershell", "curl"), WAYS, ids=[str(way[0]["credential"]) for way in WAYS])
def test_how_an_application_signs_in_by_itself(host: Host, variables: dict[str, t.Any], powershell: list[str], curl: list[str]) -> None:
    found = hand_over_of(host(**variables), SEEN)
    samples = found["samples"]
    assert samples["curl"].partition("\n")[0] == FIRST_LINES[variables["credential"]]
    assert found["sign_in"] == variables["credential"]
    assert [text for text in powershell if text not in samples["powershell"]] == []
    assert [text for text in [*curl, "grant_type=client_credentials"] if text not in samples["curl"]] == []
    assert "-AuthScope" not in samples["powershell"]
    assert "verifier" not in samples["curl"] and "redirect_uri" not in samples["curl"]


@pytest.mark.parametrize(
    ("cloud", "azure", "scope"),
    [
        ("public", "", "https://api.powerplatform.com/.default"),
        ("gcc", "", "https://api.gov.powerplatform.microsoft.us/.default"),
        ("usgov", " -Environment AzureUSGovernment", "https://api.high.powerplatform.microsoft.us/.default"),
        ("usgov_dod", " -Environment AzureUSGovernment", "https://api.appsplatform.us/.default"),
        ("china", " -Environment AzureChinaCloud", "https://api.powerplatform.partner.microsoftonline.cn/.default"),
    ],
)
def test_each_cloud(host: Host, cloud: str, azure: str, scope: str) -> None:
    found = hand_over_of(host(entra_cloud=cloud), SEEN)
    assert found["scope"] == scope
    assert f"Connect-AzAccount -Tenant '{TENANT_ID}'{azure} -AuthScope" in found["samples"]["powershell"]


def test_what_the_operator_names_is_quoted_for_its_shell(host: Host) -> None:
    """An address with a quote or a space in it is data in both samples."""
    found = hand_over_of(host(credential="secret", url="https://a.example/x'; echo no", audience="https://b.example/"), SEEN)
    assert found["scope"] == "https://b.example/.default"
    assert "-Uri 'https://a.example/x''; echo no/environmentmanagement" in found["samples"]["powershell"]
    assert """'https://a.example/x'"'"'; echo no/environmentmanagement""" in found["samples"]["curl"]


@pytest.mark.parametrize("kind", ["none", "secret", "certificate", "federated"])
def test_each_sample_is_a_script(host: Host, kind: str) -> None:
    variables = FEDERATED if kind == "federated" else {"credential": kind}
    script = hand_over_of(host(**variables), SEEN)["samples"]["curl"]
    subprocess.run(["sh", "-n"], input=script, text=True, check=True)


def test_a_new_application_has_no_id_in_check_mode(host: Host) -> None:
    assert hand_over_of(host(), NEW)["client_id"] == ""


def test_a_password_has_its_caveat(host: Host) -> None:
    """In the result and in the file, where the registration allows it."""
    found = hand_over_of(host(allow_public_client=True, hand_over_file="/srv/contoso.md"), SEEN)
    assert found["notes"] == [PASSWORD_NOTE]
    assert f"* {PASSWORD_NOTE}\n" in file_of(found, "Contoso")["content"]
    assert hand_over_of(host(allow_public_client=False), SEEN)["notes"] == []


def test_no_file_without_a_path(host: Host) -> None:
    assert file_of(hand_over_of(host(), SEEN), "Contoso") == {}


def test_the_file(host: Host) -> None:
    found = hand_over_of(host(hand_over_file="/srv/contoso.md", credential="secret"), SEEN)
    file = file_of(found, "Contoso")
    assert file["path"] == found["file"] == "/srv/contoso.md"
    assert file["content"].startswith(
        "# Power Platform API in Contoso\n\n"
        f"* Tenant: `{TENANT_ID}`\n"
        f"* Application (client) id: `{APP_ID}`\n"
        "* Redirect URI: `https://login.microsoftonline.com/common/oauth2/nativeclient`\n"
        "* Scope: `https://api.powerplatform.com/.default`\n"
        "* The application signs in with its client secret.\n\n"
        "## PowerShell\n\n```powershell\n# PowerShell 7"
    )
    assert f"```\n\n## curl\n\n```sh\n{found['samples']['curl']}```\n" in file["content"]


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [("none", "A person signs in."), ("certificate", "with its certificate."), ("federated", "with a token of the federated identity.")],
)
def test_the_file_says_who_signs_in(host: Host, kind: str, sentence: str) -> None:
    variables = FEDERATED if kind == "federated" else {"credential": kind}
    assert sentence in file_of(hand_over_of(host(**variables, hand_over_file="~/contoso.md"), SEEN), "Contoso")["content"]


@pytest.mark.parametrize(("path", "refused"), [("", False), ("/srv/x.md", False), ("~/x.md", False), ("x.md", True), ("./x.md", True)])
def test_a_relative_path_is_refused(host: Host, path: str, refused: bool) -> None:
    problems = host(hand_over_file=path)["problems"]
    assert [path in problem and "power_platform_hand_over_file" in problem for problem in problems] == ([True] if refused else [])
