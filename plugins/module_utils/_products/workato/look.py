# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The look of the role workato: the connection in Workato first, then Entra, since what is gone from Workato needs a new secret."""

from __future__ import annotations

import dataclasses

from ..._entra.connector import look as entra
from .report import report

TOKEN = {"api_token": "workato_api_token"}


def look(connection: entra.Json, host: entra.Host) -> entra.Look:
    """See C(_entra/connector/look.py). In C(seen): C(workato), the answer of the product, where it was asked."""
    seen: entra.Json = {"skipped": True}
    if connection["asks"]:
        seen = yield entra.Ask("workato_connection", {**connection["calls"]["look"], "state": "probed", "token_variable": TOKEN["api_token"]}, secrets=TOKEN)
    # A connection that is gone from Workato took the secret with it, and one that is to be adopted has another: the old value cannot be read again.
    lost = not (seen.get("connection") or {}).get("ours", True)
    found = yield from entra.look(connection, host, force=True if lost else None)
    found = dataclasses.replace(found, seen={**found.seen, "workato": seen})
    if found.open:
        return found
    answer = report({"connection": connection, "entra": found.result, "seen": seen, "check_mode": host.check_mode})
    if answer["open"]:
        return dataclasses.replace(found, open=True)  # what a person has to do is known when the rest is done
    return dataclasses.replace(found, result=answer["result"])
