# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The page of one customer: what the report says of its tenant, and no word of any other. Pure."""

from __future__ import annotations

import dataclasses
import enum
import hashlib
import re
import typing as t

from .model import Report, RunRow, TenantRow
from .page import page

LEFT_OUT = "This sentence names another tenant. It stands in the report of the whole run."
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_HASH = 8  # digits


def customer_pages(report: Report, *, days: int) -> list[tuple[str, str]]:
    """The name of a file and its content for each tenant."""
    names, pages = set(), []
    everyone = {tenant.name: _identifiers(tenant) for tenant in report.tenants}
    for tenant in report.tenants:
        name = file_name(tenant.name)
        if name in names:
            name = f"{name}-{_digest(tenant.name)}"
        names.add(name)
        only = only_of(report, tenant, _others(everyone, tenant))
        pages.append((f"{name}.html", page(only, days=days, title=tenant.display_name or tenant.name, whole=False)))
    return pages


def file_name(name: str) -> str:
    """A name of a file, without its ending. What could be a path, or is hard to type, is replaced; two names never get the same file."""
    if _PLAIN.fullmatch(name) and name == name.lower():
        return name
    return f"{re.sub(r'[^a-z0-9]+', '-', name.lower())[:60].strip('-') or 'tenant'}-{_digest(name)}"


def only_of(report: Report, tenant: TenantRow, others: re.Pattern[str] | None) -> Report:
    """The report of one tenant. A text with the name of another one (``others``) is replaced as a whole."""
    run = dataclasses.replace(report.run_of(tenant), stopped=None)
    if others is None:
        return Report((run,), (tenant,))
    own = _pattern(_identifiers(tenant))
    return Report((t.cast(RunRow, _without(run, others, own)),), (t.cast(TenantRow, _without(tenant, others, own)),))


def _without(value: t.Any, others: re.Pattern[str], own: re.Pattern[str]) -> t.Any:
    """The value with each text that names another tenant replaced; the tenant's own names, in which another one's may stand, are no such text."""
    if isinstance(value, str) and not isinstance(value, enum.Enum):
        return LEFT_OUT if others.search(own.sub(" ", value)) else value
    if isinstance(value, tuple):
        return tuple(_without(part, others, own) for part in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        kept = ("name", "display_name", "domain", "tenant_id", "run") if isinstance(value, TenantRow) else ("id", "started", "written", "finished", "version")
        changed = {field.name: _without(getattr(value, field.name), others, own) for field in dataclasses.fields(value) if field.name not in kept}
        return dataclasses.replace(value, **changed)
    return value


def _identifiers(tenant: TenantRow) -> frozenset[str]:
    """By what a tenant can be recognized."""
    domain = tenant.domain.partition(".")[0] if tenant.domain.endswith(".onmicrosoft.com") else ""
    return frozenset(text for text in (tenant.name, tenant.display_name, tenant.domain, tenant.tenant_id, domain) if text.strip())


def _others(everyone: t.Mapping[str, frozenset[str]], tenant: TenantRow) -> re.Pattern[str] | None:
    """What names the other tenants, but not this one too."""
    found = {text for name, texts in everyone.items() if name != tenant.name for text in texts}
    own = {text.casefold() for text in _identifiers(tenant)}
    left = {text for text in found if text.casefold() not in own}
    return _pattern(left) if left else None


def _pattern(texts: t.Iterable[str]) -> re.Pattern[str]:
    """Any of the texts as a whole word; the longest first, and none that is a part of a longer name."""
    words = "|".join(re.escape(text) for text in sorted(texts, key=lambda text: (-len(text), text)))
    return re.compile(rf"(?<![\w-])(?:{words})(?![\w-])", re.IGNORECASE)


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:_HASH]
