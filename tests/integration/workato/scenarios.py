# SPDX-License-Identifier: GPL-3.0-or-later
"""Workato is connected through its API, and without it: then a vault file has what a person types in."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from integration.workato.helpers import TOKEN
from support.registrations import Registration, without_application
from support.scenarios import DAY, ENTRA_WORDS, Scenario
from tenant_emulator.testing import JsonObject

PERSON = "service@contoso.com"


@dataclasses.dataclass
class WorkatoRegistration(Registration):
    """One application, and the workspace."""

    connector: t.ClassVar[str] = "workato"

    def connections(self) -> list[JsonObject]:
        """The workspace's connections."""
        return t.cast("list[JsonObject]", self.emulator.workato(self.tenant)["connections"])

    def works(self, connection: JsonObject) -> bool:
        """Whether Workato could sign in with what a connection holds; where somebody has signed in, it tries to renew that."""
        held = [key for app in self.applications() for key in app["passwordCredentials"] if key["keyId"] == connection["key_id"]]
        now = dt.datetime.fromisoformat(self.emulator.control("GET", "clock")["now"])
        alive = [key for key in held if dt.datetime.fromisoformat(key["endDateTime"]) > now and key["keyId"] in self.state["secrets"]]
        if connection["authorization_status"] == "success":
            return bool(alive) and self.emulator.refresh_workato_connection(self.tenant, connection["id"])["authorization_status"] == "success"
        return bool(alive)


class Connect(Scenario):
    """A tenant and a workspace without anything."""

    playbook = "workato.yml"
    words = (
        (r"^DELETE /api/connections/", "drop"),
        (r"/api/connections/\d+/disconnect", "disconnect"),
        (r"/api/connections[ /]", "deliver"),
        *ENTRA_WORDS,
    )
    writes: t.ClassVar[t.Sequence[str]] = ("application", "principal", "consent", "mint", "pending", "deliver", "delivered")

    def set_up(self) -> None:
        self.emulator.settings(workato_lists_per_minute=0, workato_others_per_second=0)  # waiting for them shows nothing here
        self.registration = WorkatoRegistration(self.emulator)
        self.by_hand: tuple[str, str] | None = None
        self.host = {"workato_api_token": TOKEN}

    def connect_and_sign_in(self) -> None:
        """A run, and a person who presses Connect."""
        self.start_from(self.host)
        (connection,) = self.registration.connections()
        signed_in = self.emulator.authorize_workato_connection("contoso", connection["id"], PERSON)
        assert signed_in["authorization_status"] == "success", signed_in

    def others(self) -> t.Any:
        return self.registration.others()

    def check_safe(self) -> None:
        self.registration.check_safe()
        assert len(self.registration.connections()) <= 1
        for connection in self.registration.connections():
            assert self.registration.works(connection), connection
        if self.files.read("workato"):
            assert self.files.signs_in("workato")
        if self.by_hand:
            assert self.emulator.token("contoso", *self.by_hand)["status"] == 200

    def check_done(self) -> None:
        self.check_safe()
        self.registration.check_settled()
        self.check_held(self.registration.delivered()[0])
        assert [kind for kind, _scopes in self.registration.granted()] == ["AllPrincipals"]

    def check_held(self, key_id: str) -> None:
        """What was marked as delivered is what is held."""
        (connection,) = self.registration.connections()
        assert connection["key_id"] == key_id
        assert connection["input"]["client_id"] == self.registration.application["appId"]

    def check_at_last(self) -> None:
        if len(self.registration.managed()) > 1:
            self.emulator.advance(8 * DAY)
            self.run(self.next_host).ok()
            self.check_done()
            assert len(self.registration.managed()) == len(self.registration.marks()) == 1


class Renew(Connect):
    """A person has signed in, the secret is about to expire, and somebody made another one by hand."""

    writes = ("mint", "pending", "deliver", "delivered")

    def set_up(self) -> None:
        super().set_up()
        self.connect_and_sign_in()
        app = self.registration.application
        self.by_hand = (app["appId"], self.emulator.add_secret("contoso", app["id"], displayName="by hand")["value"])
        self.emulator.advance(160 * DAY)


class ByHand(Connect):
    """No API token: the secret goes to a vault file alone."""

    without = ("WORKATO_API_TOKEN",)
    writes = ("application", "principal", "consent", "mint", "pending", "delivered")

    def set_up(self) -> None:
        super().set_up()
        self.host = self.sink

    def check_held(self, key_id: str) -> None:
        held = self.files.read("workato")
        assert held is not None and held["key_id"] == key_id
        assert self.files.left_over() == []


class ByHandRenewed(ByHand):
    """The same, with a secret that is about to expire in the file."""

    writes = ("mint", "pending", "delivered")

    def set_up(self) -> None:
        super().set_up()
        self.start_from(self.host)
        self.emulator.advance(160 * DAY)


class Both(Connect):
    """The secret goes to a vault file and, after that, to Workato."""

    def set_up(self) -> None:
        super().set_up()
        self.host = {**self.host, **self.sink}

    def check_held(self, key_id: str) -> None:
        super().check_held(key_id)
        held = self.files.read("workato")
        assert held is not None and held["key_id"] == key_id


class Absent(Connect):
    """A person has signed in, and everything is taken away."""

    writes = ("revoke", "disable", "delete", "disconnect", "drop")

    def set_up(self) -> None:
        super().set_up()
        self.connect_and_sign_in()
        made = self.emulator.add_application("contoso", displayName="Payroll", secrets=[{"displayName": "by hand"}])
        self.by_hand = (made["application"]["appId"], made["secrets"][0]["value"])
        self.gone = self.registration.application["appId"]
        self.host = {"workato_api_token": TOKEN, "workato_state": "absent", "workato_absent_confirmed": "contoso"}

    def others(self) -> t.Any:
        return without_application(self.registration.others(), self.gone)

    def check_safe(self) -> None:
        """Workato may hold a key that is gone: that was confirmed."""
        assert self.by_hand and self.emulator.token("contoso", *self.by_hand)["status"] == 200

    def check_done(self) -> None:
        self.check_safe()
        assert self.registration.connections() == []
        assert self.registration.applications() == []

    def check_at_last(self) -> None:
        """Nothing more."""
