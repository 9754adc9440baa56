# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Which variable, role or module repairs what the token service refused: the remedies of C(_auth/aadsts.py) in the words of the role power_platform."""

from __future__ import annotations

import typing as t

from ..._auth.aadsts import CODES, Remedy
from ..._auth.explain import remedy_of
from .connection import API

_MAKES_API = "run the role power_platform, which makes the service principal of the Power Platform API"
_API = f"tenantkit.connectors.entra_service_principal with app_id {API}"

REMEDIES: t.Mapping[Remedy, str] = {
    Remedy.API_PRINCIPAL: f"{_MAKES_API}; check entra_cloud",
    Remedy.API_PRINCIPAL_OR_AUDIENCE: f"{_MAKES_API}; check power_platform_audience",
    Remedy.ENABLE_API: f"{_API} and account_enabled: true",
    Remedy.AUDIENCE_AND_CLOUD: "power_platform_audience, and entra_cloud",
    Remedy.CONSENT: "power_platform_consent: admin",
    Remedy.CONSENT_TO_PERMISSIONS: "power_platform_consent: admin, with power_platform_permissions as they are needed",
    Remedy.REQUEST_PERMISSIONS: "power_platform_permissions",
    Remedy.OWN_APPLICATION: "power_platform_client_id of an application of one's own",
    Remedy.ASSIGN_ACCOUNT: "assign the account with assigned_to of tenantkit.connectors.entra_service_principal",
    Remedy.ASSIGNMENT_NOT_REQUIRED: f"{_API} and app_role_assignment_required: false",
    Remedy.CONDITIONAL_ACCESS: (
        "an administrator exempts the application or the address in Conditional Access, which no task here does; run power_platform_diagnose again then"
    ),
    Remedy.NO_SECOND_FACTOR: ("power_platform_credential: secret, certificate or federated; an account with a second factor cannot sign in with a password"),
    Remedy.USERNAME_PASSWORD: "username and password in power_platform_try",
    Remedy.USERNAME_AND_TENANT: "username in power_platform_try, and entra_tenant_id",
    Remedy.UNLOCK_ACCOUNT: "an administrator of the tenant unlocks the account; or another username in power_platform_try",
    Remedy.ENABLE_ACCOUNT: "an administrator of the tenant enables the account; or another username in power_platform_try",
    Remedy.TENANT: "entra_tenant_id",
    Remedy.TENANT_AND_CLOUD: "entra_tenant_id, and entra_cloud",
    Remedy.CLIENT_ID: "power_platform_client_id",
    Remedy.CLIENT_ID_AND_TENANT: "power_platform_client_id and entra_tenant_id",
    Remedy.SERVICE_PRINCIPAL: "run the role power_platform, which makes the enterprise application",
    Remedy.ENABLE_SERVICE_PRINCIPAL: "run the role power_platform with power_platform_enable: true",
    Remedy.PUBLIC_CLIENT: "power_platform_allow_public_client: true",
    Remedy.NO_CREDENTIAL: ("power_platform_try without client_secret and certificate, since a public client takes none; or another power_platform_client_id"),
    Remedy.EMPTY_VALUE: "power_platform_try, in which a value is empty",
    Remedy.LOGIN_URL: "entra_login_url, since a proxy on the way to Entra may have changed the request",
    Remedy.SECRET_VALUE: "client_secret in power_platform_try; power_platform_credential: secret with power_platform_force: true makes a new one",
    Remedy.SECRET_EXPIRED: "power_platform_credential: secret makes a new one",
    Remedy.UPLOAD_CERTIFICATE: "power_platform_credential: certificate with power_platform_certificate_path uploads it",
    Remedy.CERTIFICATE_ENTRY: "power_platform_credential: certificate with power_platform_certificate_path adds it again, with a later end",
    Remedy.PRIVATE_KEY: "private_key_path in power_platform_try; it has to belong to the certificate there",
    Remedy.CLOCK: "the clock of the machine that signs, which no task here sets",
    Remedy.FEDERATED_TENANT: "power_platform_credential: certificate or secret; tokens of Entra ID itself are not taken here",
    Remedy.FEDERATED_TOKEN: "federated_token in power_platform_try",
    Remedy.FEDERATED_TOKEN_AND_CLOCK: "federated_token in power_platform_try, and this machine's clock",
    Remedy.FEDERATED_TOKEN_AND_CLIENT_ID: "federated_token in power_platform_try, and power_platform_client_id",
    Remedy.FEDERATED_CREDENTIAL: "power_platform_credential: federated with power_platform_federated",
    Remedy.FEDERATED_ISSUER: "power_platform_federated.issuer",
    Remedy.FEDERATED_AUDIENCE: "power_platform_federated.audiences",
    Remedy.FEDERATED_SUBJECT: "power_platform_federated.subject",
}


def repair_of(proof: t.Mapping[str, t.Any], *, given: bool) -> str:
    """What repairs the sign-in of a proof that did not succeed. ``given`` says that a credential was given in power_platform_try."""
    token = proof.get("token") or {}
    remedy = remedy_of(token.get("code"), said=token.get("message"))
    if remedy is not None:
        return REMEDIES[remedy]
    if proof["status"] in ("forbidden", "nothing_visible", "incomplete"):
        return "power_platform_role, power_platform_scope and power_platform_admin_auth"
    if proof["status"] == "not_possible":
        return "power_platform_private_key_path"
    return "power_platform_try" if given else "power_platform_certificate_path"


def codes_of(*remedies: Remedy) -> str:
    """The codes of the token service that these remedies repair, as sentences name them."""
    return ", ".join(f"AADSTS{number}" for number, code in CODES.items() if code.remedy in remedies)
