# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The single sign-on settings of one environment of Workspace 365: desired, current, and the pure planner."""

from __future__ import annotations

import dataclasses
import typing as t

from ..._authority import check_authority_address, check_authority_tenant
from ..._clouds import tenant_in_login_url
from ..._engine import PLACEHOLDER_ID, Action, Plan
from ..._errors import ConflictError, OptionError
from .addresses import SERVICE, check_environment, check_instance_url
from .sign_in_page import OTHER_TENANT, UNCLEAR, SignInPage


@dataclasses.dataclass(frozen=True)
class SsoDesired:
    """The options, checked, without the two secrets."""

    instance_url: str
    environment: str
    state: str
    authority: str | None = None
    client_id: str | None = None
    key_id: str | None = None
    has_key: bool = False
    delivered_key_id: str | None = None
    delivered_mark: bool = False
    sign_in_checked: bool = False
    take_over: bool = False
    force: bool = False
    expected_tenants: frozenset[str] = frozenset()

    @classmethod
    def from_options(cls, options: t.Mapping[str, t.Any]) -> SsoDesired:
        """From module options."""
        expected = {name.strip().lower() for name in options.get("expected_tenants") or () if name.strip()}
        authority = options.get("authority") or ""
        if authority:
            check_authority_address(authority, SERVICE)
        if expected:
            check_authority_tenant(authority, expected, f"the tenant of 'expected_tenants' ({', '.join(sorted(expected))})", SERVICE)
        own = tenant_in_login_url(authority)
        expected.update({own} if own else ())
        return cls(
            check_instance_url(options["instance_url"]),
            check_environment(options["environment"]),
            options["state"],
            authority.rstrip("/") or None,
            (options.get("client_id") or "").lower() or None,
            (options.get("key_id") or "").lower() or None,
            bool(options.get("key")),
            (options.get("delivered_key_id") or "").lower() or None,
            bool(options.get("delivered_mark") or options.get("delivered_key_id")),
            bool(options.get("sign_in_checked")),
            bool(options.get("take_over")),
            bool(options.get("force")),
            frozenset(expected),
        )

    @property
    def settled(self) -> bool:
        """Whether the mark says that this very key was the last one delivered."""
        return bool(self.key_id) and self.key_id == self.delivered_key_id and not self.force


@dataclasses.dataclass(frozen=True)
class SsoCurrent:
    """What could be seen: the sign-in page, where it was looked at. The settings themselves cannot be read."""

    page: SignInPage | None = None
    environment_proven: bool = False


def plan_sso(desired: SsoDesired, current: SsoCurrent, check_mode: bool = False) -> Plan:
    """Refuse an environment that another tenant uses, then plan the write.

    Raises ConflictError for an environment that may belong to another tenant, and OptionError when a value that has to be sent is missing.
    """
    if desired.state == "page":
        return Plan()
    if current.page is not None:
        _check_page(desired, current.page)
    if desired.state == "probed" or desired.settled:
        return Plan()
    if not desired.has_key and not check_mode:
        raise OptionError(
            "'key' is needed: according to the delivery mark this key was not the last one delivered, so it has to be sent.",
            code="key_missing",
            service=SERVICE,
            outcome="refused",
            advice="Pass 'key' from the task that made the secret (tenantkit.connectors.entra_client_secret).",
        )
    for name in ("authority", "client_id"):
        if not getattr(desired, name):
            raise OptionError(f"'{name}' is needed to set single sign-on.", code="option_missing", service=SERVICE, outcome="refused")
    if desired.client_id == PLACEHOLDER_ID and not check_mode:
        raise OptionError("'client_id' is the id that check mode gives to an application that does not exist yet.", code="placeholder", outcome="refused")
    key = f"key {desired.key_id}" if desired.key_id and desired.key_id != PLACEHOLDER_ID else "a new key"
    text = f"set single sign-on of environment '{desired.environment}' to {desired.authority} with {key}"
    # The settings cannot be read back: "before" holds what was last delivered as far as is known.
    before = {"key_id": desired.delivered_key_id}
    after = {"authority": desired.authority, "client_id": desired.client_id, "key_id": desired.key_id}
    return Plan((Action("put", text),), before, after)


def _check_page(desired: SsoDesired, page: SignInPage) -> None:
    """An environment is only written when it is free, ours, or explicitly taken over; another tenant's never."""
    where = f"Environment '{desired.environment}' of {desired.instance_url}"
    if page.connection == OTHER_TENANT:
        raise ConflictError(
            f"{where} is connected to another tenant: its sign-in page shows that {page.seen}.",
            code="other_tenant",
            service=SERVICE,
            outcome="refused",
            advice="Check 'instance_url' and 'environment'. If this is the right one, its present connection has to be removed in Workspace 365 first.",
            details={"connection": page.connection},
        )
    if page.connection == UNCLEAR and not (desired.take_over or desired.delivered_mark):
        raise ConflictError(
            f"{where} has no delivery mark of this collection, and its sign-in page does not show whether it is free: {page.seen}.",
            code="connection_unclear",
            service=SERVICE,
            outcome="refused",
            advice="If no other tenant's single sign-on is replaced by that, set 'take_over'.",
            details={"connection": page.connection},
        )
