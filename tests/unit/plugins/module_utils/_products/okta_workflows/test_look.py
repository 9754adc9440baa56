# SPDX-License-Identifier: GPL-3.0-or-later
"""What the look of the role okta_workflows asks, and what follows from the answers."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connector.look import Host, Json
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.okta_workflows import look as looks
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.okta_workflows.connection import connection
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.okta_workflows.rights import documented
from integration.okta_workflows.helpers import CHOSEN, OKTA, OPEN
from support.looks import lead

HOST = Host("contoso", check_mode=False, credentials="/srv/credentials")


def chosen(variables: Json) -> Json:
    """What the role publishes for these variables."""
    return connection(variables, host="contoso", check_mode=False)


@pytest.fixture
def planned(monkeypatch: pytest.MonkeyPatch) -> Json:
    """What the plan is made from; C(open) says whether it has steps."""
    handed: Json = {"open": False}

    def plan(given: Json) -> Json:
        handed["given"] = given
        reports = [] if handed["open"] else [{"status": "connected"}]
        return {"open": handed["open"], "reports": reports}

    monkeypatch.setattr(looks, "plan", plan)
    return handed


def test_the_application_the_consents_and_the_settings(planned: Json) -> None:
    asked, looked = lead(looks.look(chosen(CHOSEN), HOST), {"service_principals": []}, {"consent": {"complete": True}}, {"consent_policy": {}})
    assert [ask.module for ask in asked] == ["entra_service_principal_info", "entra_admin_consent", "entra_consent_policy"]
    info, consent, settings = (dict(ask.options) for ask in asked)
    assert info == {"include_access": True, "connector": "okta_workflows", "app_id": OKTA}
    assert asked[1].variables == {"principal": "okta_workflows_accounts"}
    assert (consent["mode"], "whom" in consent, bool(consent["principal"])) == ("report", False, True)
    assert settings == {"record_on": OKTA}
    assert {ask.needs for ask in asked} == {documented(chosen(CHOSEN))} and "AppRoleAssignment.ReadWrite.All" in asked[0].needs
    assert (looked.open, looked.result) == (False, {"status": "connected"})
    given = planned["given"]
    assert given["info"] == {"service_principals": []} and given["settings"] == {"consent_policy": {}}
    (row,) = given["consents"]["results"]
    assert row["consent"] == {"complete": True} and row["item"]["principal"]


def test_what_is_open_goes_on_from_the_plan(planned: Json) -> None:
    planned["open"] = True
    _asked, looked = lead(looks.look(chosen(CHOSEN), HOST), {}, {}, {})
    assert looked.open and looked.seen["plan"]["open"]
    assert set(looked.seen) == {"info", "consents", "settings", "plan"}


def test_the_vendors_way_looks_at_no_consent(planned: Json) -> None:
    asked, _looked = lead(looks.look(chosen(OPEN), HOST), {}, {})
    assert [ask.module for ask in asked] == ["entra_service_principal_info", "entra_consent_policy"]


@pytest.mark.parametrize(("check_mode", "mode", "predicted"), [(False, "preconsent", False), (True, "preconsent", True), (False, "audit", True)])
def test_an_audit_only_predicts(planned: Json, check_mode: bool, mode: str, predicted: bool) -> None:
    host = Host("contoso", check_mode=check_mode, credentials="")
    lead(looks.look(chosen({**CHOSEN, "okta_workflows_mode": mode}), host), {}, {}, {})
    assert planned["given"]["check_mode"] is predicted


def test_what_does_not_fit_together_is_said_before_any_request() -> None:
    conversation: t.Any = looks.look(chosen({**CHOSEN, "okta_workflows_accounts": []}), HOST)
    with pytest.raises(OptionError, match="okta_workflows_accounts"):
        next(conversation)
