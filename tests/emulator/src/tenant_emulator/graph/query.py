# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers to reads: ``$select``, ``$filter``, ``$orderby``, ``$search``, ``$count``, ``$expand`` and paging."""

from __future__ import annotations

import base64
import binascii
import re
import typing as t
from urllib.parse import parse_qsl, quote, urlencode

from ..web import Response
from . import filters, schema
from .call import Call
from .errors import JsonObject, bad_request, unsupported

LIST_OPTIONS = ("filter", "select", "top", "count", "orderby", "search", "expand", "skiptoken", "format")
ENTITY_OPTIONS = ("select", "expand", "format")

Expand = t.Callable[[Call, JsonObject, str], t.Any]


def project(call: Call, item: JsonObject, names: list[str] | None, expand: Expand | None = None) -> JsonObject:
    """One object as it leaves the service: only selected properties, no key material unless selected."""
    if names:
        shown = {name: item[name] for name in item if name in names or name.startswith("@")}
    else:
        shown = {name: value for name, value in item.items() if not name.startswith("#")}
        if shown.get("keyCredentials"):
            shown["keyCredentials"] = [{**credential, "key": None} for credential in shown["keyCredentials"]]
    for name in expansions(call):
        if expand is None:
            raise _no_property(name, "directoryObject")
        shown[name] = expand(call, item, name)
    return shown


def expansions(call: Call) -> list[str]:
    """The navigation properties of ``$expand``; options in parentheses are not kept."""
    text = re.sub(r"\([^()]*\)", "", call.option("expand") or "")
    return [name.strip() for name in text.split(",") if name.strip()]


def selected(call: Call, type_name: str) -> list[str] | None:
    """The properties of ``$select``; an open type takes any name, another only its own."""
    text = call.option("select")
    if not text or text == "*":
        return None
    names = [name.strip().split("/")[0] for name in text.split(",") if name.strip()]
    for name in names:
        if name in call.world.settings.unknown_properties:
            raise _no_property(name, type_name)
    if type_name in schema.types() and not schema.is_open(type_name):
        for name in names:
            if name not in schema.properties(type_name):
                raise _no_property(name, type_name)
    return names


def _no_property(name: str, type_name: str) -> Exception:
    return bad_request(
        f"Parsing OData Select and Expand failed: Could not find a property named '{name}' on type 'microsoft.graph.{type_name}'.",
        "BadRequest",
    )


def context(call: Call, set_name: str, names: list[str] | None, entity: bool = False) -> str:
    """The ``@odata.context`` of an answer."""
    chosen = f"({','.join(names)})" if names else ""
    return f"{call.root}/$metadata#{set_name}{chosen}{'/$entity' if entity else ''}"


def entity(
    call: Call,
    item: JsonObject,
    type_name: str,
    set_name: str,
    *,
    status: int = 200,
    expand: Expand | None = None,
    headers: t.Mapping[str, str] | None = None,
) -> Response:
    """An answer with one object."""
    call.check_options(*ENTITY_OPTIONS)
    names = selected(call, type_name) if call.method == "GET" else None
    body = {"@odata.context": context(call, set_name, names, True), **project(call, item, names, expand)}
    return Response.json(status, body, headers)


def created(call: Call, item: JsonObject, set_name: str, location: str | None = None) -> Response:
    """The answer to a POST that made an object."""
    body = {"@odata.context": context(call, set_name, None, True), **project(call, item, None)}
    return Response.json(201, body, {"Location": f"{call.root}/{location or set_name}/{item['id']}"})


def collection(
    call: Call,
    items: t.Iterable[JsonObject],
    type_name: str,
    set_name: str,
    *,
    expand: Expand | None = None,
    custom_page: bool = True,
    cast: bool = False,
) -> Response:
    """An answer with a page of a list; ``cast``: the path ends in the name of a type."""
    call.check_options(*LIST_OPTIONS)
    _check_advanced(call, call.advanced)
    if cast:
        _check_cast(call)
    names = selected(call, type_name)
    found = _search(call, _filter(call, list(items), type_name))
    found = _order(call, found, type_name)
    body: JsonObject = {"@odata.context": context(call, set_name, names)}
    if call.advanced:  # without the header $count is ignored, silently
        body["@odata.count"] = len(found)
    part, link = page(call, found, page_size(call, custom_page))
    if link:
        body["@odata.nextLink"] = link
    body["value"] = [project(call, item, names, expand) for item in part]
    return Response.json(200, body)


def page(call: Call, found: list[JsonObject], size: int) -> tuple[list[JsonObject], str | None]:
    """The part of a list that this request is for, and the link to the next one."""
    start = _start(call, found)
    part = found[start : start + size]
    more = start + size < len(found)
    return part, _next_link(call, str(part[-1].get("id", start + size)), start + size) if more else None


def _check_advanced(call: Call, asked: bool) -> None:
    """Azure AD B2C has no advanced queries.

    https://learn.microsoft.com/graph/aad-advanced-queries, and what is answered: https://github.com/microsoftgraph/microsoft-graph-docs/issues/9477
    (read 2026-11). That other kinds of query with the header are taken, the $count of it apart (inferred).
    """
    if asked and call.tenant.tenant_type == "AAD B2C":
        raise bad_request("This request is not supported by the service.")


def _check_cast(call: Call) -> None:
    """A cast together with one of these is an advanced query; alone, or with a selection or a page size, it is not."""
    if any(call.option(name) is not None for name in ("filter", "orderby")) and not call.advanced:
        raise unsupported("Unsupported Query.")
    if call.option("count") is not None and not call.eventual:
        raise unsupported("Unsupported Query.")


def count(call: Call, items: t.Iterable[JsonObject], type_name: str) -> Response:
    """The answer to ``/{set}/$count``, which exists in advanced queries only."""
    if not call.eventual:
        raise bad_request("$count is not currently supported.")
    _check_advanced(call, True)
    found = _search(call, _filter(call, list(items), type_name, advanced=True))
    return Response(200, str(len(found)).encode(), {"Content-Type": "text/plain"})


def _filter(call: Call, items: list[JsonObject], type_name: str, advanced: bool = False) -> list[JsonObject]:
    text = call.option("filter")
    if text is None:
        return items
    parsed = filters.parse(text)
    filters.check(parsed, type_name, advanced or call.advanced)
    return [item for item in items if parsed.test(item)]


def _search(call: Call, items: list[JsonObject]) -> list[JsonObject]:
    text = call.option("search")
    if text is None:
        return items
    if not call.eventual:
        raise unsupported("Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'")
    found = re.fullmatch(r'"([\w]+):(.*)"', text, re.DOTALL)
    if not found or found.group(1) not in ("displayName", "description", "mail", "userPrincipalName"):
        raise bad_request(f"Syntax error: character '{text[:1]}' is not valid at position 0 in '{text}'.", "BadRequest")
    # The directory splits names into words; each word of the search must begin one of them.
    wanted = re.split(r"[\W_]+", found.group(2).lower())
    prop = found.group(1)

    def matches(item: JsonObject) -> bool:
        words = re.split(r"[\W_]+", str(item.get(prop) or "").lower())
        return all(any(word.startswith(part) for word in words) for part in wanted if part)

    return [item for item in items if matches(item)]


def _order(call: Call, items: list[JsonObject], type_name: str) -> list[JsonObject]:
    text = call.option("orderby")
    if not text:
        return items
    prop, _space, direction = text.strip().partition(" ")
    if prop not in ("displayName", "createdDateTime", "deletedDateTime", "userPrincipalName", "appId", "id"):
        raise unsupported("Unsupported Query.")
    if (call.option("filter") is not None or call.option("search") is not None) and not call.advanced:
        raise unsupported("Sorting not supported for current query.")
    return sorted(items, key=lambda item: str(item.get(prop) or "").lower(), reverse=direction.strip() == "desc")


def page_size(call: Call, custom_page: bool = True, largest: int = 999) -> int:
    """How many entries the request asks for; 100 where it does not say."""
    text = call.option("top")
    if text is None:
        return 100
    if not custom_page:
        raise unsupported("This resource does not support custom page sizes. Please retry without a page size argument.")
    if not text.isdigit() or not 1 <= int(text) <= largest:
        raise unsupported(f"Invalid page size specified: '{text}'. Must be between 1 and {largest} inclusive.")
    return int(text)


def _start(call: Call, items: list[JsonObject]) -> int:
    token = call.option("skiptoken")
    if token is None:
        return 0
    try:
        last, _bar, offset = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode().rpartition("|")
        position = int(offset)
    except (ValueError, binascii.Error):
        raise bad_request("The specified page token value is invalid.", "Directory_ExpiredPageToken") from None
    # Objects may have gone since: go on behind the last one that was sent, wherever it stands now.
    for index, item in enumerate(items):
        if item.get("id") == last:
            return index + 1
    return position


def _next_link(call: Call, last: str, offset: int) -> str:
    token = base64.urlsafe_b64encode(f"{last}|{offset}".encode()).decode().rstrip("=")
    pairs = [(name, value) for name, value in parse_qsl(call.request.raw_query, keep_blank_values=True) if name.lower().lstrip("$") != "skiptoken"]
    encoded = urlencode([*pairs, ("$skiptoken", token)], quote_via=quote, safe="$,'()/:")
    return f"{call.request.base_url}/{call.request.path.lstrip('/')}?{encoded}"
