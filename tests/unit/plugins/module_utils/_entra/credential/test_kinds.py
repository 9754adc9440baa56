# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets and certificates have one life cycle, whose sentences take the noun; its planners load no client and no cryptography."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import re
import subprocess
import sys
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._clock import format_time
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import Plan
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.certificate import CertificateCurrent, CertificateDesired, plan_certificate
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.delivery import SUPERSEDED, Delivery
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.kind import CERTIFICATE, SECRET, Kind
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.lifecycle import refused_by_policy
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.marks import Mark
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.secret import SecretCurrent, SecretDesired, plan_secret
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ConflictError, ConnectorError, OptionError, ServiceError

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
APP = "7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11"
DELIVERY = {"connector": "payroll", "instance": "https://portal.example contoso", "authority": "https://login.example/contoso.com"}
TARGET = Delivery(**DELIVERY)
PACKAGE = "ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential"
PLANNERS = ("kind", "key", "marks", "delivery", "app_management_policy", "model", "lifecycle", "secret", "certificate", "federated", "outstanding_proof")


def key_id(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-000000000000"


def planned(kind: Kind, keys: list[dict[str, t.Any]], marks: list[Mark], restrictions: list[str], options: dict[str, t.Any]) -> Plan | ConnectorError:
    """The plan of one kind for the same state, or what it refused."""
    names = {"addition": kind.addition, "lifetime": kind.lifetime, "authority": kind.authority}
    policy = {
        "isEnabled": True,
        "applicationRestrictions": {kind.collection: [{"restrictionType": names[name], "maxLifetime": "P30D"} for name in restrictions]},
    }
    app = {"id": "o", "appId": APP, "displayName": "Payroll", "tags": [mark.tag for mark in marks], kind.collection: keys}
    try:
        if kind is SECRET:
            return plan_secret(SecretDesired.from_options(options), SecretCurrent.from_graph(app, policy, [], now=NOW), NOW)
        return plan_certificate(CertificateDesired.from_options({"generate": True, **options}), CertificateCurrent.from_graph(app, policy, [], now=NOW), NOW)
    except ConnectorError as error:
        return error


def essence(found: Plan | ConnectorError) -> t.Any:
    """What a plan or a refusal says, without the words in which the kinds differ by design."""
    if isinstance(found, ConnectorError):
        told: t.Any = [found.message, found.code, found.outcome, found.details]
    else:
        actions = [[action.kind, action.text, dict(action.payload)] for action in found.actions]
        rows = {kind: [{**row, "thumbprint": None} for row in found.facts[kind]] for kind in ("managed", "foreign")}
        told = [actions, found.warnings, found.facts["verdict"].__dict__, rows]
    text = json.dumps(told, default=str, sort_keys=True)
    text = re.sub(r"(client )?(secret|certificate)(?=s?\b)", "noun", text, flags=re.IGNORECASE)
    for attribute in ("addition", "lifetime", "collection"):
        for kind in (SECRET, CERTIFICATE):
            text = text.replace(getattr(kind, attribute), attribute)
    return re.sub(r"\b(mint|make)(?= noun)", "make", text)


@pytest.mark.parametrize("seed", range(10))
def test_every_kind_lives_alike(seed: int) -> None:
    """The same state leads to the same actions, refusals and reasons. The one exception, certificates that were given, needs a key without a mark."""
    chance = random.Random(seed)
    for _number in range(200):
        keys = []
        for number in range(chance.randint(0, 5)):
            start = NOW - dt.timedelta(days=chance.choice([0.01, 0.2, 1, 6, 8, 40, 170, 200]), seconds=number)
            end = start + dt.timedelta(days=chance.choice([20, 180]))
            name = chance.choice(["tkc:sso:0000000a"] * 4 + ["by hand"])
            keys.append({"keyId": key_id(number), "displayName": name, "startDateTime": start.isoformat(), "endDateTime": end.isoformat()})
        state = chance.choice(["present", "present", "retired", "absent"])
        marks = [
            Mark("payroll", TARGET.target, chance.random() < 0.7, key_id(number), chance.choice([SUPERSEDED, TARGET.content(APP)]))
            for number in range(7)
            if state == "retired" or chance.random() < 0.4
        ]
        delivery = chance.choice([None, DELIVERY, {**DELIVERY, "delivered_key_id": key_id(chance.randint(0, 6))}])
        options: dict[str, t.Any] = {"name": "sso", "state": state, "delivery": delivery, "force": chance.random() < 0.2}
        if state == "absent" and chance.random() < 0.7:
            options.update(key_id=key_id(chance.randint(0, 6)), never_sent=chance.random() < 0.3)
        restrictions = [name for name in ("addition", "lifetime") if chance.random() < 0.2]
        secret, certificate = (planned(kind, keys, marks, restrictions, options) for kind in (SECRET, CERTIFICATE))
        if isinstance(secret, Plan) and isinstance(certificate, Plan):
            given = "the overlap after a later certificate has not passed"
            extra = {row["key_id"] for row in certificate.facts["managed"] if row["kept_because"] == given}
            assert extra <= {key["keyId"] for key in keys} - {mark.key_id for mark in marks}
            if extra:
                continue
        assert essence(secret) == essence(certificate)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"name": "a b"}, "the name of a managed {noun} consists"),
        ({"state": "absent", "never_sent": True}, "is about one {noun}:"),
        ({"delivery": DELIVERY, "prove": False}, "an unproven {noun} is never delivered"),
        ({"renew_before_days": 180}, "otherwise every {noun} is due for renewal"),
    ],
)
def test_sentences_about_options_take_the_noun(options: dict[str, t.Any], words: str) -> None:
    for kind in (SECRET, CERTIFICATE):
        found = planned(kind, [], [], [], {"name": "sso", **options})
        assert isinstance(found, OptionError) and words.format(noun=kind.noun) in found.message


@pytest.mark.parametrize(
    ("kind", "forbidden", "instead"),
    [
        (SECRET, "forbids client secrets on application 'Payroll' (app management policy, passwordAddition)", "a certificate where the product takes one"),
        (CERTIFICATE, "forbids certificates on application 'Payroll' (app management policy, asymmetricKeyAddition)", "a federated credential"),
    ],
)
def test_what_a_policy_forbids_is_named_with_the_way_out(kind: Kind, forbidden: str, instead: str) -> None:
    found = planned(kind, [], [], ["addition"], {"name": "sso"})
    assert isinstance(found, OptionError) and forbidden in found.message and instead in (found.advice or "")
    assert found.code == "CredentialTypeNotAllowedAsPerAppPolicy"
    hand_off = found.details["hand_off"]
    assert hand_off["restriction"] == kind.addition and hand_off["graph_requests"][0]["body"]["displayName"] == f"Exemption from {kind.addition}"
    assert hand_off["graph_requests"][1]["path"].startswith("/v1.0/applications/") and "never exempts itself" in (found.advice or "")


@pytest.mark.parametrize("kind", [SECRET, CERTIFICATE], ids=lambda kind: kind.noun)
def test_a_refusal_of_the_service_gets_the_way_out(kind: Kind) -> None:
    """Where the policies were not read, or exempt other callers, Entra refuses the write: then the same is handed off."""
    app = {"id": "o", "appId": APP, "displayName": "Payroll", kind.collection: []}
    current = (SecretCurrent if kind is SECRET else CertificateCurrent).from_graph(app, None, None, now=NOW)
    refused = ServiceError("No.", code="CredentialTypeNotAllowedAsPerAppPolicy", http_status=400, advice="old", details={"kept": 1})
    told = refused_by_policy(refused, current)
    assert (told.message, told.http_status, set(told.details)) == ("No.", 400, {"kept", "hand_off"})
    assert "/v1.0/applications/o/appManagementPolicies/$ref" in str(told.advice) and kind.instead in str(told.advice)
    made = told.details["hand_off"]["graph_requests"][0]["body"]["restrictions"]
    assert made == {kind.collection: [{"restrictionType": kind.addition, "state": "disabled"}]}
    other = ServiceError("No.", code="Request_BadRequest")
    assert refused_by_policy(other, current) is other


def test_what_is_signed_by_no_authority_is_not_made() -> None:
    found = planned(CERTIFICATE, [], [], ["authority"], {"name": "sso"})
    assert isinstance(found, OptionError) and found.code == "certificate_authority_not_trusted"
    assert "takes only certificates of authorities that it names on application 'Payroll'" in found.message
    assert found.details["hand_off"]["restriction"] == "trustedCertificateAuthority"


@pytest.mark.parametrize("kind", [SECRET, CERTIFICATE], ids=lambda kind: kind.noun)
def test_each_action_and_reason_takes_the_noun(kind: Kind) -> None:
    noun, start, end = kind.noun, format_time(NOW - dt.timedelta(days=9)), format_time(NOW + dt.timedelta(days=90))
    key = {"keyId": key_id(1), "displayName": "tkc:sso:0000000a", "startDateTime": start, "endDateTime": end}
    mark = TARGET.mark(key_id(1), APP, delivered=False)

    def plan(*marks: Mark, **options: t.Any) -> Plan:
        found = planned(kind, [key], list(marks), ["lifetime"], {"name": "sso", **options})
        assert isinstance(found, Plan)
        return found

    made = plan(delivery=DELIVERY, force=True)
    assert made.texts == [f"{kind.make} {noun} 'sso' valid 30 days", f"mark {noun} 'sso' as pending for payroll"]
    limited = f"A policy of the tenant limits {kind.in_policies} of application 'Payroll' to 30 days"
    assert made.warnings == (f"{limited}; the new {noun} gets that instead of 180 days.",)
    assert set(made.before) == {f"{noun}s"}
    assert plan(force=True).facts["verdict"].reason == f"a new {noun} was asked for (force)"
    assert plan(state="absent").texts == [f"remove {noun} 'tkc:sso:0000000a' ({key_id(1)})"]
    assert plan(state="retired").facts["managed"][0]["kept_because"] == f"no later {noun} of this name is as old as the overlap"
    held = planned(kind, [key], [mark], [], {"name": "sso", "state": "absent"})
    assert isinstance(held, ConflictError) and held.message.startswith(f"{noun.capitalize()} 'sso' of application 'Payroll' was delivered, or may have been")
    foreign = planned(kind, [{**key, "displayName": "by hand"}], [], [], {"name": "sso", "state": "absent", "key_id": key_id(1)})
    assert isinstance(foreign, ConflictError) and foreign.code == f"foreign_{noun}" and foreign.message.endswith(f"foreign {noun}s are never removed.")


def test_planners_load_no_client_and_no_cryptography() -> None:
    """A process of its own: what another test has loaded does not count."""
    program = f"import sys, importlib\nfor name in {PLANNERS!r}: importlib.import_module('{PACKAGE}.' + name)\n"
    program += "print(sorted({name.partition('.')[0] for name in sys.modules} & {'requests', 'msal', 'cryptography', 'urllib3', 'ssl'}))"
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environ, check=False)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")
