# SPDX-License-Identifier: GPL-3.0-or-later
"""Every sentence that the role okta_workflows says to a person, and when it does not."""

from __future__ import annotations

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.consent_policy.model import ALL_FOR_GROUPS, OWNED
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.okta_workflows.notes import notes_of
from integration.okta_workflows.decisions import CLOSED, OPENED, OTHER_API, assigned, consent, grant, incomplete, outcome, principal, row
from integration.okta_workflows.helpers import ADMIN, OKTA, OPEN, PUBLISHER, SERVICE, Json

EVERYBODY: Json = {"okta_workflows_consent": "all_principals"}
EXACT: Json = {"okta_workflows_consent_mode": "exact"}
ABSENT: Json = {"okta_workflows_state": "absent"}
AUDIT: Json = {"okta_workflows_mode": "audit"}
DISCOVERY: Json = {"okta_workflows_app_id": "", "okta_workflows_display_name_prefix": "Okta"}
POPUP: Json = {
    "okta_workflows_authorization_url": f"https://login.microsoftonline.com/common/oauth2/authorize?client_id={OKTA}&scope=openid+Calendars.ReadWrite"
}
NAME = "Office 365 Admin for Okta"
CANDIDATES = (
    "Nothing is granted on the strength of a name. Set 'okta_workflows_app_id' (the client_id in the address of Okta's popup) and "
    "'okta_workflows_publisher_tenant_id'. "
)
WAITING = "Contoso is waiting for an administrator's consent. "
REQUIRED = "Assignment is required, so an administrator consents to all of them, whatever these settings are."
BY_POLICY = (
    "Group owner consent for all is set there with the module entra_consent_policy: "
    f"{{group_owner_consent: {{add: [microsoft-all-application-permissions-for-group]}}, record_on: {OKTA}}}."
)
FULL: Json = {"okta_workflows_permissions": "full"}
MANAGED = "off the consent policy that Microsoft manages (microsoft-user-default-recommended), under which 49 of the 62 chosen scopes need an administrator's "
BACK = f"{MANAGED}consent: what Microsoft excludes there does not hold for any application any more. okta_workflows_state: absent puts it back."
ADMIN_NOTE = "39 of the 62 scopes that the vendor asks for need an administrator's consent whatever these settings are."
READY = "Contoso is ready for authorization: authorize the connection in Okta Workflows "
RECORDED: Json = {"recorded": {"user_consent": {}}}
LEFT: Json = {"recorded": {"user_consent": {"was": ["microsoft-user-default-recommended"], "set": ["microsoft-user-default-legacy"]}}}
OFF_BEFORE: Json = {"recorded": {"user_consent": {"was": [], "set": ["microsoft-user-default-legacy"]}}}
PRE_APPROVED = f"{OWNED}microsoft-pre-approval-apps-for-group"
OPEN_WITHOUT = "Contoso lets every user or group owner consent to every application, and no record says what was set before "
NOT_PUT_BACK = ", so nothing was put back. entra_consent_policy sets what is wanted."


def waiting(*urls: str | None) -> Json:
    """Consents that an administrator has to give."""
    return {"consent_step": {"results": [{"consent": incomplete(SERVICE, "openid", hand_off={"url": url})} for url in urls]}}


DONE: Json = {"enterprise_application_step": {"actions": ["assign"]}}


@pytest.mark.parametrize(
    ("variables", "found", "more", "notes"),
    [
        ({}, [principal()], {"looked": {SERVICE: consent()}}, []),
        # Without an app id
        (DISCOVERY, [], {}, [f"{CANDIDATES}No enterprise application here has a name that begins with 'Okta'."]),
        (
            DISCOVERY,
            [principal(), principal(app_id="other", app_owner_organization_id=None, verified_publisher={"display_name": "Okta, Inc."})],
            {},
            [
                f"{CANDIDATES}Candidates by name: '{NAME}' with app id {OKTA}, publisher's tenant {PUBLISHER}, publisher not verified; "
                f"'{NAME}' with app id other, publisher's tenant None, publisher Okta, Inc. (verified)."
            ],
        ),
        # Waiting for a consent
        (
            {},
            [],
            waiting(None),
            [f"{WAITING}An administrator sends the requests in okta_workflows_result.consent.hand_off; a consent URL cannot consent for single users."],
        ),
        (
            {},
            [],
            {"consent_step": {"results": [{"consent": incomplete(SERVICE, "openid", hand_off={"url": None, "graph_requests": [{"method": "DELETE"}] * 2})}]}},
            [
                f"{WAITING}An administrator sends the requests in okta_workflows_result.consent.hand_off; a consent URL cannot consent for single users. "
                "{method: DELETE} {method: DELETE}"
            ],
        ),
        (EVERYBODY, [], waiting("https://a", None), [f"{WAITING}An administrator grants it at https://a"]),
        (EVERYBODY, [], waiting("https://a", "https://b"), [f"{WAITING}An administrator grants it at https://a An administrator grants it at https://b"]),
        # The popup
        (
            POPUP,
            [principal()],
            {"looked": {SERVICE: consent(SERVICE, "openid")}},
            ["Okta's popup asks for scopes that are not granted: Calendars.ReadWrite. An administrator has to approve there: Calendars.ReadWrite."],
        ),
        (POPUP, [principal()], {"looked": {SERVICE: consent(SERVICE, "openid", "Calendars.ReadWrite")}}, []),
        (
            {**OPEN, **POPUP},
            [principal(app_role_assignment_required=False)],
            {"settings": OPENED, "check_mode": True},
            [
                "Okta's popup asks for scopes that are not granted: Calendars.ReadWrite, openid. The user who authorizes the connection can consent to them.",
                ADMIN_NOTE,
            ],
        ),
        # Beyond the chosen scopes, privileged ones first
        (
            {},
            [principal(grants=[grant("Mail.Read", "Directory.AccessAsUser.All"), grant("openid", who=None)])],
            {
                "looked": {
                    ADMIN: consent(ADMIN, extra=[row("Mail.Send", application=["Everything"])]),
                    SERVICE: consent(extra=[row("Mail.Read", "Directory.AccessAsUser.All")], extra_privileged=["delegated:Directory.AccessAsUser.All"]),
                    "": consent(None, extra=[row("User.Read", api=OTHER_API)]),
                }
            },
            [
                f"Granted beyond the chosen scopes: Directory.AccessAsUser.All, Mail.Read of Microsoft Graph (privileged: "
                f"Directory.AccessAsUser.All) for {SERVICE}; "
                "Mail.Send, Everything of Microsoft Graph for ad000000-0000-0000-0000-000000000002; User.Read of Another API for every user of the tenant. "
                "Set 'okta_workflows_consent_mode' to exact to revoke those of Microsoft Graph."
            ],
        ),
        (
            EXACT,
            [principal()],
            {"looked": {SERVICE: consent(extra=[row("access_as_user", api=OTHER_API)])}},
            ["Granted beyond the chosen scopes: access_as_user of Another API for 5e000000-0000-0000-0000-000000000001."],
        ),
        # In the hands of others
        (
            {},
            [
                principal(
                    assigned_to=[assigned(), assigned(ADMIN), assigned("left@contoso.com")],
                    grants=[grant("Mail.Read", "A", who=ADMIN, privileged=["A"]), grant("openid", who="partner@contoso.com")],
                )
            ],
            {"looked": {SERVICE: consent()}},
            [
                f"Not in 'okta_workflows_accounts', and left unchanged: {ADMIN} has consented to A, Mail.Read (privileged: A) and is assigned; "
                "partner@contoso.com has consented to openid; left@contoso.com is assigned. okta_workflows_state: absent with these accounts removes it."
            ],
        ),
        (
            ABSENT,
            [principal(assigned_to=[assigned(ADMIN)])],
            {},
            [f"Not in 'okta_workflows_accounts', and left unchanged: {ADMIN} is assigned. okta_workflows_state: absent with these accounts removes it."],
        ),
        # State absent
        (
            {**ABSENT, **EVERYBODY},
            [principal(grants=[grant("openid", "Mail.Read", "User.Read", who=None)])],
            {},
            [
                "Still consented to for every user of the tenant: Mail.Read, User.Read. Another administrator may have granted that; "
                "entra_admin_consent with state absent revokes it."
            ],
        ),
        (
            ABSENT,
            [principal()],
            {"settings_step": {"consent_policy": {"kept": ["user consent: it is off", "policy: b"]}}},
            ["Tenant settings were not put back, because they have been changed since: user consent: it is off; policy: b."],
        ),
        (
            {**OPEN, **ABSENT},
            [],
            {"settings": OPENED},
            [f"{OPEN_WITHOUT}(it would be in the notes of the enterprise application, which is gone){NOT_PUT_BACK}"],
        ),
        ({**OPEN, **ABSENT}, [principal()], {"settings": OPENED}, [f"{OPEN_WITHOUT}(this role may never have changed it){NOT_PUT_BACK}"]),
        ({**OPEN, **ABSENT}, [principal()], {"settings": CLOSED}, []),
        # What mode vendor_documented did
        (
            {},
            [principal()],
            {"settings": RECORDED},
            ["The tenant settings that mode vendor_documented replaced are still in place; state absent puts them back."],
        ),
        (ABSENT, [principal()], {"settings": RECORDED}, []),
        (
            OPEN,
            [principal()],
            {"settings_step": {"consent_policy": {"not_applicable": ["a", "b"]}}, "check_mode": True},
            [
                ADMIN_NOTE,
                REQUIRED,
                "Contoso has no template of the consent settings for groups, as newer tenants, so group owner consent for all was not set: a, b.",
                BY_POLICY,
            ],
        ),
        (
            OPEN,
            [principal()],
            {"settings_step": {"consent_policy": {"not_applicable": ["a"], "owned_resource_consent": [PRE_APPROVED]}}, "check_mode": True},
            [
                ADMIN_NOTE,
                REQUIRED,
                "Contoso says by policies what owners of groups may consent to, so group owner consent for all was not set: a.",
                f"What owners may consent to there: {PRE_APPROVED}. 'okta_workflows_mode: preconsent' works without their consent.",
                BY_POLICY,
            ],
        ),
        (
            OPEN,
            [principal()],
            {"settings_step": {"consent_policy": {"not_applicable": ["a"], "owned_resource_consent": [f"{OWNED}{ALL_FOR_GROUPS}"]}}, "check_mode": True},
            [ADMIN_NOTE, REQUIRED],
        ),
        (ABSENT, [principal()], {"settings": {"not_applicable": ["a"]}}, []),
        # An audit
        (
            AUDIT,
            [principal(grants=[grant("openid", "A", who=None), grant("openid", "b", who=None, api=OTHER_API)])],
            {"looked": {SERVICE: incomplete(SERVICE, "openid", not_accepted=["delegated:A", "delegated:B"])}, **DONE},
            [
                "Mode preconsent would refuse these scopes until 'okta_workflows_accept_privileged' names them: delegated:A, delegated:B.",
                "Consented to for every user of the tenant: openid, A, b.",
                f"Mode preconsent would assign; consent to openid of Microsoft Graph for {SERVICE}.",
            ],
        ),
        (AUDIT, [principal()], {"looked": {SERVICE: consent()}}, [f"{READY}as {SERVICE}."]),
        ({}, [principal(grants=[grant("openid", who=None)])], {"looked": {SERVICE: consent(not_accepted=["delegated:A"])}}, []),
        # Ready
        ({"okta_workflows_accounts": [SERVICE, ADMIN]}, [], DONE, [f"{READY}as {SERVICE} or {ADMIN}."]),
        ({}, [], {**DONE, "check_mode": True}, []),
        (AUDIT, [principal()], {"looked": {SERVICE: consent()}, "check_mode": True}, []),
        (OPEN, [principal(app_role_assignment_required=False)], {"settings": OPENED}, [ADMIN_NOTE, f"{READY}as an administrator."]),
        (OPEN, [], {"settings": OPENED}, [ADMIN_NOTE, f"{READY}as an administrator."]),
        (
            OPEN,
            [principal(assigned_to=[assigned(), assigned(ADMIN)])],
            {"settings": OPENED},
            [
                ADMIN_NOTE,
                REQUIRED,
                f"{READY}as an administrator who is assigned to it (assignment is required, and assigned are only {SERVICE}, {ADMIN}; "
                "assigned_to of entra_service_principal assigns more).",
            ],
        ),
        (OPEN, [principal()], {"settings_step": {"actions": ["open"]}, "check_mode": True}, [ADMIN_NOTE, REQUIRED]),
        # Off the policy that Microsoft manages: before, just then, afterwards
        ({**OPEN, **FULL}, [], {"settings": CLOSED, "check_mode": True}, [ADMIN_NOTE, f"This mode would take Contoso {BACK}"]),
        (
            {**OPEN, **FULL},
            [],
            {"settings": CLOSED, "settings_step": {"consent_policy": {**OPENED, **LEFT}}, "check_mode": True},
            [ADMIN_NOTE, f"This mode would take Contoso {BACK}"],
        ),
        (
            {**OPEN, **FULL},
            [],
            {"settings": {**OPENED, **LEFT}, "settings_step": {"actions": ["open"]}, "check_mode": True},
            [ADMIN_NOTE, f"This mode takes Contoso {BACK}"],
        ),
        ({**OPEN, **FULL}, [], {"settings": CLOSED}, [ADMIN_NOTE, f"This mode takes Contoso {BACK}", f"{READY}as an administrator."]),
        ({**OPEN, **FULL}, [], {"settings": {**OPENED, **LEFT}}, [ADMIN_NOTE, f"This mode takes Contoso {BACK}", f"{READY}as an administrator."]),
        ({**OPEN, **FULL}, [], {"settings": {**OPENED, **OFF_BEFORE}}, [ADMIN_NOTE, f"{READY}as an administrator."]),
        # Who can consent, as the tenant is
        (
            {**AUDIT, **FULL},
            [principal()],
            {"looked": {SERVICE: consent()}, "settings": CLOSED, "check_mode": True},
            ["In Contoso 49 of the 62 chosen scopes need an administrator's consent by its consent policy microsoft-user-default-recommended."],
        ),
        (
            AUDIT,
            [principal()],
            {"looked": {SERVICE: consent()}, "settings": {"user_consent": []}, "check_mode": True},
            ["In Contoso 1 of the 1 chosen scopes need an administrator's consent since users cannot consent for themselves."],
        ),
        (
            {**AUDIT, "okta_workflows_custom_scopes": ["openid", "Not.Known", "User.Read.All"]},
            [principal()],
            {"looked": {SERVICE: consent()}, "settings": {"user_consent": ["own", "microsoft-user-default-legacy"]}, "check_mode": True},
            [
                "In Contoso 0 of the 3 chosen scopes need an administrator's consent by its consent policy own and microsoft-user-default-legacy. "
                "Its policies do not say here who consents to Not.Known, User.Read.All."
            ],
        ),
    ],
)
def test_what_is_said(variables: Json, found: list[Json], more: Json, notes: list[str]) -> None:
    assert notes_of(outcome(variables, *found, **more)) == notes


LACKS = "It is handed off because the automation identity lacks X.All: with that the next run does it. "


@pytest.mark.parametrize(
    ("steps", "note"),
    [
        ([incomplete(hand_off={"url": "https://u", "lacks": ["X.All"]})], f"{WAITING}{LACKS}An administrator grants it at https://u"),
        (
            [incomplete(hand_off={"url": "https://u", "lacks": ["X.All"]}, state="not_assessed", unread="It is not assessed.")],
            "It is not assessed. An administrator grants it at https://u",
        ),
    ],
)
def test_what_the_automation_identity_lacks(steps: list[Json], note: str) -> None:
    notes = notes_of(outcome({}, consent_step={"results": [{"consent": one} for one in steps]}))
    assert note in notes
