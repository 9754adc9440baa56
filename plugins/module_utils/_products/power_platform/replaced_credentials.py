# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The application's credentials that this role made or uploaded while power_platform_credential was another: which there are, and which may go."""

from __future__ import annotations

import dataclasses
import typing as t

from ..._clock import parse_time
from ..._entra.credential.key import is_managed_name
from ..._entra.credential.marks import marked_keys
from .connection import CONNECTOR

Given = t.Mapping[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Present:
    """The credential that the application is to sign in with, and what tells of others."""

    kind: str  # power_platform_credential
    generates: bool
    credential: Given  # as the module that looks after it returned it
    tags: tuple[str, ...] = ()  # of the application

    @property
    def managed(self) -> list[Given]:
        """The credentials of the same kind that this role made or uploaded."""
        return list(self.credential.get("managed") or ())

    @property
    def marked(self) -> tuple[str, ...]:
        """Key ids with a delivery mark of this connector, which tell of credentials without a request.

        A certificate that was given has none: it is found, and told of, in a run that changes something.
        """
        return marked_keys(self.tags, CONNECTOR)

    @property
    def marked_before(self) -> list[str]:
        """Those of them that belong to another kind of credential than the present one."""
        of_this_kind = self.kind == "secret" or self.generates
        present = [row["key_id"] for row in self.managed] if of_this_kind else [self.credential.get("key_id") or ""]
        return [key for key in self.marked if key not in present]

    @property
    def age(self) -> int | None:
        """Whole days since the present credential was made, by the service's clock. None where it has no date, as a federated one."""
        row = next((row for row in self.managed if row["key_id"] == self.credential.get("key_id")), None)
        if row is None:
            return None
        begin, end = parse_time(row["start_date_time"]), parse_time(row["end_date_time"])
        return None if begin is None or end is None else (end - begin).days - int(row["days_left"])


def go_at_all(present: Present) -> bool:
    """Whether what was used before is removed once the overlap is over."""
    return present.age is not None and bool(present.marked_before)


def are_over(present: Present, *, overlap_days: int, unproven: bool) -> bool:
    """Whether it is over: the present credential, proven or vouched for, is older than the overlap."""
    return go_at_all(present) and not unproven and t.cast(int, present.age) > overlap_days


def replaced(present: Present, app: Given) -> dict[str, list[str]]:
    """Key ids of the C(secrets) and C(certificates) that were used before. ``app`` is the application as C(entra_app_info) returned it.

    A certificate that is given takes the place of one that was made, which has a mark. One that was given earlier is retired with it.
    """
    kept: set[str] = set()
    if present.kind == "certificate":
        kept = {row["key_id"] for row in present.managed} - set(present.marked)
    secrets = [] if present.kind == "secret" else _ours(app.get("secrets"))
    certificates = [] if present.generates else [key for key in _ours(app.get("certificates")) if key not in kept]
    return {"secrets": secrets, "certificates": certificates}


def left_lines(left: Given, *, goes: bool, overlap_days: int) -> list[str]:
    """What the operator reads about credentials that were used before and are still there."""
    keys = [*left.get("secrets", ()), *left.get("certificates", ())]
    lines = []
    if keys:
        module = "entra_client_secret" if left["secrets"] else "entra_app_certificate"
        lines = [
            f"The application also has {', '.join(keys)}, made or uploaded by this role while power_platform_credential was another.",
            f"Removed {overlap_days} days after the present credential was made."
            if goes
            else f"Once it is unused, remove it with tenantkit.connectors.{module} (name: power_platform, state: absent, force: true).",
        ]
    if left.get("federated"):
        lines.append(
            f"The application also has the federated credential {left['federated'][0]}. Once it is unused, remove it with "
            "tenantkit.connectors.entra_federated_credential (state: absent)."
        )
    return lines


def _ours(rows: t.Iterable[Given] | None) -> list[str]:
    """Key ids of those that this role made or uploaded, by their names."""
    return [row["key_id"] for row in rows or () if is_managed_name(row.get("display_name"), CONNECTOR)]
