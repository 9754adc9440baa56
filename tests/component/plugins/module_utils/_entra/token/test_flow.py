# SPDX-License-Identifier: GPL-3.0-or-later
"""C(entra_token) against the emulator."""

from __future__ import annotations

import base64
import datetime as dt
import json
import pathlib
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._declaration import Execution, execute
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import PLACEHOLDER_ID
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.certificate_file import generate
from ansible_collections.tenantkit.connectors.plugins.modules.entra_token import DECLARATION
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from tenant_emulator.testing import Emulator

CLIENT = "11111111-2222-3333-4444-555555555555"
TENANT = "5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10"


class Bench:
    """Runs the module in a job of its own."""

    def __init__(self, emulator: Emulator, cache: pathlib.Path) -> None:
        self.emulator = emulator
        cache.mkdir(mode=0o700, exist_ok=True)
        # The automation's own credential is there, and must never be used.
        identity = emulator.identity()
        self.environ = {"AZURE_CLIENT_ID": identity["client_id"], "AZURE_CLIENT_SECRET": identity["secret"], "PATH": "/nonexistent"}
        self.environ |= {"TENANTKIT_JOB_ID": "1-" + "0" * 32, "TENANTKIT_JOB_DIR": str(cache)}
        made = emulator.add_application(
            "contoso", displayName="Connector", isFallbackPublicClient=True, service_principal=True, secrets=[{"displayName": "by hand"}]
        )
        self.app, self.principal, self.secret = made["application"], made["service_principal"], made["secrets"][0]["value"]
        emulator.clear_journal()

    def run(self, *, check: bool = False, **options: t.Any) -> Execution:
        plain: dict[str, t.Any] = {"tenant_id": self.emulator.tenant_id("contoso"), "client_id": self.app["appId"], "timeout": 300}
        plain.update(login_url=self.emulator.login_url, ca_path=self.emulator.ca_path)
        return execute(DECLARATION, {**plain, **options}, check_mode=check, environ=self.environ)

    def token(self, **options: t.Any) -> dict[str, t.Any]:
        outcome = self.run(fail_on_refusal=False, **options)
        assert not outcome.failed, outcome.result
        assert not outcome.result["changed"]
        self.shows_nothing(outcome, options)
        return outcome.result["token"]

    def shows_nothing(self, outcome: Execution, options: t.Mapping[str, t.Any]) -> None:
        """No token and no secret but the one that was asked for is in the result."""
        if not options.get("return_token"):
            assert not [value for value in self.emulator.issued() if len(value) > 12 and value in json.dumps(outcome.result)]

    def password(self, user: str = "service@contoso.com", password: str = "emulated-service-password", **more: t.Any) -> dict[str, t.Any]:
        return {"username": user, "password": password, "public_client": True, **more}

    def graph_principal(self) -> dict[str, t.Any]:
        found = self.emulator.tenant("contoso")["service_principals"].values()
        return next(item for item in found if item["appId"] == "00000003-0000-0000-c000-000000000000")

    def sent(self) -> list[str]:
        return [f"{entry['method']} {entry['path'].rpartition('/')[2]}" for entry in self.emulator.journal("login")]


@pytest.fixture
def bench(emulator: Emulator, tmp_path: pathlib.Path) -> Bench:
    return Bench(emulator, tmp_path / "job")


def test_secret(bench: Bench) -> None:
    bench.emulator.grant_roles("contoso", bench.principal["id"], ["Group.Read.All"])
    token = bench.token(client_secret=bench.secret)
    assert token["outcome"] == "issued" and token["roles"] == ["Group.Read.All"] and token["scopes"] == []
    assert token["app_id"] == bench.app["appId"] and token["tenant_id"] == bench.emulator.tenant_id("contoso")
    assert token["audience"] == "https://graph.microsoft.com" and "access_token" not in token and token["claims"]["aud"] == token["audience"]
    assert bench.token(client_secret=bench.secret, return_token=True)["access_token"].count(".") == 2
    # Each task asks anew: what is granted between two tasks is seen by the second.
    bench.emulator.grant_roles("contoso", bench.principal["id"], ["User.Read.All"])
    assert bench.token(client_secret=bench.secret)["roles"] == ["Group.Read.All", "User.Read.All"]


def test_secret_in_check_mode_is_asked_as_well(bench: Bench) -> None:
    assert bench.token(client_secret=bench.secret, check=True)["outcome"] == "issued"
    assert bench.token(client_secret="not made yet", client_id=PLACEHOLDER_ID, check=True)["outcome"] == "not_asked"


def test_certificate(bench: Bench, tmp_path: pathlib.Path) -> None:
    now = dt.datetime.now(dt.UTC)
    made = generate("connector", 2048, now, now + dt.timedelta(days=10))
    (tmp_path / "both.pem").write_text(made.private_key_pem() + made.pem)
    assert bench.token(certificate_path=str(tmp_path / "both.pem"))["code"] == "AADSTS700027"
    bench.emulator.control("POST", f"tenants/contoso/applications/{bench.app['id']}/certificates", {"pem": made.pem})
    assert bench.token(certificate_path=str(tmp_path / "both.pem"))["outcome"] == "issued"
    (tmp_path / "key.pem").write_text(made.private_key_pem())
    assert "holds no certificate" in bench.run(certificate_path=str(tmp_path / "key.pem")).result["msg"]
    assert "client_id" in bench.run(certificate_path=str(tmp_path / "both.pem"), client_id="x").result["msg"]
    assert "auth_" not in bench.run(certificate_path=str(tmp_path / "both.pem"), client_id="x").result["msg"]


YEAR, DAY = dt.timedelta(days=365), dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("ahead", "valid", "code", "words"),
    [
        (YEAR, (-DAY, 2 * YEAR), "AADSTS700024", "has expired"),
        (-DAY, (-2 * DAY, YEAR), "AADSTS700024", "ends later than Entra allows"),
        # By this machine's clock it is over, or not valid yet. By that of the service it is neither, so what is wrong is this machine's clock.
        (-DAY, (-3 * DAY, -DAY / 2), "AADSTS700024", "ends later than Entra allows"),
        (YEAR, (DAY, 2 * YEAR), "AADSTS700024", "has expired"),
        (-DAY, (-4 * DAY, -2 * DAY), "certificate_expired", "expired on"),
        (YEAR, (DAY, 2 * DAY), "certificate_expired", "expired on"),
    ],
)
def test_a_certificate_where_this_machines_clock_is_wrong(
    emulator: Emulator, tmp_path: pathlib.Path, ahead: dt.timedelta, valid: tuple[dt.timedelta, dt.timedelta], code: str, words: str
) -> None:
    """What is signed with a certificate is dated by this machine's clock, and Entra refuses it when that is wrong: the sentence says both times.

    A secret has no dates, so it works all the same.
    """
    emulator.reset(forget=True, ahead=ahead.total_seconds())
    bench = Bench(emulator, tmp_path / "job")
    assert bench.token(client_secret=bench.secret)["outcome"] == "issued"
    now = dt.datetime.now(dt.UTC)
    made = generate("connector", 2048, now + valid[0], now + valid[1])
    if code.startswith("AADSTS"):
        bench.emulator.control("POST", f"tenants/contoso/applications/{bench.app['id']}/certificates", {"pem": made.pem})
    (tmp_path / "both.pem").write_text(made.private_key_pem() + made.pem)
    failed = bench.run(certificate_path=str(tmp_path / "both.pem")).result
    assert failed["failure"]["code"] == code and words in failed["msg"], failed["msg"]
    if code.startswith("AADSTS"):
        assert "Entra's clock says" in failed["msg"] and "clock" in failed["failure"]["advice"], failed["msg"]


@pytest.mark.parametrize("form", ["der files", "pem content", "der content", "pem content and key file", "locked der", "pfx"])
def test_certificate_forms(bench: Bench, tmp_path: pathlib.Path, form: str) -> None:
    made = generate("connector", 2048, dt.datetime.now(dt.UTC), dt.datetime.now(dt.UTC) + dt.timedelta(days=10))
    bench.emulator.control("POST", f"tenants/contoso/applications/{bench.app['id']}/certificates", {"pem": made.pem})
    key, plain = made.private_key, serialization.NoEncryption()
    der = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, plain)
    locked = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"right"))
    certificate = x509.load_der_x509_certificate(made.der)
    paths = {name: str(tmp_path / name) for name in ("c.der", "k.der", "locked.der", "c.pem", "both.pfx")}
    pathlib.Path(paths["c.der"]).write_bytes(made.der)
    pathlib.Path(paths["k.der"]).write_bytes(der)
    pathlib.Path(paths["locked.der"]).write_bytes(locked)
    pathlib.Path(paths["c.pem"]).write_text(made.pem)
    pathlib.Path(paths["both.pfx"]).write_bytes(pkcs12.serialize_key_and_certificates(b"x", key, certificate, None, plain))
    options: dict[str, dict[str, str]] = {
        "der files": {"certificate_path": paths["c.der"], "private_key_path": paths["k.der"]},
        "pem content": {"certificate_content": made.private_key_pem() + made.pem},
        "der content": {"certificate_content": base64.b64encode(made.der).decode(), "private_key_content": base64.b64encode(der).decode()},
        "pem content and key file": {"certificate_content": made.pem, "private_key_path": paths["k.der"]},
        "locked der": {"certificate_path": paths["c.pem"], "private_key_path": paths["locked.der"], "certificate_password": "right"},
        "pfx": {"certificate_path": paths["both.pfx"]},
    }
    assert bench.token(**options[form])["outcome"] == "issued"
    if form == "locked der":
        wrong = bench.run(**{**options[form], "certificate_password": "wrong"})
        assert "does not open with the password" in wrong.result["msg"], wrong.result
        none = bench.run(**{name: value for name, value in options[form].items() if name != "certificate_password"})
        assert "Set 'certificate_password'" in none.result["msg"], none.result


def test_certificate_without_its_key(bench: Bench, tmp_path: pathlib.Path) -> None:
    made = generate("connector", 2048, dt.datetime.now(dt.UTC), dt.datetime.now(dt.UTC) + dt.timedelta(days=10))
    (tmp_path / "c.der").write_bytes(made.der)
    for options in ({"certificate_path": str(tmp_path / "c.der")}, {"certificate_content": made.pem}):
        failure = bench.run(**options).result["failure"]
        assert (failure["code"], failure["kind"]) == ("no_private_key", "credential"), failure
    (tmp_path / "k.der").write_bytes(b"neither")
    assert "private key" in bench.run(certificate_path=str(tmp_path / "c.der"), private_key_path=str(tmp_path / "k.der")).result["msg"]
    assert bench.sent() == []


def test_federated(bench: Bench, tmp_path: pathlib.Path) -> None:
    assertion = bench.emulator.assertion("https://issuer.example", "workload")
    assert bench.token(federated_token=assertion)["code"] == "AADSTS700211"
    bench.emulator.add_federated("contoso", bench.app["id"], name="main", issuer="https://issuer.example", subject="workload")
    assert bench.token(federated_token=assertion)["outcome"] == "issued"
    (tmp_path / "token").write_text(assertion)
    assert bench.token(federated_token_file=str(tmp_path / "token"))["outcome"] == "issued"
    assert bench.token(federated_token=bench.emulator.assertion("https://issuer.example", "Workload"))["code"] == "AADSTS700213"
    assert bench.run(federated_token="nonsense").result["failure"]["code"] == "federated_token"


class TestRefusals:
    """The causes of the vendor's troubleshooting section, one after the other."""

    def test_wrong_secret(self, bench: Bench) -> None:
        token = bench.token(client_secret="not-the-right-one")
        assert (token["outcome"], token["code"], token["http_status"]) == ("refused", "AADSTS7000215", 401)
        assert token["cause"] == "the client secret is wrong" and "not its id" in token["next_step"] and token["trace_id"]

    def test_fails_unless_told_otherwise(self, bench: Bench) -> None:
        outcome = bench.run(client_secret="not-the-right-one")
        assert outcome.failed and outcome.result["failure"]["details"]["token"]["code"] == "AADSTS7000215"
        assert "the client secret is wrong" in outcome.result["msg"] and "not its id" in outcome.result["msg"]

    def test_conditional_access(self, bench: Bench) -> None:
        bench.emulator.settings(conditional_access_blocks=[bench.app["appId"]])
        token = bench.token(client_secret=bench.secret)
        assert (token["outcome"], token["code"]) == ("blocked", "AADSTS53003")
        assert "says nothing about the credential" in bench.run(client_secret=bench.secret).result["msg"]

    def test_api_without_service_principal(self, bench: Bench) -> None:
        token = bench.token(client_secret=bench.secret, resource="https://api.nowhere.example")
        assert (token["outcome"], token["code"]) == ("refused", "AADSTS500011") and "entra_service_principal" in token["next_step"]

    def test_application_that_is_not_assigned(self, bench: Bench) -> None:
        bench.emulator.update("contoso", "servicePrincipals", bench.graph_principal()["id"], appRoleAssignmentRequired=True)
        assert bench.token(client_secret=bench.secret)["code"] == "AADSTS501051"

    def test_unknown_application(self, bench: Bench) -> None:
        assert bench.token(client_id=CLIENT, client_secret="x")["code"] == "AADSTS700016"

    def test_other_trouble_is_a_failure(self, bench: Bench) -> None:
        bench.emulator.fault(service="login", path="/token", action="status", status=503, times=None)
        outcome = bench.run(client_secret=bench.secret, fail_on_refusal=False)
        assert outcome.failed and outcome.result["failure"]["kind"] != "bug"


class TestPassword:
    def test_issued(self, bench: Bench) -> None:
        bench.emulator.add_grant("contoso", bench.principal["id"], bench.graph_principal()["id"], "User.Read")
        token = bench.token(**bench.password())
        assert token["outcome"] == "issued" and token["scopes"] == ["User.Read"] and token["username"] == "service@contoso.com"
        assert bench.sent() == ["POST token"]  # one direct request, without discovery

    @pytest.mark.parametrize(
        ("user", "password", "outcome", "code"),
        [
            ("service@contoso.com", "emulated-service-password", "refused", "AADSTS65001"),
            ("service@contoso.com", "not-the-right-one", "refused", "AADSTS50126"),
            ("nobody@contoso.com", "not-the-right-one", "refused", "AADSTS50034"),
            ("guarded@contoso.com", "emulated-guarded-password", "blocked", "AADSTS50076"),
        ],
    )
    def test_refused(self, bench: Bench, user: str, password: str, outcome: str, code: str) -> None:
        token = bench.token(**bench.password(user, password))
        assert (token["outcome"], token["code"]) == (outcome, code) and token["next_step"]
        assert bench.sent() == ["POST token"]

    def test_not_assigned(self, bench: Bench) -> None:
        bench.emulator.update("contoso", "servicePrincipals", bench.principal["id"], appRoleAssignmentRequired=True)
        assert bench.token(**bench.password())["code"] == "AADSTS50105"

    def test_confidential_application(self, bench: Bench) -> None:
        bench.emulator.update("contoso", "applications", bench.app["id"], isFallbackPublicClient=False)
        bench.emulator.add_grant("contoso", bench.principal["id"], bench.graph_principal()["id"], "User.Read")
        assert bench.token(**bench.password(public_client=False, client_secret=bench.secret))["outcome"] == "issued"

    def test_never_in_check_mode(self, bench: Bench) -> None:
        token = bench.token(**bench.password(), check=True)
        assert token["outcome"] == "not_asked" and bench.sent() == []

    @pytest.mark.parametrize("more", [{}, {"client_id": CLIENT}, {"username": "SERVICE@contoso.com"}, {"password": "another"}, {"tenant_id": "fabrikam.com"}])
    def test_one_attempt_per_account_and_job(self, bench: Bench, more: dict[str, t.Any]) -> None:
        bench.token(**bench.password(password="not-the-right-one"))
        outcome = bench.run(**{**bench.password(), **more}, fail_on_refusal=False)
        assert outcome.result["failure"]["code"] == "password_already_tried" and bench.sent() == ["POST token"]

    @pytest.mark.parametrize("fault", [{"action": "status", "status": 503}, {"action": "status", "status": 429}, {"action": "drop_after"}, {"action": "html"}])
    def test_no_second_request_whatever_the_answer(self, bench: Bench, fault: dict[str, t.Any]) -> None:
        bench.emulator.fault(service="login", path="/token", **fault)
        outcome = bench.run(**bench.password(), fail_on_refusal=False)
        assert outcome.failed and outcome.result["failure"]["kind"] != "bug", outcome.result
        assert bench.sent() == ["POST token"]
        assert bench.run(**bench.password()).result["failure"]["code"] == "password_already_tried"

    def test_nothing_is_sent_that_cannot_be_noted(self, bench: Bench, tmp_path: pathlib.Path) -> None:
        shared = tmp_path / "shared"
        shared.mkdir(mode=0o777)
        shared.chmod(0o777)
        (tmp_path / "file").write_text("")
        job = bench.environ.pop("TENANTKIT_JOB_DIR")
        for place in (str(shared), str(tmp_path / "file"), str(tmp_path / "missing" / "deeper")):
            bench.environ["TENANTKIT_JOB_DIR"] = place
            assert bench.run(**bench.password()).result["failure"]["code"] == "attempt_not_noted", place
        del bench.environ["TENANTKIT_JOB_DIR"], bench.environ["TENANTKIT_JOB_ID"]
        outcome = bench.run(**bench.password())
        assert outcome.result["failure"]["code"] == "attempt_not_noted" and "TENANTKIT_JOB_DIR" in outcome.result["msg"]
        assert bench.sent() == []
        bench.environ["TENANTKIT_JOB_DIR"] = job
        assert bench.token(**bench.password(password="not-the-right-one"))["code"] == "AADSTS50126"


def test_azure_cli(bench: Bench, tmp_path: pathlib.Path) -> None:
    assert bench.run(auth_method="azure_cli", client_id=None).result["failure"]["code"] == "azure_cli_missing"
    answer = bench.emulator.token("contoso", bench.app["appId"], bench.secret)
    (tmp_path / "az").write_text(f"#!/bin/sh\necho '{json.dumps({'accessToken': answer['access_token'], 'expires_on': 2000000000})}'\n")
    (tmp_path / "az").chmod(0o755)
    bench.environ["PATH"] = f"{tmp_path}:/usr/bin:/bin"
    token = bench.token(auth_method="azure_cli", client_id=None)
    # The end is the one that the token names, and not what the program says beside it.
    assert token["outcome"] == "issued" and token["expires_at"] == f"{dt.datetime.fromtimestamp(token['claims']['exp'], dt.UTC):%Y-%m-%dT%H:%M:%SZ}"
    other = bench.run(auth_method="azure_cli", client_id=None, tenant_id=TENANT)
    assert other.result["failure"]["code"] == "tenant_mismatch"
