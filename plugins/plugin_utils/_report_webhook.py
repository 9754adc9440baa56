# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Tells the webhook of a report. One try within a few seconds, over https alone, without following a redirect; its address is never shown but for the host."""

from __future__ import annotations

import contextlib
import os
import typing as t
import urllib.parse

from ..module_utils._budget import Budget
from ..module_utils._errors import ConnectorError
from ..module_utils._http.client import HttpClient, Repeat

VARIABLE = "TENANTKIT_REPORT_WEBHOOK"
CA_VARIABLE = "ENTRA_CA_PATH"  # the certificates that modules trust
SECONDS = 10.0


def send(address: str, message: t.Mapping[str, t.Any], client: HttpClient | None = None) -> str:
    """Why the webhook was not told, as a sentence; nothing when it was. ``client`` is for unit tests."""
    try:
        parts = urllib.parse.urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return f"The webhook was not told what is new: {VARIABLE} holds no address. The run itself is not touched by that."
    if parts.scheme != "https" or not host:
        return f"The webhook was not told what is new: the address in {VARIABLE} has to begin with https://. The run itself is not touched by that."
    try:
        with contextlib.closing(client or HttpClient(Budget(SECONDS), ca_path=os.environ.get(CA_VARIABLE) or None, secrets={address})) as used:
            answer = used.request(
                "POST", address, doing="tell what is new", service="the webhook", json=message, timeout=(SECONDS / 2, SECONDS / 2), repeat=Repeat.NEVER
            )
        if answer.status < 300:
            return ""
        why = f"it answered with the status {answer.status}"
    except ConnectorError as error:
        # Not its sentence, in which the path of the address may stand.
        why = f"no usable answer came ({error.code or type(error).__name__})"
    return f"The webhook at {host} was not told what is new: {why}. The run itself is not touched by that."
