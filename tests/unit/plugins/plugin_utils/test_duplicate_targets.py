# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts of a play whose variables mean the same place, and what it costs to find them."""

from __future__ import annotations

import collections
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._job.cache import JobCache
from ansible_collections.tenantkit.connectors.plugins.plugin_utils._duplicate_targets import duplicate_targets

PLACES = (("tenant", "name"), ("url", "environment"))


class HostVars(dict[str, dict[str, t.Any]]):
    """The variables of hosts, which counts how often each host is asked for."""

    def __init__(self, hosts: dict[str, dict[str, t.Any]]) -> None:
        super().__init__(hosts)
        self.asked: collections.Counter[str] = collections.Counter()

    def __getitem__(self, host: str) -> dict[str, t.Any]:
        self.asked[host] += 1
        return super().__getitem__(host)


def others(host: str, **hosts: dict[str, t.Any]) -> list[str]:
    """The hosts that mean the same place as this one."""
    return duplicate_targets(JobCache(None), {"ansible_play_hosts_all": list(hosts), "hostvars": HostVars(hosts)}, host, PLACES)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"tenant": "contoso.example", "name": "a"}, {"tenant": "Contoso.example", "name": "a"}, True),
        ({"tenant": "contoso.example", "name": "a"}, {"tenant": "contoso.example", "name": "b"}, False),
        ({"tenant": "contoso.example"}, {"tenant": "contoso.example"}, True),  # what both leave out is the same default
        ({"tenant": "", "name": ""}, {"tenant": "", "name": ""}, False),  # an empty text counts as not given
        ({"url": "https://portal.example/", "environment": "x"}, {"url": "https://PORTAL.example", "environment": "x"}, True),
        ({"url": "https://portal.example", "environment": "x"}, {"url": "https://portal.example", "environment": "y"}, False),
        ({"tenant": "a.example", "name": "b"}, {"url": "a.example", "environment": "b"}, False),  # places of two kinds
        ({}, {}, False),
    ],
)
def test_two_hosts(one: dict[str, t.Any], other: dict[str, t.Any], same: bool) -> None:
    assert others("one", one=one, other=other, third={"tenant": "third.example"}) == (["other"] if same else [])


def test_hosts_of_several_places_are_each_named_once() -> None:
    both = {"tenant": "contoso.example", "name": "a", "url": "https://portal.example", "environment": "x"}
    found = others("b", c=both, b=both, a={"tenant": "contoso.example", "name": "a"}, d={"tenant": "d.example"})
    assert found == ["a", "c"]


def test_a_host_that_is_alone_is_not_compared() -> None:
    assert others("one", one={"tenant": "contoso.example"}) == []


def test_the_variables_of_a_host_are_asked_for_once() -> None:
    hosts = {f"host{number}": {"tenant": f"{number}.example", "name": "a", "url": "https://portal.example", "environment": str(number)} for number in range(5)}
    hostvars = HostVars(hosts)
    assert duplicate_targets(JobCache(None), {"ansible_play_hosts_all": list(hosts), "hostvars": hostvars}, "host0", PLACES) == []
    assert set(hostvars.asked.values()) == {1}
