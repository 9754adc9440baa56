# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The tenant that was named has to be the tenant that is reached.

Sources: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference (C(tid)),
https://learn.microsoft.com/graph/api/resources/verifieddomain,
https://learn.microsoft.com/troubleshoot/entra/entra-id/governance/verify-first-party-apps-sign-in (Microsoft's own tenant); read 2026-11. That the tenant of
personal accounts (9188040d) and Microsoft's are never meant is our rule (inferred).
"""

from __future__ import annotations

import re
import typing as t

from .._errors import OptionError, TenantGuardError
from .._given_values import ValueKind, usable
from .._ids import is_guid
from .._job.cache import JobCache
from .._job.claims import check_contested

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_SHARED = frozenset({"common", "organizations", "consumers"})
# Tenants that exist and have no customer's administrator: personal accounts, and Microsoft's own services.
_NOBODYS = frozenset({"9188040d-6c67-4c5b-b112-36a304b66dad", "f8cdef31-a31e-4b4a-93e4-5f571e91255a"})
_ADVICE = "Give the tenant's id (a GUID, preferred) or one of its verified domains."

ORGANIZATION_PATH = "/organization"
ORGANIZATION_PARAMS: t.Mapping[str, str] = {"$select": "id,displayName,tenantType,verifiedDomains"}


def normalise_domain(value: str) -> str | None:
    """A domain name in the form Entra keeps it in (lower case, xn-- for other letters), or None when it is none."""
    text = value.strip().rstrip(".").lower()
    try:
        text = text.encode("idna").decode("ascii") if not text.isascii() else text
    except UnicodeError:
        return None
    labels = text.split(".")
    if len(labels) < 2 or len(text) > 253 or not all(_LABEL.fullmatch(label) for label in labels) or labels[-1].isdigit():
        return None
    return text


def check_tenant(value: t.Any) -> str:
    """The option C(tenant_id), normalised. Raises OptionError when it is empty, stands for many tenants, is a placeholder or Microsoft's, or is no domain."""
    text = usable(ValueKind.ID, str(value if value is not None else ""), "tenant").lower()
    if not text:
        raise OptionError("tenant_id is empty.", code="tenant_id", advice=f"{_ADVICE} It is never taken from the environment.")
    if text in _SHARED:
        raise OptionError(f"tenant_id is {text!r}, which stands for many tenants.", code="tenant_id", advice=_ADVICE)
    if is_guid(text):
        if not text.strip("0-") or not text.strip("f-"):
            raise OptionError(f"tenant_id is {text}, a placeholder and not a tenant.", code="tenant_id", advice=_ADVICE)
        if text in _NOBODYS:
            raise OptionError(f"tenant_id is {text}, which belongs to Microsoft and is no customer's tenant.", code="tenant_id", advice=_ADVICE)
        return text
    domain = normalise_domain(text)
    if domain is None:
        raise OptionError(f"tenant_id is {str(value)!r}, which is neither a GUID nor a domain.", code="tenant_id", advice=_ADVICE)
    return domain


def check_expected_domain(value: t.Any) -> str | None:
    """The option C(expected_domain), normalised. Raises OptionError when it is given and is not a domain."""
    if value is None:
        return None
    domain = normalise_domain(str(value))
    if domain is None:
        raise OptionError(
            f"expected_domain is {str(value)!r}, which is not a domain.",
            code="expected_domain",
            advice="Give a verified domain of the tenant, or leave it out.",
        )
    return domain


class TenantGuard:
    """Compares what was named with what was reached; see C(check_token) and C(check)."""

    def __init__(self, tenant: str, expected_domain: str | None, cache: JobCache, scope: t.Sequence[str], describe: str) -> None:
        """``tenant`` and ``expected_domain`` are checked and normalised; ``describe`` names the credential for sentences."""
        self.tenant = tenant
        self.expected_domain = expected_domain
        self.tenant_id: str | None = None  # of the tenant reached
        self.organization: dict[str, t.Any] | None = None  # {"id", "display_name", "domains"} once it is known
        self._cache = cache
        self._scope = tuple(scope)
        self._describe = describe
        self._passed = False

    @property
    def domains(self) -> list[str]:
        """The domains that the tenant has to have verified."""
        named = None if is_guid(self.tenant) else self.tenant
        return list(dict.fromkeys(domain for domain in (named, self.expected_domain) if domain))

    @property
    def passed(self) -> bool:
        """Whether nothing is left to be compared."""
        return self._passed or (self.tenant_id is not None and not self.domains)

    def check_token(self, claims: t.Mapping[str, t.Any]) -> str:
        """Compare the tenant id with the token's; returns the id of the tenant reached. Comes before everything else.

        Raises TenantGuardError when the token names no tenant, or another than C(tenant_id) does.
        """
        reached = claims.get("tid")
        if not isinstance(reached, str) or not is_guid(reached):
            raise TenantGuardError(
                f"The token obtained with the {self._describe} names no tenant ('tid'), so nothing is done in tenant {self.tenant}.",
                code="tenant_unknown",
                tenant=self.tenant,
                advice="Check login_url and cloud: the token does not look like one of Microsoft Entra ID.",
            )
        reached = reached.lower()
        if is_guid(self.tenant) and reached != self.tenant:
            raise TenantGuardError(
                f"tenant_id names tenant {self.tenant}, and the {self._describe} reaches tenant {reached}. Nothing was done in either.",
                code="tenant_mismatch",
                tenant=self.tenant,
                advice="Use a credential of the tenant that is meant, or correct tenant_id.",
                details={"named": self.tenant, "reached": reached},
            )
        self.tenant_id = reached
        return reached

    def check(self, client: t.Any) -> None:
        """Make sure before the first write: no other host of the job means the same, and the domains are this tenant's.

        The domains cost one read per job, none when only a tenant id was named.
        """
        check_contested(self._cache, self.tenant_id or "")
        if self.passed:
            return
        stored, _from_cache = self._cache.get_or_create("guard", self._key, lambda: (self._look(client), None), reject=self._is_other)
        if not self._passed:  # another task of this job looked, and it fitted
            self.organization = stored
            self._passed = True

    def see(self, organization: t.Any) -> None:
        """The same from an answer of C(/organization) that was read for other reasons; it needs id, displayName and verifiedDomains.

        Later tasks of the job need not look then.
        """
        found = self._accept(organization)
        if self.domains:
            self._cache.get_or_create("guard", self._key, lambda: (found, None), reject=self._is_other)

    def _accept(self, organization: t.Any) -> dict[str, t.Any]:
        found = _shape(organization)
        if found is None:
            raise TenantGuardError(
                f"Microsoft Graph did not say which organization was reached with the {self._describe}, so nothing is done in tenant {self.tenant}.",
                code="tenant_unknown",
                tenant=self.tenant,
                advice="The credential needs to be allowed to read the organization.",
            )
        self._compare(found)
        self.organization = found
        self._passed = True
        return found

    @property
    def _key(self) -> tuple[str, ...]:
        return (*self._scope, *self.domains)

    def _look(self, client: t.Any) -> dict[str, t.Any]:
        return self._accept(client.get(ORGANIZATION_PATH, doing="read the organization", params=dict(ORGANIZATION_PARAMS)))

    def _is_other(self, found: t.Any) -> bool:
        return not (found["id"] == self.tenant_id and set(self.domains) <= set(found["domains"]))

    def _compare(self, found: dict[str, t.Any]) -> None:
        name = f"{found['id']} ({found['display_name']!r}; its domains: {_list(found['domains'])})"
        if self.tenant_id is not None and found["id"] != self.tenant_id:
            raise TenantGuardError(
                f"The token is for tenant {self.tenant_id}, and Microsoft Graph answered from tenant {name}. Nothing was done in either.",
                code="tenant_mismatch",
                tenant=self.tenant,
                advice="Check graph_url, login_url and cloud: they have to belong together.",
                details={"named": self.tenant, "reached": found["id"]},
            )
        missing = [domain for domain in self.domains if domain not in found["domains"]]
        if missing:
            option = "expected_domain" if missing[0] == self.expected_domain else "tenant_id"
            raise TenantGuardError(
                f"{option} names {missing[0]}, which is not a verified domain of the tenant that the {self._describe} reaches: {name}. Nothing was done there.",
                code="domain_mismatch",
                tenant=self.tenant,
                advice="Use a credential of the tenant that is meant, or correct the domain. A domain that is not verified yet does not count.",
                details={"named": missing[0], "reached": found["id"], "verified_domains": found["domains"]},
            )


def _shape(body: t.Any) -> dict[str, t.Any] | None:
    """Id, name and verified domains from an organization, or from a list with exactly one."""
    if isinstance(body, dict) and isinstance(body.get("value"), list):
        body = body["value"]
    if isinstance(body, list):
        body = body[0] if len(body) == 1 else None
    if not isinstance(body, dict) or not isinstance(body.get("id"), str) or not isinstance(body.get("verifiedDomains"), list):
        return None
    names = [item.get("name") for item in body["verifiedDomains"] if isinstance(item, dict)]
    domains = [normalise_domain(name) or name.lower() for name in names if isinstance(name, str)]
    return {"id": body["id"].lower(), "display_name": str(body.get("displayName") or ""), "domains": domains}


def _list(domains: t.Sequence[str], limit: int = 5) -> str:
    shown = ", ".join(domains[:limit]) or "none"
    return f"{shown} and {len(domains) - limit} more" if len(domains) > limit else shown
