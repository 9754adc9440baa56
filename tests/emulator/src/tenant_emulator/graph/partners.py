# SPDX-License-Identifier: GPL-3.0-or-later
"""What a Microsoft partner's tenant knows of its customers: delegated admin relationships, the customers behind them, and contracts.

Sources: https://learn.microsoft.com/graph/api/tenantrelationship-list-delegatedadminrelationships, .../tenantrelationship-list-delegatedadmincustomers and
.../contract-list (query options, up to 300 a page, the samples of answers with type, etag and context),
https://learn.microsoft.com/graph/api/resources/delegatedadminrelationship, .../delegatedadmincustomer, .../contract (properties, states, C(endDateTime) as
C(activatedDateTime) and C(duration), and when a customer is there); read 2026-12-01. A filter with C(not) and C(startswith) on relationships, in a plain
query: https://github.com/KelvinTegelaar/CIPP-API (read 2026-11). What is inferred stands in INFERRED.md.
"""

from __future__ import annotations

import base64
import datetime as dt
import typing as t
import uuid

from ..web import Response
from ..world import Tenant, World
from . import filters, query, times
from .call import Call
from .errors import JsonObject, bad_request, unsupported

STATUSES = (
    "created", "approvalPending", "approved", "activating", "active", "expiring", "expired", "terminationRequested", "terminating", "terminated",
)  # fmt: skip
_OVER = frozenset({"expired", "terminated"})
_NOT_YET = frozenset({"created", "approvalPending", "approved", "activating"})
_LARGEST = 300
_OPTIONS = ("select", "filter", "top", "orderby", "count", "skiptoken", "format")
_ORDER = {"delegatedAdminCustomer": ("displayName",), "delegatedAdminRelationship": ("status",)}


def add_relationship(world: World, tenant: Tenant, body: JsonObject) -> JsonObject:
    """A relationship of this partner: ``customer`` with C(tenantId) and C(displayName), and any property as Graph names it; ``roles`` are role definition ids.

    ``indirectProviderTenantId`` makes it one of a reseller. Raises ValueError for what Graph would not show.
    """
    given = dict(body)
    roles = given.pop("roles", ["88d8e3e3-8f55-4a1e-953a-9b9898b8876b"])
    status, duration = given.get("status", "active"), str(given.get("duration", "P730D"))
    if status not in STATUSES:
        raise ValueError(f"the status of a relationship is one of {', '.join(STATUSES)}")
    now = world.clock.now()
    activated = None if status in _NOT_YET else times.parse(given["activatedDateTime"]) if given.get("activatedDateTime") else now - dt.timedelta(days=30)
    end = activated + times.duration(duration) if activated else None
    reseller = "indirectProviderTenantId" in given
    item: JsonObject = {
        "@odata.type": f"#microsoft.graph.{'resellerDelegatedAdminRelationship' if reseller else 'delegatedAdminRelationship'}",
        "@odata.etag": _etag(),
        "id": f"{uuid.uuid4()}-{uuid.uuid4()}",
        "displayName": f"Relationship {len(tenant.relationships) + 1}",
        "duration": duration,
        "customer": {"tenantId": str(uuid.uuid4()), "displayName": "A customer"},
        "accessDetails": {"unifiedRoles": [{"roleDefinitionId": role} for role in roles]},
        "status": status,
        "autoExtendDuration": "PT0S",
        "createdDateTime": times.precise(now - dt.timedelta(days=31)),
        "lastModifiedDateTime": times.precise(now - dt.timedelta(days=30)),
        "activatedDateTime": times.precise(activated) if activated else None,
        "endDateTime": times.precise(end) if end else None,
        **({"isPartnerConsentPending": False} if reseller else {}),
        **given,
    }
    tenant.relationships[item["id"]] = item
    return item


def add_contract(tenant: Tenant, body: JsonObject) -> JsonObject:
    """A contract of this partner with a customer."""
    item: JsonObject = {
        "id": str(uuid.uuid4()),
        "contractType": "ResellerPartner",
        "customerId": str(uuid.uuid4()),
        "defaultDomainName": "customer.onmicrosoft.com",
        "displayName": "A customer",
        **body,
    }
    tenant.contracts[item["id"]] = item
    return item


def _etag() -> str:
    return f'W/"{base64.b64encode(uuid.uuid4().bytes).decode()}"'


def customers(call: Call) -> Response:
    """GET /tenantRelationships/delegatedAdminCustomers: who has at least one relationship that is not over."""
    found: dict[str, JsonObject] = {}
    for item in call.tenant.relationships.values():
        customer = item["customer"]
        if item["status"] in _OVER or not (customer and customer["tenantId"]):
            continue
        found[customer["tenantId"]] = {
            "@odata.type": "#microsoft.graph.delegatedAdminCustomer",
            "@odata.etag": item["@odata.etag"],
            "id": customer["tenantId"],
            "tenantId": customer["tenantId"],
            "displayName": customer["displayName"],
        }
    return _listing(call, list(found.values()), "delegatedAdminCustomer", "delegatedAdminCustomers")


def relationships(call: Call) -> Response:
    """GET /tenantRelationships/delegatedAdminRelationships: all of them, those that are over as well."""
    return _listing(call, list(call.tenant.relationships.values()), "delegatedAdminRelationship", "delegatedAdminRelationships")


def contracts(call: Call) -> Response:
    """GET /contracts."""
    return query.collection(call, call.tenant.contracts.values(), "contract", "contracts")


def _listing(call: Call, items: list[JsonObject], type_name: str, set_name: str) -> Response:
    """A page of a list that is not the directory's: its filters and counts need no header."""
    call.check_options(*_OPTIONS)
    names = query.selected(call, type_name)
    if (text := call.option("filter")) is not None:
        parsed = filters.parse(text)
        known = {path for item in items for path in _paths(item)}
        if items and (unknown := sorted(parsed.properties - known)):
            raise bad_request(f"Could not find a property named '{unknown[0]}' on type 'microsoft.graph.{type_name}'.", "BadRequest")
        items = [item for item in items if parsed.test(item)]
    if text := call.option("orderby"):
        prop, _space, direction = text.partition(" ")
        if prop not in _ORDER[type_name]:
            raise unsupported("Unsupported Query.")
        items = sorted(items, key=lambda item: str(item[prop]).lower(), reverse=direction.strip() == "desc")
    chosen = f"({','.join(names)})" if names else ""
    body: JsonObject = {"@odata.context": f"{call.root}/tenantRelationships/$metadata#{set_name}{chosen}"}
    if (call.option("count") or "").lower() == "true":
        body["@odata.count"] = len(items)
    page, link = query.page(call, items, query.page_size(call, largest=_LARGEST))
    if link:
        body["@odata.nextLink"] = link
    body["value"] = [query.project(call, item, names) for item in page]
    return Response.json(200, body)


def _paths(item: JsonObject, before: str = "") -> t.Iterator[str]:
    for name, value in item.items():
        if not name.startswith("@"):
            yield before + name
            if isinstance(value, dict):
                yield from _paths(value, f"{before}{name}/")
