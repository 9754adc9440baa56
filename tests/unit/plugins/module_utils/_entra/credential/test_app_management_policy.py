# SPDX-License-Identifier: GPL-3.0-or-later
"""App management policies, as far as client secrets go."""

from __future__ import annotations

import datetime as dt
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.app_management_policy import AppManagementPolicy, parse_duration
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.kind import CERTIFICATE, SECRET, Kind

NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture(params=[SECRET, CERTIFICATE], ids=lambda kind: kind.noun)
def kind(request: pytest.FixtureRequest) -> Kind:
    """Both kinds of credential: one reader understands what the policies say about either."""
    return t.cast(Kind, request.param)


def default(kind: Kind, *entries: dict[str, t.Any], enabled: bool = True) -> dict[str, t.Any]:
    return {"isEnabled": enabled, "applicationRestrictions": {kind.collection: list(entries)}}


def own(kind: Kind, *entries: dict[str, t.Any]) -> dict[str, t.Any]:
    return {"isEnabled": True, "restrictions": {kind.collection: list(entries)}}


def lifetime(kind: Kind, text: str, **more: t.Any) -> dict[str, t.Any]:
    return {"restrictionType": kind.lifetime, "state": "enabled", "maxLifetime": text, **more}


def addition(kind: Kind, **more: t.Any) -> dict[str, t.Any]:
    return {"restrictionType": kind.addition, "state": "enabled", "maxLifetime": None, **more}


def read(kind: Kind, policy: dict[str, t.Any] | None, own_policies: list[dict[str, t.Any]] | None, created: str | None = None) -> AppManagementPolicy:
    return AppManagementPolicy.from_graph(policy, own_policies, created, NOW, kind)


@pytest.mark.parametrize(
    ("text", "days"),
    [("P90D", 90), ("P6M", 180), ("P1Y", 365), ("P2W", 14), ("P4DT12H", 4.5), ("PT36H", 1.5), ("", None), ("P", None), ("soon", None), (None, None)],
)
def test_durations(text: t.Any, days: float | None) -> None:
    assert parse_duration(text) == (None if days is None else days * DAY)


def test_default_policy(kind: Kind) -> None:
    assert read(kind, default(kind, lifetime(kind, "P90D")), []) == AppManagementPolicy(True, False, 90 * DAY)
    assert read(kind, default(kind, lifetime(kind, "P90D"), enabled=False), []) == AppManagementPolicy()
    assert read(kind, default(kind, lifetime(kind, "P90D", state="disabled")), []) == AppManagementPolicy()
    assert read(kind, default(kind, addition(kind)), []).addition_blocked
    assert not read(kind, default(kind, addition(kind, excludeActors={"customSecurityAttributes": [{}]})), []).addition_blocked


def test_an_own_policy_that_is_off_replaces_nothing(kind: Kind) -> None:
    off = {**own(kind, lifetime(kind, "P10D")), "isEnabled": False}
    assert read(kind, default(kind, lifetime(kind, "P90D")), [off]) == AppManagementPolicy(True, False, 90 * DAY)
    assert read(kind, default(kind, lifetime(kind, "P90D")), [off, own(kind, lifetime(kind, "P20D"))]).max_lifetime == 20 * DAY


def test_what_is_said_of_the_other_kind_does_not_count(kind: Kind) -> None:
    other = CERTIFICATE if kind is SECRET else SECRET
    assert read(kind, default(other, lifetime(other, "P1D"), addition(other)), [own(other, addition(other))]) == AppManagementPolicy()


def test_not_readable_is_not_absent(kind: Kind) -> None:
    assert read(kind, None, None) == AppManagementPolicy(known=False)


def test_own_policy_replaces_a_restriction(kind: Kind) -> None:
    found = read(kind, default(kind, lifetime(kind, "P90D"), addition(kind)), [own(kind, addition(kind, state="disabled"))])
    assert found == AppManagementPolicy(True, False, 90 * DAY)
    assert read(kind, default(kind, lifetime(kind, "P90D")), [own(kind, lifetime(kind, "P365D"))]).max_lifetime == 365 * DAY


@pytest.mark.parametrize(("created", "applies"), [("2026-01-02T00:00:00Z", True), ("2025-12-31T00:00:00Z", False), (None, False), ("now", True)])
def test_only_for_newer_applications(kind: Kind, created: str | None, applies: bool) -> None:
    policy = default(kind, lifetime(kind, "P90D", restrictForAppsCreatedAfterDateTime="2026-01-01T00:00:00Z"))
    assert (read(kind, policy, [], created).max_lifetime is not None) == applies


@pytest.mark.parametrize(
    ("entry", "blocked"),
    [({}, True), ({"state": "disabled"}, False), ({"excludeActors": {"customSecurityAttributes": [{}]}}, False)],
)
def test_only_certificates_of_named_authorities(entry: dict[str, t.Any], blocked: bool) -> None:
    rule = {"restrictionType": "trustedCertificateAuthority", "state": "enabled", "certificateBasedApplicationConfigurationIds": ["x"], **entry}
    assert read(CERTIFICATE, default(CERTIFICATE, rule), []).trusted_authority is blocked
    assert not read(SECRET, default(SECRET, rule), []).trusted_authority
    assert not read(CERTIFICATE, default(CERTIFICATE, rule), [own(CERTIFICATE, {**rule, "state": "disabled"})]).trusted_authority


def test_what_was_read_is_kept_for_an_exemption(kind: Kind) -> None:
    policy, mine = default(kind, addition(kind)), own(kind, lifetime(kind, "P10D"))
    assert (read(kind, policy, [mine]).default, read(kind, policy, [mine]).own) == (policy, mine)
    assert (read(kind, None, None).default, read(kind, policy, [{**mine, "isEnabled": False}]).own) == ({}, None)


def test_for_results() -> None:
    assert AppManagementPolicy(True, True, DAY / 3).shape() == {"known": True, "addition_blocked": True, "max_lifetime_days": 0.33}
    assert AppManagementPolicy(known=False).shape() == {"known": False, "addition_blocked": False, "max_lifetime_days": None}
