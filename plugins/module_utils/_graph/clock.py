# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The service's clock, by which secrets begin and end; the controller's may be wrong."""

from __future__ import annotations

import datetime as dt
import email.utils
import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.batch import PartAnswer


def server_time(answers: t.Iterable[PartAnswer]) -> dt.datetime | None:
    """The C(Date) of the first answer that has one, in UTC."""
    for answer in answers:
        try:
            return email.utils.parsedate_to_datetime(answer.headers.get("Date") or "").astimezone(dt.UTC)
        except (TypeError, ValueError):
            continue
    return None
