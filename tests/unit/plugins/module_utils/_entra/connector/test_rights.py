# SPDX-License-Identifier: GPL-3.0-or-later
"""Which rights the open steps of a connection need, and what else an operator can do."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connector.rights import other_way, rights_of_steps
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.rights import APPLICATIONS, ASSIGN, GRANT, OWN_APPLICATIONS
from support.looks import seen, wanted

DELEGATED = {"delegated": ["User.Read"], "application": []}
APPLICATION = {"delegated": [], "application": ["Group.Read.All"]}
FAIL: dict[str, t.Any] = {"consent": {"on_forbidden": "fail"}}
HAND_OFF: dict[str, t.Any] = {"consent": {"on_forbidden": "hand_off"}}
CONSENT = {"consent": ["grant it"]}


def consent(**rows: t.Any) -> dict[str, t.Any]:
    return {"consent": {"granted": [], "missing": [], "extra": [], "complete": False, **rows}}


@pytest.mark.parametrize(
    ("options", "actions", "more", "needed"),
    [
        ({}, {}, {}, []),
        ({}, {"app": ["create it"]}, {}, [OWN_APPLICATIONS]),
        ({}, {"permissions": ["request it"]}, {}, [OWN_APPLICATIONS]),
        ({}, {"service_principal": ["enable it"]}, {}, [OWN_APPLICATIONS]),
        ({}, {"secret": ["mint it"]}, {}, [OWN_APPLICATIONS]),
        ({}, {}, {"steps": {"credential": {"open": True, "actions": []}}}, [OWN_APPLICATIONS]),
        ({}, {}, {"steps": {"certificate": {"actions": ["make it"]}}}, [OWN_APPLICATIONS]),
        ({}, {}, {"missing_resources": ["api"]}, [APPLICATIONS]),
        ({}, {"app": ["create it"]}, {"missing_resources": ["api"]}, [APPLICATIONS, OWN_APPLICATIONS]),
        ({"service_principal": {"assigned_to": {"add": []}}}, {"service_principal": ["assign"]}, {}, [OWN_APPLICATIONS, ASSIGN]),
        ({"service_principal": {"assigned_to": {"add": []}}}, {}, {}, []),
        ({"service_principal": None}, {"service_principal": ["enable it"]}, {}, [OWN_APPLICATIONS]),
        (HAND_OFF, CONSENT, consent(missing=[DELEGATED]), []),
        ({"consent": None}, CONSENT, consent(missing=[DELEGATED]), [GRANT]),
        (FAIL, CONSENT, consent(missing=[DELEGATED]), [GRANT]),
        (FAIL, CONSENT, consent(missing=[APPLICATION]), [ASSIGN]),
        (FAIL, CONSENT, consent(missing=[DELEGATED, APPLICATION]), [GRANT, ASSIGN]),
        (FAIL, {}, consent(missing=[DELEGATED]), []),
        (FAIL, CONSENT, {"consent": {}}, []),
        (FAIL, CONSENT, consent(missing=[DELEGATED], extra=[APPLICATION]), [GRANT]),
        ({"consent": {"mode": "exact"}}, CONSENT, consent(missing=[DELEGATED], extra=[APPLICATION]), [GRANT, ASSIGN]),
        ({**HAND_OFF, "state": "absent"}, CONSENT, consent(granted=[DELEGATED]), [GRANT]),  # nothing is handed off while it is taken away
        ({**FAIL, "state": "absent"}, CONSENT, consent(granted=[APPLICATION], missing=[DELEGATED]), [ASSIGN]),
        ({**FAIL}, {"app": ["create it"], **CONSENT}, consent(missing=[DELEGATED]), [OWN_APPLICATIONS, GRANT]),
    ],
)
def test_open_steps(options: dict[str, t.Any], actions: dict[str, t.Any], more: dict[str, t.Any], needed: list[str]) -> None:
    assert rights_of_steps(wanted(**options), seen(actions, **more)) == needed


PAYROLL = "Or leave the consent to an administrator with 'payroll_consent_on_forbidden: hand_off'."
OWN = "Or leave the consent to an administrator with 'on_forbidden: hand_off' in 'entra_connector_consent'."


@pytest.mark.parametrize(
    ("options", "missing", "sentence"),
    [
        ({}, [GRANT], PAYROLL),
        ({}, [ASSIGN, GRANT], PAYROLL),
        ({"role": {"prefix": "entra_connector"}}, [GRANT], OWN),
        ({"role": {"prefix": ""}}, [GRANT], OWN),
        ({}, [GRANT, OWN_APPLICATIONS], ""),
        ({}, [OWN_APPLICATIONS], ""),
        ({}, [], ""),
        ({"state": "absent"}, [GRANT], ""),
    ],
)
def test_another_way(options: dict[str, t.Any], missing: list[str], sentence: str) -> None:
    assert other_way(wanted(**options), missing) == sentence
