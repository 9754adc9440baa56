# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a preflight found in all hosts of a play."""

from __future__ import annotations

from ansible_collections.tenantkit.connectors.plugins.lookup.preflight_report import LookupModule


def test_every_host_of_the_play_is_in_it() -> None:
    found = {"verdict": "nothing_chosen", "tenant": {}, "identity": {"superfluous": None}, "connectors": [], "message": ""}
    variables = {"ansible_play_hosts_all": ["a", "b"], "hostvars": {"a": {"preflight_result": found}, "b": {}, "elsewhere": {"preflight_result": found}}}
    (answer,) = LookupModule().run([], variables)
    assert [(one["host"], one["verdict"]) for one in answer["report"]["tenants"]] == [("a", "nothing_chosen"), ("b", "not_assessed")]
    (empty,) = LookupModule().run([], None)
    assert empty["report"]["tenants"] == []
