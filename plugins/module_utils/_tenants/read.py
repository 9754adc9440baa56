# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The requests behind an inventory of tenants: what a partner's tenant knows of its customers.

Sources: https://learn.microsoft.com/graph/api/tenantrelationship-list-delegatedadmincustomers,
https://learn.microsoft.com/graph/api/tenantrelationship-list-delegatedadminrelationships (at most 300 a page) and
https://learn.microsoft.com/graph/api/contract-list; read 2026-12-01. No filter is
sent: which tenants are wanted is decided here, and only of a whole list it can be told that it is whole.
"""

from __future__ import annotations

import datetime as dt

from .._graph.client import GraphClient
from .._graph.odata import path_to
from .._graph.parts import Part, server_time
from .hosts import CONTRACTS
from .model import Listing, tenants_of_contracts, tenants_of_relationships

_RELATIONS = "tenantRelationships"
_LARGEST = {"$top": 300}


def read_listing(graph: GraphClient, source: str, asked: str) -> tuple[Listing, dt.datetime | None]:
    """The whole list of a source, and the service's time. Raises ConnectorError when any page of it was not read.

    Requests: one, and one more for each further page.
    """
    if source == CONTRACTS:
        answers = graph.batch([Part("GET", path_to("contracts"), doing="list the contracts with customers")])
        tenants = tenants_of_contracts(graph.items(answers[0]), partner=graph.tenant)
        return Listing(source, asked, tenants), server_time(answers)
    answers = graph.batch(
        [
            Part("GET", path_to(_RELATIONS, "delegatedAdminCustomers"), params=_LARGEST, doing="list the customers"),
            # After the customers: one that comes meanwhile is then in both lists, or in the second alone, which is no sign of a page that is missing.
            Part(
                "GET",
                path_to(_RELATIONS, "delegatedAdminRelationships"),
                params=_LARGEST,
                doing="list the relationships with customers",
                depends_on_previous=True,
            ),
        ]
    )
    customers, relationships = (graph.items(answer) for answer in answers)
    return Listing(source, asked, tenants_of_relationships(customers, relationships, partner=graph.tenant)), server_time(answers)
