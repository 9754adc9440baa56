# SPDX-License-Identifier: GPL-3.0-or-later
"""The errors Graph answers with: status, code, message and details, raised as exceptions by every handler."""

from __future__ import annotations

import typing as t

JsonObject = dict[str, t.Any]


class GraphError(Exception):
    """One error answer. The service adds ``innerError`` and the headers."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        details: list[JsonObject] | None = None,
        headers: t.Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details
        self.headers = dict(headers or {})


def bad_request(message: str, code: str = "Request_BadRequest", details: list[JsonObject] | None = None) -> GraphError:
    """A 400 of the directory."""
    return GraphError(400, code, message, details)


def unsupported(message: str) -> GraphError:
    """A 400 for a query the directory cannot answer."""
    return GraphError(400, "Request_UnsupportedQuery", message)


def not_found(key: str) -> GraphError:
    """The 404 for an unknown object, and for one that this replica has not heard of yet."""
    return GraphError(
        404,
        "Request_ResourceNotFound",
        f"Resource '{key}' does not exist or one of its queried reference-property objects are not present.",
    )


def denied(message: str = "Insufficient privileges to complete the operation.") -> GraphError:
    """The 403 for a missing privilege."""
    return GraphError(403, "Authorization_RequestDenied", message)


def invalid_value(prop: str, resource: str = "Application") -> GraphError:
    """The message family for a value of the wrong shape; also used where the service's own text is not known."""
    return bad_request(f"Invalid value specified for property '{prop}' of resource '{resource}'.")


def unknown_property(prop: str) -> GraphError:
    """A property that the type does not have."""
    return bad_request(f"Invalid property '{prop}'.")


def read_only(prop: str) -> GraphError:
    """A property that only the service sets."""
    return bad_request(f"Property '{prop}' is read-only and cannot be set.")


def conflict(prop: str) -> GraphError:
    """A value that must be unique in the directory."""
    message = f"Another object with the same value for property {prop} already exists."
    return bad_request(message, details=[{"code": "ObjectConflict", "message": message, "target": prop}])


def too_large() -> GraphError:
    """An object with more values than the directory stores."""
    return GraphError(
        403,
        "Directory_ResourceSizeExceeded",
        "The size of the object has exceeded its limit. Please reduce the number of values and retry your request.",
    )


def same_key(message: str) -> GraphError:
    """A 409 for a second object with the same key."""
    return GraphError(409, "Request_MultipleObjectsWithSameKeyValue", message)


def unreadable() -> GraphError:
    """A body that is not JSON, or was not declared as JSON."""
    return bad_request(
        "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.",
        "BadRequest",
    )
