# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Acme without a network: what is planned, what is refused, and what an answer of the API means."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._budget import Budget
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import PLACEHOLDER_ID, Runtime
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ConflictError, OptionError, ServiceError
from ansible_collections.tenantkit.connectors.plugins.module_utils._http.answer import HttpAnswer
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.acme.client import AcmeClient
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.acme.plan import AcmeDesired, AcmeSettings, plan_sso
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.acme.resource import AcmeResource

TENANT, CLIENT, KEY = "2f4c9a1e-7d05-4b6f-8e3a-c1d9b0a47f52", "7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11", "5d1f0d2b-63b6-4b1c-8f4a-1f0a4f1b9e33"
SITE = "https://contoso.acme.example"
OPTIONS = {"url": SITE, "state": "present", "tenant_id": TENANT, "client_id": CLIENT, "client_secret": "value", "key_id": KEY}
HELD = AcmeSettings(TENANT, CLIENT, KEY)
EARLIER = AcmeSettings(TENANT, CLIENT, "an-earlier-key")


def plan(current: AcmeSettings | None, *, check: bool = False, **options: t.Any) -> list[str]:
    """The kinds of what would be done."""
    found = plan_sso(AcmeDesired.from_options({**OPTIONS, **options}), current, check_mode=check)
    assert "value" not in repr(found)
    return [action.kind for action in found.actions]


@pytest.mark.parametrize(
    ("current", "options", "kinds"),
    [
        (None, {}, ["put"]),
        (EARLIER, {}, ["put"]),
        (HELD, {}, []),
        (HELD, {"client_id": CLIENT.upper(), "key_id": KEY.upper(), "client_secret": None}, []),
        (AcmeSettings(TENANT, "another", KEY), {"take_over": True}, ["put"]),
        (None, {"state": "probed", "client_id": None}, []),
        (EARLIER, {"state": "probed"}, []),
        (HELD, {"state": "absent"}, ["delete"]),
        (EARLIER, {"state": "absent", "key_id": None}, ["delete"]),
        (None, {"state": "absent"}, []),
        (AcmeSettings(TENANT, "another", KEY), {"state": "absent"}, []),
        (AcmeSettings("another", CLIENT, KEY), {"state": "absent"}, []),
    ],
)
def test_what_is_done(current: AcmeSettings | None, options: dict[str, t.Any], kinds: list[str]) -> None:
    assert plan(current, **options) == kinds


def test_what_is_said() -> None:
    found = plan_sso(AcmeDesired.from_options(OPTIONS), EARLIER, check_mode=False)
    assert found.texts == [f"set single sign-on of {SITE} with key {KEY}"]
    assert (found.before["key_id"], found.after["key_id"]) == ("an-earlier-key", KEY)
    removed = plan_sso(AcmeDesired.from_options({**OPTIONS, "state": "absent"}), HELD, check_mode=False)
    assert (removed.texts, removed.after) == ([f"remove single sign-on of {SITE}"], {})


def test_check_mode_needs_no_secret() -> None:
    desired = AcmeDesired.from_options({**OPTIONS, "client_id": PLACEHOLDER_ID, "client_secret": None, "key_id": PLACEHOLDER_ID})
    assert plan_sso(desired, None, check_mode=True).texts == [f"set single sign-on of {SITE} with a new key"]


ANOTHER_TENANT = f"The Acme site {SITE} is connected to another tenant, another."
ANOTHER_APPLICATION = f"The Acme site {SITE} works with another application of this tenant, another."
REMOVE_IT = "Check 'url'. If it is correct, remove the present connection in Acme first."
TAKE_OVER = "If the site no longer needs the other application, set 'take_over'."


@pytest.mark.parametrize("state", ["present", "probed"])
@pytest.mark.parametrize(
    ("current", "options", "code", "message", "advice"),
    [
        (AcmeSettings("another", CLIENT, KEY), {"take_over": True}, "other_tenant", ANOTHER_TENANT, REMOVE_IT),
        (AcmeSettings(TENANT, "another", KEY), {}, "other_application", ANOTHER_APPLICATION, TAKE_OVER),
        (AcmeSettings(TENANT, "another", KEY), {"client_id": None}, "other_application", ANOTHER_APPLICATION, TAKE_OVER),
    ],
)
def test_what_another_tenant_or_application_uses(state: str, current: AcmeSettings, options: dict[str, t.Any], code: str, message: str, advice: str) -> None:
    with pytest.raises(ConflictError) as caught:
        plan(current, state=state, **options)
    failure = caught.value
    assert (failure.message, failure.advice) == (message, advice)
    assert (failure.code, failure.service, failure.outcome) == (code, "Acme", "refused")


EXAMPLE = "it must be the address of the Acme site. For example: https://contoso.acme.example"


@pytest.mark.parametrize(
    ("options", "code", "sentence"),
    [
        *(({name: None}, "option_missing", f"'{name}' is needed to set single sign-on.") for name in ("client_secret", "client_id", "key_id")),
        ({"client_id": PLACEHOLDER_ID}, "placeholder", "'client_id' is the id that check mode gives to an application that does not exist yet."),
        ({"url": "https://a:b@c.example"}, "invalid_url", f"'url' is 'https://c.example', which contains a user name or password; {EXAMPLE}"),
    ],
)
def test_what_is_missing_or_wrong(options: dict[str, t.Any], code: str, sentence: str) -> None:
    with pytest.raises(OptionError) as caught:
        plan(None, **options)
    assert (caught.value.sentence(), caught.value.code, caught.value.outcome) == (sentence, code, "refused")


class Transport:
    """Answers every request with one answer, and keeps what was sent."""

    def __init__(self, status: int, body: t.Any, *, tried_before: bool = False) -> None:
        self._answer = (status, body if isinstance(body, str) else json.dumps(body), tried_before)
        self.sent: list[tuple[str, str, t.Any]] = []

    def request(self, method: str, url: str, **more: t.Any) -> HttpAnswer:
        self.sent.append((method, url, more["json"]))
        status, text, before = self._answer
        return HttpAnswer(status, {}, text, method, url, more["service"], more["doing"], "an-id", before)

    def redact(self, text: str) -> str:
        return text.replace("value", "***")


BODY = {"tenant_id": TENANT, "client_id": CLIENT.upper(), "key_id": KEY}


def client(*answer: t.Any, **more: t.Any) -> tuple[AcmeClient, Transport]:
    """A client whose every request is answered so."""
    transport = Transport(*answer, **more)
    return AcmeClient(t.cast(t.Any, transport), SITE, "key"), transport


def test_what_a_site_holds() -> None:
    assert client(200, BODY)[0].settings() == HELD
    assert client(404, {"code": "not_configured"})[0].settings() is None


@pytest.mark.parametrize("answer", [(404, ""), (404, {"code": "other"}), (404, []), (200, {}), (200, []), (200, "<html>"), (401, ""), (500, "")])
def test_what_does_not_say_what_a_site_holds(answer: tuple[int, t.Any]) -> None:
    """Nothing but the documented code means that nothing is set."""
    with pytest.raises(ServiceError) as caught:
        client(*answer)[0].settings()
    assert caught.value.outcome is None


def test_what_is_sent() -> None:
    site, transport = client(200, BODY)
    site.put(HELD, "value")
    assert transport.sent == [("PUT", f"{SITE}/api/v1/sso", {"tenant_id": TENANT, "client_id": CLIENT, "client_secret": "value", "key_id": KEY})]
    for answer in ((204, ""), (404, {"code": "not_configured"})):
        site, transport = client(*answer)
        site.delete()
        assert [entry[0] for entry in transport.sent] == ["DELETE"]


@pytest.mark.parametrize(
    ("answer", "before", "outcome"),
    [
        ((422, {"code": "invalid", "message": "value is wrong"}), False, "refused"),
        ((401, {"code": "key"}), False, "refused"),
        ((404, ""), False, "refused"),
        ((422, {"code": "invalid"}), True, "unknown"),
        # Not in a form of the API: something else answered.
        ((401, ""), False, "unknown"),
        ((403, "<html>"), False, "unknown"),
        ((404, "<html>"), False, "unknown"),
        ((500, ""), False, "unknown"),
        ((200, "<html>"), False, "unknown"),
        ((200, {**BODY, "key_id": "another"}), False, "unknown"),
    ],
)
def test_whether_settings_were_taken(answer: tuple[int, t.Any], before: bool, outcome: str) -> None:
    """Only a refusal that nothing came before makes the role remove the new secret."""
    with pytest.raises(ServiceError) as caught:
        client(*answer, tried_before=before)[0].put(HELD, "value")
    assert caught.value.outcome == outcome
    assert "value is wrong" not in caught.value.sentence()


def test_secrets_are_masked_from_the_start() -> None:
    runtime = Runtime(options={**OPTIONS, "api_key": "key"}, check_mode=False, budget=Budget(1), warn=print, environ={})
    AcmeResource(runtime)
    assert runtime.secrets == {"key", "value"}


def test_a_removal_that_failed() -> None:
    with pytest.raises(ServiceError, match="answered 500"):
        client(500, "")[0].delete()
