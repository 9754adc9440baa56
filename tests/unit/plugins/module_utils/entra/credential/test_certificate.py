# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates of an application: files that are refused, the planner, and the engine against the emulator."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import json
import pathlib
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._declaration import Outcome, execute
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import Plan
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.certificate import (
    CertificateCurrent,
    CertificateDesired,
    normalise_thumbprint,
    plan_certificate,
    thumbprint_of,
)
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.certificate_file import LoadedCertificate, generate, load_given
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.marks import marks_of
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.tags import CREATION_TAG
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ConflictError, CredentialError, OptionError
from ansible_collections.tenantkit.connectors.plugins.modules.entra_app_certificate import DECLARATION
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from tenant_emulator.testing import Emulator

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
DAY = dt.timedelta(days=1)
PEM, DER = serialization.Encoding.PEM, serialization.Encoding.DER
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
LOCKED = serialization.BestAvailableEncryption(b"open sesame")


def certificate(key: t.Any = KEY, begin: dt.timedelta = -DAY, end: dt.timedelta = 200 * DAY) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "payroll")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
    return builder.not_valid_before(NOW + begin).not_valid_after(NOW + end).sign(key, hashes.SHA256())


def pem(made: x509.Certificate) -> str:
    return made.public_bytes(PEM).decode()


def key_pem(key: t.Any = KEY, lock: t.Any = None) -> str:
    return key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, lock or serialization.NoEncryption()).decode()


GOOD = certificate()


class TestFiles:
    @pytest.mark.parametrize("form", ["pem", "der", "pem with key", "pfx", "locked pfx", "pem text", "base64"])
    def test_taken(self, form: str, tmp_path: pathlib.Path) -> None:
        lock = LOCKED if form == "locked pfx" else serialization.NoEncryption()
        content = {
            "pem": pem(GOOD).encode(),
            "der": GOOD.public_bytes(DER),
            "pem with key": (key_pem() + pem(certificate(OTHER)) + pem(GOOD)).encode(),
            "pfx": pkcs12.serialize_key_and_certificates(b"x", KEY, GOOD, [certificate(OTHER)], lock),
            "locked pfx": pkcs12.serialize_key_and_certificates(b"x", KEY, GOOD, None, lock),
        }.get(form, b"")
        (tmp_path / "file").write_bytes(content)
        options = {"certificate_path": str(tmp_path / "file"), "private_key_password": "open sesame" if "locked" in form else None}
        if not content:
            text = pem(GOOD) if form == "pem text" else base64.encodebytes(GOOD.public_bytes(DER)).decode()
            options = {"certificate_content": text}
        found = load_given(options)
        assert found is not None and found.thumbprint == GOOD.fingerprint(hashes.SHA1()).hex().upper()
        assert (found.private_key is not None) == (form not in ("pem", "der", "pem text", "base64"))
        assert x509.load_pem_x509_certificate(found.pem.encode()) == GOOD

    @pytest.mark.parametrize(
        ("options", "code", "words"),
        [
            ({"certificate_path": "/nonexistent"}, "certificate", "cannot be read"),
            ({"certificate_content": "hello"}, "certificate", "neither PEM nor the base64"),
            ({"certificate_content": "MAo="}, "certificate", "neither PEM, DER nor PKCS#12"),
            ({"certificate_content": key_pem()}, "certificate", "no certificate"),
            ({"certificate_content": pem(GOOD) + pem(certificate(OTHER))}, "certificate", "holds 2 certificates"),
            ({"certificate_content": pem(GOOD) + key_pem(OTHER)}, "certificate_key_mismatch", "does not fit"),
            ({"certificate_content": pem(GOOD), "private_key_content": key_pem(OTHER)}, "certificate_key_mismatch", "does not fit"),
            ({"certificate_content": pem(GOOD), "private_key_content": key_pem(lock=LOCKED)}, "certificate_password", "no password is given"),
            (
                {"certificate_content": pem(GOOD), "private_key_content": key_pem(lock=LOCKED), "private_key_password": "wrong"},
                "certificate_password",
                "does not open with the password",
            ),
            ({"certificate_content": pem(certificate(ec.generate_private_key(ec.SECP256R1())))}, "certificate", "not RSA"),
            ({"certificate_content": pem(certificate(rsa.generate_private_key(public_exponent=65537, key_size=1024)))}, "certificate", "1024 bits"),
        ],
    )
    def test_refused(self, options: dict[str, t.Any], code: str, words: str) -> None:
        with pytest.raises(CredentialError) as caught:
            load_given(options)
        assert caught.value.code == code and words in caught.value.sentence(), caught.value.sentence()

    @pytest.mark.parametrize("password", [None, "wrong"])
    def test_pfx_with_a_wrong_password(self, password: str | None, tmp_path: pathlib.Path) -> None:
        (tmp_path / "x.pfx").write_bytes(pkcs12.serialize_key_and_certificates(b"x", KEY, GOOD, None, LOCKED))
        with pytest.raises(CredentialError) as caught:
            load_given({"certificate_path": str(tmp_path / "x.pfx"), "private_key_password": password})
        assert caught.value.code == "certificate_password"

    def test_key_without_certificate(self) -> None:
        with pytest.raises(OptionError, match="no certificate"):
            load_given({"private_key_path": "/x"})

    def test_nothing_given(self) -> None:
        assert load_given({}) is None

    def test_generated(self) -> None:
        made = generate("payroll", 2048, NOW, NOW + 10 * DAY)
        assert made.subject == "CN=payroll" and made.not_after == NOW + 10 * DAY and made.not_before <= NOW
        again = load_given({"certificate_content": made.pem, "private_key_content": made.private_key_pem()})
        assert again is not None and again.thumbprint == made.thumbprint
        assert "PRIVATE" not in repr(made)


def given(made: x509.Certificate = GOOD) -> LoadedCertificate:
    return t.cast(LoadedCertificate, load_given({"certificate_content": pem(made)}))


def entry(
    number: int, made: x509.Certificate = GOOD, name: str | None = "tkc:sso:0000000a", age: float = 1, life: float = 180, **more: t.Any
) -> dict[str, t.Any]:
    start = NOW - age * DAY
    return {
        "keyId": f"{number:08x}-0000-4000-8000-000000000000",
        "customKeyIdentifier": base64.b64encode(made.fingerprint(hashes.SHA1())).decode(),
        "displayName": name,
        "startDateTime": start.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "endDateTime": (start + life * DAY).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
        "key": None,
        **more,
    }


def current(*entries: dict[str, t.Any], policy: dict[str, t.Any] | None = None, **more: t.Any) -> CertificateCurrent:
    app = {"id": "o", "appId": "7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11", "displayName": "Payroll", "keyCredentials": list(entries), "tags": [], **more}
    return CertificateCurrent.from_graph(app, policy or {}, [], now=NOW, label="x")


def plan(found: CertificateCurrent, cert: LoadedCertificate | None = None, **options: t.Any) -> Plan:
    made = {"name": "sso", "generate": cert is None, **options}
    return plan_certificate(CertificateDesired.from_options(made, cert), found, NOW)


class TestThumbprint:
    def test_forms(self) -> None:
        wanted = GOOD.fingerprint(hashes.SHA1()).hex().upper()
        assert thumbprint_of(entry(1)) == wanted
        assert thumbprint_of(entry(1, customKeyIdentifier=wanted.lower())) == wanted
        assert thumbprint_of(entry(1, customKeyIdentifier="AAAA", key=base64.b64encode(GOOD.public_bytes(DER)).decode())) == wanted
        assert thumbprint_of(entry(1, customKeyIdentifier="AAAA")) is None
        assert thumbprint_of(entry(1, customKeyIdentifier=None)) is None

    def test_as_people_copy_it(self) -> None:
        assert normalise_thumbprint("\u200eaa:" + "bb " * 19) == "AA" + "BB" * 19
        with pytest.raises(OptionError):
            normalise_thumbprint("aa")


class TestPlan:
    def test_given_is_added_once(self) -> None:
        found = plan(current(), given())
        assert [action.kind for action in found.actions] == ["mint"] and given().thumbprint in found.texts[0]
        assert plan(current(entry(1)), given()).actions == ()
        assert plan(current(entry(1, name="CN=by hand")), given()).actions == ()

    def test_one_that_signs_counts_for_another_purpose(self) -> None:
        assert plan(current(entry(1, usage="Sign")), given()).actions != ()

    @pytest.mark.parametrize(
        ("begin", "end", "code"), [(-2 * DAY, -DAY, "certificate_expired"), (DAY, 2 * DAY, "certificate_not_yet_valid")], ids=["expired", "not yet"]
    )
    def test_dates(self, begin: dt.timedelta, end: dt.timedelta, code: str) -> None:
        made = certificate(begin=begin, end=end)
        with pytest.raises(CredentialError) as caught:
            plan(current(entry(1, made)), given(made))
        assert caught.value.code == code and "nothing was written" in caught.value.message

    def test_given_about_to_expire_is_a_warning(self) -> None:
        made = certificate(begin=-100 * DAY, end=20 * DAY)
        found = plan(current(entry(1, made)), given(made))
        assert found.actions == () and "expires on" in found.warnings[0]

    @pytest.mark.parametrize(("age", "needed"), [(149, False), (150, True), (200, True)])
    def test_renewal(self, age: float, needed: bool) -> None:
        assert [action.kind for action in plan(current(entry(1, age=age))).actions] == (["mint"] if needed else [])

    def test_foreign_one_does_not_do(self) -> None:
        assert plan(current(entry(1, name="CN=by hand"))).actions != ()

    def test_policy_cuts_the_lifetime(self) -> None:
        rule = {"restrictionType": "asymmetricKeyLifetime", "maxLifetime": "P30D"}
        policy = {"isEnabled": True, "applicationRestrictions": {"keyCredentials": [rule], "passwordCredentials": [{**rule, "maxLifetime": "P1D"}]}}
        found = plan(current(policy=policy))
        assert found.texts == ["make certificate 'sso' valid 30 days"] and "instead of 180" in found.warnings[0]
        with pytest.raises(OptionError, match="limits certificates"):
            plan(current(policy=policy), given())

    def test_absent_by_thumbprint(self) -> None:
        found = plan(current(entry(1), entry(2, certificate(OTHER))), state="absent", thumbprint=given().thumbprint, force=True, generate=False)
        assert found.texts == ["remove certificate 'tkc:sso:0000000a' (00000001-0000-4000-8000-000000000000)"]
        assert plan(current(), state="absent", thumbprint="0" * 40, generate=False).actions == ()

    def test_foreign_is_never_removed(self) -> None:
        with pytest.raises(ConflictError) as caught:
            plan(current(entry(1, name="CN=my secret-thing")), state="absent", thumbprint=given().thumbprint, generate=False)
        assert "is not a managed certificate" in caught.value.message and "secret-thing" in caught.value.message
        assert caught.value.code == "foreign_certificate"

    def test_retired_after_the_overlap(self) -> None:
        old, new = entry(1, age=100), entry(2, certificate(OTHER), age=8)
        assert [action.payload["key_id"] for action in plan(current(old, new), state="retired", generate=False).actions] == [old["keyId"]]
        assert plan(current(old, entry(2, certificate(OTHER), age=6)), state="retired", generate=False).actions == ()

    @pytest.mark.parametrize(
        "options",
        [
            {"generate": False}, {"state": "absent", "thumbprint": "0" * 40, "key_id": "x"}, {"thumbprint": "0" * 40}, {"name": "a b"},
            {"generate": False, "cert": True, "delivery": {"connector": "x", "instance": "y"}}, {"generate": False, "cert": True, "force": True},
            {"generate": True, "cert": True},
        ],
    )  # fmt: skip
    def test_options(self, options: dict[str, t.Any]) -> None:
        cert = given() if options.pop("cert", False) else None
        with pytest.raises(OptionError):
            plan(current(), cert, **{"generate": True, **options})

    def test_a_name_with_the_other_word_stays_as_it_is(self) -> None:
        """Sentences are made with the noun; nothing in them is replaced afterwards."""
        life = {"name": "client.secret", "generate": False, "state": "absent", "key_id": entry(1)["keyId"]}
        with pytest.raises(ConflictError) as caught:
            plan(current(entry(1, name="the secret of Payroll")), **life)
        assert "'the secret of Payroll'" in caught.value.message
        assert caught.value.message.endswith("is not a managed certificate named 'client.secret'; foreign certificates are never removed.")


@dataclasses.dataclass
class Bench:
    """One application in the emulator, and the module's engine."""

    emulator: Emulator
    app: dict[str, t.Any]

    def run(self, *, check: bool = False, **options: t.Any) -> Outcome:
        identity = self.emulator.identity()
        plain = {"tenant_id": "contoso.onmicrosoft.com", "timeout": 60, "app_id": self.app["appId"], "name": "sso", "state": "present", "prove": True}
        plain.update(login_url=self.emulator.login_url, graph_url=self.emulator.graph_url, ca_path=self.emulator.ca_path)
        environ = {"AZURE_CLIENT_ID": identity["client_id"], "AZURE_CLIENT_SECRET": identity["secret"]}
        return execute(DECLARATION, {**plain, **options}, check_mode=check, environ=environ)

    def ok(self, **options: t.Any) -> dict[str, t.Any]:
        outcome = self.run(**options)
        assert not outcome.failed, outcome.result
        return {**outcome.result, **outcome.result["certificate"], "warnings": outcome.warnings}

    def failed(self, **options: t.Any) -> dict[str, t.Any]:
        outcome = self.run(**options)
        assert outcome.failed, outcome.result
        assert outcome.result["failure"]["kind"] != "bug", outcome.result
        return outcome.result["failure"]

    @property
    def stored(self) -> dict[str, t.Any]:
        return next(item for item in self.emulator.tenant("contoso")["applications"].values() if item["id"] == self.app["id"])

    @property
    def names(self) -> list[str]:
        return [item["displayName"] for item in self.stored["keyCredentials"]]


@pytest.fixture
def bench(emulator: Emulator) -> Bench:
    made = emulator.add_application("contoso", displayName="Payroll", uniqueName="payroll", service_principal=True, tags=[CREATION_TAG, "own-tag"])
    path = f"tenants/contoso/applications/{made['application']['id']}/certificates"
    emulator.control("POST", path, {"pem": pem(certificate(OTHER))})
    emulator.clear_journal()
    return Bench(emulator, made["application"])


def test_entries_of_others_are_sent_back_as_they_were_read(bench: Bench) -> None:
    """Also one whose identifier Graph shows in hexadecimal."""
    stored = dict(bench.stored["keyCredentials"][0])
    stored["customKeyIdentifier"] = base64.b64decode(stored["customKeyIdentifier"]).hex().upper()
    bench.emulator.update("contoso", "applications", bench.app["id"], keyCredentials=[stored])
    bench.ok(certificate_content=pem(GOOD))
    (write,) = bench.emulator.writes()
    sent = {name: value for name, value in write["request"]["keyCredentials"][0].items() if name != "key"}
    assert sent == {name: value for name, value in stored.items() if name != "key"}


def test_given(bench: Bench) -> None:
    foreign = bench.stored["keyCredentials"]
    foreseen = bench.ok(check=True, certificate_content=pem(GOOD))
    assert foreseen["would_create"] and foreseen["thumbprint"] == given().thumbprint and bench.emulator.writes() == []
    made = bench.ok(certificate_content=pem(GOOD))
    assert made["proof"] == "not_possible" and "private_key_pem" not in made
    assert bench.stored["keyCredentials"][:1] == foreign and len(bench.names) == 2
    (write,) = bench.emulator.writes()
    assert write["request"]["keyCredentials"][0]["key"] is None
    again = bench.ok(certificate_content=pem(GOOD))
    assert not again["changed"] and again["key_id"] == made["key_id"] and [row["thumbprint"] for row in again["managed"]] == [given().thumbprint]
    assert [row["key_id"] for row in again["foreign"]] == [foreign[0]["keyId"]]


def test_given_with_its_key_is_proven(bench: Bench) -> None:
    assert bench.ok(certificate_content=pem(GOOD), private_key_content=key_pem())["proof"] == "proven"


def test_generated_renewed_and_retired(bench: Bench) -> None:
    made = bench.ok(generate=True, validity_days=40, subject="payroll sync")
    assert made["proof"] == "proven" and made["would_create"] is False
    loaded = load_given({"certificate_content": made["certificate_pem"], "private_key_content": made["private_key_pem"]})
    assert loaded is not None and loaded.thumbprint == made["thumbprint"] and loaded.subject == "CN=payroll sync"
    assert made["private_key_pem"] not in json.dumps(made["diff"]) + json.dumps(made["actions"])
    again = bench.ok(generate=True, validity_days=40)
    assert not again["changed"] and "private_key_pem" not in again and again["key_id"] == made["key_id"]
    bench.emulator.advance(25 * 24 * 3600)
    renewed = bench.ok(generate=True, validity_days=40)
    assert renewed["changed"] and len(bench.names) == 3
    assert not bench.ok(state="retired")["changed"]
    bench.emulator.advance(8 * 24 * 3600)
    assert bench.ok(state="retired")["actions"] == [f"remove certificate '{made['display_name']}' ({made['key_id']})"]
    assert bench.ok(state="absent", thumbprint=renewed["thumbprint"], force=True)["changed"]
    assert len(bench.names) == 1


def test_a_given_one_that_takes_the_place_of_another(bench: Bench) -> None:
    """The earlier one stays for the overlap, however long ago either became valid, whether the later one was given as well or made here."""
    second = certificate(KEY, begin=-100 * DAY)
    bench.ok(certificate_content=pem(certificate(KEY, begin=-200 * DAY)))
    bench.emulator.advance(24 * 3600)
    later = bench.ok(certificate_content=pem(second))
    bench.emulator.advance(6 * 24 * 3600)
    assert not bench.ok(state="retired")["changed"]
    bench.emulator.advance(2 * 24 * 3600)
    assert bench.ok(state="retired")["changed"] and [row["key_id"] for row in bench.ok(state="retired")["managed"]] == [later["key_id"]]
    delivery = {"connector": "power_platform", "instance": "vault certificate"}
    made = bench.ok(generate=True, delivery=delivery)
    bench.ok(delivery={**delivery, "delivered_key_id": made["key_id"]})
    bench.emulator.advance(6 * 24 * 3600)
    kept = bench.ok(state="retired", delivery=delivery)
    assert not kept["changed"] and "overlap" in kept["managed"][0]["kept_because"]
    bench.emulator.advance(2 * 24 * 3600)
    assert bench.ok(state="retired", delivery=delivery)["changed"]
    assert [row["key_id"] for row in bench.ok(state="retired", delivery=delivery)["managed"]] == [made["key_id"]]


def test_delivery(bench: Bench) -> None:
    delivery = {"connector": "power_platform", "instance": "vault certificate", "authority": "x"}
    made = bench.ok(generate=True, delivery=delivery)
    assert made["delivery"]["status"] == "pending" and made["actions"][1] == "mark certificate 'sso' as pending for power_platform"
    confirmed = bench.ok(delivery={**delivery, "delivered_key_id": made["key_id"]})
    assert confirmed["delivery"]["status"] == "delivered" and [item.delivered for item in marks_of(bench.stored["tags"])] == [True]
    again = bench.ok(generate=True, delivery=delivery)
    assert not again["changed"] and again["key_id"] == made["key_id"]
    refused = bench.failed(state="absent")
    assert refused["code"] == "delivered" and "own-tag" in bench.stored["tags"]


def test_list_that_somebody_else_changes(bench: Bench) -> None:
    seen = bench.stored["keyCredentials"]
    # Between the plan and the write: the second read of the list finds another one.
    writer = {"service": "graph", "method": "GET", "path": r"select=id,keyCredentials"}
    other = {**seen[0], "keyId": "99999999-0000-4000-8000-000000000000", "key": None}
    bench.emulator.fault(**writer, action="status", status=200, body={"id": bench.app["id"], "keyCredentials": [*seen, other]})
    failure = bench.failed(certificate_content=pem(GOOD))
    assert failure["code"] == "list_changed" and failure["outcome"] == "refused"
    assert bench.emulator.writes() == [] and bench.stored["keyCredentials"] == seen


def test_lost_answer(bench: Bench) -> None:
    bench.emulator.fault(service="graph", method="PATCH", path="/applications/", action="drop_after")
    assert bench.ok(generate=True)["proof"] == "proven"
    assert len(bench.names) == 2


@pytest.mark.parametrize("removable", [True, False])
def test_when_every_answer_is_lost(bench: Bench, removable: bool) -> None:
    """Nobody gets the key of what may have been added: it is removed again, or named."""
    lost = {"service": "graph", "method": "PATCH", "path": "/applications/"}
    bench.emulator.fault(**lost, action="drop_after", times=4)  # as often as the write is tried
    if not removable:
        bench.emulator.fault(**lost, action="drop_before", times=None)
    failure = bench.failed(timeout=60, generate=True)
    left = [item["keyId"] for item in bench.stored["keyCredentials"] if (item["displayName"] or "").startswith("tkc:")]
    if removable:
        assert failure["details"]["removed_key_id"] and failure["outcome"] == "refused" and left == []
    else:
        assert [failure["details"]["left_key_id"]] == left and failure["outcome"] == "unknown" and left[0] in failure["advice"]


def test_one_that_cannot_be_proven_is_removed(bench: Bench) -> None:
    bench.emulator.settings(conditional_access_blocks=[bench.app["appId"]])
    failure = bench.failed(generate=True)
    assert failure["code"] == "proof_blocked" and failure["details"]["removed_key_id"]
    assert len(bench.names) == 1


def test_expired_is_refused_before_any_write(bench: Bench) -> None:
    assert bench.failed(certificate_content=pem(certificate(begin=-2 * DAY, end=-DAY)))["code"] == "certificate_expired"
    assert bench.emulator.writes() == []
