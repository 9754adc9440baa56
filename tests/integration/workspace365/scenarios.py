# SPDX-License-Identifier: GPL-3.0-or-later
"""Workspace 365 is connected, gets a new secret, takes over what somebody made by hand, and is taken away."""

from __future__ import annotations

import typing as t

from integration.workspace365.connection import Connection
from support.registrations import without_application
from support.scenarios import DAY, ENTRA_WORDS, Scenario

VENDOR = "c7e15b90-4d28-4a6f-b3c1-90f2d6e8a745"  # an application that every tenant may take in


class Connect(Scenario):
    """A tenant without anything."""

    playbook = "workspace365.yml"
    words = ((r"/SingleSignOnSettings/OAuth2 ", "deliver"), *ENTRA_WORDS)
    writes: t.ClassVar[t.Sequence[str]] = ("application", "principal", "consent", "mint", "pending", "deliver", "delivered")

    def set_up(self) -> None:
        self.connection = Connection(self.emulator)
        self.by_hand: tuple[str, str] | None = None  # client id and value of a secret that somebody made by hand

    def others(self) -> t.Any:
        return self.connection.others()

    def check_safe(self) -> None:
        self.connection.check_safe()
        if self.by_hand:
            assert self.emulator.token("contoso", *self.by_hand)["status"] == 200

    def check_done(self) -> None:
        self.connection.check_connected()

    def check_at_last(self) -> None:
        if len(self.connection.managed()) > 1:
            self.emulator.advance(8 * DAY)  # the overlap is over, and what the killed run left is older than an hour
            self.run(self.next_host).ok()
            self.check_safe()
            self.check_done()
            assert len(self.connection.managed()) == len(self.connection.marks()) == 1


class Renew(Connect):
    """The secret is about to expire, and somebody made another one by hand."""

    writes = ("mint", "pending", "deliver", "delivered")

    def set_up(self) -> None:
        super().set_up()
        self.start_from(self.host)
        app = self.connection.application
        made = self.emulator.add_secret("contoso", app["id"], displayName="by hand")
        self.by_hand = (app["appId"], made["value"])
        self.emulator.advance(160 * DAY)


class Adopt(Connect):
    """The product works with an application that a person registered; the connector is to take it over."""

    writes = ("record", "application", "consent", "mint", "pending", "deliver", "delivered")

    def set_up(self) -> None:
        site = f"{self.emulator.workspace365_url()}/contoso"
        made = self.emulator.add_application(
            "contoso",
            displayName="Workspace 365 by hand",
            web={"redirectUris": [f"{site}/OAuth2/HandleAuthorityResponse"]},
            secrets=[{"displayName": "by hand"}],
        )
        client_id, value = made["application"]["appId"], made["secrets"][0]["value"]
        sso = {"authority": "https://login.windows.net/contoso.com", "client_id": client_id, "key": value}
        self.emulator.set_workspace365("portal", "contoso", sso=sso)
        self.by_hand = (client_id, value)
        self.connection = Connection(self.emulator, client_id=client_id)
        self.host = {"workspace365_client_id": client_id, "workspace365_adopt": True}


class Absent(Connect):
    """A connection is taken away, in a tenant that uses a vendor's application too."""

    writes = ("revoke", "disable", "delete")

    def set_up(self) -> None:
        super().set_up()
        self.start_from({})
        self.emulator.control("POST", "tenants/contoso/servicePrincipals", {"appId": VENDOR})
        self.app = self.connection.application
        made = self.emulator.add_application("contoso", displayName="Payroll", secrets=[{"displayName": "by hand"}])
        self.by_hand = (made["application"]["appId"], made["secrets"][0]["value"])
        self.host = {"workspace365_state": "absent", "workspace365_absent_confirmed": "contoso"}

    def others(self) -> t.Any:
        """Here also every enterprise application but its own, with what was consented to for them: the vendors' and Microsoft's."""
        state = self.connection.state
        theirs = {key: item for key, item in state["service_principals"].items() if item["appId"] != self.app["appId"]}
        grants = {key: item for key, item in state["grants"].items() if item["clientId"] in theirs}
        return {**without_application(self.connection.others(), self.app["appId"]), "theirs": theirs, "grants": grants}

    def check_safe(self) -> None:
        """The product may hold a key that is gone: that was confirmed. Nothing is half there, though."""
        assert self.by_hand and self.emulator.token("contoso", *self.by_hand)["status"] == 200
        if self.connection.applications():
            assert self.connection.delivered() == [self.connection.managed()[0]["keyId"]]
            assert self.connection.signs_in() or not self.connection.principals()[0]["accountEnabled"]

    def check_done(self) -> None:
        state = self.connection.state
        assert self.app["id"] not in state["applications"]
        assert self.app["id"] in state["deleted"], "nothing is purged"
        assert self.connection.granted() == []

    def check_at_last(self) -> None:
        """It can be connected again."""
        self.run({"workspace365_on_soft_deleted": "restore"}).ok()
        self.connection.check_connected()
