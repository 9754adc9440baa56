# SPDX-License-Identifier: GPL-3.0-or-later
"""What is added to an application that others made, on record there: exactly that is taken away again, and nothing else."""

from __future__ import annotations

import copy
import types
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.common.adoption_record import AdoptionRecord
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connection import additions as added
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connection.plan import status_of
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.permission.catalogue import MICROSOFT_GRAPH
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ForbiddenError, OptionError
from hypothesis import given, settings
from hypothesis import strategies as st

Tenant = dict[str, t.Any]
Tenants = types.SimpleNamespace
USER_READ, MAIL_READ, GROUP_READ, POWER_READ, POWER_ROLE = (f"{digit * 8}-0000-4000-8000-00000000000f" for digit in "56789")
KEY_ID, OTHER_KEY = "0000000a-0000-4000-8000-000000000000", "0000000b-0000-4000-8000-000000000000"
OURS, THEIRS = "https://payroll.example/signin", "https://theirs.example/a"
ASKED = [{"resource": "Microsoft Graph", "delegated": ["User.Read"], "application": ["Group.Read.All"]}]
POWER = {"resource": "Power Platform API", "delegated": ["AppManagement.Read"], "application": ["AppManagement.Read.All"]}
ITEMS = st.frozensets(st.text("0123456789abcdef", min_size=12, max_size=12), max_size=70)
LATER_STEPS = ("app", "permissions", "service_principal", "consent", "secret")


def adopt(tenants: Tenants, tenant: Tenant, **options: t.Any) -> None:
    """One run of the role: the record, then the steps of the same look. What was made known in the tenant is looked up by each step itself."""
    wanted = tenants.adopting(**options)
    view = tenants.look(tenant, wanted)
    if not view.recorded:
        tenants.record(tenant, view)
    tenants.carry_out(tenant, view, "resources")
    for name in LATER_STEPS:
        tenants.carry_out(tenant, tenants.look(tenant, wanted), name)


def leave(tenants: Tenants, tenant: Tenant, **options: t.Any) -> None:
    """One run of the role with state absent: the record goes last, and the tags are read again before they are written."""
    gone = tenants.adopting(state="absent", **options)
    tenants.carry_out(tenant, tenants.look(tenant, gone), "consent", "permissions", "secret")
    tenants.carry_out(tenant, tenants.look(tenant, gone), "app")


def normal(tenant: Tenant) -> Tenant:
    """What a tenant has, in a form in which order, empty entries and whether the application may be used do not count."""
    app = tenant["application"]
    return {
        "uris": {platform: sorted((app.get(platform) or {}).get("redirectUris", [])) for platform in ("web", "spa", "publicClient")},
        "requests": {
            (row["resourceAppId"], entry["id"], entry["type"]) for row in app["requiredResourceAccess"] for entry in row["resourceAccess"]
        },
        "tags": sorted(app["tags"]),
        "keys": sorted(entry["keyId"] for entry in app["passwordCredentials"]),
        "grants": {(row["resourceId"], scope) for row in tenant["grants"] for scope in row["scope"].split()},
        "roles": {(row["resourceId"], row["appRoleId"]) for row in tenant["assignments"]},
    }  # fmt: skip


class TestTags:
    @given(ITEMS, st.lists(st.sampled_from(["theirs", "tkc:created", "tkc:other:a:0123456789ab", "HideApp"]), unique=True))
    def test_written_and_read(self, items: frozenset[str], tags: list[str]) -> None:
        record = AdoptionRecord("payroll", items)
        after = record.apply(tags)
        assert AdoptionRecord.from_tags(after, "payroll") == record and [tag for tag in after if tag in tags] == tags
        assert all(len(tag) <= 256 for tag in after) and record.apply(after) == after
        assert AdoptionRecord("payroll").apply(after) == tags  # an empty record takes no tag

    @given(ITEMS, ITEMS)
    def test_a_later_record_takes_the_place_of_the_earlier(self, first: frozenset[str], second: frozenset[str]) -> None:
        after = AdoptionRecord("payroll", second).apply(AdoptionRecord("payroll", first).apply(["theirs"]))
        assert AdoptionRecord.from_tags(after, "payroll").items == second and after[0] == "theirs"

    def test_connectors_whose_names_begin_alike_have_records_of_their_own(self) -> None:
        tags = AdoptionRecord("pay", frozenset({"a" * 12})).apply(AdoptionRecord("payroll", frozenset({"b" * 12})).apply([]))
        assert AdoptionRecord.from_tags(tags, "pay").items == {"a" * 12} and AdoptionRecord.from_tags(tags, "payroll").items == {"b" * 12}

    def test_records_of_earlier_releases_are_read(self) -> None:
        """They stand in tenants: neither the form of the tag nor what an item stands for may change."""
        items = [f"{number:012x}" for number in range(17)]
        tags = AdoptionRecord("payroll", frozenset(items)).apply([])
        assert tags == ["tkc:payroll:a:" + "".join(items[:16]), "tkc:payroll:a:" + items[16]]
        assert added.uri_item("web", OURS) == added.uri_item("web", OURS.replace("https://p", "HTTPS://P")) == "de824e3e48f2"
        assert added.request_item("r", "Scope", "p") == "b93e81eaa61f" and added.grant_item("r", "delegated", "User.Read") == "9bb0991aea8c"

    def test_option(self) -> None:
        assert AdoptionRecord.from_option(None) is None
        found = AdoptionRecord.from_option({"connector": "payroll", "items": [" 0123456789AB "]})
        assert found == AdoptionRecord("payroll", frozenset({"0123456789ab"}))
        assert AdoptionRecord.from_option({"connector": "payroll", "items": None}) == AdoptionRecord("payroll")

    @pytest.mark.parametrize(
        ("option", "code"), [({"connector": "payroll", "items": ["User.Read"]}, "invalid_record"), ({"connector": "Pay roll"}, "invalid_name")]
    )
    def test_refused(self, option: dict[str, t.Any], code: str) -> None:
        with pytest.raises(OptionError) as caught:
            AdoptionRecord.from_option(option)
        assert caught.value.code == code


class TestAdopting:
    def test_first_look(self, tenants: Tenants) -> None:
        """The redirect URI, two requests, one scope and one role: five things, none of them on record yet."""
        view = tenants.look(tenants.foreign(), tenants.adopting())
        assert len(view.adds) == 5 and not view.recorded and added.uri_item("web", OURS) in view.adds
        assert {added.request_item(MICROSOFT_GRAPH, "Scope", USER_READ), added.request_item(MICROSOFT_GRAPH, "Role", GROUP_READ)} <= view.adds
        assert added.uri_item("web", THEIRS) not in view.adds and added.request_item(MICROSOFT_GRAPH, "Scope", MAIL_READ) not in view.adds

    def test_what_others_asked_for_already_is_not_ours(self, tenants: Tenants) -> None:
        tenant = tenants.connected(tags=["theirs", tenants.mark()])
        view = tenants.look(tenant, tenants.adopting())
        assert view.adds == frozenset() and view.recorded and view.converged

    def test_consent_that_is_only_reported_is_not_added(self, tenants: Tenants) -> None:
        view = tenants.look(tenants.foreign(), tenants.adopting(consent={"mode": "report"}))
        assert len(view.adds) == 3

    def test_what_is_on_record_stays_there_when_everything_is_done(self, tenants: Tenants) -> None:
        tenant = tenants.foreign()
        first = tenants.look(tenant, tenants.adopting()).adds
        adopt(tenants, tenant)
        view = tenants.look(tenant, tenants.adopting())
        assert view.converged and view.recorded and view.adds == first

    def test_what_is_asked_for_later_joins_the_record(self, tenants: Tenants) -> None:
        tenant = tenants.foreign()
        adopt(tenants, tenant)
        before = tenants.look(tenant, tenants.adopting()).adds
        view = tenants.look(tenant, tenants.adopting(asked=[*ASKED, POWER]))
        assert len(view.adds - before) == 4 and before < view.adds and not view.recorded

    def test_a_run_that_ended_after_the_record_is_finished_by_the_next(self, tenants: Tenants) -> None:
        tenant = tenants.foreign()
        tenants.record(tenant, tenants.look(tenant, tenants.adopting()))
        view = tenants.look(tenant, tenants.adopting())
        assert view.recorded and {name for name, plan in view.plans.items() if plan.actions} == {"app", "permissions", "consent", "secret"}


class TestLeaving:
    def test_exactly_what_was_added_goes(self, tenants: Tenants) -> None:
        tenant = tenants.foreign()
        before = normal(copy.deepcopy(tenant))
        adopt(tenants, tenant)
        assert status_of(tenants.adopting(), tenants.look(tenant, tenants.adopting()), tenant["application"]) == "connected"
        gone = tenants.adopting(state="absent")
        view = tenants.look(tenant, gone)
        assert view.takes == {
            "redirect_uris": {"web": {"remove": [OURS]}},
            "permissions": [{"resource": MICROSOFT_GRAPH, "delegated": [USER_READ], "application": [GROUP_READ]}],
            "consent": [{"resource": MICROSOFT_GRAPH, "delegated": ["User.Read"], "application": [GROUP_READ]}],
        }
        assert view.plans["consent"].texts == [
            "revoke User.Read of Microsoft Graph (delegated) from 'Payroll' for the tenant",
            "revoke Group.Read.All of Microsoft Graph (application) from 'Payroll'",
        ]
        assert status_of(gone, view, tenant["application"]) == "not_absent"
        leave(tenants, tenant)
        assert normal(tenant) == before and tenants.look(tenant, gone).converged

    def test_grants_that_may_not_be_read_are_left(self, tenants: Tenants) -> None:
        tenant = tenants.foreign()
        adopt(tenants, tenant)
        unread = {**tenant, "grants": [], "assignments": [], "forbidden": ForbiddenError("No.")}
        view = tenants.look(unread, tenants.adopting(state="absent"))
        assert view.takes["consent"] == [] and view.plans["consent"].actions == () and view.plans["permissions"].actions

    def test_what_somebody_else_took_away_is_not_missed(self, tenants: Tenants) -> None:
        tenant = tenants.foreign()
        adopt(tenants, tenant)
        tenant.update(grants=[], assignments=[])
        tenant["application"].update(requiredResourceAccess=[], web={"redirectUris": []})
        view = tenants.look(tenant, tenants.adopting(state="absent"))
        assert view.takes == {"redirect_uris": {}, "permissions": [], "consent": []}
        assert {name for name, plan in view.plans.items() if plan.actions} == {"app", "secret"}  # the record and our key

    def test_the_record_of_another_connector_stays(self, tenants: Tenants) -> None:
        tag = f"tkc:okta:a:{added.uri_item('web', THEIRS)}"
        tenant = tenants.foreign(tags=["theirs", tag])
        adopt(tenants, tenant)
        leave(tenants, tenant)
        assert tenant["application"]["tags"] == ["theirs", tag] and tenant["application"]["web"]["redirectUris"] == [THEIRS]

    def test_a_grant_of_an_api_that_is_gone_is_passed_over(self, tenants: Tenants) -> None:
        tenant = tenants.foreign()
        adopt(tenants, tenant)
        tenant["apis"] = []
        assert tenants.look(tenant, tenants.adopting(state="absent")).takes["consent"] == []

    def test_scopes_of_an_api_that_was_not_there_yet_are_known_again(self, tenants: Tenants) -> None:
        """They are on record under the API's app id, and the grant names its service principal."""
        tenant = tenants.foreign()
        power = tenant["apis"].pop()
        tenants.record(tenant, tenants.look(tenant, tenants.adopting(asked=[{**POWER, "application": []}])))
        tenant["apis"].append(power)
        tenant["grants"].append(tenants.grant("AppManagement.Read", power))
        assert tenants.look(tenant, tenants.adopting(state="absent")).takes["consent"] == [
            {"resource": power.app_id, "delegated": ["AppManagement.Read"], "application": []}
        ]


@given(
    uris=st.sets(st.sampled_from([OURS, THEIRS, "https://theirs.example/b"])),
    requested=st.sets(st.sampled_from([(USER_READ, "Scope"), (MAIL_READ, "Scope"), (GROUP_READ, "Role")])),
    scopes=st.sets(st.sampled_from(["User.Read", "Mail.Read", "offline_access"])),
    role=st.booleans(),
    power=st.booleans(),
)
@settings(max_examples=60)
def test_what_others_had_is_there_afterwards(
    tenants: Tenants, uris: set[str], requested: set[tuple[str, str]], scopes: set[str], role: bool, power: bool
) -> None:
    """Whatever others had of what we ask for: connected twice and taken away, the application is as it was."""
    tenant = tenants.foreign(web={"redirectUris": sorted(uris)})
    tenant["application"]["requiredResourceAccess"] = [tenants.requests(tenant["apis"][0], *sorted(requested))] if requested else []
    tenant["grants"] = [tenants.grant(" ".join(sorted(scopes)))] if scopes else []
    tenant["assignments"] = [tenants.assignment(GROUP_READ)] if role else []
    asked = [*ASKED, POWER] if power else ASKED
    before = normal(copy.deepcopy(tenant))
    for _run in range(2):
        adopt(tenants, tenant, asked=asked)
        assert tenants.look(tenant, tenants.adopting(asked=asked)).converged
    during = normal(tenant)
    assert set(before["uris"]["web"]) <= set(during["uris"]["web"]) and before["grants"] <= during["grants"] and before["roles"] <= during["roles"]
    leave(tenants, tenant, asked=asked)
    assert normal(tenant) == before
    assert tenants.look(tenant, tenants.adopting(state="absent")).converged


def test_a_permission_that_its_api_no_longer_offers_is_taken_away_as_well(tenants: Tenants) -> None:
    """What is taken away comes from the record: nobody can correct a name there, and the whole connection could not be taken away."""
    tenant = tenants.foreign()
    adopt(tenants, tenant, asked=[*ASKED, POWER])
    power = tenant["apis"].pop()
    tenant["apis"].append(type(power)(power.object_id, power.app_id, power.display_name, None, (), (), ()))
    leave(tenants, tenant)
    assert tenant["application"]["requiredResourceAccess"] == [tenants.requests(tenant["apis"][0], (MAIL_READ, "Scope"))]


def test_everything_of_an_api_that_was_not_there_yet_is_on_record(tenants: Tenants) -> None:
    """The record is written before the API is made known in the tenant; requests and app roles are known by their ids afterwards."""
    tenant = tenants.foreign()
    tenant["apis"].pop()
    before = normal(copy.deepcopy(tenant))
    adopt(tenants, tenant, asked=[*ASKED, POWER])
    assert tenants.look(tenant, tenants.adopting(asked=[*ASKED, POWER])).recorded
    leave(tenants, tenant, asked=[*ASKED, POWER])
    assert normal(tenant) == before
