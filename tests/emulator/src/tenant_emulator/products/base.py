# SPDX-License-Identifier: GPL-3.0-or-later
"""What a connected product is to the emulator.

A product is a file of this folder, or a package, that has a ``Product`` derived from the one here. What it starts with when the
emulator is given no configuration stands beside it in ``<name>.yml``: a piece of a configuration that is merged with ``data/default.yml``.
Importing it must need nothing beyond the standard library, for tests only want the handle; what signs in or checks tokens is imported
where it is used.
"""

from __future__ import annotations

import typing as t
from urllib.parse import quote

from ..web import Service
from ..world import JsonObject, Tenant, World


class Place(t.NamedTuple):
    """The service that a path leads to, and which part of the path, after the service's name, leads there."""

    service: Service
    taken: str = ""


class Handle:
    """What tests ask of a product. Its public members are the emulator's as well, so their names say which product they mean."""

    def __init__(self, control: t.Callable[..., t.Any], ready: t.Callable[[], JsonObject]) -> None:
        self._control = control
        self._ready = ready

    def _operator(self) -> dict[str, str]:
        """The environment variables that an operator of this product has, secrets included."""
        return {}

    def _url(self, service: str) -> str:
        return str(self._ready()[f"{service}_url"])

    def _get(self, *segments: object) -> JsonObject:
        return t.cast(JsonObject, self._control("GET", control_path(*segments)))

    def _post(self, body: t.Any, *segments: object) -> JsonObject:
        return t.cast(JsonObject, self._control("POST", control_path(*segments), body))

    def _delete(self, *segments: object) -> None:
        self._control("DELETE", control_path(*segments))


def control_path(*segments: object) -> str:
    """The control path with these segments."""
    return "/".join(quote(str(item), safe="") for item in segments)


class Product:
    """One product. It keeps nothing itself: what it knows is in ``World.products``, or in ``Tenant.products``, under its name."""

    #: The name of its file and of its part of the configuration, the state and the control path.
    name: str = ""
    #: Its services: the first segment of a path that leads there, and their names in the journal and in fault rules.
    #: ``ready.json`` has ``<service>_url`` of each.
    services: tuple[str, ...] = ()
    #: Environment variables that lead a client to a service.
    variables: t.Mapping[str, str] = {}
    #: A dataclass of what the control path can set and reset; the fields' names say which product they belong to.
    settings: type | None = None
    #: What tests ask of it.
    handle: type[Handle] = Handle
    #: Whether the top of the configuration has a part for it, and whether every tenant has.
    in_world = False
    in_tenants = False

    # -- requests --------------------------------------------------------------------------------------------------------

    def host_names(self, world: World) -> list[str]:
        """The public names it is reached at, for the certificate; wildcards are fine."""
        return []

    def by_host(self, world: World, host: str) -> tuple[str, Service] | None:
        """The service at this host name (in small letters), with its name."""
        return None

    def by_path(self, world: World, service: str, rest: str) -> Place | None:
        """One of ``services`` as a path leads to it; ``rest`` is what follows its name and a slash."""
        return None

    def fault_body(self, service: str, status: int) -> t.Any:
        """What the service itself puts into an answer with this status, for a fault rule that gives no body: text or JSON."""
        return ""

    # -- with ``in_world`` -----------------------------------------------------------------------------------------------

    def start(self, world: World, given: t.Any) -> None:
        """Make what its part of the configuration says. Raises ValueError. Secrets go into ``world.issued``."""

    def describe(self, world: World) -> JsonObject:
        """What it holds, without secret values."""
        return {}

    def control(self, world: World, method: str, rest: list[str], body: JsonObject) -> t.Any:
        """A control request below its name, or None for one that it does not know. Raises ControlError or ValueError."""
        return None

    # -- with ``in_tenants``: the same in a tenant, there after the directory and its identities ---------------------------

    def start_tenant(self, world: World, tenant: Tenant, given: t.Any, identities: list[JsonObject]) -> None:
        """Make what a tenant's part of the configuration says. Raises ValueError."""

    def describe_tenant(self, tenant: Tenant) -> JsonObject:
        """What a tenant holds of it, without secret values."""
        return {}

    def control_tenant(self, world: World, tenant: Tenant, method: str, rest: list[str], body: JsonObject) -> t.Any:
        """A control request below ``tenants/{tenant}/<its name with hyphens>``, or None for one that it does not know."""
        return None
