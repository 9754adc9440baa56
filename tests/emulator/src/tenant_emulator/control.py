# SPDX-License-Identifier: GPL-3.0-or-later
"""The control path: what a test uses to look behind the services, to seed them and to break them."""

from __future__ import annotations

import dataclasses
import typing as t
from urllib.parse import unquote

from . import control_tenant, pipelines, settings
from .checks import ControlError
from .products import products
from .web import Request, Response
from .world import JsonObject, Tenant, World

if t.TYPE_CHECKING:
    from .server import Front


class Control:
    """Answers under ``/_control``."""

    def __init__(self, front: Front) -> None:
        self._front = front

    @property
    def _world(self) -> World:
        return self._front.world

    def handle(self, request: Request) -> Response:
        """Answer one control request."""
        segments = [unquote(item) for item in request.path.split("/") if item][1:]
        try:
            body = request.json() if request.body else None
        except ValueError:
            return Response.json(400, {"error": "the body is not JSON"})
        try:
            value = self._route(request.method, segments, body, request.query, request.base_url.removesuffix("/_control"))
        except ControlError as problem:
            return Response.json(problem.status, {"error": str(problem)})
        except (ValueError, TypeError, KeyError) as problem:
            return Response.json(400, {"error": f"{type(problem).__name__}: {problem}"})
        return Response.json(200, value)

    def _route(self, method: str, segments: list[str], body: t.Any, query: t.Mapping[str, str], root: str) -> t.Any:
        front = self._front
        match (method, segments):
            case ("GET", ["health"]):
                return {"ok": True}
            case ("GET", ["state"]):
                return self._state(full="full" in query)
            case ("GET", ["issued"]):
                return list(dict.fromkeys(self._world.issued))
            case ("GET", ["journal"]):
                return [dataclasses.asdict(entry) for entry in front.journal.entries]
            case ("DELETE", ["journal"]):
                front.journal.clear()
                return {}
            case ("POST", ["reset"]):
                front.reset(forget=bool((body or {}).get("forget")), ahead=float((body or {}).get("ahead") or 0.0))
                return {}
            case ("POST", ["snapshots"]):
                return {"token": front.snapshots.take()}
            case ("GET", ["snapshots", "digest"]):
                return {"digest": front.snapshots.digest()}
            case ("POST", ["snapshots", token, "restore"]):
                front.restore(int(token))
                return {}
            case ("GET", ["identities"]):
                return front.config.identities
            case ("GET" | "POST", ["settings"]):
                settings.change(self._world, body or {})
                return settings.show(self._world)
            case ("GET", ["clock"]):
                return self._clock()
            case ("POST", ["clock"]):
                self._world.clock.advance(float(body["advance"]))
                return self._clock()
            case ("GET", ["faults"]):
                return [rule.describe() for rule in front.faults.rules]
            case ("POST", ["faults"]):
                return [rule.describe() for rule in front.faults.add(body)]
            case ("DELETE", ["faults"]):
                front.faults.remove()
                return {}
            case ("POST", ["faults", number, "open"]):
                return {"let_through": front.faults.rule(int(number)).open()}
            case ("DELETE", ["faults", number]):
                front.faults.remove(int(number))
                return {}
            case ("POST", ["foreignApps"]):
                return self._add_foreign_app(dict(body))
            case ("POST", ["assertion"]):
                assertion = front.issuer.sign_assertion(body["issuer"], body["subject"], body["audience"])
                return {"assertion": assertion}
            case ("POST", ["pipelines", kind]):
                return pipelines.begin(self._world, root, kind, dict(body))
            case ("GET", ["tenants"]):
                return front.config.names
            case ("GET", ["tenants", name]):
                return self._dump(self._find_tenant(name))
            case (_, ["tenants", name, *rest]):
                return control_tenant.answer(self._world, self._find_tenant(name), method, rest, body)
            case (_, [name, *rest]) if name in products():
                if (found := products()[name].control(self._world, method, rest, body or {})) is not None:
                    return found
        raise ControlError(404, f"the control path has no {method} /{'/'.join(segments)}")

    def _find_tenant(self, name: str) -> Tenant:
        tenant = self._world.tenant(self._front.config.names.get(name, name))
        if tenant is None:
            raise ControlError(404, f"there is no tenant '{name}'")
        return tenant

    def _clock(self) -> JsonObject:
        return {"now": self._world.clock.now().isoformat(), "offset": self._world.clock.offset}

    def _state(self, full: bool) -> JsonObject:
        return {
            "clock": self._clock(),
            "settings": settings.show(self._world),
            "tenants": {item.id: self._dump(item, full) for item in self._world.tenants.values()},
            **{name: product.describe(self._world) for name, product in products().items() if product.in_world},
        }

    def _dump(self, tenant: Tenant, full: bool = False) -> JsonObject:
        names = {identifier: name for name, identifier in self._front.config.names.items()}
        return {"id": tenant.id, "name": names.get(tenant.id), **control_tenant.describe(tenant, full)}

    def _add_foreign_app(self, body: JsonObject) -> JsonObject:
        from .graph import seed

        app_id, name, owner = body.pop("appId"), body.pop("displayName"), body.pop("appOwnerOrganizationId")
        return seed.add_foreign_app(self._world, app_id, name, owner, **body)
