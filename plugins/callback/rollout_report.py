# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table at the end of a run over several tenants."""

from __future__ import annotations

DOCUMENTATION = r"""
name: rollout_report
type: aggregate
short_description: A table of all tenants and connectors at the end of a run
version_added: 1.0.0
author: The tenantkit.connectors contributors (@tenantkit)
description:
  - Prints at the end of a run of more than one host what came of every connector of every tenant, which tenants failed and why, and what is left for people.
  - Tenants that failed, could not be reached, chose nothing or were never begun are in it, which no task of a play can say.
  - It writes nothing but these lines, works beside every stdout callback, and is silent in runs without a task of this collection.
requirements:
  - It has to be enabled by its full name, in C(ansible.cfg) or with E(ANSIBLE_CALLBACKS_ENABLED).
"""

EXAMPLES = r"""
# ansible.cfg
# [defaults]
# callbacks_enabled = tenantkit.connectors.rollout_report
"""

import typing as t

from ansible import constants as C
from ansible import context
from ansible.plugins.callback import CallbackBase

from ..module_utils._products.closing_table import Fleet

COLLECTION = "tenantkit.connectors."
LOOK = f"{COLLECTION}connector_look"


class CallbackModule(CallbackBase):
    """What Ansible calls."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "tenantkit.connectors.rollout_report"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *args: t.Any, **more: t.Any) -> None:
        super().__init__(*args, **more)
        self._fleet = Fleet(check_mode=bool((context.CLIARGS or {}).get("check")))
        self._ours = False  # whether a task of this collection was begun: the callback may be enabled for all playbooks of a project

    def v2_playbook_on_play_start(self, play: t.Any) -> None:
        """Learn which hosts the play is for: one that is never begun is in no event."""
        self._fleet.expect(play.get_variable_manager().get_vars(play=play)["ansible_play_hosts_all"])

    def v2_playbook_on_task_start(self, task: t.Any, is_conditional: bool) -> None:
        """Notice tasks of this collection."""
        self._ours = self._ours or str(task.resolved_action).startswith(COLLECTION)

    def v2_runner_on_ok(self, result: t.Any) -> None:
        """Take the results of connectors. What other tasks return is not looked at: it is copied for every callback that asks."""
        if result.task.resolved_action in C._ACTION_SET_FACT:
            said = result.result
            for part in (said, *(item for item in said.get("results") or () if isinstance(item, dict))):
                self._fleet.facts(result.host.get_name(), part.get("ansible_facts") or {})
        elif result.task.resolved_action == LOOK and result.result.get("nothing_chosen"):
            self._fleet.of(result.host.get_name()).nothing_chosen = True

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool | None = False) -> None:
        """Remember why. Whether the host failed in the end is known at the end."""
        if not ignore_errors:
            self._fleet.of(result.host.get_name()).failure = _sentence(result.result)

    def v2_runner_on_unreachable(self, result: t.Any) -> None:
        """Remember why."""
        self._fleet.of(result.host.get_name()).lost = _sentence(result.result)

    def v2_playbook_on_stats(self, stats: t.Any) -> None:
        """Print the table."""
        if len(self._fleet.tenants) < 2 or not self._ours:
            return
        failed = {host for host in stats.processed if stats.summarize(host)["failures"]}
        self._display.banner("TENANTS")
        for line in self._fleet.table(failed):
            self._display.display(line)


def _sentence(said: t.Mapping[str, t.Any]) -> str:
    """What a task said; one that hides its result says only that."""
    return str(said.get("msg") or said.get("censored") or "no message")
