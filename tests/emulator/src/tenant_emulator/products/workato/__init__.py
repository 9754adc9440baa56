# SPDX-License-Identifier: GPL-3.0-or-later
"""Workato: one workspace a customer in one of its data centres."""

from __future__ import annotations

import typing as t

from ... import checks
from ...web import Service
from ...world import JsonObject, World
from .. import base
from .handle import Handle
from .state import DATA_CENTERS, NAME, OPTIONS, Settings, new_workspace, workspaces


class Product(base.Product):
    """At ``/workato`` every data centre answers at once, at ``/workato/eu`` and at a host name that one alone."""

    name = NAME
    services = ("workato",)
    variables = {"WORKATO_URL": "workato"}
    settings = Settings
    handle = Handle
    in_world = True

    def host_names(self, world: World) -> list[str]:
        return [*DATA_CENTERS.values(), *(item.host for item in workspaces(world).values() if item.host)]

    def by_host(self, world: World, host: str) -> tuple[str, Service] | None:
        return ("workato", _service(world, host)) if host in self.host_names(world) else None

    def by_path(self, world: World, service: str, rest: str) -> base.Place:
        # With its name in the path a data centre knows its own workspaces only, as under its host name.
        center = rest.partition("/")[0]
        return base.Place(_service(world, DATA_CENTERS[center]), center) if center in DATA_CENTERS else base.Place(_service(world))

    def fault_body(self, service: str, status: int) -> t.Any:
        if status >= 500:
            return ""
        return {"message": "Too many requests. Please try again later." if status == 429 else "Error"}

    def start(self, world: World, given: t.Any) -> None:
        for item in given:
            checks.mapping(item, OPTIONS | {"name", "clients"}, ("name",), NAME)
            workspaces(world)[item["name"]] = made = new_workspace(item)
            world.issued += [client.token for client in made.clients]

    def describe(self, world: World) -> JsonObject:
        from .control import describe

        return {name: describe(world, item) for name, item in workspaces(world).items()}

    def control(self, world: World, method: str, rest: list[str], body: JsonObject) -> t.Any:
        from .control import answer

        return answer(world, method, rest, body)


def _service(world: World, host: str | None = None) -> Service:
    from .service import WorkatoService

    return WorkatoService(world, host)
