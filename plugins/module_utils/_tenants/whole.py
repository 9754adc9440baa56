# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Whether a list of tenants is whole: a customer leaves it without a word, with its last relationship or with a page that was not read. Pure."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._errors import OptionError, ServiceError, sentences
from .model import NO_RELATIONSHIP, ListedTenant

DEFAULT_SHRINK = "10%"
SHRINK_VARIABLE = "TENANTKIT_TENANTS_MAX_SHRINK"
_NAMED = 5


@dataclasses.dataclass(frozen=True)
class Shrink:
    """How many of the tenants of an earlier list may be gone."""

    said: str
    number: int
    is_share: bool

    @classmethod
    def of(cls, given: t.Any, name: str = "max_shrink") -> Shrink:
        """From the option C(max_shrink), or the variable of that ``name``. Raises OptionError."""
        text = str(DEFAULT_SHRINK if given in (None, "") else given).strip()
        number = int(text.removesuffix("%")) if re.fullmatch(r"\d{1,6}%?", text) and not isinstance(given, bool) else -1
        if number < 0 or (text.endswith("%") and number > 100):
            raise OptionError(
                f"'{name}' is {given!r}, which is no number of tenants and no share of them.",
                code="max_shrink",
                advice='Write a number from 0, or "0%" to "100%".',
            )
        return cls(text, number, text.endswith("%"))

    def allowed(self, before: int) -> int:
        """Of so many tenants. A share that is not 0 allows one: a small provider loses a customer, too."""
        return before * self.number // 100 or min(1, self.number) if self.is_share else self.number


def check_customers(tenants: t.Iterable[ListedTenant], statuses: t.Collection[str], *, partner: str) -> None:
    """Raises ServiceError for a customer without any row of a relationship, unless that is what the operator asks for: rows are missing, then."""
    if NO_RELATIONSHIP in statuses:
        return
    if without := [tenant.tenant_id for tenant in tenants if not tenant.relationships]:
        raise ServiceError(
            f"The lists of tenant {partner} do not fit together: {_count(without, 'customer')} ({_named(without)}) {'has' if len(without) == 1 else 'have'} no "
            "relationship in the list of relationships.",
            code="listing_incomplete",
            service="Microsoft Graph",
            tenant=partner,
            advice=f"Run again; when it stays so, add {NO_RELATIONSHIP!r} to 'relationship_statuses', which takes such customers in.",
        )


def check_number(hosts: t.Collection[t.Any], least: int) -> None:
    """Raises OptionError for fewer tenants than there have to be."""
    if len(hosts) < least:
        raise OptionError(
            f"The inventory has {_count(hosts, 'tenant')}, and 'tenants_min' is {least}.",
            code="tenants_min",
            advice="Look why they are missing (the source, the filters of the file, the identity's tenant), or lower 'tenants_min'.",
        )


def check_shrink(before: t.Collection[str], now: t.Collection[str], shrink: Shrink) -> None:
    """Raises OptionError where too many tenants of an earlier list are gone, whatever came in their place."""
    there = set(now)
    gone = [tenant for tenant in before if tenant not in there]
    if len(gone) > shrink.allowed(len(before)):
        raise OptionError(
            f"Of the {len(before)} tenants of the list before this one, {len(gone)} are gone ({_named(gone)}), and 'max_shrink' is {shrink.said}.",
            code="max_shrink",
            advice=sentences(
                "A customer leaves the list with its last relationship: look in the partner's tenant what became of them.",
                f"When that is right, set {SHRINK_VARIABLE}=100% for one run with --flush-cache.",
            ),
        )


def _count(entries: t.Collection[t.Any], what: str) -> str:
    return f"{len(entries)} {what}{'' if len(entries) == 1 else 's'}"


def _named(names: t.Sequence[str]) -> str:
    return ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
