# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The options of the Entra modules, each written once: the module takes them, and entra_connection_info checks its dicts with them."""

from __future__ import annotations

import typing as t

from ..._argspec import (
    application_reference_spec,
    auth_argument_spec,
    list_change_spec,
    permissions_spec,
)

AUDIENCES = ["AzureADMyOrg", "AzureADMultipleOrgs", "AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount"]
INFO_URLS = ("marketing_url", "support_url", "privacy_statement_url", "terms_of_service_url")
CLAIM: dict[str, t.Any] = {
    "type": "list",
    "elements": "dict",
    "options": {
        "name": {"type": "str", "required": True},
        "source": {"type": "str"},
        "essential": {"type": "bool", "default": False},
        "additional_properties": {"type": "list", "elements": "str", "default": []},
    },
}

ASSIGNEE: dict[str, t.Any] = {
    "options": {"user": {"type": "str"}, "group": {"type": "str"}, "app_role": {"type": "str"}},
    "mutually_exclusive": [["user", "group"]],
    "required_one_of": [["user", "group"]],
}

# For modules alone: what is looked at is always read.
CHAINED: dict[str, t.Any] = {"chained": {"type": "bool", "default": False}}

APPLICATION_OPTIONS: dict[str, t.Any] = {
    **application_reference_spec(),
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "description": {"type": "str"},
    "notes": {"type": "str"},
    "sign_in_audience": {"type": "str", "choices": AUDIENCES},
    "accept_audience_narrowing": {"type": "bool", "default": False},
    "redirect_uris": {"type": "dict", "options": {name: list_change_spec() for name in ("web", "spa", "public_client")}},
    "home_page_url": {"type": "str"},
    "logout_url": {"type": "str"},
    "requested_access_token_version": {"type": "int", "choices": [1, 2], "no_log": False},
    "is_fallback_public_client": {"type": "bool"},
    "is_disabled": {"type": "bool"},
    "implicit_grant": {
        "type": "dict",
        "options": {name: {"type": "bool", "no_log": False} for name in ("enable_id_token_issuance", "enable_access_token_issuance")},
    },
    "optional_claims": {"type": "dict", "options": {name: dict(CLAIM, no_log=False) for name in ("id_token", "access_token", "saml2_token")}},
    "group_membership_claims": {"type": "str"},
    "identifier_uris": list_change_spec(),
    "owners": list_change_spec(),
    "tags": list_change_spec(),
    "info": {"type": "dict", "options": {name: {"type": "str"} for name in INFO_URLS}},
    "service_management_reference": {"type": "str"},
    "permissions": permissions_spec(),
    "accept_privileged": {"type": "list", "elements": "str", "default": []},
    "adopt": {"type": "bool", "default": False},
    "adoption_record": {
        "type": "dict",
        "options": {"connector": {"type": "str", "required": True}, "items": {"type": "list", "elements": "str", "default": []}},
    },
    "on_soft_deleted": {"type": "str", "choices": ["fail", "restore", "purge"], "default": "fail"},
    "soft_deleted_object_id": {"type": "str"},
    "purge": {"type": "bool", "default": False},
}

SERVICE_PRINCIPAL_OPTIONS: dict[str, t.Any] = {
    **application_reference_spec(),
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "account_enabled": {"type": "bool"},
    "until_present": {"type": "bool", "default": False},
    "app_role_assignment_required": {"type": "bool"},
    "accept_unassigned": {"type": "bool", "default": False},
    "assigned_to": list_change_spec("dict", **ASSIGNEE),
    "visible_to_users": {"type": "bool"},
    "tags": list_change_spec(),
    "notes": {"type": "str"},
    "expected_publisher_tenant_id": {"type": "str"},
}

CONSENT_OPTIONS: dict[str, t.Any] = {
    **application_reference_spec(),
    "permissions": permissions_spec(),
    "state": {"type": "str", "default": "present", "choices": ["present", "absent"]},
    "mode": {"type": "str", "default": "merge", "choices": ["merge", "exact", "report"]},
    "principal": {"type": "str"},
    "accept_privileged": {"type": "list", "elements": "str", "default": []},
    "on_forbidden": {"type": "str", "default": "fail", "choices": ["fail", "hand_off"]},
    "hand_off_redirect_uri": {"type": "str"},
    "hand_off_tenants": {"type": "list", "elements": "str"},
    "expected_publisher_tenant_id": {"type": "str"},
}

# Where a credential goes, the same for secrets and generated certificates: both carry the same marks.
DELIVERY: dict[str, t.Any] = {
    "type": "dict",
    "options": {
        "connector": {"type": "str", "required": True},
        "instance": {"type": "str", "required": True},
        "authority": {"type": "str"},
        "former_authorities": {"type": "list", "elements": "str", "default": []},
        "delivered_key_id": {"type": "str", "no_log": False},
        "undecided_key_id": {"type": "str", "no_log": False},
    },
}
# What a run found out about the key that it sent: options of the task that settles its mark.
SETTLED = ("delivered_key_id", "undecided_key_id")

SECRET_OPTIONS: dict[str, t.Any] = {
    **application_reference_spec(),
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent", "retired"], "default": "present"},
    "validity_days": {"type": "int", "default": 180},
    "renew_before_days": {"type": "int", "default": 30},
    "overlap_days": {"type": "int", "default": 7},
    "key_id": {"type": "str", "no_log": False},
    "never_sent": {"type": "bool", "default": False},
    "force": {"type": "bool", "default": False},
    "prove": {"type": "bool", "default": True},
    "known_value": {"type": "str", "no_log": True},
    "delivery": DELIVERY,
}

# Of a connection: its known value is an option of its own, which no result repeats.
SECRET_OF_CONNECTION: dict[str, t.Any] = {name: option for name, option in SECRET_OPTIONS.items() if name != "known_value"}

FEDERATED_OPTIONS: dict[str, t.Any] = {
    **application_reference_spec(),
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "issuer": {"type": "str"},
    "subject": {"type": "str"},
    "audiences": {"type": "list", "elements": "str"},
    "description": {"type": "str"},
    "protected": {"type": "bool", "default": False},
}

CERTIFICATE_OPTIONS: dict[str, t.Any] = {
    **application_reference_spec(),
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent", "retired"], "default": "present"},
    "certificate_path": {"type": "path"},
    "certificate_content": {"type": "str", "no_log": True},
    "private_key_path": {"type": "path"},
    "private_key_content": {"type": "str", "no_log": True},
    "private_key_password": {"type": "str", "no_log": True},
    "generate": {"type": "bool", "default": False},
    "subject": {"type": "str"},
    "key_size": {"type": "int", "choices": [2048, 3072, 4096], "default": 2048, "no_log": False},
    "validity_days": {"type": "int", "default": 180},
    "renew_before_days": {"type": "int", "default": 30},
    "overlap_days": {"type": "int", "default": 7},
    "key_id": {"type": "str", "no_log": False},
    "thumbprint": {"type": "str"},
    "never_sent": {"type": "bool", "default": False},
    "force": {"type": "bool", "default": False},
    "prove": {"type": "bool", "default": True},
    "delivery": DELIVERY,
}

# An application replaces the certificate that it signs in with.
OWN_CERTIFICATE_OPTIONS: dict[str, t.Any] = {
    "path": {"type": "path", "required": True},
    "object_id": {"type": "str"},
    "name": {"type": "str", "default": "automation"},
    "persistent": {"type": "bool", "default": False},
    **{name: CERTIFICATE_OPTIONS[name] for name in ("subject", "key_size", "validity_days", "renew_before_days", "overlap_days", "force")},
}

# The credential of a connection, whichever kind it is: what the modules of both kinds take.
MANAGED_OPTIONS: dict[str, t.Any] = {
    **application_reference_spec(),
    "kind": {"type": "str", "choices": ["secret", "certificate"], "default": "secret", "no_log": False},
    **{
        name: option
        for name, option in CERTIFICATE_OPTIONS.items()
        if name in ("name", "state", "validity_days", "renew_before_days", "overlap_days", "key_id", "never_sent", "force", "prove", "subject", "key_size")
    },
    "known_value": SECRET_OPTIONS["known_value"],
    "delivery": {**DELIVERY, "options": {name: option for name, option in DELIVERY["options"].items() if name not in SETTLED}},
    **{name: DELIVERY["options"][name] for name in SETTLED},
    **CHAINED,
}

PROOF_OPTIONS: dict[str, t.Any] = {
    **application_reference_spec(),
    "connector": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["outstanding", "settled"], "default": "outstanding"},
    "outcome": {"type": "str", "choices": ["failed", "refused", "blocked", "forbidden", "nothing_visible", "incomplete", "not_tested"], "default": "failed"},
}

# Not the shared auth options: these are the connector's own, and nothing of them comes from the environment.
TOKEN_METHODS = ["auto", "client_secret", "certificate", "federated", "password", "azure_cli"]
TOKEN_OPTIONS: dict[str, t.Any] = {
    "tenant_id": {"type": "str", "required": True},
    "auth_method": {"type": "str", "default": "auto", "choices": TOKEN_METHODS},
    "client_id": {"type": "str"},
    "client_secret": {"type": "str", "no_log": True},
    "certificate_path": {"type": "path"},
    "certificate_content": {"type": "str", "no_log": True},
    "private_key_path": {"type": "path"},
    "private_key_content": {"type": "str", "no_log": True},
    "certificate_password": {"type": "str", "no_log": True},
    "federated_token": {"type": "str", "no_log": True},
    "federated_token_file": {"type": "path", "no_log": False},
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "public_client": {"type": "bool", "default": False},
    "resource": {"type": "str"},
    "scope": {"type": "str"},
    "return_token": {"type": "bool", "default": False, "no_log": False},
    "fail_on_refusal": {"type": "bool", "default": True},
    **{name: auth_argument_spec()[name] for name in ("cloud", "login_url", "ca_path", "timeout")},
}

CONSENT_POLICY_OPTIONS: dict[str, t.Any] = {
    "state": {"type": "str", "choices": ["present", "restored"], "default": "present"},
    "user_consent": list_change_spec(),
    "group_owner_consent": list_change_spec(),
    "consent_settings": {
        "type": "dict",
        "options": {
            "enable_group_specific_consent": {"type": "bool"},
            "block_user_consent_for_risky_apps": {"type": "bool"},
            "enable_admin_consent_requests": {"type": "bool"},
            "constrain_group_specific_consent_to_members_of_group_id": {"type": "str"},
        },
    },
    "grant_policy": {
        "type": "dict",
        "options": {
            "id": {"type": "str", "required": True},
            "display_name": {"type": "str"},
            "description": {"type": "str"},
            "client_application_ids": {"type": "list", "elements": "str", "required": True},
            "resource_application": {"type": "str", "default": "any"},
            "permissions": {"type": "list", "elements": "str", "default": ["all"]},
            "permission_classification": {"type": "str", "choices": ["all", "low", "medium", "high"], "default": "all"},
            "adopt": {"type": "bool", "default": False},
        },
    },
    "admin_consent_requests": {
        "type": "dict",
        "options": {
            "is_enabled": {"type": "bool"},
            "notify_reviewers": {"type": "bool"},
            "reminders_enabled": {"type": "bool"},
            "request_duration_in_days": {"type": "int"},
            "reviewers": {
                "type": "list",
                "elements": "dict",
                "options": {"user": {"type": "str"}, "group": {"type": "str"}, "role_definition_id": {"type": "str"}},
                "mutually_exclusive": [["user", "group", "role_definition_id"]],
                "required_one_of": [["user", "group", "role_definition_id"]],
            },
        },
    },
    "record_on": {"type": "str"},
}
