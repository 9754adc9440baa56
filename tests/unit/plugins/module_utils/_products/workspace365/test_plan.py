# SPDX-License-Identifier: GPL-3.0-or-later
"""Workspace 365 without a network: names, the sign-in page, and what is planned."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import PLACEHOLDER_ID
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ConflictError, OptionError
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.workspace365.addresses import (
    check_environment,
    check_instance_url,
    delivery_instance,
)
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.workspace365.client import environment_names
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.workspace365.plan import SsoCurrent, SsoDesired, plan_sso
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.workspace365.sign_in_page import (
    OTHER_TENANT,
    THIS_TENANT,
    UNCLEAR,
    UNCONNECTED,
    UNVERIFIED,
    VERIFIED,
    SignInPage,
    classify_page,
    classify_redirect,
    client_id_in,
    sign_in_of,
)

OPTIONS = {
    "instance_url": "https://portal.example/",
    "environment": "contoso",
    "state": "present",
    "authority": "https://login.windows.net/contoso.com",
    "client_id": "7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11",
    "key": "value",
    "key_id": "key-2",
}
FORM = '<form><input type="password" name="x"></form>'


def desired(**options: t.Any) -> SsoDesired:
    return SsoDesired.from_options({**OPTIONS, **options})


@pytest.mark.parametrize(
    "url", ["http://portal.example", "portal.example", "https://", "https://u:p@portal.example", "https://portal.example?x=1", "https://portal.example:x"]
)
def test_instance_urls_that_are_refused(url: str) -> None:
    with pytest.raises(OptionError) as caught:
        check_instance_url(url)
    assert "u:p" not in caught.value.sentence()


def test_instance_url_has_one_spelling() -> None:
    assert check_instance_url(" https://portal.example:443/w365/ ") == "https://portal.example/w365"


@pytest.mark.parametrize("name", ["", "a/b", "..", "a b", "Environment", "api", "a?x", "ä"])
def test_environment_names_that_are_refused(name: str) -> None:
    with pytest.raises(OptionError):
        check_environment(name)


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (["a", "b"], ["a", "b"]),
        ([{"Name": "a"}], ["a"]),
        ([{"environmentName": "a", "name": "shown"}], ["a"]),
        ({"items": ["a"]}, None),
        ([], []),
        ([{"id": 1}], None),
        ("a", None),
        ({}, None),
        ([1], None),
    ],
)
def test_environment_lists(body: t.Any, names: list[str] | None) -> None:
    assert environment_names(body) == names


@pytest.mark.parametrize(
    ("location", "connection"),
    [
        ("https://login.windows.net/contoso.com/oauth2/authorize", THIS_TENANT),
        ("https://LOGIN.microsoftonline.com/5F1C7F0E-6d3c-4a0e-9a54-3f1c9f3f1f10/oauth2/v2.0/authorize", THIS_TENANT),
        ("https://login.windows.net/fabrikam.com/oauth2/authorize", OTHER_TENANT),
        ("https://login.microsoftonline.us/fabrikam.com/oauth2/authorize", OTHER_TENANT),
        ("https://login.microsoftonline.com/common/oauth2/authorize", UNCLEAR),
        ("https://login.evil.example/contoso.com", UNCLEAR),
        ("/contoso/Other", UNCLEAR),
        ("", UNCLEAR),
    ],
)
def test_redirects_of_the_sign_in_page(location: str, connection: str) -> None:
    assert classify_redirect(location, {"contoso.com", "5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10"}).connection == connection


@pytest.mark.parametrize(
    ("status", "text", "connection"),
    [
        (200, FORM, UNCONNECTED),
        (200, FORM + '<a href="https://login.windows.net/fabrikam.com/oauth2?x=1&amp;y=2">', OTHER_TENANT),
        (200, '<a href="https://login.windows.net/contoso.com/oauth2">', THIS_TENANT),
        (200, FORM + "<script>go('https://login.microsoftonline.com/common/oauth2')</script>", UNCLEAR),
        (200, "<div id=app></div>", UNCLEAR),
        (500, FORM, UNCLEAR),
        (404, "", UNCLEAR),
    ],
)
def test_sign_in_pages(status: int, text: str, connection: str) -> None:
    assert classify_page(status, text, {"contoso.com"}).connection == connection


CLIENT, OTHER = "7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11", "0b9e4c37-36d2-4f4e-8f28-0a54a8d6b1aa"
AUTHORIZE = "https://login.windows.net/contoso.com/oauth2/authorize"


@pytest.mark.parametrize(
    ("url", "client_id"),
    [
        (f"{AUTHORIZE}?response_type=code&client_id={CLIENT}", CLIENT),
        (f"{AUTHORIZE}?client_id={CLIENT.upper()}#x", CLIENT),
        (f"{AUTHORIZE}?client_id={CLIENT}&client_id={CLIENT.upper()}", CLIENT),
        (f"{AUTHORIZE}?client_id={CLIENT}&client_id={OTHER}", None),
        (f"{AUTHORIZE}?client_id=W365", None),
        (f"{AUTHORIZE}?client_id=", None),
        (AUTHORIZE, None),
        (f"https://login.evil.example/contoso.com?client_id={CLIENT}", None),
        (f"/contoso/Other?client_id={CLIENT}", None),
        (f"https://[broken?client_id={CLIENT}", None),
        ("", None),
    ],
)
def test_the_client_id_in_an_address(url: str, client_id: str | None) -> None:
    assert client_id_in(url) == client_id


def test_pages_say_which_client_people_sign_in_to() -> None:
    found = classify_redirect(f"{AUTHORIZE}?client_id={CLIENT}", {"contoso.com"})
    assert (found.connection, found.tenant, found.client_id) == (THIS_TENANT, "contoso.com", CLIENT)
    other = classify_redirect(f"https://login.windows.net/fabrikam.com/x?client_id={CLIENT}", {"contoso.com"})
    assert (other.connection, other.tenant, other.client_id) == (OTHER_TENANT, "fabrikam.com", CLIENT)
    anywhere = classify_redirect(f"https://login.microsoftonline.com/common/x?client_id={CLIENT}", {"contoso.com"})
    assert (anywhere.connection, anywhere.tenant, anywhere.client_id) == (UNCLEAR, None, CLIENT)
    shown = classify_page(200, f'<a href="{AUTHORIZE}?x=1&amp;client_id={CLIENT}">', {"contoso.com"})
    assert (shown.connection, shown.client_id) == (THIS_TENANT, CLIENT)
    form = classify_page(200, FORM, {"contoso.com"})
    assert (form.tenant, form.client_id) == (None, None)


BEGIN = "After the delivery the sign-in page of environment 'contoso' was read: it sends people to tenant contoso.com"


@pytest.mark.parametrize(
    ("page", "status", "why"),
    [
        (SignInPage(THIS_TENANT, "it sends people to tenant contoso.com", "contoso.com", CLIENT), VERIFIED, f"{BEGIN} with the client id {CLIENT}."),
        (
            SignInPage(THIS_TENANT, "it sends people to tenant contoso.com", "contoso.com", OTHER),
            UNVERIFIED,
            f"{BEGIN} with the client id {OTHER}, and {CLIENT.upper()} was sent.",
        ),
        (SignInPage(THIS_TENANT, "it sends people to tenant contoso.com", "contoso.com"), UNVERIFIED, f"{BEGIN}, and names no client id."),
        (SignInPage(OTHER_TENANT, "it sends people to tenant contoso.com", "contoso.com", CLIENT), UNVERIFIED, f"{BEGIN}."),
        (SignInPage(UNCLEAR, "it answers 500"), UNVERIFIED, "After the delivery the sign-in page of environment 'contoso' was read: it answers 500."),
        (
            SignInPage(UNCONNECTED, "it asks for a password of Workspace 365 itself"),
            UNVERIFIED,
            "After the delivery the sign-in page of environment 'contoso' was read: it asks for a password of Workspace 365 itself.",
        ),
    ],
)
def test_whether_the_page_leads_to_what_was_delivered(page: SignInPage, status: str, why: str) -> None:
    found = sign_in_of(page, "contoso", CLIENT.upper())
    assert (found.status, found.why) == (status, why)


def test_the_tenant_of_the_authority_is_expected() -> None:
    assert desired(expected_tenants=["ABC.com ", "contoso.com"]).expected_tenants == {"abc.com", "contoso.com"}
    assert desired(expected_tenants=[]).expected_tenants == {"contoso.com"}


def test_put() -> None:
    plan = plan_sso(desired(), SsoCurrent(SignInPage(UNCONNECTED, "")))
    assert plan.texts == ["set single sign-on of environment 'contoso' to https://login.windows.net/contoso.com with key key-2"]
    assert "value" not in repr(plan)


def test_last_delivered_is_not_sent_again() -> None:
    assert plan_sso(desired(key=None, delivered_key_id="KEY-2"), SsoCurrent()).actions == ()
    assert plan_sso(desired(delivered_key_id="key-2", force=True), SsoCurrent()).actions


@pytest.mark.parametrize("missing", ["key", "authority", "client_id"])
def test_missing_options(missing: str) -> None:
    with pytest.raises(OptionError, match=missing):
        plan_sso(desired(**{missing: None}), SsoCurrent())


def test_check_mode_needs_no_key() -> None:
    plan = plan_sso(desired(key=None, key_id=PLACEHOLDER_ID, client_id=PLACEHOLDER_ID), SsoCurrent(), check_mode=True)
    assert plan.texts[0].endswith("with a new key")


def test_another_tenant_whatever_is_set() -> None:
    for state in ("present", "probed"):
        with pytest.raises(ConflictError, match="another tenant") as caught:
            plan_sso(desired(state=state, take_over=True, force=True), SsoCurrent(SignInPage(OTHER_TENANT, "it sends people to tenant x")))
        assert caught.value.outcome == "refused"


def test_unclear_needs_take_over() -> None:
    with pytest.raises(ConflictError, match="has no delivery mark of this collection"):
        plan_sso(desired(), SsoCurrent(SignInPage(UNCLEAR, "")))
    assert plan_sso(desired(take_over=True), SsoCurrent(SignInPage(UNCLEAR, ""))).actions
    assert plan_sso(desired(), SsoCurrent(SignInPage(THIS_TENANT, ""))).actions


@pytest.mark.parametrize("name", ["authority", "client_id"])
def test_what_is_sent_has_to_be_known(name: str) -> None:
    for check_mode in (False, True):
        with pytest.raises(OptionError) as caught:
            plan_sso(desired(**{name: None}), SsoCurrent(), check_mode)
        assert caught.value.code == "option_missing" and name in caught.value.message
    # Where nothing is sent nothing has to be known.
    assert plan_sso(desired(**{name: None}, delivered_key_id="KEY-2"), SsoCurrent()).actions == ()
    assert plan_sso(desired(**{name: None}, state="probed"), SsoCurrent()).actions == ()


def test_a_look_at_the_page_refuses_nothing() -> None:
    """It is asked which application another one's page names, too."""
    looked = desired(state="page", authority=None, client_id=None, key=None)
    for connection in (OTHER_TENANT, UNCLEAR, UNCONNECTED, THIS_TENANT):
        for check_mode in (False, True):
            assert plan_sso(looked, SsoCurrent(SignInPage(connection, "it says so")), check_mode).actions == ()


def test_what_was_sent_is_not_sent_again() -> None:
    first = plan_sso(desired(), SsoCurrent())
    assert len(first.actions) == 1
    again = plan_sso(desired(delivered_key_id=first.after["key_id"]), SsoCurrent())
    assert again.actions == () and plan_sso(desired(delivered_key_id=first.after["key_id"], force=True), SsoCurrent()).actions == first.actions


@pytest.mark.parametrize("url", ["https://portal.example", "https://portal.example/"])
def test_a_delivery_goes_to_an_environment_of_an_instance(url: str) -> None:
    assert delivery_instance(url, "contoso") == "https://portal.example contoso"


def test_an_application_that_check_mode_predicts_is_never_sent() -> None:
    with pytest.raises(OptionError) as caught:
        plan_sso(desired(client_id=PLACEHOLDER_ID), SsoCurrent())
    assert caught.value.code == "placeholder" and caught.value.outcome == "refused"
    assert len(plan_sso(desired(client_id=PLACEHOLDER_ID, key=None), SsoCurrent(), check_mode=True).actions) == 1
