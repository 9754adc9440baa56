# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The group setting "Consent Policy Settings". A tenant without it has the template's defaults; newer tenants may have no such template.

Sources: https://learn.microsoft.com/entra/identity/enterprise-apps/configure-user-consent-groups (names and meaning),
https://learn.microsoft.com/graph/api/resources/groupsetting and https://learn.microsoft.com/graph/api/resources/groupsettingtemplate (a write holds all
values), https://github.com/microsoftgraph/microsoft-graph-docs/pull/1607 (all values of the template, what an older setting lacks included); read 2026-11.
That newer tenants have no such template: observed in public reports; not documented.
"""

from __future__ import annotations

import dataclasses
import typing as t

TEMPLATE = "dffd5d46-495d-40a9-8e21-954ff55e198a"
# Option -> name in Graph. All values are strings there.
NAMES: t.Mapping[str, str] = {
    "enable_group_specific_consent": "EnableGroupSpecificConsent",
    "block_user_consent_for_risky_apps": "BlockUserConsentForRiskyApps",
    "enable_admin_consent_requests": "EnableAdminConsentRequests",
    "constrain_group_specific_consent_to_members_of_group_id": "ConstrainGroupSpecificConsentToMembersOfGroupId",
}
# What says whether owners of groups consent, and which of them.
OF_GROUP_OWNERS = ("EnableGroupSpecificConsent", "ConstrainGroupSpecificConsentToMembersOfGroupId")
OPTIONS = {name: option for option, name in NAMES.items()}


def to_graph(options: t.Mapping[str, t.Any]) -> dict[str, str]:
    """The options that are set, as Graph keeps them."""
    return {NAMES[name]: str(value).lower() for name, value in options.items() if value is not None}


def to_ansible(values: t.Mapping[str, str]) -> dict[str, t.Any]:
    """The four values as options; None for one that the tenant does not have."""
    known = {OPTIONS[name]: value for name, value in values.items() if name in OPTIONS}
    return {option: {"true": True, "false": False}.get(str(known.get(option)).lower(), known.get(option)) for option in NAMES}


@dataclasses.dataclass(frozen=True)
class ConsentSettings:
    """The setting as it is. ``known`` is false when it could not be read; ``values`` is empty when the tenant has neither setting nor template."""

    known: bool = True
    id: str | None = None  # None: there is no setting, the defaults hold
    values: t.Mapping[str, str] = dataclasses.field(default_factory=dict)

    @classmethod
    def from_graph(cls, settings: t.Sequence[t.Mapping[str, t.Any]] | None, templates: t.Sequence[t.Mapping[str, t.Any]] | None) -> ConsentSettings:
        """From both lists; None for one that could not be read."""
        if settings is None or templates is None:
            return cls(known=False)
        template = next((entry for entry in templates if str(entry.get("id")).lower() == TEMPLATE), {})
        defaults = {item["name"]: str(item.get("defaultValue") or "") for item in template.get("values") or ()}
        for entry in settings:
            if str(entry.get("templateId")).lower() == TEMPLATE:
                # One that is older than a value of its template lacks it: the default holds, and a write is refused without it.
                return cls(True, entry["id"], {**defaults, **{item["name"]: str(item.get("value") or "") for item in entry.get("values") or ()}})
        return cls(True, None, defaults)

    def different(self, wanted: t.Mapping[str, str]) -> dict[str, str]:
        """Those of the wanted values that the tenant has and that differ."""
        return {name: value for name, value in wanted.items() if name in self.values and self.values[name].lower() != value.lower()}

    def missing(self, wanted: t.Mapping[str, str]) -> list[str]:
        """The options among the wanted values that this tenant does not have."""
        return sorted(OPTIONS.get(name, name) for name in wanted if name not in self.values)

    def body(self, changed: t.Mapping[str, str]) -> list[dict[str, str]]:
        """All values, as a write needs them."""
        return [{"name": name, "value": changed.get(name, value)} for name, value in self.values.items()]
