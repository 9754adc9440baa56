# SPDX-License-Identifier: GPL-3.0-or-later
"""The control path: what a test uses to look behind the services, to seed them and to break them."""

from __future__ import annotations

import dataclasses
import json
import typing as t
from urllib.parse import unquote, urlencode

from . import config_products, control_products, tokens, workspace365
from .web import Request, Response
from .world import JsonObject, Settings, SsoSettings, Tenant, WorkspaceEnvironment, World

if t.TYPE_CHECKING:
    from .server import Front

# Path segment -> attribute of Tenant; both spellings are taken.
_COLLECTIONS = {
    "applications": "applications",
    "servicePrincipals": "service_principals",
    "users": "users",
    "groups": "groups",
    "oauth2PermissionGrants": "grants",
    "appRoleAssignments": "assignments",
    "deletedItems": "deleted",
    "policies": "policies",
    "groupSettings": "group_settings",
}
_COLLECTIONS |= {name: name for name in _COLLECTIONS.values()}
_LONG = 60  # a list longer than this (the permissions of Microsoft Graph) is left out of a dump


class ControlError(Exception):
    """The control request cannot be met."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


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
            value = self._route(request.method, segments, body, request.query)
        except ControlError as problem:
            return Response.json(problem.status, {"error": str(problem)})
        except control_products.NotThere as problem:
            return Response.json(404, {"error": str(problem)})
        except (ValueError, TypeError, KeyError) as problem:
            return Response.json(400, {"error": f"{type(problem).__name__}: {problem}"})
        return Response.json(200, value)

    def _route(self, method: str, segments: list[str], body: t.Any, query: t.Mapping[str, str]) -> t.Any:
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
                front.reset(forget=bool((body or {}).get("forget")))
                return {}
            case ("GET", ["identities"]):
                return front.config.identities
            case ("GET" | "POST", ["settings"]):
                return self._settings(body or {})
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
            case ("DELETE", ["faults", number]):
                front.faults.remove(int(number))
                return {}
            case ("POST", ["foreignApps"]):
                return self._add_foreign_app(dict(body))
            case ("POST", ["assertion"]):
                assertion = front.issuer.sign_assertion(body["issuer"], body["subject"], body["audience"])
                return {"assertion": assertion}
            case ("GET", ["tenants"]):
                return front.config.names
            case (_, ["tenants", name, *rest]):
                return self._tenant(method, self._find_tenant(name), rest, body)
            case ("POST", ["workspace365", instance, environment, "sign-in"]):
                return self._sign_in(instance, environment)
            case (_, ["workspace365", instance, *rest]) if len(rest) < 2 and method in ("GET", "POST"):
                return self._workspace365(method, instance, rest[0] if rest else None, body or {})
            case (_, ["workato", *rest]):
                if (found := control_products.for_workato(self._world, method, rest, body or {})) is not None:
                    return found
        raise ControlError(404, f"the control path has no {method} /{'/'.join(segments)}")

    def _find_tenant(self, name: str) -> Tenant:
        tenant = self._world.tenant(self._front.config.names.get(name, name))
        if tenant is None:
            raise ControlError(404, f"there is no tenant '{name}'")
        return tenant

    def _clock(self) -> JsonObject:
        return {"now": self._world.clock.now().isoformat(), "offset": self._world.clock.offset}

    def _settings(self, body: JsonObject) -> JsonObject:
        known = {field.name for field in dataclasses.fields(Settings)}
        if unknown := sorted(set(body) - known):
            raise ControlError(400, f"unknown setting: {', '.join(unknown)}; known are {', '.join(sorted(known))}")
        for name, value in body.items():
            setattr(self._world.settings, name, value)
        return dataclasses.asdict(self._world.settings)

    # -- reading ---------------------------------------------------------------------------------------------------

    def _state(self, full: bool) -> JsonObject:
        return {
            "clock": self._clock(),
            "settings": dataclasses.asdict(self._world.settings),
            "tenants": {item.id: self._dump(item, full) for item in self._world.tenants.values()},
            "workspace365": {name: self._dump_instance(name) for name in self._world.workspace365},
            "workato": {name: control_products.describe(self._world, item) for name, item in self._world.workato.items()},
        }

    def _dump(self, tenant: Tenant, full: bool = False) -> JsonObject:
        """A tenant as JSON, without any secret value."""
        names = {identifier: name for name, identifier in self._front.config.names.items()}
        dump: JsonObject = {
            "id": tenant.id,
            "name": names.get(tenant.id),
            "display_name": tenant.display_name,
            "domains": tenant.domains,
        }
        for attribute in dict.fromkeys(_COLLECTIONS.values()):
            found = getattr(tenant, attribute)
            dump[attribute] = {key: value if full else _shorten(value) for key, value in found.items()}
        dump["owners"] = tenant.owners
        dump["federated"] = tenant.federated
        dump["power_platform"] = config_products.describe(tenant)
        dump["secrets"] = {
            secret.key_id: {"application_id": secret.application_id, "active_from": secret.active_from.isoformat()} for secret in tenant.secrets.values()
        }
        dump["certificates"] = {key: tokens.thumbprints(der) for key, der in tenant.certificates.items()}
        return dump

    def _dump_instance(self, name: str) -> JsonObject:
        instance = self._world.workspace365[name]
        return {
            "name": instance.name,
            "host": instance.host,
            "on_premises": instance.on_premises,
            "api_enabled": instance.api_enabled,
            "strict_headers": instance.strict_headers,
            "environments": {key: workspace365.describe(self._world, item) for key, item in instance.environments.items()},
        }

    # -- seeding ---------------------------------------------------------------------------------------------------

    def _tenant(self, method: str, tenant: Tenant, rest: list[str], body: t.Any) -> t.Any:
        from . import seeding
        from .graph import seed

        world = self._world
        match (method, rest):
            case ("GET", []):
                return self._dump(tenant)
            case ("POST", ["applications"]):
                return self._add_application(tenant, dict(body))
            case ("POST", ["users"]):
                return self._add_user(tenant, dict(body))
            case ("POST", ["groups"]):
                return seed.add_group(world, tenant, **body)
            case ("POST", ["servicePrincipals" | "service_principals"]):
                return seeding.ensure_service_principal(world, tenant, body["appId"])
            case ("POST", ["applications", identifier, "secrets"]):
                return self._add_secret(tenant, identifier, body or {})
            case ("DELETE", ["applications" | "servicePrincipals", identifier, "secrets", key]):
                return _remove_secret(tenant, key, identifier)
            case ("POST", ["applications", identifier, "certificates"]):
                pem = body["pem"].encode()
                return seeding.add_certificate(world, tenant, identifier, pem)
            case ("POST", ["applications", identifier, "federatedIdentityCredentials"]):
                return seeding.add_federated(tenant, identifier, body)
            case ("POST", ["oauth2PermissionGrants" | "grants"]):
                return seeding.add_grant(tenant, body)
            case ("POST", ["servicePrincipals" | "service_principals", identifier, "roles"]):
                return seeding.grant_roles(world, tenant, identifier, body["resource"], body["names"])
            case ("PUT", ["policies", name]):
                tenant.policies[name] = body
                return body
            case (_, [collection]) if method == "GET" and collection in _COLLECTIONS:
                return list(getattr(tenant, _COLLECTIONS[collection]).values())
            case (_, [collection, identifier]) if collection in _COLLECTIONS:
                return _stored(method, tenant, _COLLECTIONS[collection], identifier, body)
        if (found := control_products.for_tenant(world, tenant, method, rest, body or {})) is not None:
            return found
        raise ControlError(404, f"the control path has no {method} tenants/{{tenant}}/{'/'.join(rest)}")

    def _add_foreign_app(self, body: JsonObject) -> JsonObject:
        from .graph import seed

        app_id, name, owner = body.pop("appId"), body.pop("displayName"), body.pop("appOwnerOrganizationId")
        return seed.add_foreign_app(self._world, app_id, name, owner, **body)

    def _add_application(self, tenant: Tenant, body: JsonObject) -> JsonObject:
        from .graph import seed

        secrets = body.pop("secrets", [])
        with_principal = body.pop("service_principal", True)
        application = seed.add_application(self._world, tenant, body, with_service_principal=with_principal)
        made = [self._add_secret(tenant, application["id"], item) for item in secrets]
        principal = next((item for item in tenant.service_principals.values() if item["appId"] == application["appId"]), None)
        return {"application": application, "service_principal": principal, "secrets": made}

    def _add_secret(self, tenant: Tenant, application_id: str, body: JsonObject) -> JsonObject:
        from .graph import seed

        if application_id not in tenant.applications:
            raise ControlError(404, f"there is no application '{application_id}'")
        known = {"displayName", "value", "startDateTime", "endDateTime"}
        if unknown := sorted(set(body) - known):
            raise ControlError(400, f"unknown in a secret: {', '.join(unknown)}; known are {', '.join(sorted(known))}")
        secret = seed.add_secret(
            self._world,
            tenant,
            application_id,
            body.get("displayName"),
            value=body.get("value"),
            start=tokens.parse_time(body.get("startDateTime")),
            end=tokens.parse_time(body.get("endDateTime")),
        )
        return {"key_id": secret.key_id, "value": secret.value, "display_name": body.get("displayName")}

    def _add_user(self, tenant: Tenant, body: JsonObject) -> JsonObject:
        from .graph import seed

        password, multi_factor = body.pop("password", None), body.pop("multi_factor", False)
        user: JsonObject = seed.add_user(self._world, tenant, **body)
        if password:
            tenant.passwords[user["id"]] = password
            self._world.issued.append(password)
        if multi_factor:
            tenant.multi_factor.append(user["id"])
        return user

    def _workspace365(self, method: str, name: str, environment: str | None, body: JsonObject) -> JsonObject:
        instance = self._world.workspace365.get(name)
        if instance is None:
            raise ControlError(404, f"there is no Workspace 365 instance '{name}'")
        if environment is None:
            if method == "POST":
                _set_fields(instance, body, {"on_premises", "api_enabled", "strict_headers", "environment_shape"})
            return {**self._dump_instance(name), "provisioning_key": instance.provisioning_key}
        if method == "POST":
            target = instance.environments.setdefault(environment, WorkspaceEnvironment(environment))
            if "sso" in body:
                sso = body.pop("sso")
                now = self._world.clock.now()
                target.sso = SsoSettings(sso["authority"], sso["client_id"], sso["key"], now) if sso else None
            _set_fields(target, body, {"page_mode", "active", "purchased_licenses", "used_licenses"})
        elif environment not in instance.environments:
            raise ControlError(404, f"instance '{name}' has no environment '{environment}'")
        return workspace365.describe(self._world, instance.environments[environment])

    def _sign_in(self, name: str, environment: str) -> JsonObject:
        """Do what the product does with its settings when a person signs in, as far as the client secret goes: ask for a token."""
        instance = self._world.workspace365.get(name)
        stored = instance.environments.get(environment) if instance else None
        if stored is None:
            raise ControlError(404, f"there is no environment '{environment}' in '{name}'")
        if stored.sso is None:
            return {"sso": None, "sign_in": "not connected", "status": None}
        form = {
            "grant_type": "client_credentials",
            "client_id": stored.sso.client_id,
            "client_secret": stored.sso.key,
            "scope": "https://graph.microsoft.com/.default",
        }
        path = f"/{stored.sso.authority.rstrip('/').rsplit('/', 1)[-1]}/oauth2/v2.0/token"
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = self._front.sign_in(Request("POST", path, "", headers, urlencode(form).encode(), ""))
        body = json.loads(answer.body)
        said = "a token was issued" if answer.status == 200 else str(body.get("error_description") or body).partition(" Trace ID")[0]
        return {"sso": workspace365.describe(self._world, stored)["sso"], "sign_in": said, "status": answer.status}


def _shorten(value: t.Any) -> t.Any:
    """A stored object without the lists that would drown everything else."""
    if not isinstance(value, dict):
        return value
    return {name: item for name, item in value.items() if not _hidden(name, item)}


def _hidden(name: str, value: t.Any) -> bool:
    return name.startswith("#") or (isinstance(value, list) and len(value) > _LONG)


def _set_fields(target: t.Any, body: JsonObject, known: set[str]) -> None:
    if unknown := sorted(set(body) - known):
        raise ControlError(400, f"cannot set {', '.join(unknown)}; known are {', '.join(sorted(known))}")
    for name, value in body.items():
        setattr(target, name, value)


def _stored(method: str, tenant: Tenant, attribute: str, identifier: str, body: t.Any) -> t.Any:
    """Read, change (top-level properties are replaced) or remove one stored object."""
    found: dict[str, JsonObject] = getattr(tenant, attribute)
    if identifier not in found:
        raise ControlError(404, f"{attribute} has no '{identifier}'")
    if method == "GET":
        return found[identifier]
    if method == "PATCH":
        found[identifier].update(body)
        return found[identifier]
    if method == "DELETE":
        for secret in [item for item in tenant.secrets.values() if item.application_id == identifier]:
            del tenant.secrets[secret.key_id]
        return found.pop(identifier)
    raise ControlError(405, f"{method} is not possible here")


def _remove_secret(tenant: Tenant, key_id: str, holder_id: str) -> JsonObject:
    holder = tenant.applications.get(holder_id) or tenant.service_principals.get(holder_id)
    if holder is None or tenant.secrets.pop(key_id, None) is None:
        raise ControlError(404, f"'{holder_id}' has no secret '{key_id}'")
    holder["passwordCredentials"] = [item for item in holder["passwordCredentials"] if item["keyId"] != key_id]
    return {}
