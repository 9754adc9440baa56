# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of a run over several tenants."""

from __future__ import annotations

DOCUMENTATION = r"""
name: rollout_report
type: aggregate
short_description: What came of all tenants and connectors of a run
version_added: 1.0.0
author: The tenantkit.connectors contributors (@tenantkit)
description:
  - Prints at the end of a run of more than one host what came of every connector of every tenant, which tenants failed and why, what is left for people and
    which credentials end soon.
  - Tenants that failed, could not be reached, are held, chose nothing or were never begun are in it, which no task of a play can say.
  - On request the same is written as files. Each is replaced in one step, O(json) after every wave of tenants, so that a run that is killed leaves a report.
    M(tenantkit.connectors.report_merge) makes the others from it.
  - It works beside every stdout callback, and is silent in runs without a task of this collection. Whatever goes wrong with a report is a warning; a run never
    fails for it.
  - No result of a task is copied as a whole, and nothing secret gets in.
requirements:
  - It has to be enabled by its full name, in C(ansible.cfg) or with E(ANSIBLE_CALLBACKS_ENABLED).
notes:
  - Variables that set an option count only as extra variables (C(-e)), because a callback belongs to the run and not to a host.
options:
  json:
    description:
      - Where the report is written as JSON. Its keys are in the schema C(docs/results/rollout_report.schema.json). Everything else can be made from it.
    type: path
    env:
      - name: TENANTKIT_REPORT_JSON
    ini:
      - section: rollout_report
        key: json
    vars:
      - name: rollout_report_json
  html:
    description:
      - Where the report is written as one page of HTML. It loads nothing from elsewhere and can be read without script.
    type: path
    env:
      - name: TENANTKIT_REPORT_HTML
    ini:
      - section: rollout_report
        key: html
    vars:
      - name: rollout_report_html
  junit:
    description:
      - Where the report is written as JUnit, for the results of a CI. A suite is a wave, a case a connector of a tenant.
    type: path
    env:
      - name: TENANTKIT_REPORT_JUNIT
    ini:
      - section: rollout_report
        key: junit
    vars:
      - name: rollout_report_junit
  customer_pages:
    description:
      - A directory in which every tenant gets a page of its own. It holds no other tenant's name, and no other's domain or id.
    type: path
    env:
      - name: TENANTKIT_REPORT_CUSTOMER_PAGES
    ini:
      - section: rollout_report
        key: customer_pages
    vars:
      - name: rollout_report_customer_pages
  print_json:
    description:
      - Whether the JSON stands in the output, in one line between two marker lines. In a job of AWX or Automation Controller no file outlives the job,
        and its output does. A run without a host prints that it reached no tenant.
    type: bool
    default: false
    env:
      - name: TENANTKIT_REPORT_PRINT_JSON
    ini:
      - section: rollout_report
        key: print_json
    vars:
      - name: rollout_report_print_json
  progress:
    description:
      - How the callback shows how far the run is, with counts, the rate and the time that is left.
      - V(line) is one line of a terminal that is written anew, V(plain) a line when a wave begins and every 30 seconds.
      - V(auto) is V(line) on a terminal and V(plain) elsewhere. In a job of AWX or ansible-runner and in a CI it is V(plain), terminal or not.
    type: str
    choices: [auto, line, plain, none]
    default: auto
    env:
      - name: TENANTKIT_REPORT_PROGRESS
    ini:
      - section: rollout_report
        key: progress
    vars:
      - name: rollout_report_progress
  webhook:
    description:
      - An address with C(https) that is told at the end of the run what is new since the report that O(json) held before, as a small JSON by C(POST). That is
        what failed, is blocked, waits for people, or ends within O(ending_within_days). Without an earlier report all of it is new.
      - Every entry has an C(id) that is the same in every run. No sentence, address or secret is in it.
      - It is told nothing when nothing is new, and nothing in check mode. A webhook that does not answer is a warning.
      - The CA certificates are those of E(ENTRA_CA_PATH), as for the modules.
      - It comes from the environment alone, because such an address often is a secret; in AWX that is a credential of a type of one's own.
    type: str
    env:
      - name: TENANTKIT_REPORT_WEBHOOK
  ending_within_days:
    description: A credential that ends within so many days is named.
    type: int
    default: 30
    env:
      - name: TENANTKIT_REPORT_ENDING_WITHIN_DAYS
    ini:
      - section: rollout_report
        key: ending_within_days
    vars:
      - name: rollout_report_ending_within_days
"""

EXAMPLES = r"""
# ansible.cfg
# [defaults]
# callbacks_enabled = tenantkit.connectors.rollout_report
#
# [rollout_report]
# json = reports/rollout.json
# html = reports/rollout.html
"""

import os
import sys
import typing as t

from ansible import constants as C
from ansible import context
from ansible.plugins.callback import CallbackBase

from ..module_utils._http.origin import Origin
from ..module_utils._partial_run import JOB_VARIABLES
from ..module_utils._report.outputs import Wanted
from ..module_utils._report.progress import ProgressMode, mode_of
from ..module_utils._report.taken import run_of
from ..module_utils._version import VERSION
from ..plugin_utils._report_run import ReportOptions, ReportRun
from ..plugin_utils._task_context import JOB_ID


class CallbackModule(CallbackBase):
    """What Ansible calls. What is done with it stands in plugin_utils/_report_run.py."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "tenantkit.connectors.rollout_report"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *args: t.Any, **more: t.Any) -> None:
        super().__init__(*args, **more)
        self._report = ReportRun(self._display)
        self._playbook = ""
        self._new_play: t.Any = None  # a play of which no task was begun yet

    def v2_playbook_on_start(self, playbook: t.Any) -> None:
        """Learn which playbook it is."""
        self._playbook = str(getattr(playbook, "_file_name", ""))

    def v2_playbook_on_play_start(self, play: t.Any) -> None:
        """Learn which hosts the play is for: one that is never begun is in no event."""
        self._report.hear(lambda: self._play(play))

    def v2_playbook_on_no_hosts_matched(self) -> None:
        """Learn that the play is for none."""
        self._report.no_host()

    def v2_playbook_on_task_start(self, task: t.Any, is_conditional: bool) -> None:
        """Notice tasks of this collection. Which hosts failed before this play, or wave, is known when its first task begins."""
        if self._new_play is not None:
            self._report.hear(lambda: self._wave_over(self._new_play))
            self._new_play = None
        self._report.task(str(task.resolved_action))

    def v2_runner_on_start(self, host: t.Any, task: t.Any) -> None:
        """Notice which hosts they are begun on."""
        self._report.begun(host.get_name(), str(task.resolved_action))

    def v2_runner_on_ok(self, result: t.Any) -> None:
        """Take the results of connectors."""
        action = str(result.task.resolved_action)
        self._report.ok(result.host.get_name(), action, lambda: result.result, sets_facts=action in C._ACTION_SET_FACT)

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool | None = False) -> None:
        """Remember why. Whether the host failed in the end is known at the end."""
        if not ignore_errors:
            role = getattr(result.task, "_role", None)
            self._report.failed(
                result.host.get_name(),
                str(result.task.resolved_action),
                result.result,
                task=result.task.get_name(),
                role=str(role.get_name()) if role else "",
            )

    def v2_runner_on_unreachable(self, result: t.Any) -> None:
        """Remember why."""
        self._report.lost(result.host.get_name(), result.result, task=result.task.get_name())

    def v2_playbook_on_stats(self, stats: t.Any) -> None:
        """Write and show the report."""
        self._report.over({host for host in stats.processed if stats.summarize(host)["failures"]})

    def _play(self, play: t.Any) -> None:
        manager = play.get_variable_manager()
        # Only now the variables that can set options are there.
        self.set_options(var_options=manager.extra_vars)
        self._report.begin(lambda now: self._run(now, manager.extra_vars), self._asked())
        variables = manager.get_vars(play=play)
        self._report.play(variables["ansible_play_hosts_all"], variables["ansible_play_batch"])
        self._new_play = play

    def _wave_over(self, play: t.Any) -> None:
        variables = play.get_variable_manager().get_vars(play=play)
        self._report.wave_over(set(variables["ansible_play_hosts_all"]) - set(variables["ansible_play_hosts"]))

    def _asked(self) -> ReportOptions:
        return ReportOptions(
            wanted=Wanted(**{name: self.get_option(name) or "" for name in ("json", "html", "junit", "customer_pages")}),
            print_json=bool(self.get_option("print_json")),
            days=int(self.get_option("ending_within_days")),
            progress=mode_of(ProgressMode(self.get_option("progress")), os.environ, JOB_VARIABLES, terminal=sys.stdout.isatty()),
            webhook=self.get_option("webhook") or "",
        )

    def _run(self, now: str, extra: t.Mapping[str, t.Any]) -> t.Any:
        run_id = Origin.of({}, JOB_ID, None).run
        check = bool((context.CLIARGS or {}).get("check"))
        return run_of(run_id, now, playbook=self._playbook, check_mode=check, version=VERSION, environ=os.environ, extra=extra)
