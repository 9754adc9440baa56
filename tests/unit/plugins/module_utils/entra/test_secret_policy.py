# SPDX-License-Identifier: GPL-3.0-or-later
"""App management policies, as far as client secrets go."""

from __future__ import annotations

import datetime as dt
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.secret_policy import SecretPolicy, parse_duration

NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def default(*entries: dict[str, t.Any], enabled: bool = True) -> dict[str, t.Any]:
    return {"isEnabled": enabled, "applicationRestrictions": {"passwordCredentials": list(entries)}}


def own(*entries: dict[str, t.Any]) -> dict[str, t.Any]:
    return {"isEnabled": True, "restrictions": {"passwordCredentials": list(entries)}}


def lifetime(text: str, **more: t.Any) -> dict[str, t.Any]:
    return {"restrictionType": "passwordLifetime", "state": "enabled", "maxLifetime": text, **more}


ADDITION = {"restrictionType": "passwordAddition", "state": "enabled", "maxLifetime": None}


@pytest.mark.parametrize(
    ("text", "days"),
    [("P90D", 90), ("P6M", 180), ("P1Y", 365), ("P2W", 14), ("P4DT12H", 4.5), ("PT36H", 1.5), ("", None), ("P", None), ("soon", None), (None, None)],
)
def test_durations(text: t.Any, days: float | None) -> None:
    assert parse_duration(text) == (None if days is None else days * DAY)


def test_default_policy() -> None:
    assert SecretPolicy.from_graph(default(lifetime("P90D")), [], None, NOW) == SecretPolicy(True, False, 90 * DAY)
    assert SecretPolicy.from_graph(default(lifetime("P90D"), enabled=False), [], None, NOW) == SecretPolicy()
    assert SecretPolicy.from_graph(default(lifetime("P90D", state="disabled")), [], None, NOW) == SecretPolicy()
    assert SecretPolicy.from_graph(default(ADDITION), [], None, NOW).addition_blocked
    assert not SecretPolicy.from_graph(default({**ADDITION, "excludeActors": {"customSecurityAttributes": [{}]}}), [], None, NOW).addition_blocked


def test_not_readable_is_not_absent() -> None:
    assert SecretPolicy.from_graph(None, None, None, NOW) == SecretPolicy(known=False)


def test_own_policy_replaces_a_restriction() -> None:
    found = SecretPolicy.from_graph(default(lifetime("P90D"), ADDITION), [own({**ADDITION, "state": "disabled"})], None, NOW)
    assert found == SecretPolicy(True, False, 90 * DAY)
    assert SecretPolicy.from_graph(default(lifetime("P90D")), [own(lifetime("P365D"))], None, NOW).max_lifetime == 365 * DAY


@pytest.mark.parametrize(("created", "applies"), [("2026-01-02T00:00:00Z", True), ("2025-12-31T00:00:00Z", False), (None, False), ("now", True)])
def test_only_for_newer_applications(created: str | None, applies: bool) -> None:
    policy = default(lifetime("P90D", restrictForAppsCreatedAfterDateTime="2026-01-01T00:00:00Z"))
    assert (SecretPolicy.from_graph(policy, [], created, NOW).max_lifetime is not None) == applies
