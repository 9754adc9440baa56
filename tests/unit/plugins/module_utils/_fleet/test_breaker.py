# SPDX-License-Identifier: GPL-3.0-or-later
"""When a rollout stops."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError
from ansible_collections.tenantkit.connectors.plugins.module_utils._fleet.breaker import UNKNOWN, UNREACHABLE, Limits, Lost, Stop, stop_of

SAME, OTHER = "consent_missing", "product_down"
LIMITS = Limits(after=3, after_any=5)


def lost(*causes: str | tuple[str, ...], signing_in: bool = False) -> list[Lost]:
    return [Lost(f"t{number}", (cause,) if isinstance(cause, str) else cause, signing_in) for number, cause in enumerate(causes)]


@pytest.mark.parametrize(
    ("tenants", "stops"),
    [
        ([], False),
        (lost(SAME, SAME), False),
        (lost(SAME, SAME, SAME), True),
        (lost(SAME, OTHER, SAME), False),
        (lost((SAME, SAME), (SAME, OTHER)), False),  # a tenant counts once, however many connectors failed
        (lost((OTHER, SAME), (SAME, OTHER), (SAME,)), True),
        (lost(UNREACHABLE, UNREACHABLE, UNREACHABLE), True),
        (lost(UNKNOWN, UNKNOWN, UNKNOWN), False),  # nothing says that these are the same
        (lost((), (), (), (), (), ()), False),  # they failed before the rollout
        (lost("a", "b", "c", "d"), False),
        (lost("a", "b", "c", "d", "e"), True),
        (lost("AADSTS7000215", signing_in=True), True),
        (lost("AADSTS7000222", signing_in=True), True),
        (lost("AADSTS700027", signing_in=True), True),
        (lost("AADSTS700024", signing_in=True), True),
        (lost("AADSTS700236", signing_in=True), True),
        (lost("AADSTS7000215"), False),  # that of an application which the run looks after
        (lost("AADSTS700016", signing_in=True), False),  # these three are the customer's
        (lost("AADSTS7000229", signing_in=True), False),
        (lost("AADSTS90002", signing_in=True), False),
        (lost("invalid_client", signing_in=True), False),
    ],
)
def test_who_stops_it(tenants: list[Lost], stops: bool) -> None:
    assert (stop_of(tenants, LIMITS) is not None) is stops


def test_the_sentence_names_cause_tenants_and_variable() -> None:
    stop = stop_of(lost(OTHER, *[SAME] * 6), LIMITS)
    assert stop is not None and stop.cause == SAME and stop.hosts == tuple(f"t{number}" for number in range(1, 7))
    assert stop.sentence == "6 tenants have failed of the same cause (consent_missing: t1, t2, t3, t4, t5 and 1 more; 'rollout_stop_after' is 3)"
    one = stop_of(lost(SAME), Limits(1, 5))
    assert one is not None and one.sentence.startswith("1 tenant has failed of the same cause")
    many = stop_of(lost("a", "b", "c", "d", "e"), LIMITS)
    assert many is not None and (many.cause, len(many.hosts)) == ("", 5) and "rollout_stop_after_any" in many.sentence
    own = stop_of(lost("AADSTS7000222", signing_in=True), LIMITS)
    assert own is not None and "the automation's own credential was refused (AADSTS7000222, t0)" in own.sentence


def test_a_result_has_plain_values() -> None:
    told = Lost("t1", ("a", "b"), signing_in=True).to_result()
    assert told == {"host": "t1", "causes": ["a", "b"], "signing_in": True} and Lost.from_result(told) == Lost("t1", ("a", "b"), signing_in=True)
    assert Stop("a", ("t1",), "Why.").to_result() == {"cause": "a", "hosts": ["t1"], "sentence": "Why."}


@pytest.mark.parametrize(
    ("after", "after_any", "total", "expected"),
    [
        (None, None, 500, Limits(3, 50)),
        ("", "", 12, Limits(3, 5)),  # a tenth of them is few
        ("4", "20%", 500, Limits(4, 100)),
        (1, 7, 500, Limits(1, 7)),
        (1, "7", 3, Limits(1, 7)),
        (3, "1%", 501, Limits(3, 6)),
    ],
)
def test_limits(after: t.Any, after_any: t.Any, total: int, expected: Limits) -> None:
    assert Limits.of(after, after_any, total) == expected


@pytest.mark.parametrize(
    ("after", "after_any", "variable"),
    [("0", None, "rollout_stop_after"), (True, None, "rollout_stop_after"), ("few", None, "rollout_stop_after")]
    + [
        (None, "0%", "rollout_stop_after_any"),
        (None, "101%", "rollout_stop_after_any"),
        (None, "%", "rollout_stop_after_any"),
        (None, -1, "rollout_stop_after_any"),
    ],
)
def test_what_is_no_limit_is_an_error(after: t.Any, after_any: t.Any, variable: str) -> None:
    with pytest.raises(OptionError, match=f"'{variable}'"):
        Limits.of(after, after_any, 100)
