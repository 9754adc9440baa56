# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The values of a variable over the hosts of a play."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible.errors import AnsibleError
from ansible_collections.tenantkit.connectors.plugins.lookup.host_values import LookupModule, host_values
from ansible_collections.tenantkit.connectors.plugins.module_utils._job.cache import JobCache


class Broken(dict[str, t.Any]):
    """The variables of a host that cannot be made out."""

    def get(self, name: str, default: t.Any = None) -> t.Any:
        raise AnsibleError(f"{name} is a riddle")


def play(**hosts: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The variables of a task; more hosts are in the inventory than in the play."""
    return {
        "ansible_play_hosts_all": list(hosts),
        "groups": {"all": ["elsewhere", *hosts]},
        "hostvars": {**hosts, "elsewhere": {"url": "of another play"}},
    }


def test_the_whole_inventory() -> None:
    """On demand the hosts of other plays count, those of this one first."""
    variables = play(a={"url": "one"}, b={"url": "one"})
    assert host_values(JobCache(None), variables, "url", whole_inventory=True) == {"a": "one", "b": "one", "elsewhere": "of another play"}
    assert host_values(JobCache(None), {}, "url", whole_inventory=True) == {}


@pytest.mark.parametrize(
    ("hosts", "values"),
    [
        ({}, []),
        ({"a": {"url": "one"}}, ["one"]),
        ({"a": {"url": "two"}, "b": {"url": "one"}, "c": {"url": "two"}}, ["two", "one"]),
        ({"a": {"url": "one"}, "b": {}, "c": {"url": None}, "d": Broken(), "e": {"url": ""}}, ["one", ""]),
        ({"a": {"url": 7}}, ["7"]),
    ],
)
def test_each_once(hosts: dict[str, dict[str, t.Any]], values: list[str]) -> None:
    assert list(dict.fromkeys(host_values(JobCache(None), play(**hosts), "url").values())) == values


def test_a_play_without_hosts() -> None:
    assert host_values(JobCache(None), {}, "url") == {}


def test_looked_at_once_for_each_variable(tmp_path: Path) -> None:
    cache = JobCache(str(tmp_path / "job"))
    assert host_values(cache, play(a={"url": "one", "name": "x"}), "url") == {"a": "one"}
    assert host_values(cache, play(a={"url": "changed", "name": "x"}), "url") == {"a": "one"}
    assert host_values(cache, play(a={"url": "changed", "name": "x"}), "name") == {"a": "x"}
    assert host_values(cache, play(a={"url": "changed"}, b={}), "url") == {"a": "changed"}


def test_what_the_plugin_returns() -> None:
    """One list or one dictionary, so that C(lookup) gives it as it is."""
    plugin = LookupModule()
    assert plugin.run(["url"], play(a={"url": "one"}), by_host=True) == [{"a": "one"}]
    assert plugin.run(["url"], play(a={"url": "one"}), whole_inventory=True) == [["one", "of another play"]]
    assert plugin.run(["url"], play(**{f"host-{number}": {"url": str(number)} for number in range(2)})) == [["0", "1"]]
    with pytest.raises(AnsibleError, match="the name of one variable"):
        plugin.run([], {})
