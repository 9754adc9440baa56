# SPDX-License-Identifier: GPL-3.0-or-later
"""The Graph service: who is asking, may they, which function answers, and the headers every answer has."""

from __future__ import annotations

import json
import typing as t
import uuid
from urllib.parse import parse_qsl

from ..tokens import TokenRejected
from ..web import Request, Response
from ..world import World
from . import batch, privileges, replicas, routes, store
from .call import Call, Key, segments
from .errors import GraphError, JsonObject

_DIAGNOSTIC = json.dumps(
    {
        "ServerInfo": {
            "DataCenter": "North Central US",
            "Slice": "E",
            "Ring": "4",
            "ScaleUnit": "000",
            "RoleInstance": "CH01EPF0004FDBC",
        }
    },
    separators=(",", ":"),
)
_JSON = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
_VERSIONS = ("v1.0", "beta")
_REASONS = {
    "empty": "Access token is empty.",
    "malformed": "CompactToken parsing failed with error code: 80049217",
    "expired": "Lifetime validation failed, the token is expired.",
    "audience": "Access token validation failure. Invalid audience.",
    "signature": "Access token validation failure. Invalid signature.",
}

Verify = t.Callable[[str], JsonObject]


class GraphService:
    """Answers requests below ``/v1.0`` and ``/beta``; the latter knows the v1.0 types only."""

    def __init__(self, world: World, verify_token: Verify | None = None) -> None:
        self.world = world
        self._verify_token = verify_token

    def handle(self, request: Request) -> Response:
        """The answer to one request."""
        request_id = str(uuid.uuid4())
        client_id = _client_request_id(request) or request_id
        try:
            response = self._answer(request)
        except GraphError as error:
            response = self._error(error, request_id, client_id)
        return _with_headers(response, request_id, client_id)

    def _answer(self, request: Request) -> Response:
        claims = self._claims(request)
        tenant = self.world.tenants.get(str(claims.get("tid")))
        if tenant is None:
            raise _unauthorized("Access token validation failure.")
        version, parts, written = segments(request.path)
        if version not in _VERSIONS:
            raise GraphError(400, "BadRequest", f"Invalid version: {version}")
        store.expire(self.world, tenant)
        call = Call(request, self.world, tenant, claims, version)
        if [part.lower() for part in parts if not isinstance(part, Key)] == ["$batch"]:
            return batch.run(call, self.handle)
        path, handler, call.keys = routes.resolve(call.method, parts, written)
        # /me says what is wrong with an app-only token before it asks for a privilege.
        if not (path == "me" and call.app_only):
            privileges.check(call, "/" + path)
        if call.method == "GET":
            return handler(call)
        with replicas.recording(self.world, tenant):
            return handler(call)

    def _claims(self, request: Request) -> JsonObject:
        header = next((value for name, value in request.headers.items() if name.lower() == "authorization"), "")
        scheme, _space, token = header.partition(" ")
        token = token.strip() if scheme.lower() == "bearer" else ""
        if not token:
            raise _unauthorized(_REASONS["empty"])
        verify = self._verify_token
        if verify is None:
            if self.world.tokens is None:
                raise RuntimeError("the world has no token issuer")
            verify = self.world.tokens.verify
        try:
            return verify(token)
        except TokenRejected as error:
            raise _unauthorized(_REASONS.get(str(error), str(error))) from None

    def _error(self, error: GraphError, request_id: str, client_id: str) -> Response:
        body: JsonObject = {"code": error.code, "message": error.message}
        if error.details:
            body["details"] = error.details
        body["innerError"] = {
            "date": self.world.clock.now().strftime("%Y-%m-%dT%H:%M:%S"),
            "request-id": request_id,
            "client-request-id": client_id,
        }
        return Response.json(error.status, {"error": body}, error.headers)


def _unauthorized(message: str) -> GraphError:
    challenge = (
        'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"'
    )
    return GraphError(401, "InvalidAuthenticationToken", message, headers={"WWW-Authenticate": challenge})


def _client_request_id(request: Request) -> str:
    for name, value in request.headers.items():
        if name.lower() == "client-request-id":
            return value
    return dict(parse_qsl(request.raw_query)).get("client-request-id", "")


def _with_headers(response: Response, request_id: str, client_id: str) -> Response:
    headers = {
        "Cache-Control": "no-cache",
        "Strict-Transport-Security": "max-age=31536000",
        "Vary": "Accept-Encoding",
        "request-id": request_id,
        "client-request-id": client_id,
        "x-ms-ags-diagnostic": _DIAGNOSTIC,
        "x-ms-resource-unit": "1",
    }
    if response.headers.get("Content-Type") == "application/json":
        headers["OData-Version"] = "4.0"
        response.headers["Content-Type"] = _JSON
    response.headers = {**headers, **response.headers}
    return response
