# SPDX-License-Identifier: GPL-3.0-or-later
"""The group setting about consent, from the lists that Graph answers."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.consent_policy.group_settings import (
    NAMES,
    TEMPLATE,
    ConsentSettings,
    to_ansible,
    to_graph,
)

Rows = list[dict[str, t.Any]]
OTHER: dict[str, t.Any] = {"id": "other", "templateId": "other", "values": []}
SETTING: dict[str, t.Any] = {
    "id": "s", "templateId": TEMPLATE.upper(), "values": [{"name": "EnableGroupSpecificConsent", "value": "True"}, {"name": "Group", "value": None}],
}  # fmt: skip
SCHEMA: dict[str, t.Any] = {"id": TEMPLATE, "values": [{"name": "EnableGroupSpecificConsent", "defaultValue": "false"}]}


@pytest.mark.parametrize(
    ("settings", "templates", "expected"),
    [
        (None, [SCHEMA], ConsentSettings(known=False)),
        ([], None, ConsentSettings(known=False)),
        ([OTHER, SETTING], [OTHER, SCHEMA], ConsentSettings(True, "s", {"EnableGroupSpecificConsent": "True", "Group": ""})),
        ([OTHER], [OTHER, SCHEMA], ConsentSettings(True, None, {"EnableGroupSpecificConsent": "false"})),
        ([], [OTHER], ConsentSettings()),
        ([{**SETTING, "values": None}], [], ConsentSettings(True, "s", {})),
    ],
    ids=["settings not readable", "templates not readable", "set", "defaults", "no such template", "empty"],
)
def test_what_a_tenant_has(settings: Rows | None, templates: Rows | None, expected: ConsentSettings) -> None:
    assert ConsentSettings.from_graph(settings, templates) == expected


def test_options_there_and_back() -> None:
    options = {"enable_group_specific_consent": True, "block_user_consent_for_risky_apps": False, "enable_admin_consent_requests": None}
    values = to_graph({**options, "constrain_group_specific_consent_to_members_of_group_id": ""})
    assert values == {
        "EnableGroupSpecificConsent": "true", "BlockUserConsentForRiskyApps": "false", "ConstrainGroupSpecificConsentToMembersOfGroupId": "",
    }  # fmt: skip
    assert to_ansible(values) == {**options, "constrain_group_specific_consent_to_members_of_group_id": ""}
    assert to_ansible({}) == dict.fromkeys(NAMES)


def test_only_what_the_tenant_has_can_differ() -> None:
    found = ConsentSettings(True, "s", {"A": "True", "B": "x"})
    assert found.different({"A": "true", "B": "y", "C": "z"}) == {"B": "y"} and found.missing({"A": "", "C": ""}) == ["C"]
    assert found.body({"B": "y"}) == [{"name": "A", "value": "True"}, {"name": "B", "value": "y"}]
