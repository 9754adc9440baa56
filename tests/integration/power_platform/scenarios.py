# SPDX-License-Identifier: GPL-3.0-or-later
"""Power Platform gets a client secret, or a key that is made here; a vault file has it."""

from __future__ import annotations

import dataclasses
import typing as t

from integration.power_platform.helpers import key_vault
from support.registrations import Registration, without_application
from support.scenarios import DAY, ENTRA_WORDS, Scenario


@dataclasses.dataclass
class PlatformRegistration(Registration):
    """One application with client secrets."""

    connector: t.ClassVar[str] = "power_platform"

    @property
    def unique_name(self) -> str:
        return "tenantkit.power_platform"

    def roles(self) -> list[str]:
        """The roles it holds in Power Platform."""
        mine = {item["id"] for item in self.principals()}
        return [item["roleDefinitionId"] for item in self.emulator.powerplatform()["assignments"].values() if item["principalObjectId"] in mine]


class PlatformCertificates(PlatformRegistration):
    """One application with certificates."""

    kind = "keyCredentials"


class Secret(Scenario):
    """A client secret, in a tenant without anything."""

    playbook = "power_platform.yml"
    words = ((r"^DELETE .*roleAssignments", "unassign"), (r"roleAssignments", "role"), *ENTRA_WORDS)
    credential: t.ClassVar[str] = "secret"
    # The second one is Microsoft's: the tenant does not know the API yet.
    writes: t.ClassVar[t.Sequence[str]] = ("principal", "application", "principal", "consent", "role", "mint", "pending", "delivered")

    def set_up(self) -> None:
        self.registration: PlatformRegistration = PlatformRegistration(self.emulator)
        self.host = {**self.sink, "power_platform_credential": self.credential}

    def others(self) -> t.Any:
        return self.registration.others()

    def check_safe(self) -> None:
        self.registration.check_safe()
        assert len(self.registration.roles()) <= 1
        if self.files.read("power_platform"):
            assert self.files.signs_in("power_platform")

    def check_done(self) -> None:
        self.check_safe()
        self.registration.check_settled()
        held = self.files.read("power_platform")
        assert held is not None and [held["key_id"]] == self.registration.delivered()
        assert len(self.registration.roles()) == 1
        assert self.files.left_over() == []

    def check_at_last(self) -> None:
        if len(self.registration.managed()) > 1:
            self.emulator.advance(8 * DAY)
            self.run(self.next_host).ok()
            self.check_done()
            assert len(self.registration.managed()) == len(self.registration.marks()) == 1


class KeyVault(Secret):
    """A client secret that a key vault keeps."""

    words = ((r"/secrets/", "store"), *Secret.words)
    writes = (*Secret.writes[:-1], "store", "delivered")

    def set_up(self) -> None:
        super().set_up()
        self.host = {"power_platform_credential": self.credential, **key_vault(self.emulator)}

    def newest(self) -> dict[str, t.Any] | None:
        """The version that is handed out; None before the first."""
        rows = [row for secret in self.emulator.key_vault()["secrets"].values() for row in secret["versions"]]
        return rows[-1] if rows else None

    def check_safe(self) -> None:
        """What is handed out signs in, and is what its tags say."""
        super().check_safe()
        newest = self.newest()
        assert newest is None or (newest["enabled"] and newest["holds"] == newest["tags"]["key_id"])

    def check_done(self) -> None:
        self.check_safe()
        self.registration.check_settled()
        newest = self.newest()
        assert newest is not None and [newest["holds"]] == self.registration.delivered()
        assert len(self.registration.roles()) == 1


class Certificate(Secret):
    """A private key that is made here."""

    credential = "certificate"

    def set_up(self) -> None:
        super().set_up()
        self.registration = PlatformCertificates(self.emulator)


class CertificateForced(Certificate):
    """The same where there is one already, and a new one is asked for. The runs after the kill do not ask."""

    writes = ("mint", "pending", "delivered")

    def set_up(self) -> None:
        super().set_up()
        self.start_from(self.host)
        self.host = {**self.host, "power_platform_force": True}

    @property
    def next_host(self) -> dict[str, t.Any]:
        return {**self.host, "power_platform_force": False}

    def check_at_last(self) -> None:
        """One whose key was lost is newer than the one in the file: it goes once a further one was stored."""
        self.run(self.host).ok()
        super().check_at_last()


class Absent(Secret):
    """Everything is taken away."""

    writes = ("unassign", "revoke", "disable", "delete")

    def set_up(self) -> None:
        super().set_up()
        self.start_from(self.host)
        self.app = self.registration.application
        self.principal = self.registration.principals()[0]["id"]
        self.assignments = len(self.emulator.powerplatform()["assignments"])
        self.host = {**self.host, "power_platform_state": "absent"}

    def others(self) -> t.Any:
        """Here also what Microsoft has in the tenant."""
        state = self.registration.state
        theirs = {key: item for key, item in state["service_principals"].items() if item["appId"] != self.app["appId"]}
        return {**without_application(self.registration.others(), self.app["appId"]), "theirs": theirs}

    def check_safe(self) -> None:
        """Whoever holds the credential was to lose it: the file goes with the application, or just before it."""
        assert self.files.left_over() == []

    def check_done(self) -> None:
        self.check_safe()
        assert self.files.read("power_platform") is None
        assert self.registration.applications() == []
        left = self.emulator.powerplatform()["assignments"].values()
        assert self.principal not in {item["principalObjectId"] for item in left}
        assert len(left) == self.assignments - 1

    def check_at_last(self) -> None:
        """Nothing more."""
