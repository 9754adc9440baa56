# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates of an application: files that are refused, and the planner."""

from __future__ import annotations

import base64
import datetime as dt
import pathlib
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import Plan
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.certificate import (
    CertificateCurrent,
    CertificateDesired,
    display_name,
    normalise_thumbprint,
    plan_certificate,
    thumbprint_of,
)
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.certificate_file import LoadedCertificate, generate, load_given
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ConflictError, CredentialError, OptionError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from support.certificate_samples import DAY, DER, GOOD, KEY, NOW, OTHER, certificate, given, key_pem, pem

LOCKED = serialization.BestAvailableEncryption(b"open sesame")


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

    def test_a_policy_for_named_authorities_judges_what_is_made_here(self) -> None:
        """Who signed a certificate that was given is for Entra to say."""
        policy = {"isEnabled": True, "applicationRestrictions": {"keyCredentials": [{"restrictionType": "trustedCertificateAuthority", "state": "enabled"}]}}
        assert [action.kind for action in plan(current(policy=policy), given()).actions] == ["mint"]
        with pytest.raises(OptionError) as caught:
            plan(current(policy=policy))
        assert caught.value.code == "certificate_authority_not_trusted"

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


RAW = bytes(range(20))


@pytest.mark.parametrize(
    ("entry", "thumbprint"),
    [
        ({"customKeyIdentifier": RAW.hex()}, RAW.hex().upper()),
        ({"customKeyIdentifier": base64.b64encode(RAW).decode()}, RAW.hex().upper()),
        # Users may have put anything there.
        ({"customKeyIdentifier": base64.b64encode(RAW[:10]).decode()}, None),
        ({"customKeyIdentifier": "by hand!"}, None),
        ({"customKeyIdentifier": "ärger"}, None),
        ({"customKeyIdentifier": None}, None),
        ({}, None),
        # Graph sent something that is no certificate.
        ({"key": "A", "customKeyIdentifier": RAW.hex()}, None),
        ({"key": "ä", "customKeyIdentifier": RAW.hex()}, None),
        ({"key": "c2VjcmV0", "type": "Symmetric", "customKeyIdentifier": RAW.hex()}, RAW.hex().upper()),
    ],
)
def test_thumbprints_of_what_is_registered(entry: dict[str, t.Any], thumbprint: str | None) -> None:
    assert thumbprint_of(entry) == thumbprint


def test_the_certificate_itself_counts_where_graph_sent_it() -> None:
    entry = {"key": base64.b64encode(GOOD.public_bytes(DER)).decode(), "customKeyIdentifier": RAW.hex()}
    assert thumbprint_of(entry) == GOOD.fingerprint(hashes.SHA1()).hex().upper()


def test_the_name_of_a_certificate_begins_with_its_thumbprint() -> None:
    assert display_name("payroll", RAW.hex().upper()) == "tkc:payroll:00010203"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"private_key_path": "/x"}, "private_key_path is given"),
        ({"private_key_content": "x", "private_key_password": "p"}, "private_key_content and private_key_password are given"),
    ],
)
def test_a_key_without_a_certificate(options: dict[str, str], words: str) -> None:
    with pytest.raises(OptionError, match=words) as caught:
        load_given(options)
    assert caught.value.code == "option_missing"
    assert load_given({"private_key_path": "", "certificate_path": None}) is None
