# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Workato without a network: which connection is meant, what is planned, whether a person has to sign in, rate limits."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._budget import Budget
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import PLACEHOLDER_ID
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import BudgetError, ConflictError, OptionError
from ansible_collections.tenantkit.connectors.plugins.module_utils._job.cache import JobCache
from ansible_collections.tenantkit.connectors.plugins.module_utils._job.rate_limit import Pacer
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.workato.addresses import DATA_CENTERS, workato_url
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.workato.client import LIST_LIMIT, OTHER_LIMIT, resolve_provider
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.workato.plan import (
    AUTHORIZED,
    LOST,
    NEVER_AUTHORIZED,
    TITLES,
    ConnectionCurrent,
    WorkatoConnectionDesired,
    authorization,
    compose_input,
    connection_view,
    differences,
    find_connection,
    plan_connection,
    reconnection,
)

CLIENT = "7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11"
OPTIONS = {"state": "present", "name": "Entra", "external_id": "x-1", "shell_connection": True, "client_id": CLIENT, "client_secret": "s3cret-value"}
FOUND = {"id": 36, "name": "Entra", "external_id": "x-1", "folder_id": 1, "application": "ms_entra", "authorization_status": None}


def desired(**options: t.Any) -> WorkatoConnectionDesired:
    return WorkatoConnectionDesired.from_options({**OPTIONS, **options})


def plan(found: dict[str, t.Any] | None, *, check: bool = False, adopting: bool = False, **options: t.Any) -> list[str]:
    made = plan_connection(desired(**options), ConnectionCurrent(found, adopting, "ms_entra"), check_mode=check)
    assert "s3cret-value" not in repr(made)
    return made.texts


def test_data_centers() -> None:
    assert workato_url("eu", None) == "https://app.eu.workato.com" and len(DATA_CENTERS) == 10
    for url in ("https://workato.example/api/", "https://workato.example/api", " https://workato.example// ", "https://workato.example"):
        assert workato_url("us", url) == "https://workato.example"
    with pytest.raises(OptionError):
        workato_url("us", "http://workato.example")


def test_find_by_external_id_first() -> None:
    other = {**FOUND, "id": 37, "external_id": None, "name": "Entra"}
    assert find_connection([other, FOUND], desired()).connection == FOUND
    assert find_connection([{**FOUND, "name": "renamed"}], desired()).connection["id"] == 36


def test_find_by_name_and_folder() -> None:
    plain = {**FOUND, "external_id": None}
    there = {**plain, "id": 40, "folder_id": 2}
    assert find_connection([plain, there], desired(external_id=None, folder_id=2)).connection == there
    assert find_connection([plain], desired(external_id=None)) == ConnectionCurrent(plain)
    assert find_connection([plain], desired()) == ConnectionCurrent(plain, adopting=True)
    assert find_connection([{**plain, "parent_id": 3}], desired()).connection is None
    assert find_connection([], desired()).connection is None


def test_two_with_the_same_name() -> None:
    plain = {**FOUND, "external_id": None}
    with pytest.raises(ConflictError, match="2 connections.*36 in folder 1, 40 in folder 2") as caught:
        find_connection([plain, {**plain, "id": 40, "folder_id": 2}], desired(external_id=None))
    assert caught.value.outcome == "refused"
    with pytest.raises(ConflictError, match="external id"):
        find_connection([FOUND, {**FOUND, "id": 41}], desired())


def test_somebody_elses_external_id() -> None:
    with pytest.raises(ConflictError, match="carries the external id 'x-2'"):
        find_connection([{**FOUND, "external_id": "x-2"}], desired())


def test_absent_takes_only_its_own() -> None:
    assert find_connection([{**FOUND, "external_id": None}], desired(state="absent")).connection is None
    assert plan(None, state="absent") == []
    assert plan(FOUND, state="absent") == ["delete connection 'Entra' (id 36)"]
    live = plan({**FOUND, "authorization_status": "success"}, state="absent")
    assert [text.partition(" ")[0] for text in live] == ["disconnect", "delete"]


def test_create() -> None:
    assert plan(None) == ["create connection 'Entra' with connector ms_entra"]
    for missing in ("client_id", "client_secret"):
        with pytest.raises(OptionError, match=missing):
            plan(None, **{missing: None})
        assert plan(None, check=True, **{missing: None})
    with pytest.raises(OptionError, match="check mode"):
        plan(None, client_id=PLACEHOLDER_ID)


def test_credentials_are_sent_when_they_have_to_be() -> None:
    assert plan(FOUND, client_secret=None) == []
    assert plan(FOUND, rotated=True) == ["update connection 'Entra' (id 36): send the credentials"]
    assert plan(FOUND, update_credentials="always") == ["update connection 'Entra' (id 36): send the credentials"]
    with pytest.raises(OptionError, match="they were rotated"):
        plan(FOUND, rotated=True, client_secret=None)


def test_changes() -> None:
    assert plan({**FOUND, "name": "old"}, folder_id=2) == ["update connection 'Entra' (id 36): set name to 'Entra' and set folder_id to '2'"]
    assert plan(FOUND, folder_id=1) == []


def test_adoption() -> None:
    found = {**FOUND, "external_id": None}
    with pytest.raises(ConflictError, match="this collection did not create it") as caught:
        plan(found, adopting=True)
    assert caught.value.code == "adopt"
    assert plan(found, adopting=True, adopt=True) == ["update connection 'Entra' (id 36): set external_id to 'x-1:adopted' and send the credentials"]


def test_an_adopted_one_is_given_back() -> None:
    """It is found again, nothing is to be done about its external id, and it is not deleted."""
    adopted = {**FOUND, "external_id": "x-1:adopted", "authorization_status": "success"}
    assert find_connection([adopted], desired()) == ConnectionCurrent(adopted)
    assert plan(adopted, client_secret=None) == []
    assert plan(adopted, state="absent") == ["give connection 'Entra' (id 36) back: remove its external id"]
    assert find_connection([{**adopted, "external_id": ""}], desired()).adopting
    with pytest.raises(ConflictError, match="2 connections"):
        find_connection([adopted, {**FOUND, "id": 37}], desired())


def test_another_connector() -> None:
    with pytest.raises(ConflictError, match="connector ms_entra, and rest is wanted"):
        plan(FOUND, provider="rest")
    assert plan(FOUND, provider="ms_entra") == []


def test_a_probe_refuses_what_a_change_would_refuse() -> None:
    """Before a secret is made."""
    assert plan(None, state="probed") == plan(FOUND, state="probed", client_secret=None) == []
    with pytest.raises(ConflictError) as caught:
        plan({**FOUND, "external_id": None}, adopting=True, state="probed")
    assert caught.value.code == "adopt" and "workato_adopt_connection" in str(caught.value.advice)
    assert plan({**FOUND, "external_id": None}, adopting=True, state="probed", adopt=True) == []
    with pytest.raises(ConflictError, match="connector ms_entra, and rest is wanted"):
        plan(FOUND, state="probed", provider="rest")


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"authorization_status": None}, NEVER_AUTHORIZED),
        ({"authorization_status": "failed"}, NEVER_AUTHORIZED),
        ({"authorization_status": "success", "authorized_at": "2026-01-01T00:00:00Z"}, AUTHORIZED),
        ({"authorization_status": "exception", "authorized_at": "2026-01-01T00:00:00Z"}, LOST),
        ({"authorization_status": None, "connection_lost_at": "2026-01-01T00:00:00Z"}, LOST),
        # Whether the time of an earlier loss is cleared by the next sign-in is not documented.
        ({"authorization_status": "success", "authorized_at": "2026-01-02T00:00:00Z", "connection_lost_at": "2026-01-01T00:00:00.5Z"}, AUTHORIZED),
        ({"authorization_status": "success", "authorized_at": "2026-01-01T00:00:00Z", "connection_lost_at": "2026-01-02T00:00:00Z"}, LOST),
        ({"authorization_status": "success", "connection_lost_at": "yesterday"}, LOST),
    ],
)
def test_authorization(fields: dict[str, t.Any], state: str) -> None:
    assert authorization(fields) == state


@pytest.mark.parametrize(
    ("status", "flags"),
    [
        ({"authorization_status": None}, (True, False)),
        ({"authorization_status": "success", "authorized_at": "2026-01-01T00:00:00Z"}, (False, False)),
        ({"authorization_status": None, "connection_lost_at": "2026-01-01T00:00:00Z", "connection_lost_reason": "expired"}, (False, True)),
    ],
)
def test_what_is_returned(status: dict[str, t.Any], flags: tuple[bool, bool]) -> None:
    found = connection_view({**FOUND, **status})
    assert (found["authorization_required"], found["reconnect_required"]) == flags
    assert (found["id"], found["provider"], found["external_id"]) == (36, "ms_entra", "x-1")
    assert found["connection_lost_reason"] == status.get("connection_lost_reason")


def test_one_to_be_found_or_made_has_to_be_named() -> None:
    assert find_connection([FOUND], desired(name=None, external_id="x-9")) == ConnectionCurrent()
    assert find_connection([FOUND], desired(name=" ", external_id=None)) == ConnectionCurrent()
    with pytest.raises(OptionError) as caught:
        plan(None, name=None)
    assert caught.value.code == "option_missing"


@pytest.mark.parametrize("found", [None, {**FOUND, "name": "old", "folder_id": 2}, {**FOUND, "external_id": None}])
def test_what_was_written_needs_no_further_write(found: dict[str, t.Any] | None) -> None:
    adopting = found is not None and not found["external_id"]
    wanted = desired(folder_id=1, adopt=True)
    assert differences(wanted, ConnectionCurrent(None)) == {}
    (action,) = plan_connection(wanted, ConnectionCurrent(found, adopting, "ms_entra")).actions
    written = {**(found or {"id": 36, "folder_id": None}), **action.payload["body"]}
    again = find_connection([written], wanted)
    assert again.connection == written and not again.adopting and differences(wanted, again) == {}
    assert plan_connection(wanted, again).actions == ()


def test_input_names() -> None:
    values = {"client_id": "a", "client_secret": "b", "tenant": None}
    assert compose_input(None, values) == {"client_id": "a", "client_secret": "b"}
    assert compose_input({"client_id": "app", "tenant": "directory", "client_secret": ""}, {**values, "tenant": "c"}) == {"app": "a", "directory": "c"}


CONNECTORS = [
    {"name": "active_directory", "title": "Active Directory", "oauth": False},
    {"name": "old", "title": "azure ad", "oauth": True, "deprecated": True},
    {"name": "right", "title": " microsoft entra id ", "oauth": True, "deprecated": False},
]


def test_provider_by_title() -> None:
    assert resolve_provider(CONNECTORS, TITLES, []) == "right"


def test_provider_is_never_guessed() -> None:
    with pytest.raises(OptionError, match="near ones: Active Directory") as caught:
        resolve_provider(CONNECTORS[:2], TITLES, ["Active Directory"])
    assert caught.value.code == "provider_not_found" and "by hand" in str(caught.value.advice)
    with pytest.raises(OptionError, match="another, right") as caught:
        resolve_provider([*CONNECTORS, {"name": "another", "title": "Azure AD", "oauth": True}], TITLES, [])
    assert caught.value.code == "provider_ambiguous"


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.now += seconds


def pacer(clock: Clock, cache: JobCache, seconds: float = 600) -> Pacer:
    return Pacer(Budget(seconds, clock, clock.sleep), cache, ["https://x", "token"], "Workato", clock)


@pytest.mark.parametrize("cached", [True, False])
def test_rate_limits_are_kept(cached: bool, tmp_path: t.Any) -> None:
    clock = Clock()
    tmp_path.chmod(0o700)
    cache = JobCache(str(tmp_path) if cached else None)
    first = pacer(clock, cache)
    for _count in range(LIST_LIMIT[0]):
        first.wait("list", LIST_LIMIT, "list")
    assert clock.slept == []
    first.wait("list", LIST_LIMIT, "list")
    assert clock.slept == [LIST_LIMIT[1]]
    first.wait("other", OTHER_LIMIT, "x")
    # Another task of the job knows what the first one sent; without a cache only the same task does.
    (pacer(clock, cache) if cached else first).wait("other", OTHER_LIMIT, "x")
    assert clock.slept == [LIST_LIMIT[1], OTHER_LIMIT[1]]


def test_rate_limit_beyond_the_budget() -> None:
    clock = Clock()
    small = pacer(clock, JobCache(None), 0.5)
    small.wait("other", OTHER_LIMIT, "x")
    with pytest.raises(BudgetError, match="Workato allows 1 such call"):
        small.wait("other", OTHER_LIMIT, "x")


def test_the_steps_of_the_vendor_come_with_a_lost_sign_in_only() -> None:
    assert reconnection(needed=False) == {"reconnect_required": False, "reconnect_steps": []}
    steps = reconnection()["reconnect_steps"]
    assert [word in step for word, step in zip(("multifactor", "Reconnect", "second factor", "Test the recipes"), steps, strict=True)] == [True] * 4
    lost = {**FOUND, "authorized_at": "2026-11-01T00:00:00Z", "authorization_status": "failed"}
    assert connection_view(lost)["reconnect_steps"] == steps and connection_view(FOUND)["reconnect_steps"] == []
