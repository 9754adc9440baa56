# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The failure inside a loop, of which Ansible only reports that one item failed."""

from __future__ import annotations

import typing as t

from ..._errors import ConnectorError
from .seen import Json

_KEPT = ("code", "http_status", "service", "service_message", "request_id", "client_request_id", "tenant", "outcome", "details")


def went_wrong(given: t.Mapping[str, t.Any]) -> Json:
    """Never returns. Raises ConnectorError with the sentence of the first round that failed, and what its C(failure) says.

    In: C(failed), the result of the task that failed, and C(task), its name.
    """
    result = given["failed"]
    first: Json = next((one for one in result.get("results") or [result] if one.get("failed")), {})
    failure = {**(first.get("failure") or {})}
    failure["service_message"] = failure.pop("message", None)
    raise ConnectorError(
        str(first.get("msg") or f"The task failed without a message: {given['task']}"),
        **{name: failure[name] for name in _KEPT if failure.get(name) is not None},
    )
