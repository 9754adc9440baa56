# SPDX-License-Identifier: GPL-3.0-or-later
"""What must hold for the connection of one tenant to Workspace 365 at any time, asserted on the emulator's state."""

from __future__ import annotations

import dataclasses
import typing as t

from support.registrations import Registration
from tenant_emulator.testing import JsonObject


@dataclasses.dataclass
class Connection(Registration):
    """One application as a tenant holds it, and what the product holds."""

    connector: t.ClassVar[str] = "workspace365"

    def held(self) -> JsonObject | None:
        """What the product holds."""
        return t.cast("JsonObject | None", self.emulator.workspace365("portal", self.tenant)["sso"])

    def signs_in(self) -> bool:
        """Whether the product gets a token with what it holds."""
        return bool(self.emulator.control("POST", f"workspace365/portal/{self.tenant}/sign-in")["status"] == 200)

    def check_safe(self) -> None:
        """What holds after a kill anywhere."""
        super().check_safe()
        if self.held() is not None:
            assert self.signs_in(), f"locked out: the product holds {self.held()}, of {[key['keyId'] for key in self.managed()]}"

    def check_connected(self, scopes: t.Collection[str] = ("User.Read", "openid")) -> None:
        """What holds after a run that ended well."""
        self.check_safe()
        held = self.held()
        assert held is not None and held["client_id"] == self.application["appId"]
        assert self.pending() == []
        assert self.delivered() == [held["key_id"]]
        assert len(self.principals()) == 1
        assert self.granted() == [("AllPrincipals", sorted(scopes))]
