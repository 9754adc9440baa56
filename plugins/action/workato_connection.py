# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where workato_connection runs: see entra_app. Before that it finds out whether one token would be used for several hosts of the play."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.tenantkit.connectors.plugins.action import entra_app
from ansible_collections.tenantkit.connectors.plugins.plugin_utils._job import job_cache
from ansible_collections.tenantkit.connectors.plugins.plugin_utils._same_token import refusal, same_token
from ansible_collections.tenantkit.connectors.plugins.plugin_utils._worker import preload

preload("workato_connection")


class ActionModule(entra_app.ActionModule):
    """Only the controller knows the variables of the other hosts."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Refuse hosts that share a token, unless they say which workspace it opens, else run the module."""
        variables: dict[str, t.Any] = task_vars or {}
        args = self._task.args
        name = args.get("token_variable")
        if name and not args.get("expected_workspace"):
            host = str(variables.get("inventory_hostname", ""))
            fallback = os.environ.get("WORKATO_API_TOKEN", "").strip()
            own = str(args.get("api_token") or fallback).strip()
            listed = args.get("connectors_variable") or None
            constant = self._constant_of_the_play(str(name))
            others = same_token(job_cache(host), variables, host, str(name), own, fallback, of_the_play=constant, connectors=listed, connector="workato")
            if others:
                error = refusal(host, others, str(name), str(variables.get("entra_tenant_id", "")) or None)
                return {"failed": True, "changed": False, "msg": error.sentence(), "failure": error.as_failure()}
        return super().run(tmp, task_vars)

    def _constant_of_the_play(self, name: str) -> str | None:
        """What the play says a variable is, where that is the same for every host; the variables of other hosts do not show it."""
        play = getattr(self._task, "play", None)
        text = play.get_vars().get(name) if play is not None else None
        return str(text) if isinstance(text, str) and text and "{{" not in text else None
