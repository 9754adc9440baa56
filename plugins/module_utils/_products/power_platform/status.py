# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""How far a connection to Power Platform is: what a run has seen and done so far, and which status follows from it."""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from ..._engine import PLACEHOLDER_ID
from ..._entra.consent.assessment import STATUS as CONSENT_NOT_ASSESSED
from ..._entra.consent.assessment import is_unknown
from ..._entra.credential.marks import remembered_outcome
from .connection import CONNECTOR
from .proof import is_unproven

Given = t.Mapping[str, t.Any]
NOTHING_LEFT: Given = {"secrets": [], "certificates": [], "federated": []}


def remembered_of(tags: t.Iterable[str] | None) -> str:
    """What came of the last proof, where that failed, as the tags of the application say; else an empty text."""
    return remembered_outcome(tags or (), CONNECTOR) or ""


@dataclasses.dataclass(frozen=True)
class SoFar:
    """What the steps of a run have come to, carried from one decision to the next as plain data."""

    role: Given = dataclasses.field(default_factory=dict)  # the assignment, as powerplatform_role_assignment returned it
    management: Given = dataclasses.field(default_factory=dict)  # as powerplatform_management_app returned it
    credential: Given = dataclasses.field(default_factory=dict)  # the present one, as the module that looks after it returned it
    proof: Given = dataclasses.field(default_factory=dict)  # of this run
    untried: bool = False  # this run made a credential and remembered that it was not tried
    changed: bool = False
    credential_changed: bool = False
    left: Given = dataclasses.field(default_factory=dict)  # credentials of the kinds that were used before; empty where they were not looked for

    @classmethod
    def of(cls, data: Given | None) -> SoFar:
        """From what a decision returned."""
        return cls(**dict(data or {}))

    def to_data(self) -> dict[str, t.Any]:
        """Plain data."""
        return dataclasses.asdict(self)


@dataclasses.dataclass(frozen=True)
class Situation:
    """One host in the middle of a run."""

    connection: Given  # what the variables say, see connection.py
    registration: Given  # the result fact of entra_connector
    so_far: SoFar
    check_mode: bool

    @functools.cached_property
    def remembered(self) -> str:
        """What came of the last proof before this run, where that failed."""
        return remembered_of(self.registration["app"].get("tags"))

    @property
    def accepted(self) -> bool:
        """Whether the operator vouches for the credential."""
        return bool(self.connection["accept_unproven"])

    @property
    def makes_key(self) -> bool:
        """Whether a run of this role makes the value of the credential, so that it can prove it."""
        return self.connection["credential"] == "secret" or bool(self.connection["generates"])

    @property
    def predicts(self) -> bool:
        """Whether the application does not exist yet, in check mode."""
        return self.registration["app"]["app_id"] == PLACEHOLDER_ID and not self.connection["client_id"]

    @property
    def consent_open(self) -> bool:
        """Whether an administrator still has to consent."""
        return bool(self.connection["consent_wanted"]) and not (self.registration.get("consent") or {}).get("complete", True)

    @property
    def role_hand_offs(self) -> list[Given]:
        """What an administrator of Power Platform still has to do."""
        return [step["hand_off"] for step in (self.so_far.role, self.so_far.management) if step.get("hand_off")]

    @property
    def blockers(self) -> t.Sequence[Given]:
        """What keeps the connection from working, as the look at Entra found it."""
        return t.cast("t.Sequence[Given]", self.registration.get("blockers") or ())

    @property
    def shut(self) -> bool:
        """Whether no token is issued for the application: then nothing is changed, and nothing could be proven."""
        return any(blocker["shuts"] for blocker in self.blockers)

    @property
    def unprovable(self) -> bool:
        """Whether no credential could be proven now."""
        return any(blocker["stops_renewal"] for blocker in self.blockers)

    @property
    def hand_offs(self) -> list[Given]:
        """What other people still have to do, in the order of importance."""
        consent = (self.registration.get("consent") or {}).get("hand_off")
        return [*([consent] if self.consent_open and consent else []), *self.role_hand_offs]

    @property
    def ready(self) -> bool:
        """Whether what the credential is for is there: only then can the run that has its value prove it."""
        return not self.consent_open and not self.role_hand_offs

    @property
    def proof_now(self) -> Given:
        """The proof of this run, or why there is none."""
        return self.so_far.proof or self._untested

    @property
    def unproven(self) -> bool:
        """A credential has to show something. Nothing but a proof or the operator's word settles it."""
        return is_unproven(str(self.proof_now["status"]), accepted=self.accepted)

    @property
    def never_proven(self) -> bool:
        """Whether nothing tells of a proof.

        A secret or key that is made here was proven by the run that made it, unless that is remembered to be otherwise. For what is made elsewhere only a
        proof of this run counts: nothing tells of an earlier one.
        """
        if self.proof_now["status"] not in ("not_tested", "not_possible"):
            return False
        return not self.makes_key or self.remembered == "not_tested" or self.so_far.untried

    @property
    def status(self) -> str:
        """The status of the connection."""
        seen = str(self.registration["status"])
        if self.blockers:
            return "blocked"
        if self.consent_open:
            return CONSENT_NOT_ASSESSED if is_unknown(self.registration["consent"]) else "awaiting_consent"
        if self.role_hand_offs:
            return "awaiting_role"
        if seen in ("not_connected", "awaiting_consent", CONSENT_NOT_ASSESSED):
            return seen
        if self.check_mode and self.so_far.changed:
            return "not_connected"
        if self.connection["credential"] == "none":
            return "ready_for_authorization"
        if self.unproven:
            # Where others gave the role, the proof says whether it is there.
            others_role = self.proof_now["status"] == "forbidden" and not self.connection["wants_role"]
            return "awaiting_role" if others_role else "not_proven"
        return "configured" if self.never_proven and not self.accepted else "connected"

    @property
    def ends_unproven(self) -> bool:
        """Whether the run has to fail. A rule of the tenant that stands in the way says nothing about the credential."""
        return self.status == "not_proven" and self.proof_now["status"] != "blocked" and self.connection["on_unproven"] == "fail"

    @property
    def _untested(self) -> Given:
        none = self.connection["credential"] == "none"
        why = self._why_untested
        if none or not self.remembered or self.accepted:
            return {"status": "not_possible" if none else "not_tested", "reason": why}
        before = (
            "The run that created the credential did not prove it"
            if self.remembered == "not_tested"
            else f"An earlier run could not prove it ({self.remembered.replace('_', ' ')})"
        )
        return {"status": self.remembered, "reason": f"{before}, and {why[:1].lower()}{why[1:]}"}

    @property
    def _why_untested(self) -> str:
        if self.check_mode:
            return "Check mode proves nothing."
        if self.unprovable:
            return "Nothing can be proven while no token is issued."
        if self.connection["credential"] == "none":
            return "There is no credential of the application; the sign-in of a person was not tested."
        if not self.ready:
            return "Nothing is proven while consent or a role is missing."
        if not self.connection["prove"]:
            return "power_platform_prove is off."
        if self.connection["credential"] == "federated":
            return "This run has no token of the federated identity; give one in power_platform_try."
        return "This run did not make the credential and does not have its value; give it in power_platform_try to test it again."
