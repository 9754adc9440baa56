# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The error codes of Entra's token endpoint (AADSTS): the one place of this collection that knows their numbers.

Sources: the table "AADSTS error codes" of https://learn.microsoft.com/entra/identity-platform/reference-error-codes, the texts of the answers themselves,
and https://login.microsoftonline.com/error?code=NUMBER; read 2026-11. Microsoft does not document which codes pass by waiting; it follows
from what replicates (inferred; promise 29 of docs/safety.md). What sign-ins with basic permissions alone count as:
https://learn.microsoft.com/entra/identity/conditional-access/concept-enforcement-resource-exclusions (read 2026-11-30).
"""

from __future__ import annotations

import re
import typing as t

from .error_code import ErrorCode, NewObject, Reason, RefusalMeaning, Remedy

__all__ = ["CODES", "NOT_ASSIGNED", "NOT_REQUESTED", "UNKNOWN_REDIRECT_URI", "ErrorCode", "NewObject", "Reason", "RefusalMeaning", "Remedy"]


# What stands in the sentences: the option of the module that was used, then the variable of the roles.
_TENANT_ID, _CLOUD, _LOGIN_URL = "tenant_id ('entra_tenant_id')", "the option cloud ('entra_cloud')", "login_url ('entra_login_url')"
_OWN = "('entra_auth' for the automation itself)"
_NOT_REPLICATED = "If it was made in the last minutes, wait a little and run again."
_ASK_POLICY = "Ask an administrator of the tenant which policy applies to this sign-in."
_BY_ITSELF = f"Use an application with a secret, certificate or federated token {_OWN}."
_BY_ITSELF_OR_CLI = f"Use an application with a secret, certificate or federated token {_OWN}, or sign in to Azure CLI again."
_CHANGED_REQUEST = f"Check {_LOGIN_URL}: a proxy between this machine and Entra may have changed the request. Check also that no value is empty {_OWN}."
_ACCOUNT = "(the variable 'power_platform_try', where the role power_platform tries an account)"
_ENABLE_API = (
    "Find out why it is disabled; then an administrator of the tenant enables the API's service principal (account_enabled of entra_service_principal)."
)
_ADMIN_CONSENT = "Have an administrator of the tenant consent to it (entra_admin_consent)."
_AZ_LOGIN = "Sign in again with: az login."

_VALID_RANGE = re.compile(r"Current time: (?P<now>[^,\s]+), assertion valid from (?P<start>[^,\s]+), expiry time of assertion (?P<end>[^,\s]+?)\.?(?:\s|$)")

CODES: t.Mapping[int, ErrorCode] = {
    code.number: code
    for code in (
        ErrorCode(90002, "there is no tenant {tenant} in this cloud", f"Check {_TENANT_ID}, and whether {_CLOUD} is right.", Remedy.TENANT_AND_CLOUD),
        ErrorCode(900023, "{tenant} is neither a tenant id nor a domain", f"Give {_TENANT_ID} as a GUID or as a verified domain of the tenant.", Remedy.TENANT),
        ErrorCode(50059, "the request named no single tenant", f"Give {_TENANT_ID} as a GUID or as a verified domain of the tenant.", Remedy.TENANT),
        ErrorCode(90014, "a field is missing in the request to the token endpoint", _CHANGED_REQUEST, Remedy.EMPTY_VALUE),
        ErrorCode(900144, "a field is missing in the request to the token endpoint", _CHANGED_REQUEST, Remedy.EMPTY_VALUE),
        ErrorCode(
            700016,
            "the application {client} does not exist in this tenant, and no administrator or user there has consented to it",
            f"Check the client id {_OWN} and {_TENANT_ID}. A multi-tenant application needs an administrator's consent in each tenant first. {_NOT_REPLICATED}",
            Remedy.CLIENT_ID_AND_TENANT,
            new=NewObject.APPLICATION,
        ),
        ErrorCode(
            700038,
            "{client} is not a valid application id",
            f"Set the client id {_OWN} to the application (client) id of the app registration.",
            Remedy.CLIENT_ID,
        ),
        ErrorCode(
            7000112,
            "the application {client} is disabled: its registration was deactivated, or its enterprise application is disabled",
            "Find out first why, since it may be a security measure. A registration is activated again under Entra ID, App registrations (in the tenant where "
            "it is registered); an enterprise application with account_enabled of entra_service_principal, or under Enterprise applications, Properties.",
            Remedy.ENABLE_SERVICE_PRINCIPAL,
        ),
        ErrorCode(
            7000113,
            "the application {client} may not make the request it made",
            f"Check which kind of application the client id {_OWN} belongs to.",
            Remedy.CLIENT_ID,
        ),
        ErrorCode(
            7000215,
            "the client secret is wrong",
            f"Use the secret's value, not its id (a GUID), of the application {{client}} {_OWN}; a value that was not kept cannot be read again. "
            f"{_NOT_REPLICATED}",
            Remedy.SECRET_VALUE,
            new=NewObject.SECRET,
        ),
        ErrorCode(
            7000222, "the client secret has expired", f"Make a new secret for the application {{client}} and use its value {_OWN}.", Remedy.SECRET_EXPIRED
        ),
        ErrorCode(
            7000218,
            "no client secret and no assertion reached the token endpoint",
            f"Check that the credential is not empty {_OWN}. With a user name and a password alone, the application {{client}} has to allow public client "
            "flows (is_fallback_public_client of entra_app).",
            Remedy.PUBLIC_CLIENT,
        ),
        ErrorCode(
            7000216, "no client secret and no assertion reached the token endpoint", f"Check that the credential is not empty {_OWN}.", Remedy.EMPTY_VALUE
        ),
        ErrorCode(
            7000229,
            "the application {client} has no service principal in this tenant",
            f"An administrator of the tenant has to consent to it, or create its service principal (entra_service_principal). {_NOT_REPLICATED}",
            Remedy.SERVICE_PRINCIPAL,
            new=NewObject.SERVICE_PRINCIPAL,
        ),
        ErrorCode(
            700025,
            "the application {client} is a public client and takes no secret or certificate",
            f"Use another application, or another auth_method {_OWN}.",
            Remedy.NO_CREDENTIAL,
        ),
        ErrorCode(
            700027,
            "the certificate was not accepted for the application {client}",
            f"Upload the certificate (its public part) to the app registration (entra_app_certificate), or use the key that fits the one uploaded {_OWN}. "
            f"{_NOT_REPLICATED}",
            Remedy.UPLOAD_CERTIFICATE,
            new=NewObject.CERTIFICATE,
            reasons=(
                Reason(
                    re.compile(r"key used is expired(?:.*?Start=(?P<start>[^,'\]]+), End=(?P<end>[^,'\]]+))?", re.IGNORECASE | re.DOTALL),
                    "the entry of the certificate at the application {client} is not valid now{when}",
                    "Add the certificate again with a later end (entra_app_certificate): the entry has an end of its own, which may be earlier than that "
                    "of the certificate. Waiting does not help.",
                    Remedy.CERTIFICATE_ENTRY,
                    when=" (valid from {start} to {end})",
                ),
                Reason(
                    re.compile(r"verify the signature failed|signature (?:is|was) (?:invalid|wrong)", re.IGNORECASE),
                    "the certificate belongs to the application {client}, and the private key that signed is another one",
                    f"Use the private key that belongs to this certificate {_OWN}. Waiting does not help.",
                    Remedy.PRIVATE_KEY,
                ),
                Reason(
                    re.compile(r"key was not found|not registered on application", re.IGNORECASE),
                    "the certificate does not belong to the application {client}",
                    f"Upload the certificate (its public part) to the app registration (entra_app_certificate), or use the one that is there {_OWN}. "
                    f"{_NOT_REPLICATED}",
                    Remedy.UPLOAD_CERTIFICATE,
                    NewObject.CERTIFICATE,
                ),
            ),
        ),
        ErrorCode(
            700024,
            "the signed assertion is not valid now",
            f"Check this machine's clock, and the age of the federated token {_OWN}.",
            Remedy.FEDERATED_TOKEN_AND_CLOCK,
            reasons=(
                Reason(
                    _VALID_RANGE,
                    "the signed assertion has expired{when}",
                    f"Get a new federated token, and check that what writes its file still runs {_OWN}; with a certificate check this machine's clock.",
                    Remedy.FEDERATED_TOKEN_AND_CLOCK,
                    when=" (at {end}; Entra's clock says {now})",
                    holds=lambda groups: groups["now"] >= groups["end"],
                ),
                Reason(
                    _VALID_RANGE,
                    "the signed assertion is not valid yet{when}",
                    "Set the clock of the machine that signed it: the issuer of the federated token, or this machine with a certificate.",
                    Remedy.CLOCK,
                    when=" (before {start}; Entra's clock says {now})",
                    holds=lambda groups: groups["now"] < groups["start"],
                ),
                Reason(
                    _VALID_RANGE,
                    "the signed assertion ends later than Entra allows{when}",
                    "Set the clock of the machine that signed it: the issuer of the federated token, or this machine with a certificate.",
                    Remedy.CLOCK,
                    when=" (at {end}; Entra's clock says {now})",
                ),
            ),
        ),
        ErrorCode(
            700023,
            "the signed assertion is addressed to another token endpoint",
            f"Check {_TENANT_ID} and {_CLOUD}: they determine the audience of the assertion.",
            Remedy.TENANT_AND_CLOUD,
        ),
        ErrorCode(
            50027,
            "the signed assertion is malformed",
            f"Check that the federated token {_OWN} is one whole token (JWT), and nothing else.",
            Remedy.FEDERATED_TOKEN,
        ),
        ErrorCode(
            700021,
            "the signed assertion names another application than {client}",
            f"Check that the federated token and the client id belong together {_OWN}.",
            Remedy.FEDERATED_TOKEN_AND_CLIENT_ID,
        ),
        ErrorCode(
            70021,
            "no federated credential of the application {client} fits the token",
            "Compare subject, issuer and audience of the token with the application's federated credentials (entra_federated_credential); they must be equal, "
            "letter case included.",
            Remedy.FEDERATED_CREDENTIAL,
            new=NewObject.FEDERATED_CREDENTIAL,
        ),
        ErrorCode(
            700211,
            "no federated credential of the application {client} has the token's issuer",
            "Compare the token's issuer with the federated credentials (entra_federated_credential).",
            Remedy.FEDERATED_ISSUER,
            new=NewObject.FEDERATED_CREDENTIAL,
        ),
        ErrorCode(
            700212,
            "no federated credential of the application {client} has the token's audience",
            "The audience is usually api://AzureADTokenExchange; compare it with the federated credentials (entra_federated_credential).",
            Remedy.FEDERATED_AUDIENCE,
        ),
        ErrorCode(
            700213,
            "no federated credential of the application {client} has the token's subject",
            "Compare the token's subject with the federated credentials (entra_federated_credential); it must be equal, letter case included.",
            Remedy.FEDERATED_SUBJECT,
            new=NewObject.FEDERATED_CREDENTIAL,
        ),
        ErrorCode(
            50013,
            "the assertion's signature or issuer was not accepted",
            f"Check that the federated token {_OWN} is current and issued by the configured issuer.",
            Remedy.FEDERATED_TOKEN,
        ),
        ErrorCode(
            700236,
            "the federated token was issued by Entra ID itself, and the application {client} belongs to another tenant than the identity that it is for",
            f"A managed identity can be trusted only by an application of its own tenant: use one multi-tenant application of the provider's tenant {_OWN} "
            "that each customer consents to, or a certificate or secret for the application of the customer.",
            Remedy.FEDERATED_TENANT,
        ),
        ErrorCode(
            700222,
            "the federated token was issued by Entra ID itself, and such tokens are not taken from this issuer",
            f"Use a managed identity of the application's own tenant as the federated credential, a token of another issuer, or another credential {_OWN}.",
            Remedy.FEDERATED_TENANT,
        ),
        ErrorCode(
            700229,
            "the federated token is one of a person, and only tokens of applications are taken from Entra ID as issuer",
            f"Use a token of a managed identity, or another credential {_OWN}.",
            Remedy.FEDERATED_TENANT,
        ),
        ErrorCode(
            50056,
            "the account has no password in this tenant",
            f"Use an account whose password is kept in Entra ID {_ACCOUNT}, or another way to sign in.",
            Remedy.USERNAME_PASSWORD,
        ),
        ErrorCode(50034, "the account does not exist in this tenant", f"Check the user name and {_TENANT_ID}.", Remedy.USERNAME_AND_TENANT),
        ErrorCode(
            50126, "the user name or the password is wrong", f"Check both {_ACCOUNT}; a few more failed attempts lock the account.", Remedy.USERNAME_PASSWORD
        ),
        ErrorCode(
            50053,
            "the account is locked, or sign-in from this address is blocked",
            "Wait, or ask an administrator of the tenant to unlock it.",
            Remedy.UNLOCK_ACCOUNT,
        ),
        ErrorCode(50055, "the password has expired", f"Change the password {_ACCOUNT}.", Remedy.USERNAME_PASSWORD),
        ErrorCode(50057, "the account is disabled", "Enable it, or use another account.", Remedy.ENABLE_ACCOUNT),
        ErrorCode(50076, "multi-factor authentication is required", _BY_ITSELF_OR_CLI, Remedy.NO_SECOND_FACTOR, blocked=True),
        ErrorCode(50079, "multi-factor authentication has to be set up", _BY_ITSELF, Remedy.NO_SECOND_FACTOR, blocked=True),
        ErrorCode(50072, "multi-factor authentication has to be set up", _BY_ITSELF, Remedy.NO_SECOND_FACTOR, blocked=True),
        ErrorCode(50074, "multi-factor authentication is required", _BY_ITSELF_OR_CLI, Remedy.NO_SECOND_FACTOR, blocked=True),
        ErrorCode(50078, "multi-factor authentication has expired", _BY_ITSELF_OR_CLI, Remedy.NO_SECOND_FACTOR, blocked=True),
        ErrorCode(50097, "Conditional Access requires a registered device", _ASK_POLICY, Remedy.CONDITIONAL_ACCESS, blocked=True),
        ErrorCode(50144, "the password has expired in the organisation's own directory", f"Change the password there {_ACCOUNT}.", Remedy.USERNAME_PASSWORD),
        ErrorCode(50158, "a further check by another provider is required", _BY_ITSELF, Remedy.NO_SECOND_FACTOR, blocked=True),
        ErrorCode(53000, "Conditional Access requires a compliant device", _ASK_POLICY, Remedy.CONDITIONAL_ACCESS, blocked=True),
        ErrorCode(
            53003,
            "Conditional Access blocked the sign-in",
            "Ask an administrator of the tenant to exempt this application, or to allow the address the automation comes from. A user's sign-in that asks "
            "for nothing but openid, profile, email, offline_access and basic permissions such as User.Read counts as access to 'Windows Azure Active "
            "Directory', also where a policy for all resources has exclusions: there it does not help to exclude the application, and the policy has to "
            "exempt the user or the address.",
            Remedy.CONDITIONAL_ACCESS,
            blocked=True,
        ),
        ErrorCode(53001, "Conditional Access requires a domain-joined device", _ASK_POLICY, Remedy.CONDITIONAL_ACCESS, blocked=True),
        ErrorCode(
            53002,
            "Conditional Access does not allow this application",
            "Ask an administrator of the tenant which applications the policy approves.",
            Remedy.CONDITIONAL_ACCESS,
            blocked=True,
        ),
        ErrorCode(
            53004,
            "the account has to register for multi-factor authentication",
            f"Register it, or use an application with a secret, certificate or federated token {_OWN}.",
            Remedy.NO_SECOND_FACTOR,
            blocked=True,
        ),
        ErrorCode(530035, "the security defaults of the tenant blocked the sign-in", _BY_ITSELF, Remedy.NO_SECOND_FACTOR, blocked=True),
        ErrorCode(
            65001,
            "neither an administrator nor this user has consented to the application {client} for this resource",
            "Have an administrator of the tenant consent to it (entra_admin_consent), for exactly the scopes that are asked for.",
            Remedy.CONSENT_TO_PERMISSIONS,
        ),
        ErrorCode(65004, "the person declined to consent to the application {client}", _ADMIN_CONSENT, Remedy.CONSENT),
        ErrorCode(90094, "what the application {client} asks for needs an administrator's consent", _ADMIN_CONSENT, Remedy.CONSENT),
        ErrorCode(
            650052,
            "the application {client} asks for an API that has no service principal in this tenant",
            "Create the API's service principal (entra_service_principal), or get the product's subscription for the tenant.",
            Remedy.API_PRINCIPAL,
        ),
        ErrorCode(
            650053,
            "the resource has no such scope",
            "Check the names of the scopes (entra_app_permission) against those that the resource offers.",
            Remedy.REQUEST_PERMISSIONS,
        ),
        ErrorCode(
            650057,
            "the resource is not among the permissions that the application {client} requests",
            "Request them first (entra_app_permission), then consent.",
            Remedy.REQUEST_PERMISSIONS,
        ),
        ErrorCode(65002, "a Microsoft application is not preauthorised for this resource", f"Use an application of your own {_OWN}.", Remedy.OWN_APPLICATION),
        ErrorCode(
            500011,
            "the resource the token is for has no service principal in this tenant",
            f"Check {_CLOUD}; for an API that is not there by default, create its service principal (entra_service_principal).",
            Remedy.API_PRINCIPAL,
            new=NewObject.API,
        ),
        ErrorCode(
            50001,
            "the resource the token is for is not known in this tenant, or disabled",
            "Check the resource; for an API that is not there by default, create its service principal (entra_service_principal).",
            Remedy.API_PRINCIPAL_OR_AUDIENCE,
        ),
        ErrorCode(500012, "the resource is disabled in this tenant", _ENABLE_API, Remedy.ENABLE_API),
        ErrorCode(
            500014,
            "the service principal of the API is disabled in this tenant: an administrator disabled it, or a subscription has lapsed",
            f"{_ENABLE_API} Where a subscription has lapsed, it has to be renewed. Nothing is wrong with the credential.",
            Remedy.ENABLE_API,
        ),
        ErrorCode(
            1002012,
            "the scope is not one that an application can ask for",
            f"It has to be the resource followed by /.default; check {_CLOUD}.",
            Remedy.AUDIENCE_AND_CLOUD,
        ),
        ErrorCode(70011, "the scope is not valid", f"It has to be the resource followed by /.default; check {_CLOUD}.", Remedy.AUDIENCE_AND_CLOUD),
        ErrorCode(
            501051,
            "the application {client} is not assigned to the resource, which requires an assignment",
            "Assign one of the resource's application roles to it, or turn off 'assignment required' there (app_role_assignment_required of "
            "entra_service_principal).",
            Remedy.ASSIGNMENT_NOT_REQUIRED,
            blocked=True,
        ),
        ErrorCode(
            50105,
            "the account is not assigned to the application {client}, which requires an assignment",
            "Assign the user or one of their groups to it (assigned_to of entra_service_principal).",
            Remedy.ASSIGN_ACCOUNT,
            blocked=True,
        ),
        ErrorCode(
            50194,
            "the application {client} is for one tenant only, and the sign-in named none",
            f"Use the tenant's own authority in place of common ({_TENANT_ID}), or make the application multi-tenant.",
            Remedy.TENANT,
        ),
        ErrorCode(
            50011,
            "the redirect URI is not registered with the application {client}",
            "Register exactly this URI (redirect_uris of entra_app), letter case included.",
        ),
        ErrorCode(70003, "the token endpoint does not support this kind of request", _CHANGED_REQUEST, Remedy.LOGIN_URL),
        ErrorCode(70016, "the person has not finished the sign-in with the device code", "Finish it in the browser, or start again once the code has expired."),
        ErrorCode(70043, "the sign-in is too old for the tenant's policy", _AZ_LOGIN),
        ErrorCode(700082, "the sign-in has expired because it was not used", _AZ_LOGIN),
        ErrorCode(50173, "the sign-in was revoked", _AZ_LOGIN),
        ErrorCode(
            50020,
            "the account belongs to another tenant and is no guest of this one",
            f"Sign in with an account of the tenant ({_TENANT_ID}), or be invited to it.",
            Remedy.USERNAME_AND_TENANT,
        ),
        ErrorCode(
            90072,
            "the account belongs to another tenant and is no guest of this one",
            f"Sign in with an account of the tenant ({_TENANT_ID}), or be invited to it.",
            Remedy.USERNAME_AND_TENANT,
        ),
        ErrorCode(90033, "the token endpoint is temporarily unavailable", "Run again later."),
        ErrorCode(90099, "the application {client} has not been authorised in this tenant", _ADMIN_CONSENT, Remedy.CONSENT),
    )
}

# Codes that a product names before anything was refused, because a look shows that they would be the answer.
NOT_ASSIGNED, UNKNOWN_REDIRECT_URI, NOT_REQUESTED = (f"AADSTS{number}" for number in (50105, 50011, 650057))
# Refusals of the credential itself, which are the same in every tenant that it is used in. Others (700016, 7000229, 90002) say something of one tenant.
OF_THE_AUTOMATION: t.Final = frozenset({7000215, 7000222, 700027, 700024, 700236})
