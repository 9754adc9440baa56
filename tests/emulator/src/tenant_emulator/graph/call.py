# SPDX-License-Identifier: GPL-3.0-or-later
"""One request on its way through the service: who asks, for what, with which body."""

from __future__ import annotations

import dataclasses
import re
import typing as t
from urllib.parse import parse_qsl, unquote

from ..web import Request
from ..world import Tenant, World
from .errors import GraphError, JsonObject, bad_request, denied, unreadable

_KEYED = re.compile(r"^([^()]+)\((.*)\)$", re.DOTALL)
_PAIR = re.compile(r"\s*(?:(\w+)\s*=\s*)?('(?:[^']|'')*'|[^,']+?)\s*(?:,|$)", re.DOTALL)
_CAST = re.compile(r"graph\.[a-z]+", re.IGNORECASE)
_OPTIONS = ("filter", "select", "top", "count", "orderby", "search", "expand", "skiptoken", "skip", "format")


class Key(t.NamedTuple):
    """A key of an entity in a path: its property (``id`` unless it is an alternate key) and its value."""

    name: str
    value: str


Segment = str | Key


def segments(path: str) -> tuple[str, list[Segment], list[str]]:
    """API version, path segments, and the segments as written (for messages).

    Double slashes are taken as one, as the service does; ``name(key)`` becomes two segments. Raises GraphError for a key that cannot be read.

    A path is split first and decoded then, once; a quote in a literal is written twice:
    https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part2-url-conventions.html#sec_URLParsing (read 2026-11).
    """
    raw = [unquote(part) for part in path.split("/") if part]
    version = raw.pop(0) if raw else ""
    parts: list[Segment] = []
    written: list[str] = []
    for part in raw:
        found = _KEYED.match(part)
        if found:
            parts.append(found.group(1))
            written.append(found.group(1))
            for name, value in _pairs(found.group(2), part):
                parts.append(Key(name or "id", value))
                written.append(part)
        else:
            # The metadata gives the namespace of the types a short name, which Microsoft's SDKs write in casts.
            parts.append(f"microsoft.{part}" if _CAST.fullmatch(part) else part)
            written.append(part)
    return version, parts, written


def _pairs(text: str, segment: str) -> t.Iterator[tuple[str, str]]:
    """Names and values of the keys in parentheses; none in empty ones."""
    at = 0
    while at < len(text):
        found = _PAIR.match(text, at)
        if found is None or found.end() == at:
            raise bad_request(f"Bad Request - Error in query syntax in '{segment}'.", "BadRequest")
        at = found.end()
        value = found.group(2)
        yield found.group(1) or "", value[1:-1].replace("''", "'") if value.startswith("'") else value


@dataclasses.dataclass
class Call:
    """An authenticated request."""

    request: Request
    world: World
    tenant: Tenant
    claims: JsonObject
    version: str
    keys: list[Key] = dataclasses.field(default_factory=list)
    owned_only: bool = False  # the caller's only sufficient privilege is limited to what it owns

    @property
    def method(self) -> str:
        """The HTTP method in capitals."""
        return self.request.method.upper()

    @property
    def app_only(self) -> bool:
        """Whether no user is signed in."""
        return "scp" not in self.claims

    @property
    def caller(self) -> str:
        """Object id of the caller: a service principal, or the signed-in user."""
        return str(self.claims.get("oid", ""))

    @property
    def privileges(self) -> set[str]:
        """The names of the permissions in the token."""
        if self.app_only:
            return set(self.claims.get("roles") or [])
        return set(str(self.claims["scp"]).split())

    @property
    def root(self) -> str:
        """The service root with the API version, for absolute links."""
        return f"{self.request.base_url}/{self.version}"

    def header(self, name: str) -> str:
        """A request header, or an empty string."""
        for known, value in self.request.headers.items():
            if known.lower() == name.lower():
                return value
        return ""

    def option(self, name: str) -> str | None:
        """A query option; the leading ``$`` is optional, blanks around the value are not part of it."""
        found = None
        for known, value in parse_qsl(self.request.raw_query, keep_blank_values=True):
            if known.lower().lstrip("$") == name and (known.startswith("$") or name in _OPTIONS):
                found = value.strip()
        return found

    def check_options(self, *allowed: str) -> None:
        """Refuse query options the resource does not have."""
        for known, _value in parse_qsl(self.request.raw_query, keep_blank_values=True):
            if known.startswith("$") and known[1:].lower() not in allowed:
                if known[1:].lower() == "skip":
                    raise bad_request("'$skip' is not supported by the service.")
                raise bad_request(f"The query parameter '{known}' is not supported.", "BadRequest")

    @property
    def eventual(self) -> bool:
        """Whether the client asked for an advanced query's consistency."""
        return self.header("ConsistencyLevel").strip().lower() == "eventual"

    @property
    def advanced(self) -> bool:
        """Whether this is an advanced query."""
        return self.eventual and (self.option("count") or "").lower() == "true"

    def body(self) -> JsonObject:
        """The JSON object of the body."""
        content_type = self.header("Content-Type").split(";")[0].strip().lower()
        if not self.request.body.strip():
            raise bad_request("Empty Payload. JSON content expected.", "BadRequest")
        if content_type and content_type != "application/json":
            error = unreadable()
            raise GraphError(415, error.code, error.message)
        if not content_type:
            raise unreadable()
        try:
            value = self.request.json()
        except ValueError:
            raise unreadable() from None
        if not isinstance(value, dict):
            raise unreadable()
        return value

    def require_owned(self, object_id: str) -> None:
        """With only the OwnedBy privilege: refuse an object that the caller does not own."""
        if self.owned_only and self.caller not in self.tenant.owners.get(object_id, []):
            raise denied()
