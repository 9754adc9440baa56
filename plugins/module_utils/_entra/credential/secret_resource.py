# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The resource of C(entra_client_secret)."""

from __future__ import annotations

import typing as t

from ..._engine import Action, Plan, Runtime
from ..common.publisher import is_fresh
from .prover import by_secret, prove_new
from .resource import CredentialResource
from .secret import SecretCurrent, SecretDesired, plan_secret
from .secret_write import SecretWriter
from .writer import Minted


class SecretResource(CredentialResource):
    """One managed secret of one application."""

    def __init__(self, runtime: Runtime) -> None:
        runtime.secret(runtime.options.get("known_value"))
        self._wanted = SecretDesired.from_options(runtime.options)
        super().__init__(runtime, self._wanted, SecretCurrent)

    def plan(self, current: SecretCurrent) -> Plan:
        """Pure: see C(plan_secret)."""
        return plan_secret(self._wanted, current, self._now)

    def _new_writer(self) -> SecretWriter:
        app = t.cast("dict[str, t.Any]", self._app)
        return SecretWriter(self._graph, app["id"], self._current.label, just_created=is_fresh(app, now=self._now))

    def _make(self, action: Action) -> Minted:
        minted = t.cast(SecretWriter, self._writer).mint(self._desired.name, action.payload["end"])
        self._runtime.secret(minted.value)
        return minted

    def _prove(self, minted: Minted) -> str:
        return prove_new(self._runtime, self._graph, self._current.app_id, self._current.label, by_secret(minted.value, new=not self._given))

    def _shown(self) -> dict[str, t.Any]:
        # A value that was given is one of a hidden option: Ansible would put stars in its place, and these would be delivered.
        return {} if self._given else {"secret_text": t.cast(Minted, self._minted).value}
