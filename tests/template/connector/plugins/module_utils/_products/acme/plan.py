# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The single sign-on settings of an Acme site: desired, current, and the pure planner."""

from __future__ import annotations

import dataclasses
import typing as t

from ..._addresses import address_problem, one_spelling, without_secrets
from ..._engine import PLACEHOLDER_ID, Action, Plan
from ..._errors import ConflictError, OptionError

SERVICE = "Acme"


@dataclasses.dataclass(frozen=True)
class AcmeSettings:
    """What a site holds, or is to hold, without the secret: C(key_id) says which one it is. All of them in lower case."""

    tenant_id: str
    client_id: str
    key_id: str


@dataclasses.dataclass(frozen=True)
class AcmeDesired:
    """The options, checked, without the two secrets."""

    url: str
    state: str
    tenant_id: str
    client_id: str  # empty when it is not given, like the key id
    key_id: str
    has_secret: bool
    take_over: bool

    @classmethod
    def from_options(cls, options: t.Mapping[str, t.Any]) -> AcmeDesired:
        """From module options. Raises OptionError for an address that is none."""
        url = str(options["url"])
        problem = address_problem(url.strip())
        if problem:
            raise OptionError(
                f"'url' is {without_secrets(url.strip())!r}, which {problem}; it must be the address of the Acme site.",
                code="invalid_url",
                service=SERVICE,
                outcome="refused",
                advice="For example: https://contoso.acme.example",
            )
        return cls(
            one_spelling(url),
            options["state"],
            options["tenant_id"].lower(),
            (options.get("client_id") or "").lower(),
            (options.get("key_id") or "").lower(),
            bool(options.get("client_secret")),
            bool(options.get("take_over")),
        )

    @property
    def settings(self) -> AcmeSettings:
        """What the site is to hold."""
        return AcmeSettings(self.tenant_id, self.client_id, self.key_id)


def plan_sso(desired: AcmeDesired, current: AcmeSettings | None, *, check_mode: bool) -> Plan:
    """Refuse a site that another tenant or application uses, then plan the one write that is needed.

    Raises ConflictError for such a site, and OptionError when a value that has to be sent is missing.
    """
    before = dataclasses.asdict(current) if current else {}
    if desired.state == "absent":
        if current is None or not _is_ours(desired, current):
            return Plan((), before, before)  # settings of another application are not removed
        return Plan((Action("delete", f"remove single sign-on of {desired.url}"),), before, {})
    if current is not None:
        _check_ours(desired, current)
    if desired.state == "probed" or current == desired.settings:
        return Plan((), before, before)
    _check_complete(desired, check_mode=check_mode)
    key = "a new key" if desired.key_id == PLACEHOLDER_ID else f"key {desired.key_id}"
    return Plan((Action("put", f"set single sign-on of {desired.url} with {key}"),), before, dataclasses.asdict(desired.settings))


def _is_ours(desired: AcmeDesired, current: AcmeSettings) -> bool:
    """Whether the site uses this application of this tenant."""
    return (current.tenant_id, current.client_id) == (desired.tenant_id, desired.client_id)


def _check_ours(desired: AcmeDesired, current: AcmeSettings) -> None:
    """A site is only written when it has no settings, those of this application, or is explicitly taken over; never when it is another tenant's."""
    if current.tenant_id != desired.tenant_id:
        raise ConflictError(
            f"The Acme site {desired.url} is connected to another tenant, {current.tenant_id}.",
            code="other_tenant",
            service=SERVICE,
            outcome="refused",
            advice="Check 'url'. If it is correct, remove the present connection in Acme first.",
        )
    if not (_is_ours(desired, current) or desired.take_over):
        raise ConflictError(
            f"The Acme site {desired.url} works with another application of this tenant, {current.client_id}.",
            code="other_application",
            service=SERVICE,
            outcome="refused",
            advice="If the site no longer needs the other application, set 'take_over'.",
        )


def _check_complete(desired: AcmeDesired, *, check_mode: bool) -> None:
    """Every value that has to be sent is given. Check mode has no secret yet, and no id of a new application."""
    given = {"client_id": desired.client_id, "key_id": desired.key_id, "client_secret": desired.has_secret or check_mode}
    for name, value in given.items():
        if not value:
            raise OptionError(f"'{name}' is needed to set single sign-on.", code="option_missing", service=SERVICE, outcome="refused")
    if desired.client_id == PLACEHOLDER_ID and not check_mode:
        raise OptionError("'client_id' is the id that check mode gives to an application that does not exist yet.", code="placeholder", outcome="refused")
