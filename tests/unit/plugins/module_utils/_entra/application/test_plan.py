# SPDX-License-Identifier: GPL-3.0-or-later
"""The planner of applications: options and Graph JSON in, sentences and bodies out."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import PLACEHOLDER_ID, Plan
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.application.model import ApplicationCurrent, to_ansible
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.application.owners import OwnerContext
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.application.plan import ApplicationDesired, plan_application
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.common.principals import Principal
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ConflictError, NotFoundError, OptionError

ID, APP_ID, OTHER = "11111111-0000-0000-0000-000000000001", "22222222-0000-0000-0000-000000000002", "33333333-0000-0000-0000-000000000003"
PERSONAL = "AzureADandPersonalMicrosoftAccount"


def graph_app(**fields: t.Any) -> dict[str, t.Any]:
    return {
        "id": ID,
        "appId": APP_ID,
        "uniqueName": "payroll",
        "displayName": "Payroll",
        "createdDateTime": "2026-01-01T00:00:00Z",
        "signInAudience": "AzureADMyOrg",
        "tags": ["tkc:created"],
        **fields,
    }


def plan(app: dict[str, t.Any] | None, *, current: dict[str, t.Any] | None = None, **options: t.Any) -> Plan:
    options.setdefault("unique_name", "payroll")
    return plan_application(ApplicationDesired.from_options(options), ApplicationCurrent.from_graph(app, tenant="contoso.com", **(current or {})))


def body(result: Plan, number: int = 0) -> dict[str, t.Any]:
    return t.cast("dict[str, t.Any]", result.actions[number].payload["body"])


class TestCreate:
    def test_sentence_body_and_tag(self) -> None:
        result = plan(None, display_name="Payroll sync", redirect_uris={"web": {"set": ["https://a.example/"]}}, is_fallback_public_client=False)
        assert result.texts == ["create application 'Payroll sync' (unique name payroll)"]
        assert body(result) == {"displayName": "Payroll sync", "web": {"redirectUris": ["https://a.example/"]}, "tags": ["tkc:created"]}
        assert result.before == {}
        assert "object_id" not in result.after
        assert result.facts["app"]["would_create"] is True
        assert result.facts["app"]["app_id"] == PLACEHOLDER_ID

    def test_without_a_display_name_the_unique_name_serves(self) -> None:
        assert body(plan(None))["displayName"] == "payroll"

    def test_personal_accounts_bring_the_token_version(self) -> None:
        assert body(plan(None, sign_in_audience=PERSONAL))["api"] == {"requestedAccessTokenVersion": 2}
        with pytest.raises(OptionError, match="requested_access_token_version: 2"):
            plan(None, sign_in_audience=PERSONAL, requested_access_token_version=1)

    def test_permissions_are_in_the_create_request(self) -> None:
        required = {"resourceAppId": OTHER, "resourceAccess": [{"id": ID, "type": "Scope"}]}
        result = plan(None, current={"required_resource_access": (required,)})
        assert body(result)["requiredResourceAccess"] == [required]

    def test_the_diff_shows_what_is_set_and_the_permissions_by_name(self) -> None:
        named = {"resource": "Microsoft Graph", "resource_app_id": OTHER, "delegated": ["User.Read"], "application": []}
        result = plan(None, redirect_uris={"web": {"set": ["https://a.example/"]}}, is_fallback_public_client=False, current={"permissions": (named,)})
        assert result.before == {}
        assert result.after == {
            "display_name": "payroll",
            "redirect_uris": {"web": ["https://a.example/"]},
            "requested_access_token_version": 1,
            "sign_in_audience": "AzureADMyOrg",
            "unique_name": "payroll",
            "permissions": [named],
        }

    def test_too_many_permissions_for_personal_accounts(self) -> None:
        required = {"resourceAppId": OTHER, "resourceAccess": [{"id": ID, "type": "Scope"}] * 31}
        with pytest.raises(OptionError, match="31 permissions of one API"):
            plan(None, sign_in_audience=PERSONAL, current={"required_resource_access": (required,)})

    def test_an_id_is_never_created(self) -> None:
        with pytest.raises(NotFoundError):
            plan(None, unique_name=None, app_id=APP_ID)


class TestUpdate:
    def test_nothing_to_do(self) -> None:
        result = plan(graph_app(), display_name="Payroll", description="", redirect_uris={"web": {"set": []}}, is_fallback_public_client=False)
        assert result.texts == []
        assert result.before == result.after

    def test_one_change_is_one_sentence(self) -> None:
        app = graph_app(web={"redirectUris": ["https://a.example/"], "homePageUrl": "https://h.example/"})
        result = plan(app, redirect_uris={"web": {"add": ["https://b.example/"]}})
        assert result.texts == ["set redirect URIs (web) of application 'Payroll': add https://b.example/"]
        # Neither the home page nor the other platforms are in the request, so they survive.
        assert body(result) == {"web": {"redirectUris": ["https://a.example/", "https://b.example/"]}}

    def test_all_plain_changes_are_one_write(self) -> None:
        result = plan(graph_app(description="old"), display_name="New", description="", notes="n", info={"support_url": "https://s.example/"})
        assert len(result.actions) == 1
        assert body(result) == {"displayName": "New", "description": None, "notes": "n", "info": {"supportUrl": "https://s.example/"}}

    def test_falsy_values_are_values(self) -> None:
        app = graph_app(isFallbackPublicClient=True, tags=["tkc:created", "a"], identifierUris=["api://x"])
        result = plan(app, is_fallback_public_client=False, tags={"set": []}, identifier_uris={"set": []})
        assert body(result) == {"isFallbackPublicClient": False, "tags": ["tkc:created"], "identifierUris": []}

    def test_order_never_matters(self) -> None:
        claims = [{"name": "upn", "source": None, "essential": False, "additionalProperties": []}, {"name": "email", "essential": False}]
        app = graph_app(
            tags=["b", "tkc:created", "a"],
            web={"redirectUris": ["https://b.example/", "https://a.example/"]},
            optionalClaims={"idToken": claims},
            groupMembershipClaims="SecurityGroup, ApplicationGroup",
        )
        result = plan(
            app,
            tags={"set": ["a", "b"]},
            redirect_uris={"web": {"set": ["https://a.example/", "https://b.example/"]}},
            optional_claims={"id_token": [{"name": "email"}, {"name": "upn"}]},
            group_membership_claims="ApplicationGroup,SecurityGroup",
        )
        assert result.texts == []

    def test_delivery_marks_survive_any_change_of_tags(self) -> None:
        mark = f"tkc:workspace365:0123456789ab:d:{ID}:0123456789ab"
        result = plan(graph_app(tags=["old", "tkc:created", mark]), tags={"set": ["new"]})
        assert body(result)["tags"] == ["tkc:created", mark, "new"]
        assert result.texts == ["set tags of application 'Payroll': add new; remove old"]

    @pytest.mark.parametrize("tags", [{"add": ["tkc:created"]}, {"remove": ["tkc:created"]}, {"set": ["a b"]}, {"set": ["a", "a"]}, {"set": ["x" * 257]}])
    def test_tags_that_nobody_may_write(self, tags: dict[str, t.Any]) -> None:
        with pytest.raises(OptionError):
            plan(graph_app(), tags=tags)

    def test_the_shape_of_an_empty_application_is_the_default(self) -> None:
        shape = to_ansible({"id": ID, "web": None, "api": {"requestedAccessTokenVersion": None}, "groupMembershipClaims": "None"})
        assert (shape["requested_access_token_version"], shape["group_membership_claims"], shape["redirect_uris"]["spa"]) == (1, None, [])


class TestAudience:
    def test_version_first_and_alone(self) -> None:
        result = plan(graph_app(), sign_in_audience=PERSONAL, notes="n")
        assert [body(result, number) for number in (0, 1)] == [
            {"api": {"requestedAccessTokenVersion": 2}},
            {"notes": "n", "signInAudience": PERSONAL},
        ]

    def test_back_needs_acceptance_and_the_other_order(self) -> None:
        app = graph_app(signInAudience=PERSONAL, api={"requestedAccessTokenVersion": 2})
        with pytest.raises(OptionError, match="locks out"):
            plan(app, sign_in_audience="AzureADMyOrg")
        result = plan(app, sign_in_audience="AzureADMyOrg", requested_access_token_version=1, accept_audience_narrowing=True)
        assert [sorted(body(result, number)) for number in (0, 1)] == [["signInAudience"], ["api"]]

    def test_a_version_that_personal_accounts_do_not_take_is_refused(self) -> None:
        with pytest.raises(OptionError, match="needs requested_access_token_version: 2"):
            plan(graph_app(signInAudience=PERSONAL, api={"requestedAccessTokenVersion": 2}), requested_access_token_version=1)

    def test_without_personal_accounts_both_are_one_write(self) -> None:
        result = plan(graph_app(), sign_in_audience="AzureADMultipleOrgs", requested_access_token_version=2)
        assert body(result) == {"signInAudience": "AzureADMultipleOrgs", "api": {"requestedAccessTokenVersion": 2}} and len(result.actions) == 1

    def test_another_kind_of_people_is_narrower_too(self) -> None:
        with pytest.raises(OptionError, match="locks out"):
            plan(graph_app(), sign_in_audience="PersonalMicrosoftAccount")

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"displayName": "x" * 91}, "91 characters"),
            ({"appRoles": [{"value": "Approver"}]}, "app roles Approver"),
            ({"web": {"redirectUris": [f"https://a.example/{number}" for number in range(101)]}}, "101 redirect URIs"),
            ({"web": {"redirectUris": ["https://a.example/?q=1"]}}, "query string"),
            ({"identifierUris": ["urn:x:y"]}, "urn:x:y"),
            ({"requiredResourceAccess": [{"resourceAccess": [{}] * 30}] * 7}, "210 permissions"),
            ({"passwordCredentials": [{"displayName": f"s{number}", "keyId": ID} for number in range(3)]}, "3 client secrets"),
        ],
    )
    def test_what_personal_accounts_do_not_allow_stops_before_the_first_write(self, fields: dict[str, t.Any], words: str) -> None:
        with pytest.raises(OptionError, match=words):
            plan(graph_app(**fields), sign_in_audience=PERSONAL)

    def test_full_slots_are_a_warning_that_names_both(self) -> None:
        secrets = [{"displayName": "one", "keyId": "k1"}, {"displayName": "two", "keyId": "k2"}]
        (warning,) = plan(graph_app(passwordCredentials=secrets), sign_in_audience=PERSONAL).warnings
        assert "'one' (key id k1) and 'two' (key id k2)" in warning

    def test_an_application_that_is_too_large_already_can_still_be_managed(self) -> None:
        app = graph_app(web={"redirectUris": [f"https://a.example/{number}" for number in range(300)]})
        assert len(plan(app, notes="n").actions) == 1


class TestAdoption:
    def test_not_ours_needs_adopt_whichever_key_found_it(self) -> None:
        app = graph_app(tags=[])
        for options in ({}, {"unique_name": None, "app_id": APP_ID}, {"unique_name": None, "display_name": "Payroll"}):
            with pytest.raises(OptionError) as failure:
                plan(app, notes="n", **options)
            assert failure.value.code == "not_ours"
            for said in (APP_ID, "2026-01-01T00:00:00Z", "does not have the tag 'tkc:created'", "contoso.com"):
                assert said in failure.value.message
            assert plan(app, notes="n", adopt=True, **options).texts == ["set notes of application 'Payroll' to 'n'"]

    def test_lost_tags_are_said_as_that(self) -> None:
        """A registration of our own whose tags were taken away: the missing tag, what speaks for it, and what adopting loses."""
        app = graph_app(tags=[], createdByAppId=OTHER)
        with pytest.raises(OptionError) as failure:
            plan(app, notes="n", current={"caller_app_id": OTHER})
        for said in ("'tkc:created'", "its unique name is the one that was asked for", "created by the application that signs in here"):
            assert said in failure.value.message
        assert "others" not in failure.value.sentence()
        for said in ("adopt: true", "Delivery marks", "'state: absent' then takes away only what was added"):
            assert said in str(failure.value.advice)
        with pytest.raises(OptionError) as failure:
            plan(app, state="absent", current={"caller_app_id": OTHER})
        assert failure.value.code == "not_ours" and "is not deleted" in failure.value.message
        assert "created by the application that signs in here" in failure.value.message and "others" not in failure.value.sentence()

    def test_adopted_ones_never_get_the_creation_tag(self) -> None:
        assert body(plan(graph_app(tags=["x"]), adopt=True, tags={"set": []})) == {"tags": []}

    def test_unique_name_is_filled_in_but_never_changed(self) -> None:
        assert body(plan(graph_app(uniqueName=None, tags=[]), adopt=True)) == {"uniqueName": "payroll"}
        with pytest.raises(OptionError, match="cannot be changed"):
            plan(graph_app(uniqueName="other"), app_id=APP_ID)

    def test_contradicting_ids(self) -> None:
        with pytest.raises(OptionError) as failure:
            plan(graph_app(), object_id=ID, app_id=OTHER)
        assert failure.value.code == "contradicting_names"


class TestDeleted:
    TWIN = graph_app(deletedDateTime="2026-02-01T00:00:00Z")

    def test_fail_names_it(self) -> None:
        with pytest.raises(ConflictError) as failure:
            plan(None, current={"deleted": [self.TWIN]})
        assert failure.value.details["soft_deleted_object_ids"] == [ID]
        assert "restore" in str(failure.value.advice)

    def test_a_name_alone_is_a_twin_unless_a_unique_name_tells_them_apart(self) -> None:
        twin = {**self.TWIN, "uniqueName": None}
        with pytest.raises(ConflictError):
            plan(None, display_name="Payroll", current={"deleted": [twin]})
        assert plan(None, display_name="Payroll", current={"deleted": [{**twin, "uniqueName": "another"}]}).texts[0].startswith("create")

    def test_one_that_check_mode_predicts_has_no_twin(self) -> None:
        result = plan(None, app_id=PLACEHOLDER_ID, display_name="Payroll", current={"deleted": [self.TWIN]})
        assert [action.kind for action in result.actions] == ["create"]

    def test_restore_says_what_comes_back_and_then_updates(self) -> None:
        whole = {**self.TWIN, "passwordCredentials": [{"displayName": "tkc:default:01234567", "keyId": "k1", "endDateTime": "2027-01-01"}]}
        grants = ({"consentType": "AllPrincipals", "scope": "openid User.Read"},)
        current = {"deleted": [self.TWIN], "restorable": whole, "restorable_grants": grants}
        result = plan(None, display_name="New", on_soft_deleted="restore", current=current)
        assert [action.kind for action in result.actions] == ["restore", "update"]
        (warning,) = result.warnings
        assert "key id k1" in warning
        assert "consent for everyone to openid User.Read" in warning

    def test_restore_does_not_take_over(self) -> None:
        with pytest.raises(OptionError, match="does not have the tag"):
            plan(None, on_soft_deleted="restore", current={"deleted": [{**self.TWIN, "tags": []}]})

    def test_restore_of_several_is_refused(self) -> None:
        with pytest.raises(ConflictError, match="2 deleted applications"):
            plan(None, on_soft_deleted="restore", current={"deleted": [self.TWIN, {**self.TWIN, "id": OTHER}]})

    def test_purge_needs_the_object_id(self) -> None:
        with pytest.raises(OptionError, match="soft_deleted_object_id"):
            plan(None, on_soft_deleted="purge", current={"deleted": [self.TWIN]})
        result = plan(None, on_soft_deleted="purge", soft_deleted_object_id=ID, current={"deleted": [self.TWIN]})
        assert [action.kind for action in result.actions] == ["purge", "create"]


class TestAbsent:
    def test_ours(self) -> None:
        result = plan(graph_app(), state="absent")
        assert result.texts == [f"delete application 'Payroll' (app id {APP_ID})"]
        assert result.after == {}

    def test_adopted_ones_stay_even_with_adopt(self) -> None:
        with pytest.raises(OptionError) as failure:
            plan(graph_app(tags=[]), state="absent", adopt=True)
        assert failure.value.code == "not_ours"

    def test_gone_is_fine(self) -> None:
        assert plan(None, state="absent").texts == []

    def test_purge_needs_the_object_id(self) -> None:
        with pytest.raises(OptionError, match=ID):
            plan(graph_app(), state="absent", purge=True)
        result = plan(graph_app(), state="absent", purge=True, object_id=ID)
        assert [action.kind for action in result.actions] == ["delete", "purge"]

    def test_purge_of_one_that_is_deleted_already(self) -> None:
        options = {"state": "absent", "purge": True, "soft_deleted_object_id": ID}
        assert [action.kind for action in plan(None, current={"deleted": [graph_app()]}, **options).actions] == ["purge"]
        with pytest.raises(OptionError):
            plan(None, current={"deleted": [graph_app(tags=[])]}, **options)


class TestOwners:
    ANNA, BOB, CALLER = "aaaaaaaa-0000-0000-0000-00000000000a", "bbbbbbbb-0000-0000-0000-00000000000b", "cccccccc-0000-0000-0000-00000000000c"

    def owners(self, *ids: str) -> list[dict[str, t.Any]]:
        return [{"id": owner, "@odata.type": "#microsoft.graph.user", "userPrincipalName": f"{owner[0]}@contoso.com"} for owner in ids]

    def context(self, **more: t.Any) -> OwnerContext:
        return OwnerContext(found={("user", "a@contoso.com"): Principal(self.ANNA, "user", "a@contoso.com"), ("user", "gone@contoso.com"): None}, **more)

    def test_set(self) -> None:
        current = {"owners": self.owners(self.BOB), "owner_context": self.context()}
        result = plan(graph_app(), owners={"set": ["a@contoso.com"]}, current=current)
        assert result.texts == ["add owner 'a@contoso.com' to application 'Payroll'", "remove owner 'b@contoso.com' from application 'Payroll'"]
        assert (result.before["owners"], result.after["owners"]) == (["b@contoso.com"], ["a@contoso.com"])

    def test_converged(self) -> None:
        current = {"owners": self.owners(self.ANNA), "owner_context": self.context()}
        assert plan(graph_app(), owners={"add": ["a@contoso.com"], "remove": ["gone@contoso.com", self.BOB]}, current=current).texts == []

    def test_an_unknown_owner(self) -> None:
        with pytest.raises(NotFoundError, match="gone@contoso.com"):
            plan(graph_app(), owners={"add": ["gone@contoso.com"]}, current={"owners": [], "owner_context": self.context()})

    def test_no_more_than_there_may_be(self) -> None:
        """An application has at most 100 owners. One that has more already is not made worse, and can be managed."""
        ids = [f"{number:08}-0000-4000-8000-000000000000" for number in range(101)]
        with pytest.raises(OptionError, match="would have 101 owners"):
            plan(graph_app(), owners={"set": ids}, current={"owners": [], "owner_context": self.context()})
        assert plan(graph_app(), owners={"set": ids[:100]}, current={"owners": [], "owner_context": self.context()}).actions
        assert plan(graph_app(), owners={"add": ids[:1]}, current={"owners": self.owners(*ids), "owner_context": self.context()}).texts == []

    def test_an_owner_that_is_one_already_need_not_be_found(self) -> None:
        context = OwnerContext(found={("any", self.BOB): None})
        assert plan(graph_app(), owners={"add": [self.BOB]}, current={"owners": self.owners(self.BOB), "owner_context": context}).texts == []
        with pytest.raises(NotFoundError, match="'owners'"):
            plan(graph_app(), owners={"add": [self.BOB]}, current={"owners": [], "owner_context": context})

    def test_a_caller_that_lives_on_ownership_is_not_locked_out(self) -> None:
        context = self.context(caller_id=self.CALLER, caller_needs_ownership=True)
        current = {"owners": self.owners(self.CALLER), "owner_context": context}
        assert [action.kind for action in plan(graph_app(), owners={"set": ["a@contoso.com"]}, current=current).actions] == ["add_owner"]
        with pytest.raises(OptionError, match="OwnedBy"):
            plan(graph_app(), owners={"remove": [self.CALLER]}, current=current)

    def test_a_caller_that_lives_on_ownership_may_add_others(self) -> None:
        context = self.context(caller_id=self.CALLER, caller_needs_ownership=True)
        for change in ({"add": ["a@contoso.com"]}, {"set": ["a@contoso.com", self.CALLER]}):
            current = {"owners": self.owners(self.CALLER), "owner_context": context}
            assert [action.kind for action in plan(graph_app(), owners=change, current=current).actions] == ["add_owner"]

    def test_a_person_who_creates_does_not_stay_owner_unless_named(self) -> None:
        context = self.context(caller_id=self.CALLER, caller_is_user=True)
        kinds = [action.kind for action in plan(None, owners={"set": ["a@contoso.com"]}, current={"owner_context": context}).actions]
        assert kinds == ["create", "add_owner", "remove_owner"]

    def test_an_administrator_does_not_stay_owner_of_what_a_task_made(self) -> None:
        """Nobody asked for owners; a person without such a role could not manage the application any more, and stays."""
        claims = {"oid": self.CALLER, "scp": "Application.ReadWrite.All", "wids": ["9B895D92-2cd3-44c7-9d02-a6ac2d5ea5c3"]}
        administrator = OwnerContext.from_claims(claims)
        assert [action.kind for action in plan(None, current={"owner_context": administrator}).actions] == ["create", "remove_owner"]
        assert [action.kind for action in plan(graph_app(), current={"owner_context": administrator}).actions] == []
        for other in ({**claims, "wids": []}, {"oid": self.CALLER, "roles": ["Application.ReadWrite.All"]}):
            assert [action.kind for action in plan(None, current={"owner_context": OwnerContext.from_claims(other)}).actions] == ["create"]
        named = {"owners": {"add": [self.CALLER]}}
        assert "remove_owner" not in [action.kind for action in plan(None, **named, current={"owner_context": administrator}).actions]


@pytest.mark.parametrize(
    "options",
    [
        {"logout_url": "http://a.example/out"},
        {"logout_url": "https://a.example/" + "x" * 250},
        {"home_page_url": "a.example"},
        {"info": {"support_url": "mailto:x@a.example"}},
        {"display_name": "  "},
        {"display_name": "x" * 121},
        {"identifier_uris": {"add": ["api://x/"]}},
        {"identifier_uris": {"add": ["nothing"]}},
    ],
)
def test_options_that_entra_would_refuse(options: dict[str, t.Any]) -> None:
    with pytest.raises(OptionError):
        plan(None, **options)
