# SPDX-License-Identifier: GPL-3.0-or-later
"""The data plane of Azure Key Vault: versions, tags, soft delete, who may do what, and what is refused."""

from __future__ import annotations

import typing as t

import pytest
import requests
from tenant_emulator.testing import Emulator

VERSION = {"api-version": "7.4"}


def bearer(emulator: Emulator, identity: str = "vault-writer", tenant: str = "tailspin", scope: str = "https://vault.azure.net/.default") -> dict[str, str]:
    known = emulator.identity(identity)
    return {"Authorization": f"Bearer {emulator.token(tenant, known['client_id'], known['secret'], scope)['access_token']}"}


@pytest.fixture
def call(http: requests.Session, emulator: Emulator) -> t.Callable[..., requests.Response]:
    def send(method: str, path: str, body: t.Any = None, *, vault: str = "tailspin-keys", **options: t.Any) -> requests.Response:
        options.setdefault("headers", bearer(emulator))
        options.setdefault("params", VERSION)
        return http.request(method, f"{emulator.key_vault_root}/{vault}/{path}", json=body, allow_redirects=False, **options)

    return send


Call = t.Callable[..., requests.Response]


def said(answer: requests.Response) -> tuple[int, str, str | None]:
    error = answer.json()["error"]
    return answer.status_code, error["code"], (error.get("innererror") or {}).get("code")


def test_a_write_is_always_a_new_version(call: Call) -> None:
    first = call("PUT", "secrets/App-Secret", {"value": "one", "tags": {"key_id": "1"}, "attributes": {"exp": 1900000000}})
    assert first.status_code == 200 and first.json()["value"] == "one" and first.json()["attributes"]["exp"] == 1900000000
    second = call("PUT", "secrets/app-secret", {"value": "one"}).json()
    assert second["id"] != first.json()["id"] and "/secrets/App-Secret/" in second["id"], "names differ by more than their case"
    newest = call("GET", "secrets/APP-SECRET/").json()
    assert newest["id"] == second["id"] and "tags" not in newest
    version = first.json()["id"].rpartition("/")[2]
    assert call("GET", f"secrets/app-secret/{version}").json()["tags"] == {"key_id": "1"}


def test_a_list_of_versions_has_pages_and_no_values(call: Call, emulator: Emulator) -> None:
    emulator.settings(key_vault_page_size=2)
    for number in range(5):
        call("PUT", "secrets/name", {"value": str(number), "tags": {"key_id": str(number)}})
    found, link = [], f"{emulator.key_vault_root}/tailspin-keys/secrets/name/versions?api-version=7.4"
    while link:
        page = call("GET", link.partition("/tailspin-keys/")[2].partition("?")[0], params=link.partition("?")[2]).json()
        assert len(page["value"]) <= 2
        found += page["value"]
        link = page["nextLink"]
    assert {row["tags"]["key_id"] for row in found} == set("01234") and not [row for row in found if "value" in row]


@pytest.mark.parametrize(("setting", "status"), [("empty", 200), ("not_found", 404)])
def test_versions_of_what_is_not_there(call: Call, emulator: Emulator, setting: str, status: int) -> None:
    emulator.settings(key_vault_missing_versions=setting)
    answer = call("GET", "secrets/name/versions")
    assert answer.status_code == status and (answer.json().get("value") == [] or said(answer)[1] == "SecretNotFound")
    assert said(call("GET", "secrets/name")) == (404, "SecretNotFound", None)


def test_a_version_is_disabled(call: Call) -> None:
    version = call("PUT", "secrets/name", {"value": "x", "tags": {"a": "b"}}).json()["id"].rpartition("/")[2]
    changed = call("PATCH", f"secrets/name/{version}", {"attributes": {"enabled": False}})
    assert changed.status_code == 200 and "value" not in changed.json() and changed.json()["tags"] == {"a": "b"}
    assert said(call("GET", "secrets/name")) == (403, "Forbidden", "SecretDisabled")
    assert call("GET", "secrets/name/versions").json()["value"][0]["attributes"]["enabled"] is False
    assert said(call("PATCH", "secrets/name/none", {"attributes": {"enabled": True}}))[0] == 404


def test_soft_delete_keeps_the_name(call: Call, emulator: Emulator) -> None:
    call("PUT", "secrets/name", {"value": "x"})
    emulator.settings(key_vault_delete_delay=10)
    assert call("DELETE", "secrets/name").json()["recoveryId"].endswith("/deletedsecrets/name")
    assert said(call("GET", "deletedsecrets/name"))[0] == 404
    assert said(call("PUT", "secrets/name", {"value": "y"})) == (409, "Conflict", "ObjectIsBeingDeleted")
    emulator.advance(11)
    assert call("GET", "deletedsecrets/name").status_code == 200
    assert said(call("PUT", "secrets/NAME", {"value": "y"})) == (409, "Conflict", "ObjectIsDeletedButRecoverable")
    assert call("POST", "deletedsecrets/name/recover").status_code == 200 and call("GET", "secrets/name").json()["value"] == "x"
    call("DELETE", "secrets/name")
    emulator.advance(11)
    assert call("DELETE", "deletedsecrets/name").status_code == 204 and call("PUT", "secrets/name", {"value": "y"}).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("PUT", "secrets/other", {"value": "x"}), ("DELETE", "secrets/name", None), ("PATCH", "secrets/name/x", {}), ("DELETE", "deletedsecrets/name", None)],
)
def test_a_reader_reads(call: Call, emulator: Emulator, method: str, path: str, body: t.Any) -> None:
    emulator.put_in_key_vault("name", value="kept")
    headers = bearer(emulator, "vault-reader")
    assert call("GET", "secrets/name", headers=headers).json()["value"] == "kept"
    assert said(call(method, path, body, headers=headers)) == (403, "Forbidden", "ForbiddenByRbac")
    emulator.change_key_vault(access={emulator.identity("vault-reader")["client_id"]: ""})
    assert said(call("GET", "secrets/name", headers=headers)) == (403, "Forbidden", "ForbiddenByRbac")


def test_who_is_not_known(call: Call, emulator: Emulator) -> None:
    """The answer names the vault's tenant and what a token is to be for."""
    answer = call("GET", "secrets/name", headers={})
    tenant = emulator.tenant_id("tailspin")
    assert said(answer)[0] == 401
    assert answer.headers["WWW-Authenticate"] == f'Bearer authorization="https://login.microsoftonline.com/{tenant}", resource="https://vault.azure.net"'
    assert "AKV10022" in call("GET", "secrets/name", headers=bearer(emulator, scope="https://graph.microsoft.com/.default")).json()["error"]["message"]
    another = bearer(emulator, "automation", "contoso")
    answer = call("GET", "secrets/name", headers=another)
    assert said(answer)[0] == 401 and "AKV10032" in answer.text and emulator.tenant_id("contoso") in answer.text


@pytest.mark.parametrize("params", [{}, {"api-version": "1.0"}, {"api-version": "x"}])
def test_a_version_of_the_service_is_named(call: Call, params: dict[str, str]) -> None:
    assert said(call("GET", "secrets/name", params=params)) == (400, "BadParameter", None)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("secrets/with_underscore", {"value": "x"}),
        (f"secrets/{'a' * 128}", {"value": "x"}),
        ("secrets/name", {}),
        ("secrets/name", {"value": "x" * (25 * 1024 + 1)}),
        ("secrets/name", {"value": "x", "tags": {str(number): "x" for number in range(16)}}),
        ("secrets/name", {"value": "x", "tags": {"a": "b" * 257}}),
    ],
)
def test_what_cannot_be_kept(call: Call, path: str, body: t.Any) -> None:
    assert said(call("PUT", path, body)) == (400, "BadParameter", None)


def test_a_vault_behind_a_wall_and_one_at_work(call: Call, emulator: Emulator) -> None:
    emulator.settings(key_vault_busy=1)
    assert said(call("PUT", "secrets/name", {"value": "x"})) == (409, "Conflict", None)
    assert call("PUT", "secrets/name", {"value": "x"}).status_code == 200
    emulator.change_key_vault(shut="ForbiddenByFirewall")
    assert said(call("GET", "secrets/name")) == (403, "Forbidden", "ForbiddenByFirewall")
    assert call("GET", "secrets/name", vault="elsewhere").status_code == 404


def test_the_control_path_names_the_key_and_never_shows_a_value(call: Call, emulator: Emulator) -> None:
    secret = emulator.add_application("contoso", displayName="V", secrets=[{}])["secrets"][0]
    call("PUT", "secrets/name", {"value": secret["value"]})
    call("PUT", "secrets/name", {"value": "of-nothing"})
    held = emulator.key_vault()["secrets"]["name"]
    assert [row["holds"] for row in held["versions"]] == [secret["key_id"], None] and not held["deleted"]
    assert secret["value"] not in str(emulator.state()) and "of-nothing" not in str(held)
    emulator.delete_from_key_vault("name")
    assert emulator.key_vault()["secrets"]["name"]["deleted"]
    emulator.delete_from_key_vault("name", purge=True)
    assert emulator.key_vault()["secrets"] == {} and emulator.change_key_vault("second", tenant="contoso.com")["tenant_id"] == emulator.tenant_id("contoso")
