# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The kinds of credential whose life cycle this collection manages: what they are called in sentences and in Graph."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Kind:
    """One kind of managed credential. Everything that tells its life cycle from that of another kind."""

    noun: str  # in sentences: "secret"
    in_policies: str  # several of them, in sentences about the tenant's policies: "client secrets"
    make: str  # the verb for a new one: "mint"
    collection: str  # the property of C(application) that lists them
    addition: str  # the restriction of an app management policy that forbids new ones
    lifetime: str  # the restriction of an app management policy that limits how long they are valid
    instead: str  # what an operator can use where a policy forbids new ones
    replaced_whole: bool = False  # a write replaces the collection, so that two writers at one moment can take each other's entries away
    authority: str = ""  # the restriction that takes only those of authorities that the tenant has named
    personal_slots: int | None = None  # how many an application for personal accounts takes at most; None: no special limit

    @property
    def nouns(self) -> str:
        """Several of them."""
        return f"{self.noun}s"

    @property
    def select(self) -> tuple[str, ...]:
        """The properties of C(application) that the life cycle has to know."""
        return ("id", "appId", "displayName", "uniqueName", "createdDateTime", "signInAudience", "tags", self.collection)


# The restriction types: https://learn.microsoft.com/graph/api/resources/passwordcredentialconfiguration and .../keycredentialconfiguration.
SECRET = Kind(
    noun="secret",
    in_policies="client secrets",
    make="mint",
    collection="passwordCredentials",
    addition="passwordAddition",
    lifetime="passwordLifetime",
    instead="use a certificate where the product takes one (tenantkit.connectors.entra_app_certificate)",
    personal_slots=2,  # https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation
)
CERTIFICATE = Kind(
    noun="certificate",
    in_policies="certificates",
    make="make",
    collection="keyCredentials",
    addition="asymmetricKeyAddition",
    lifetime="asymmetricKeyLifetime",
    authority="trustedCertificateAuthority",
    instead="use a federated credential (entra_federated_credential)",
    replaced_whole=True,
)
