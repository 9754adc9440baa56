# SPDX-License-Identifier: GPL-3.0-or-later
"""``$batch``: up to twenty requests in one, in the order their dependencies allow."""

from __future__ import annotations

import json
import random
import typing as t

from ..web import Request, Response
from .call import Call
from .errors import GraphError, JsonObject, bad_request, unreadable

_MOST = 20
_METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")

Handle = t.Callable[[Request], Response]


def run(call: Call, handle: Handle) -> Response:
    """The answer to a batch: 200 unless the batch itself is malformed."""
    if call.method != "POST":
        raise GraphError(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.", headers={"Allow": "POST"})
    parts = _parts(call.body())
    statuses: dict[str, int] = {}
    answers: list[JsonObject] = []
    journal: list[JsonObject] = []
    # The service promises no order among parts that do not wait for each other. Ours differs from theirs, the same for the same request.
    mixed = random.Random(call.request.body)
    for ready in _rounds(parts):
        answered: list[JsonObject] = []
        for part in ready:
            response = _one(call, part, statuses, handle)
            statuses[part["id"]] = response.status
            answered.append(_answer(part["id"], response))
            journal.append(
                {
                    "id": part["id"],
                    "method": part["method"].upper(),
                    "path": _path(call, part["url"])[0],
                    "query": _path(call, part["url"])[1],
                    "status": response.status,
                }
            )
        mixed.shuffle(answered)
        answers += answered
    answer = Response.json(200, {"responses": answers})
    answer.parts = journal
    return answer


def _rounds(parts: list[JsonObject]) -> list[list[JsonObject]]:
    """The parts in the order their dependencies allow; a cycle is found before anything is done."""
    waiting, done, rounds = list(parts), set[str](), list[list[JsonObject]]()
    while waiting:
        ready = [part for part in waiting if set(part.get("dependsOn") or []) <= done]
        if not ready:
            raise bad_request("The dependencies of the batch requests form a cycle.", "BadRequest")
        rounds.append(ready)
        done |= {part["id"] for part in ready}
        waiting = [part for part in waiting if part["id"] not in done]
    return rounds


def _parts(body: JsonObject) -> list[JsonObject]:
    parts = body.get("requests")
    if not isinstance(parts, list) or not parts or not all(isinstance(part, dict) for part in parts):
        raise unreadable()
    if len(parts) > _MOST:
        raise bad_request(f"Number of batch request steps exceeds the maximum value of {_MOST}.", "BadRequest")
    ids: list[str] = []
    for part in parts:
        part_id, url, method = part.get("id"), part.get("url"), part.get("method")
        if not isinstance(part_id, str) or not part_id or not isinstance(url, str) or not url:
            raise unreadable()
        if part_id in ids:
            raise bad_request(f"Request Id: '{part_id}' is duplicated in the batch.", "BadRequest")
        ids.append(part_id)
        if not isinstance(method, str) or method.upper() not in _METHODS:
            raise bad_request(f"Request Id: '{part_id}' has an invalid method.", "BadRequest")
        if "://" in url or url.lstrip("/").lower().startswith("$batch"):
            raise bad_request(f"Request Id: '{part_id}' has an invalid url.", "BadRequest")
        headers = {str(name).lower() for name in part.get("headers") or {}}
        if part.get("body") is not None and "content-type" not in headers:
            raise bad_request(f"Write request id : {part_id} does not contain Content-Type header or body.", "BadRequest")
    for part in parts:
        for other in part.get("dependsOn") or []:
            if other not in ids or other == part["id"]:
                raise bad_request(f"Request Id: '{part['id']}' depends on an unknown request.", "BadRequest")
    return parts


def _path(call: Call, url: str) -> tuple[str, str]:
    path, _mark, query = url.partition("?")
    path = path.lstrip("/")
    if path.split("/")[0] not in ("v1.0", "beta"):
        path = f"{call.version}/{path}"
    return f"/{path}", query


def _one(call: Call, part: JsonObject, statuses: dict[str, int], handle: Handle) -> Response:
    if any(statuses[other] >= 400 for other in part.get("dependsOn") or []):
        message = "A request that this one depends on has failed."
        return Response.json(424, {"error": {"code": "failedDependency", "message": message}})
    method = part["method"].upper()
    path, query = _path(call, part["url"])
    # A fault of the whole service does not reach inside a batch: single parts are throttled on their own.
    fault = call.world.part_fault(method, path) if call.world.part_fault else None
    if fault is not None:
        return fault
    given = {str(name): str(value) for name, value in (part.get("headers") or {}).items()}
    outer = {name: value for name, value in call.request.headers.items() if name.lower() in ("authorization", "client-request-id")}
    body = part.get("body")
    encoded = b"" if body is None else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return handle(Request(method, path, query, {**given, **outer}, encoded, call.request.base_url))


def _answer(part_id: str, response: Response) -> JsonObject:
    shown = ("content-type", "cache-control", "location", "retry-after", "x-ms-resource-unit", "odata-version")
    answer: JsonObject = {
        "id": part_id,
        "status": response.status,
        "headers": {name: value for name, value in response.headers.items() if name.lower() in shown},
    }
    if response.body:
        kind = response.headers.get("Content-Type", "")
        text = response.body.decode("utf-8", "replace")
        answer["body"] = json.loads(text) if kind.startswith("application/json") else text
    return answer
