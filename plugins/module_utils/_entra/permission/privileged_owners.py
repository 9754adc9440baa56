# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""People who own an application with privileged permissions: they can give it a credential of their own and act with all of them."""

from __future__ import annotations

import typing as t

from ..._errors import ForbiddenError
from ..._graph.client import GraphClient
from ..._graph.odata import PathKey, path_to
from ..._graph.parts import Part, PartAnswer
from ..common.principals import Principal
from .privileged import privileged_in

_COLLECTIONS = ("applications", "servicePrincipals")
Rows = t.Iterable[t.Mapping[str, t.Any]]


def owner_parts(app_id: str) -> dict[str, Part]:
    """What C(owner_warning) has to know, for a C($batch) that is sent anyway."""
    return {
        f"owners of {collection}": Part("GET", path_to(collection, PathKey(app_id, "appId"), "owners"), doing=f"read the owners of application {app_id}")
        for collection in _COLLECTIONS
    }


def owner_answers(answers: t.Mapping[str, PartAnswer]) -> tuple[PartAnswer, ...]:
    """The answers to C(owner_parts) among those of a batch; none where it did not have them."""
    return tuple(answers[name] for collection in _COLLECTIONS if (name := f"owners of {collection}") in answers)


def owner_warning(graph: GraphClient, label: str, app_id: str, rows: Rows, answers: t.Sequence[PartAnswer] = ()) -> str | None:
    """A sentence when people own the application or its service principal and C(rows) hold privileged permissions; None otherwise.

    C(answers) are those to C(owner_parts). Without them one C($batch), and none without privileged permissions. Owners need
    C(Application.Read.All) or C(Application.ReadWrite.OwnedBy) (https://learn.microsoft.com/graph/api/application-list-owners).
    """
    names = privileged_in(rows)
    if not names:
        return None
    held = f"'{label}' ({app_id}) has privileged permissions in tenant {graph.tenant} ({', '.join(names)})"
    try:
        owners = [Principal.from_graph(entry) for answer in answers or graph.batch_named(owner_parts(app_id)).values() for entry in _entries(graph, answer)]
    except ForbiddenError as error:
        return f"{held}, and whether people own it could not be read: {error.message}"
    people = sorted({owner.label for owner in owners if owner.kind == "user"})
    if not people:
        return None
    return (
        f"{held} and is owned by {', '.join(people)}. An owner can give an application a credential of their own and then act with all its permissions; "
        "remove the ownership with the option 'owners' of tenantkit.connectors.entra_app, or under Owners of the application and of the enterprise application."
    )


def _entries(graph: GraphClient, answer: PartAnswer) -> list[dict[str, t.Any]]:
    """A vendor's application is registered elsewhere, and a new one may have no service principal yet."""
    return [] if answer.absent else graph.items(answer)
