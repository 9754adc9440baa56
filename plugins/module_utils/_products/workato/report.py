# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""How a run of the role workato ends: what is still to do in Workato, the status, and what a person has to do. Pure."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from ..._clock import format_time, parse_time
from ..._entra.common.blockers import sentence_of
from ..._steps import ran
from ..options import given as options

# Statuses of the connection in Entra: all was done there, or no sign-in can succeed.
CONNECTED, ABSENT, BLOCKED = "connected", "absent", "blocked"


@dataclasses.dataclass(frozen=True)
class Run:
    """One run of the role on one host, as far as it has come."""

    connection: t.Mapping[str, t.Any]  # as the role publishes it
    entra: t.Mapping[str, t.Any]  # the result of entra_connector
    seen: t.Mapping[str, t.Any]  # the connection in Workato as it was seen last; empty where no task looked
    partners: t.Sequence[t.Mapping[str, t.Any]]  # the consent addresses
    check_mode: bool

    @property
    def present(self) -> bool:
        """Whether the connection should be there."""
        return bool(self.connection["state"] == "present")

    @property
    def has_token(self) -> bool:
        """Whether the run can query Workato."""
        return bool(self.connection["has_token"])

    @property
    def ours(self) -> bool:
        """Whether the connection is there and carries our external id. One of others does not count before it is adopted."""
        return bool(self.seen.get("ours"))

    @property
    def open(self) -> bool:
        """Whether a person has to sign in."""
        return not self.ours or bool(self.seen["authorization_required"] or self.seen["reconnect_required"])

    @property
    def blocked(self) -> bool:
        """Whether no sign-in can succeed: then no person is sent to one, and nothing waits for it."""
        return bool(self.entra["status"] == BLOCKED)

    @property
    def tenant(self) -> str:
        """The tenant's name, for sentences."""
        return str(self.entra["tenant"]["display_name"])

    @property
    def secret(self) -> t.Mapping[str, t.Any]:
        """The client secret, as far as there is one."""
        return self.entra.get("secret") or {}


def report(given: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """What is still to do in Workato, and the C(result) of the role.

    ``given``: C(connection) as the role publishes it, C(entra) the result of C(entra_connector), C(seen) the step that looked at Workato or delivered to it
    last, C(corrected) and C(partner_step) the steps that the first answer asked for, once they were reached, C(check_mode).

    C(remove), C(correct) and C(partners) (the options of C(entra_admin_consent), empty where there is nothing to ask) are what is to do, C(open) whether
    any of it is. A prediction has nothing for a person to do.
    """
    corrected = ran(given.get("corrected")).get("connection")
    run = Run(
        connection=given["connection"],
        entra=given["entra"],
        seen=corrected or ran(given.get("seen")).get("connection") or {},
        partners=(ran(given.get("partner_step")).get("consent") or {}).get("partner_urls") or [],
        check_mode=given["check_mode"],
    )
    remove = not run.present and run.seen.get("id") is not None
    correct = run.present and run.ours and bool(run.seen["differences"] or (run.connection["wait_for_authorization"] and run.open)) and not run.blocked
    partners = {} if run.blocked else _partner_options(run)
    status = _status(run)
    by_hand = _by_hand(run)
    notes = _notes(run, status, by_hand)
    return {
        "open": remove or correct or bool(partners),
        "remove": remove,
        "correct": correct,
        "partners": partners,
        "result": {
            **run.entra,
            "status": status,
            "connection": run.seen,
            "partner_consent_urls": {partner["tenant_id"]: partner["url"] for partner in run.partners},
            "enter_by_hand": by_hand,
            "notes": notes,
            "to_do": [] if run.check_mode else list(dict.fromkeys([*(run.entra.get("to_do") or ()), *notes])),
        },
    }


def _partner_options(run: Run) -> dict[str, t.Any]:
    """How the addresses for the administrators of partners are made. An application that check mode would make is known by its name."""
    connection, app = run.connection, run.entra["app"]
    if not run.present or not connection["partner_tenants"]:
        return {}
    new = app["would_create"]
    return options(
        app_id=None if new else app["app_id"],
        unique_name=connection["unique_name"] if new else None,
        permissions=connection["permissions"],
        accept_privileged=connection["accept_privileged"],
        hand_off_redirect_uri=None if new else connection["redirect_uri"],
        hand_off_tenants=connection["partner_tenants"],
        mode="report",
    )


def _status(run: Run) -> str:
    """One word. Without an API token the run has not looked whether the connection is still there, or whether a person has signed in."""
    entra = str(run.entra["status"])
    if not run.present:
        if entra != ABSENT:
            return entra
        if not run.has_token:
            return "absent_in_entra"
        return "not_absent" if run.check_mode and run.seen.get("id") is not None else ABSENT
    if entra != CONNECTED:
        return entra
    return "ready_for_authorization" if not run.has_token or run.open else CONNECTED


def place_of_secret(sinks: t.Iterable[t.Mapping[str, t.Any]]) -> str:
    """Where a person who types the client secret in finds it."""
    kinds = {"vault_file": "an encrypted file", "azure_key_vault": "a key vault"}
    return ", ".join(sink.get("place") or kinds.get(sink["type"], sink["type"]) for sink in sinks)


def type_in_before(managed: t.Iterable[t.Mapping[str, t.Any]], overlap_days: int) -> str:
    """The day by which a renewed secret has to be typed in, empty when there is none to replace.

    It is while the one before works: until that expires, or the overlap is over, which counts from the start of the newest.
    """
    alive = sorted((key for key in managed if key["days_left"] >= 0), key=lambda key: str(key["start_date_time"]))
    if len(alive) < 2:
        return ""
    ends = [_time(key["end_date_time"]) for key in alive[:-1]]
    return format_time(min(*ends, _time(alive[-1]["start_date_time"]) + dt.timedelta(days=overlap_days)))[:10]


def _time(text: t.Any) -> dt.datetime:
    return t.cast(dt.datetime, parse_time(text))


def _by_hand(run: Run) -> dict[str, t.Any]:
    """What a person types into Workato when no API token does it."""
    return {
        "client_id": run.entra["app"].get("app_id") or "",
        "tenant": "common" if run.connection["personal"] else run.entra["tenant"]["tenant_id"],
        "redirect_uri": run.connection["redirect_uri"],
        "client_secret": f"in {place_of_secret(run.entra.get('sinks') or [])}",
        "client_secret_end": run.secret.get("end_date_time") or "",
    }


def _notes(run: Run, status: str, by_hand: t.Mapping[str, t.Any]) -> list[str]:
    """Sentences for the operator; empty when nothing is left to do."""
    found = _notes_present(run, status, by_hand) if run.present else _notes_absent(run, status)
    missing = [str(partner.get("note") or "") for partner in run.partners if not partner["url"]]
    if missing:
        found.append(f"There is no consent address for partners. {' '.join(dict.fromkeys(missing))}")
    return found


def _notes_present(run: Run, status: str, by_hand: t.Mapping[str, t.Any]) -> list[str]:
    root = run.connection["root"]
    found = [sentence_of(blocker) for blocker in run.entra.get("blockers") or ()]
    if status == "ready_for_authorization" and run.has_token:
        found.append(f"{run.tenant}: sign in with the service account at {run.seen.get('authorization_url') or root}")
        steps = " ".join(f"({number}) {step}" for number, step in enumerate(run.seen.get("reconnect_steps") or (), 1))
        found += [f"{run.tenant}: the connection has to be connected again. What the vendor says to do: {steps}"] if steps else []
    if status == "ready_for_authorization" and not run.has_token:
        found.append(
            f"{run.tenant}: make a connection at {root} (Connections, new connection), if there is none yet, with client id {by_hand['client_id']}, tenant "
            f"{by_hand['tenant']}, the client secret {by_hand['client_secret']} (valid until {by_hand['client_secret_end'][:10]}); its redirect URI is "
            f"{by_hand['redirect_uri']}. Then sign in to it with the service account."
        )
    before = "" if run.has_token else type_in_before(run.secret.get("managed") or [], run.connection["secret"].get("overlap_days") or 0)
    if before:
        found.append(f"{run.tenant}: the client secret was renewed. Type the new secret in before {before}; it is {by_hand['client_secret']}.")
    return found


def _notes_absent(run: Run, status: str) -> list[str]:
    name = run.connection["connection_name"]
    found = []
    if status == "absent_in_entra":
        found.append(
            f"{run.tenant}: Workato was not queried, for lack of an API token. The connection '{name}' (external id {run.connection['external_id']}) is left "
            f"behind at {run.connection['root']}, if there is one; delete it there, or run again with 'workato_api_token'."
        )
    if run.seen.get("adopted"):
        found.append(
            f"{run.tenant}: the connection '{name}' was not made here, so it was given back and not deleted. The credentials it had before are not known; it "
            "needs new ones."
        )
    return found
