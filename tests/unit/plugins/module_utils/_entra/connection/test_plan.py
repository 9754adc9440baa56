# SPDX-License-Identifier: GPL-3.0-or-later
"""One look at a whole connection that is to be present: which steps are open, and what each would do."""

from __future__ import annotations

import types
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import PLACEHOLDER_ID
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.application.model import ApplicationCurrent
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.application.owners import OwnerContext
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.common.principals import Principal
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connection.model import ConnectionDesired, ConnectionPlan, ManagedDetails
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connection.plan import STEPS, empty_app, status_of
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.policy_read import AppManagementPolicies
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.permission.catalogue import POWER_PLATFORM_API
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.service_principal.model import ServicePrincipalCurrent
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ForbiddenError, OptionError

Tenant = dict[str, t.Any]
Tenants = types.SimpleNamespace
APP_ID, TENANT_ID = "22222222-0000-4000-8000-000000000000", "5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10"
USER_READ, GROUP_READ = (f"{digit * 8}-0000-4000-8000-00000000000f" for digit in "57")
KEY_ID, OTHER_KEY = "0000000a-0000-4000-8000-000000000000", "0000000b-0000-4000-8000-000000000000"
AUTHORITY = "https://login.microsoftonline.com/contoso.com"
ASKED = [{"resource": "Microsoft Graph", "delegated": ["User.Read"], "application": ["Group.Read.All"]}]
POWER = {"resource": "Power Platform API", "delegated": ["AppManagement.Read"], "application": ["AppManagement.Read.All"]}


def texts(view: ConnectionPlan) -> dict[str, list[str]]:
    """What each step that is open would do."""
    return {name: plan.texts for name, plan in view.plans.items() if plan.actions}


def status(tenants: Tenants, tenant: Tenant, wanted: ConnectionDesired | None = None) -> str:
    wanted = wanted or tenants.wanted()
    return status_of(wanted, tenants.look(tenant, wanted), tenant["application"], unread=tenant.get("forbidden") is not None)


class TestNothingThere:
    def test_every_step(self, tenants: Tenants) -> None:
        view = tenants.look(tenants.empty())
        assert texts(view) == {
            "app": ["create application 'Payroll' (unique name payroll)"],
            "service_principal": [f"create service principal '{PLACEHOLDER_ID}' (app id {PLACEHOLDER_ID})"],
            "consent": [
                "grant User.Read of Microsoft Graph (delegated) to 'Payroll' for the tenant",
                "grant Group.Read.All of Microsoft Graph (application) to 'Payroll'",
            ],
            "secret": ["mint secret 'payroll' valid 180 days", "mark secret 'payroll' as pending for payroll"],
        }
        # A new application is created with what it requests: that step has nothing left to do, and still says what there will be.
        assert view.plans["permissions"].facts["permissions"][0]["delegated"] == ["User.Read"]
        assert (view.marked, view.held, view.adds, view.recorded, view.takes) == (False, False, frozenset(), True, {})
        assert view.authority.text == AUTHORITY and status(tenants, tenants.empty()) == "not_connected"

    def test_an_api_that_the_tenant_does_not_know(self, tenants: Tenants) -> None:
        tenant = tenants.empty()
        tenant["apis"].pop()
        view = tenants.look(tenant, tenants.wanted(asked=[*ASKED, POWER]))
        assert texts(view)["resources"] == [f"create service principal of resource API 'Power Platform API' ({POWER_PLATFORM_API})"]
        assert view.plans["resources"].facts["missing_resources"] == [POWER_PLATFORM_API] and not view.plans["permissions"].actions

    def test_an_application_without_a_display_name_goes_by_what_names_it(self, tenants: Tenants) -> None:
        view = tenants.look(tenants.empty(), tenants.wanted(app={"display_name": None}))
        assert texts(view)["app"] == ["create application 'payroll' (unique name payroll)"]
        assert "to 'payroll' for the tenant" in texts(view)["consent"][0]

    @pytest.mark.parametrize("extra", [[], [POWER]], ids=["known API", "unknown API"])
    def test_each_step_once_and_the_connection_is_there(self, tenants: Tenants, extra: list[dict[str, t.Any]]) -> None:
        """The steps of one look, carried out in their order, leave nothing for the next look."""
        wanted, tenant = tenants.wanted(asked=[*ASKED, *extra]), tenants.empty()
        if extra:
            tenant["apis"].pop()
        for name in STEPS:
            tenants.carry_out(tenant, tenants.look(tenant, wanted), name)
        view = tenants.look(tenant, wanted)
        assert texts(view) == {} and status_of(wanted, view, tenant["application"]) == "connected" and (view.marked, view.held) == (True, True)


class TestEverythingThere:
    def test_nothing_to_do(self, tenants: Tenants) -> None:
        tenant = tenants.connected()
        view = tenants.look(tenant)
        assert view.converged and set(view.plans) == set(STEPS) - {"certificate"} and status(tenants, tenant) == "connected"
        assert (view.marked, view.held, view.adds, view.recorded) == (True, True, frozenset(), True)
        assert not view.plans["secret"].facts["verdict"].needed and view.plans["consent"].facts["now"]["complete"]

    def test_a_connection_without_credential_and_delivery(self, tenants: Tenants) -> None:
        wanted, tenant = tenants.wanted(secret=None, delivery=None), tenants.connected(tags=["tkc:created"])
        view = tenants.look(tenant, wanted)
        assert view.converged and "secret" not in view.plans and view.authority.text == "" and not view.marked and not view.held

    def test_a_new_key_is_asked_for(self, tenants: Tenants) -> None:
        view = tenants.look(tenants.connected(), tenants.wanted(force=True))
        assert texts(view)["secret"][0] == "mint secret 'payroll' valid 180 days" and view.plans["secret"].facts["verdict"].needed

    def test_a_secret_that_is_delivered_nowhere_gets_no_mark(self, tenants: Tenants) -> None:
        view = tenants.look(tenants.connected(tags=["tkc:created"], passwordCredentials=[]), tenants.wanted(delivery=None))
        assert texts(view)["secret"] == ["mint secret 'payroll' valid 180 days"]

    def test_certificate_in_place_of_a_secret(self, tenants: Tenants) -> None:
        wanted = tenants.wanted(secret=None, certificate={"name": "payroll"})
        view = tenants.look(tenants.connected(), wanted)
        assert texts(view) == {"certificate": ["make certificate 'payroll' valid 180 days", "mark certificate 'payroll' as pending for payroll"]}
        kept = tenants.connected(passwordCredentials=[], keyCredentials=[{**tenants.key(), "usage": "Verify"}])
        assert tenants.look(kept, wanted).converged


# What is not as it should be, the steps that are open then with the beginning of what they would do, and the status.
def _moved(tenant: Tenant) -> None:
    tenant["application"]["web"] = {"redirectUris": ["https://elsewhere.example/"]}


def _not_requested(tenant: Tenant) -> None:
    del tenant["application"]["requiredResourceAccess"][0]["resourceAccess"][1]


def _disabled(tenant: Tenant) -> None:
    tenant["principal"]["accountEnabled"] = False


def _no_principal(tenant: Tenant) -> None:
    tenant.update(principal=None, grants=[], assignments=[])


def _no_grant(tenant: Tenant) -> None:
    tenant["grants"] = []


def _no_role(tenant: Tenant) -> None:
    tenant["assignments"] = []


def _user_only(tenant: Tenant) -> None:
    tenant["grants"][0].update(consentType="Principal", principalId=KEY_ID)


def _no_key(tenant: Tenant) -> None:
    tenant["application"]["passwordCredentials"] = []


def _forbidden(tenant: Tenant) -> None:
    tenant.update(grants=[], assignments=[], forbidden=ForbiddenError("Reading the grants is not allowed."))


ONE_OPEN: list[tuple[t.Callable[[Tenant], None], dict[str, str], str]] = [
    (_moved, {"app": "set redirect URIs (web) of application 'Payroll': add https://payroll.example/signin"}, "not_connected"),
    (_not_requested, {"permissions": "change requested permissions of application 'Payroll': add application:Group.Read.All"}, "not_connected"),
    (_disabled, {"service_principal": "set account enabled of service principal 'Payroll' to 'true'"}, "not_connected"),
    (_no_principal, {"service_principal": "create service principal 'Payroll'", "consent": "grant User.Read of Microsoft Graph"}, "awaiting_consent"),
    (_no_grant, {"consent": "grant User.Read of Microsoft Graph (delegated) to 'Payroll' for the tenant"}, "awaiting_consent"),
    (_no_role, {"consent": "grant Group.Read.All of Microsoft Graph (application) to 'Payroll'"}, "awaiting_consent"),
    (_user_only, {"consent": "grant User.Read of Microsoft Graph (delegated) to 'Payroll' for the tenant"}, "awaiting_consent"),
    (_no_key, {"secret": "mint secret 'payroll' valid 180 days"}, "not_connected"),
    (_forbidden, {"consent": "grant User.Read of Microsoft Graph"}, "consent_not_assessed"),  # unread is not missing
]


@pytest.mark.parametrize(("change", "expected", "word"), ONE_OPEN, ids=[change.__name__ for change, _expected, _word in ONE_OPEN])
def test_one_thing_is_not_as_it_should_be(tenants: Tenants, change: t.Callable[[Tenant], None], expected: dict[str, str], word: str) -> None:
    tenant = tenants.connected()
    change(tenant)
    view = tenants.look(tenant)
    found = texts(view)
    assert view.adds == frozenset() and view.recorded  # an application of our own goes as a whole: nothing has to be on record
    assert set(found) == set(expected) and all(found[name][0].startswith(text) for name, text in expected.items()), found
    assert status(tenants, tenant) == word
    if change is not _forbidden:
        tenants.carry_out(tenant, tenants.look(tenant), *STEPS)
        assert tenants.look(tenant).converged


class TestCredential:
    @pytest.mark.parametrize(
        ("keys", "marks", "expected", "facts"),
        [
            # Keys as (id, age, life), marks as (id, delivered); the facts are marked and held.
            ([(KEY_ID, 1, 180)], [(KEY_ID, False)], ["mint", "mark_pending"], (False, True)),
            ([(KEY_ID, 1, 180)], [], ["mint", "mark_pending"], (False, False)),
            ([(KEY_ID, 160, 180)], [(KEY_ID, True)], ["mint", "mark_pending"], (True, True)),
            ([(KEY_ID, 181, 180)], [(KEY_ID, True)], ["mint", "mark_pending"], (True, True)),
            ([], [(KEY_ID, True)], ["mint", "mark_pending"], (True, True)),
            # One key is on its way and another is there: the product holds one of them.
            ([(KEY_ID, 9, 180), (OTHER_KEY, 1, 180)], [(KEY_ID, True), (OTHER_KEY, False)], ["mint", "mark_pending"], (True, True)),
        ],
        ids=["pending", "never delivered", "due", "expired", "gone", "half way"],
    )
    def test_when_a_new_one_is_needed(
        self, tenants: Tenants, keys: list[tuple[str, int, int]], marks: list[tuple[str, bool]], expected: list[str], facts: tuple[bool, bool]
    ) -> None:
        tags = ["tkc:created", *(tenants.mark(identifier, delivered=delivered) for identifier, delivered in marks)]
        rows = [tenants.key(identifier, age=age, life=life) for identifier, age, life in keys]
        view = tenants.look(tenants.connected(tags=tags, passwordCredentials=rows))
        assert [action.kind for action in view.plans["secret"].actions] == expected and (view.marked, view.held) == facts
        assert set(texts(view)) == {"secret"} and view.plans["secret"].facts["retire"] == []

    def test_the_one_that_was_replaced_is_retired_in_the_same_step(self, tenants: Tenants) -> None:
        old, new = tenants.key(KEY_ID, age=100), tenants.key(OTHER_KEY, age=10)
        view = tenants.look(tenants.connected(tags=["tkc:created", tenants.mark(OTHER_KEY)], passwordCredentials=[old, new]))
        retire = [f"remove secret 'tkc:payroll:0000000a' ({KEY_ID})"]
        assert texts(view) == {"secret": retire} and view.plans["secret"].facts["retire"] == retire
        assert not view.plans["secret"].facts["verdict"].needed

    def test_only_marks_of_this_target_say_that_it_was_given_something(self, tenants: Tenants) -> None:
        """Whether somebody may depend on a key is asked of every target of the connector, and of no other connector."""
        elsewhere = tenants.connected(tags=["tkc:created", tenants.mark(instance="https://other.example")])
        assert (tenants.look(elsewhere).marked, tenants.look(elsewhere).held) == (False, True)
        assert tenants.look(elsewhere, tenants.wanted(delivery=None)).held
        others = tenants.connected(tags=["tkc:created", tenants.mark(connector="okta")])
        assert (tenants.look(others).marked, tenants.look(others).held) == (False, False)

    def test_a_former_authority_stays_good_and_is_said(self, tenants: Tenants) -> None:
        tags = ["tkc:created", tenants.mark(authority="https://login.microsoftonline.com/contoso.onmicrosoft.com")]
        view = tenants.look(tenants.connected(tags=tags))
        assert view.converged and "contoso.onmicrosoft.com" in view.plans["secret"].warnings[0]
        stranger = tenants.connected(tags=["tkc:created", tenants.mark(authority="https://login.microsoftonline.com/fabrikam.com")])
        assert "differ" in tenants.look(stranger).plans["secret"].facts["verdict"].reason

    def test_policies_of_the_tenant_are_heard(self, tenants: Tenants) -> None:
        blocked = {"restrictionType": "passwordAddition", "state": "enabled"}
        policy = {"isEnabled": True, "applicationRestrictions": {"passwordCredentials": [blocked]}}
        tenant = {**tenants.connected(passwordCredentials=[]), "policies": AppManagementPolicies(policy, ())}
        with pytest.raises(OptionError) as caught:
            tenants.look(tenant)
        assert caught.value.code == "CredentialTypeNotAllowedAsPerAppPolicy"
        # What is there already needs no new one, and so nobody's leave.
        assert tenants.look({**tenants.connected(), "policies": AppManagementPolicies(policy, ())}).converged


def test_an_adopted_registration_of_a_retired_api_is_told_once(tenants: Tenants) -> None:
    """Azure AD Graph is gone, and what was requested of it stays the owner's: no step is open for it."""
    retired = {"resourceAppId": "00000002-0000-0000-c000-000000000000", "resourceAccess": [{"id": USER_READ, "type": "Scope"}]}
    before = tenants.connected()
    requested = [*before["application"]["requiredResourceAccess"], retired]
    view = tenants.look(tenants.connected(requiredResourceAccess=requested))
    said = [text for plan in view.plans.values() for text in plan.warnings if "Azure AD Graph" in text]
    assert len(said) == 1 and "was retired on 2025-07-01" in said[0] and "az ad sp create" not in said[0]
    assert view.converged


def test_an_application_without_any_tags_was_made_by_others(tenants: Tenants) -> None:
    tenant = tenants.connected(tags=None, passwordCredentials=[])
    view = tenants.look(tenant, tenants.adopting(asked=[*ASKED, POWER]))
    assert len(view.adds) == 4 and not view.recorded and not view.held


class TestReportedConsent:
    def test_what_is_missing_is_said_and_left_to_others(self, tenants: Tenants) -> None:
        wanted, tenant = tenants.wanted(consent={"mode": "report"}), {**tenants.connected(), "grants": []}
        view = tenants.look(tenant, wanted)
        assert view.converged and view.plans["consent"].facts["now"]["missing"][0]["delegated"] == ["User.Read"]
        assert status_of(wanted, view, tenant["application"]) == "connected"

    def test_with_something_else_open_the_consent_is_named(self, tenants: Tenants) -> None:
        wanted, tenant = tenants.wanted(consent={"mode": "report"}), {**tenants.connected(passwordCredentials=[]), "grants": []}
        assert status(tenants, tenant, wanted) == "awaiting_consent"


def test_details_that_were_read_for_some_options_take_the_place_of_the_look(tenants: Tenants) -> None:
    tenant, anna = tenants.connected(), "aaaaaaaa-1111-4000-8000-000000000000"
    found = {("user", "anna@contoso.com"): Principal(anna, "user", "anna@contoso.com")}
    details = ManagedDetails(
        ApplicationCurrent.from_graph(tenant["application"], owners=(), owner_context=OwnerContext(found=found), tenant="contoso.com"),
        ServicePrincipalCurrent.from_graph(tenant["principal"], application=tenant["application"], found=found, tenant="contoso.com", tenant_id=TENANT_ID),
    )
    wanted = tenants.wanted(app={"owners": {"add": ["anna@contoso.com"]}}, service_principal={"assigned_to": {"add": [{"user": "anna@contoso.com"}]}})
    assert texts(tenants.look(tenant, wanted, special=details)) == {
        "app": ["add owner 'anna@contoso.com' to application 'Payroll'"],
        "service_principal": ["assign user 'anna@contoso.com' to service principal 'Payroll'"],
    }


def test_what_cannot_be_right_stops_the_look(tenants: Tenants) -> None:
    with pytest.raises(OptionError) as caught:
        tenants.look({**tenants.empty(), "domains": [{"name": "contoso.onmicrosoft.com", "isInitial": True}]})
    assert caught.value.code == "no_primary_domain"
    bare = {"connector": "payroll", "instance": "https://portal.example", "authority": "{primary_domain}"}
    assert tenants.look(tenants.empty(), tenants.wanted(delivery=bare)).authority.text == "contoso.com"
    with pytest.raises(OptionError) as caught:
        tenants.look(tenants.empty(), tenants.wanted(delivery={**bare, "authority_form": "address"}))
    assert caught.value.code == "invalid_authority"
    with pytest.raises(OptionError) as caught:
        tenants.look(tenants.foreign(), tenants.wanted(app={"unique_name": None, "app_id": APP_ID}))
    assert caught.value.code == "not_ours"


def gone(tenants: Tenants, **more: t.Any) -> ConnectionDesired:
    return t.cast(ConnectionDesired, tenants.wanted(state="absent", **more))


class TestAbsentOfOurOwn:
    def test_no_application(self, tenants: Tenants) -> None:
        view = tenants.look(tenants.empty(), gone(tenants))
        assert view.plans == {} and view.converged and not view.marked and not view.held
        assert status_of(gone(tenants), view, None) == "absent"

    def test_everything_goes(self, tenants: Tenants) -> None:
        tenant = tenants.connected()
        view = tenants.look(tenant, gone(tenants))
        assert texts(view) == {
            "app": [f"delete application 'Payroll' (app id {APP_ID})"],
            "consent": [
                "revoke all delegated permissions of Microsoft Graph from 'Payroll' for the tenant (User.Read)",
                "revoke Group.Read.All of Microsoft Graph (application) from 'Payroll'",
            ],
            "service_principal": ["set account enabled of service principal 'Payroll' to 'false'"],
        }
        # Its keys go with it, and are still told: somebody may depend on them.
        assert view.plans["secret"].actions == () and view.plans["secret"].facts["managed"][0]["key_id"] == KEY_ID
        assert view.marked and view.held and view.takes == {} and status(tenants, tenant, gone(tenants)) == "not_absent"
        tenants.carry_out(tenant, view, "consent", "service_principal", "app")
        assert status(tenants, tenant, gone(tenants)) == "absent"

    @pytest.mark.parametrize(
        ("tenant_has", "options", "steps"),
        [
            ({"principal": None, "grants": [], "assignments": []}, {}, {"app"}),
            ({"principal": "disabled", "grants": [], "assignments": []}, {}, {"app"}),
            ({"grants": []}, {}, {"app", "consent", "service_principal"}),
            ({"grants": [], "assignments": [], "forbidden": ForbiddenError("No.")}, {}, {"app", "service_principal"}),
            ({}, {"secret": None, "delivery": None}, {"app", "consent", "service_principal"}),
            ({}, {"secret": None, "certificate": {"name": "payroll"}}, {"app", "consent", "service_principal"}),
        ],
        ids=["no service principal", "disabled and revoked", "role only", "grants that may not be read", "no credential", "certificate"],
    )
    def test_what_is_there_goes(self, tenants: Tenants, tenant_has: Tenant, options: dict[str, t.Any], steps: set[str]) -> None:
        tenant = tenants.connected()
        if tenant_has.get("principal") == "disabled":
            tenant_has = {**tenant_has, "principal": {**tenant["principal"], "accountEnabled": False}}
        assert set(texts(tenants.look({**tenant, **tenant_has}, gone(tenants, **options)))) == steps


class TestAbsentOfOthers:
    def test_nothing_on_record_means_that_nothing_goes(self, tenants: Tenants) -> None:
        """What we ask for may be there all the same: others may have asked for it before us."""
        tenant = tenants.connected(tags=["theirs"], passwordCredentials=[tenants.key(OTHER_KEY, "portal")])
        view = tenants.look(tenant, gone(tenants))
        assert texts(view) == {} and status_of(gone(tenants), view, tenant["application"]) == "absent"
        assert view.takes == {"redirect_uris": {}, "permissions": [], "consent": []}

    def test_our_key_goes_and_theirs_stays(self, tenants: Tenants) -> None:
        keys = [tenants.key(OTHER_KEY, "portal"), tenants.key()]
        tenant = tenants.foreign(tags=["theirs", tenants.mark()], passwordCredentials=keys)
        view = tenants.look(tenant, gone(tenants))
        assert texts(view) == {"secret": [f"remove secret 'tkc:payroll:0000000a' ({KEY_ID})", "remove 1 delivery mark"]}
        assert view.marked and view.held
        tenants.carry_out(tenant, view, "secret")
        assert tenant["application"]["passwordCredentials"] == keys[:1] and tenant["application"]["tags"] == ["theirs"]
        assert tenants.look(tenant, gone(tenants)).converged

    def test_a_mark_of_a_key_that_is_gone_goes_as_well(self, tenants: Tenants) -> None:
        tenant = tenants.foreign(tags=["theirs", tenants.mark(), tenants.mark(OTHER_KEY, instance="https://other.example")])
        assert texts(tenants.look(tenant, gone(tenants))) == {"secret": ["remove 1 delivery mark"]}
        assert tenants.look(tenant, gone(tenants, delivery=None)).converged  # whose they are is not known then

    def test_a_key_that_nothing_marks_goes_without_a_delivery_as_well(self, tenants: Tenants) -> None:
        tenant = tenants.foreign(passwordCredentials=[tenants.key()])
        assert texts(tenants.look(tenant, gone(tenants, delivery=None))) == {"secret": [f"remove secret 'tkc:payroll:0000000a' ({KEY_ID})"]}

    def test_without_a_credential_only_what_was_added_is_looked_at(self, tenants: Tenants) -> None:
        view = tenants.look(tenants.foreign(), gone(tenants, secret=None, delivery=None))
        assert set(view.plans) == {"app", "consent", "permissions"} and view.converged


def test_the_shape_of_no_application(tenants: Tenants) -> None:
    shape = empty_app()
    assert shape["would_create"] and shape["app_id"] == shape["object_id"] == PLACEHOLDER_ID
    assert shape["tags"] == [] and shape["created_here"] is False and shape["sign_in_audience"] == "AzureADMyOrg"
