# SPDX-License-Identifier: GPL-3.0-or-later
"""What Entra allows in an application: right up to each limit, and one beyond it."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.application import limits
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.application.desired import ApplicationDesired
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.application.model import to_ansible
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError
from hypothesis import given
from hypothesis import strategies as st

OWN, SEVERAL, BOTH, PERSONAL = "AzureADMyOrg", "AzureADMultipleOrgs", "AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount"
AUDIENCES = st.sampled_from([None, OWN, SEVERAL, BOTH, PERSONAL])


def refused(call: t.Callable[..., t.Any], *args: t.Any, **more: t.Any) -> str:
    with pytest.raises(OptionError) as caught:
        call(*args, **more)
    return str(caught.value.code)


def final(changed: t.Sequence[str] = (), **fields: t.Any) -> list[str]:
    app = {"signInAudience": OWN, "displayName": "Payroll", **fields}
    return limits.check_final(to_ansible(app), changed, app, "application 'Payroll'")


class TestUrls:
    @pytest.mark.parametrize("url", [None, "", "https://a.example", "http://a.example/x", "https://a.example/" + "x" * 237])
    def test_accepted(self, url: str | None) -> None:
        limits.check_url("home_page_url", url)

    @pytest.mark.parametrize("url", ["https://[broken", "https:///path", "a.example", "ftp://a.example", "https://a.example/" + "x" * 238])
    def test_refused(self, url: str) -> None:
        assert refused(limits.check_url, "home_page_url", url) == "invalid_url"

    def test_https_only(self) -> None:
        assert refused(limits.check_url, "logout_url", "http://a.example/out", https_only=True) == "invalid_url"
        limits.check_url("logout_url", "http://localhost/out", https_only=True)


def test_a_description() -> None:
    """The longest is taken; a character more is found with the options, before a token is asked for."""
    limits.check_description(None)
    limits.check_description("x" * 1024)
    assert refused(limits.check_description, "x" * 1025) == "description_too_long"
    assert refused(ApplicationDesired.from_options, {"unique_name": "payroll", "description": "x" * 1025}) == "description_too_long"


class TestIdentifierUris:
    def test_accepted(self) -> None:
        limits.check_identifier_uris(["api://x", "https://app.contoso.com/api", "urn:x:y", "api://" + "x" * 249])

    @pytest.mark.parametrize("uri", ["nothing", "api://a b", "api://x/", "api://" + "x" * 250])
    def test_refused(self, uri: str) -> None:
        assert refused(limits.check_identifier_uris, ["api://good", uri]) == "invalid_identifier_uri"

    @pytest.mark.parametrize(
        ("uris", "right"),
        [
            ([f"api://{number}" for number in range(50)], True),
            ([f"api://{number}" for number in range(51)], False),
            (["api://" + "x" * 114], True),
            (["api://" + "x" * 115], False),
            (["URN:x:y"], False),
            *(([f"api://x{char}y"], False) for char in "?#*"),
        ],
    )
    def test_of_an_application_for_personal_accounts(self, uris: list[str], right: bool) -> None:
        assert final(["identifier_uris"], identifierUris=uris) == []  # nobody else minds
        if right:
            assert final(["identifier_uris"], identifierUris=uris, signInAudience=BOTH) == []
        else:
            assert refused(final, ["identifier_uris"], identifierUris=uris, signInAudience=BOTH) == "invalid_identifier_uri"
        # What was there before is nobody's fault now.
        assert final([], identifierUris=uris, signInAudience=BOTH) == []


class TestPermissions:
    @pytest.mark.parametrize(
        ("counts", "personal", "right"),
        [
            ([8] * 50, False, True),
            ([1] * 51, False, False),
            ([400], False, True),
            ([401], False, False),
            ([30] * 6 + [20], True, True),
            ([30] * 6 + [21], True, False),
            ([31], True, False),
            ([31], False, True),
            ([], True, True),
        ],
    )
    def test_limits(self, counts: list[int], personal: bool, right: bool) -> None:
        required = [{"resourceAccess": [{}] * count} if count else {"resourceAccess": None} for count in counts]
        if right:
            limits.check_permissions(required, personal=personal, described="application 'Payroll'")
        else:
            assert refused(limits.check_permissions, required, personal=personal, described="application 'Payroll'") == "too_many_permissions"


class TestPersonalAccounts:
    @pytest.mark.parametrize(("length", "audience", "right"), [(120, OWN, True), (121, OWN, False), (90, BOTH, True), (91, BOTH, False), (91, PERSONAL, False)])
    def test_display_name(self, length: int, audience: str, right: bool) -> None:
        if right:
            assert final(["display_name"], displayName="x" * length, signInAudience=audience) == []
        else:
            assert refused(final, ["display_name"], displayName="x" * length, signInAudience=audience) == "display_name_too_long"
        assert final(["notes"], displayName="x" * length, signInAudience=audience) == []

    def test_a_role_without_a_value_is_named_by_its_display_name(self) -> None:
        with pytest.raises(OptionError, match="app roles Approver, Reader;"):
            final(["sign_in_audience"], signInAudience=BOTH, appRoles=[{"value": None, "displayName": "Approver"}, {"value": "Reader"}])

    @pytest.mark.parametrize("secrets", [0, 1])
    def test_a_free_slot_is_no_warning(self, secrets: int) -> None:
        assert final(["sign_in_audience"], signInAudience=BOTH, passwordCredentials=[{"displayName": "s", "keyId": "k"}] * secrets) == []

    @pytest.mark.parametrize("uri", ["https://*.example/a", "https://a.example/?x=y"])
    def test_redirect_uris(self, uri: str) -> None:
        assert final(["redirect_uris"], web={"redirectUris": [uri]}) == []
        assert refused(final, ["redirect_uris"], web={"redirectUris": [uri]}, signInAudience=BOTH) == "invalid_redirect_uri"
        assert final(["redirect_uris"], web={"redirectUris": ["https://a.example/"]}, signInAudience=BOTH) == []


class TestAudience:
    @given(AUDIENCES, AUDIENCES, AUDIENCES)
    def test_nobody_is_locked_out_by_what_is_not_narrower(self, first: str | None, second: str | None, third: str | None) -> None:
        assert not limits.narrows(first, first)
        if not limits.narrows(first, second) and not limits.narrows(second, third):
            assert not limits.narrows(first, third)

    @pytest.mark.parametrize(
        ("before", "after", "narrower"),
        [(OWN, SEVERAL, False), (SEVERAL, OWN, True), (BOTH, PERSONAL, True), (PERSONAL, BOTH, False), (None, PERSONAL, True), (SEVERAL, None, True)],
    )
    def test_who_could_sign_in_before(self, before: str | None, after: str | None, narrower: bool) -> None:
        assert limits.narrows(before, after) is narrower


@pytest.mark.parametrize("tags", [["a", "b"], ["x" * 256], []])
def test_tags(tags: list[str]) -> None:
    limits.check_tags(tags)


@pytest.mark.parametrize("removing", [False, True])
@pytest.mark.parametrize("tag", ["tkc:created", "tkc:workspace365:a", "tkc:"])
def test_tags_of_the_collection(tag: str, removing: bool) -> None:
    with pytest.raises(OptionError, match=f"cannot be {'removed' if removing else 'set'}") as failure:
        limits.check_tags(["mine", tag], removing=removing)
    assert failure.value.code == "reserved_tag"
