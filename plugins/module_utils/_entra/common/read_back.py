# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""A write to an application that exists and the read of what it left, in one request, so that the task that follows need not read it."""

from __future__ import annotations

import typing as t

from ..._errors import NotFoundError, ServiceError, TransportError
from ..._graph.client import GraphClient
from ..._graph.parts import Part, server_time
from ..._graph.write_check import is_applied
from .application_reference import PLANNED_SELECT


def write_and_read(
    graph: GraphClient, path: str, body: t.Mapping[str, t.Any], *, doing: str, just_created: bool = False, retry_texts: t.Sequence[str] = ()
) -> t.Mapping[str, t.Any]:
    """PATCH an application. Returns it as it was read afterwards, which may show it as it was before; empty where it could not be read.

    Raises what C(GraphClient.patch) raises, which goes on where the first try was lost, came too early or has one of C(retry_texts) in its answer.
    """
    write = Part("PATCH", path, dict(body), doing=doing)
    read = Part("GET", path, params={"$select": PLANNED_SELECT}, doing=f"{doing}: read it back", depends_on_previous=True)
    try:
        done, look = graph.batch([write, read])
        done.raise_for_error()
    except (ServiceError, TransportError) as error:
        again = error.outcome == "unknown" or isinstance(error, NotFoundError)
        if not again and not any(text in f"{error.code} {error.service_message}" for text in retry_texts):
            raise
        graph.patch(path, body, doing=doing, just_created=just_created, retry_texts=retry_texts)
        return {}
    if not look.ok:
        return {}
    if graph.left is not None and is_applied(look.body, body):
        graph.left.saw(look.body, server_time([look]))
    return look.body
