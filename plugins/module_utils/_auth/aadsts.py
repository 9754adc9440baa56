# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The error codes of Entra's token endpoint (AADSTS): the one place of this collection that knows their numbers.

Sources: the table "AADSTS error codes" of https://learn.microsoft.com/entra/identity-platform/reference-error-codes, the texts of the answers themselves,
and https://login.microsoftonline.com/error?code=NUMBER. Microsoft does not document which codes pass by waiting; it follows
from what replicates (promise 29 of docs/safety.md).
"""

from __future__ import annotations

import dataclasses
import enum
import typing as t


class Outcome(enum.Enum):
    """What a refusal says about the credential that was sent."""

    REFUSED = "refused"  # the request or the credential is wrong
    BLOCKED = "blocked"  # a rule of the tenant stands in the way, and the credential may well be right
    NOT_YET = "not_yet"  # wrong, or so new that the server that answered does not know it yet


class NewObject(enum.Enum):
    """What may be so new that a server does not know it yet. A refusal passes by waiting only where this run, or one just before, made such an object."""

    APPLICATION = "application"
    SERVICE_PRINCIPAL = "service_principal"
    SECRET = "secret"
    CERTIFICATE = "certificate"
    FEDERATED_CREDENTIAL = "federated_credential"
    API = "api"  # the service principal of the API that the token is for


class Remedy(enum.Enum):
    """What repairs a refusal, in the words of no product. A product maps each to the variable, role or module of its own that does it."""

    API_PRINCIPAL = "api_principal"  # create the service principal of the API in the tenant
    API_PRINCIPAL_OR_AUDIENCE = "api_principal_or_audience"  # the same, or another audience
    ENABLE_API = "enable_api"  # enable the API's service principal
    AUDIENCE_AND_CLOUD = "audience_and_cloud"
    CONSENT = "consent"  # of an administrator, to what is requested
    CONSENT_TO_PERMISSIONS = "consent_to_permissions"  # the same, and the permissions may be others than those needed
    REQUEST_PERMISSIONS = "request_permissions"
    OWN_APPLICATION = "own_application"  # in place of one of Microsoft's
    ASSIGN_ACCOUNT = "assign_account"  # to the application, which requires an assignment
    ASSIGNMENT_NOT_REQUIRED = "assignment_not_required"  # of applications to the API
    CONDITIONAL_ACCESS = "conditional_access"  # an exemption by an administrator
    NO_SECOND_FACTOR = "no_second_factor"  # a credential of the application in place of an account's password
    USERNAME_PASSWORD = "username_password"
    USERNAME_AND_TENANT = "username_and_tenant"
    UNLOCK_ACCOUNT = "unlock_account"
    ENABLE_ACCOUNT = "enable_account"
    TENANT = "tenant"
    TENANT_AND_CLOUD = "tenant_and_cloud"
    CLIENT_ID = "client_id"
    CLIENT_ID_AND_TENANT = "client_id_and_tenant"
    SERVICE_PRINCIPAL = "service_principal"  # create the application's own
    ENABLE_SERVICE_PRINCIPAL = "enable_service_principal"
    PUBLIC_CLIENT = "public_client"  # allow public client flows
    NO_CREDENTIAL = "no_credential"  # a public client takes none
    EMPTY_VALUE = "empty_value"  # fill in what is empty in the request
    LOGIN_URL = "login_url"  # something on the way changed the request
    SECRET_VALUE = "secret_value"
    SECRET_EXPIRED = "secret_expired"
    UPLOAD_CERTIFICATE = "upload_certificate"
    FEDERATED_TOKEN = "federated_token"
    FEDERATED_TOKEN_AND_CLOCK = "federated_token_and_clock"  # of a certificate's assertion: the clock alone
    FEDERATED_TOKEN_AND_CLIENT_ID = "federated_token_and_client_id"
    FEDERATED_CREDENTIAL = "federated_credential"
    FEDERATED_ISSUER = "federated_issuer"
    FEDERATED_AUDIENCE = "federated_audience"
    FEDERATED_SUBJECT = "federated_subject"


@dataclasses.dataclass(frozen=True)
class ErrorCode:
    """One code. In the texts C(cause_of) of C(explain) fills in "{tenant}" and "{client}"."""

    number: int
    cause: str  # the middle of a sentence, without a full stop
    next_step: str  # one or more sentences
    remedy: Remedy | None = None  # None: no option of a connector repairs it
    blocked: bool = False  # a rule of the tenant stands in the way
    new: NewObject | None = None  # what is missing may only be new

    @property
    def outcome(self) -> Outcome:
        """The kind of refusal. C(NOT_YET) holds only where C(new) was made a short time ago."""
        return Outcome.BLOCKED if self.blocked else Outcome.NOT_YET if self.new else Outcome.REFUSED


_NOT_REPLICATED = "If it was made in the last minutes, wait a little and run again."
_ASK_POLICY = "Ask an administrator of the tenant which policy applies to this sign-in."
_BY_ITSELF = "Use an application with a secret, certificate or federated token."
_BY_ITSELF_OR_CLI = "Use an application with a secret, certificate or federated token, or sign in to Azure CLI again."
_CHANGED_REQUEST = "Check login_url: something between here and Entra may have changed the request."
_ADMIN_CONSENT = "Have an administrator of the tenant consent to it (entra_admin_consent)."
_AZ_LOGIN = "Sign in again with: az login."

CODES: t.Mapping[int, ErrorCode] = {
    code.number: code
    for code in (
        ErrorCode(90002, "there is no tenant {tenant} in this cloud", "Check tenant_id, and whether the option cloud is right.", Remedy.TENANT_AND_CLOUD),
        ErrorCode(900023, "{tenant} is neither a tenant id nor a domain", "Give tenant_id as a GUID or as a verified domain of the tenant.", Remedy.TENANT),
        ErrorCode(50059, "the request named no single tenant", "Give tenant_id as a GUID or as a verified domain of the tenant.", Remedy.TENANT),
        ErrorCode(90014, "a field is missing in the request to the token endpoint", _CHANGED_REQUEST, Remedy.EMPTY_VALUE),
        ErrorCode(900144, "a field is missing in the request to the token endpoint", _CHANGED_REQUEST, Remedy.EMPTY_VALUE),
        ErrorCode(
            700016,
            "the application {client} does not exist in this tenant and nobody has consented to it there",
            f"Check the client id and tenant_id. A multi-tenant application needs an administrator's consent in each tenant first. {_NOT_REPLICATED}",
            Remedy.CLIENT_ID_AND_TENANT,
            new=NewObject.APPLICATION,
        ),
        ErrorCode(
            700038, "{client} is not a valid application id", "Set the client id to the application (client) id of the app registration.", Remedy.CLIENT_ID
        ),
        ErrorCode(
            7000112,
            "the application {client} is disabled",
            "Enable it under Entra ID, Enterprise applications, Properties, or ask who disabled it.",
            Remedy.ENABLE_SERVICE_PRINCIPAL,
        ),
        ErrorCode(
            7000113, "the application {client} may not make the request it made", "Check which kind of application the client id belongs to.", Remedy.CLIENT_ID
        ),
        ErrorCode(
            7000215,
            "the client secret is wrong",
            f"Use the secret's value, not its id (a GUID), of the application {{client}}; a value that was not kept cannot be read again. {_NOT_REPLICATED}",
            Remedy.SECRET_VALUE,
            new=NewObject.SECRET,
        ),
        ErrorCode(7000222, "the client secret has expired", "Make a new secret for the application {client} and use its value.", Remedy.SECRET_EXPIRED),
        ErrorCode(
            7000218,
            "no client secret and no assertion reached the token endpoint",
            "Check that the credential is not empty. With a user name and a password alone, the application {client} has to allow public client flows "
            "(is_fallback_public_client of entra_app).",
            Remedy.PUBLIC_CLIENT,
        ),
        ErrorCode(7000216, "no client secret and no assertion reached the token endpoint", "Check that the credential is not empty.", Remedy.EMPTY_VALUE),
        ErrorCode(
            7000229,
            "the application {client} has no service principal in this tenant",
            f"An administrator of the tenant has to consent to it, or create its service principal. {_NOT_REPLICATED}",
            Remedy.SERVICE_PRINCIPAL,
            new=NewObject.SERVICE_PRINCIPAL,
        ),
        ErrorCode(
            700025,
            "the application {client} is a public client and takes no secret or certificate",
            "Use another application, or another auth_method.",
            Remedy.NO_CREDENTIAL,
        ),
        ErrorCode(
            700027,
            "the certificate does not belong to the application {client}",
            f"Upload the certificate (its public part) to the app registration, or use the key that fits the one uploaded. {_NOT_REPLICATED}",
            Remedy.UPLOAD_CERTIFICATE,
            new=NewObject.CERTIFICATE,
        ),
        ErrorCode(
            700024, "the signed assertion is not valid now", "Check this machine's clock, and the age of the federated token.", Remedy.FEDERATED_TOKEN_AND_CLOCK
        ),
        ErrorCode(
            700023,
            "the signed assertion is addressed to another token endpoint",
            "Check tenant_id and cloud: they say whom the assertion is for.",
            Remedy.TENANT_AND_CLOUD,
        ),
        ErrorCode(
            50027, "the signed assertion is malformed", "Check that the federated token is one whole token (JWT), and nothing else.", Remedy.FEDERATED_TOKEN
        ),
        ErrorCode(
            700021,
            "the signed assertion names another application than {client}",
            "Check that the federated token and the client id belong together.",
            Remedy.FEDERATED_TOKEN_AND_CLIENT_ID,
        ),
        ErrorCode(
            70021,
            "no federated credential of the application {client} fits the token",
            "Compare subject, issuer and audience of the token with the application's federated credentials; they must be equal, letter case included.",
            Remedy.FEDERATED_CREDENTIAL,
            new=NewObject.FEDERATED_CREDENTIAL,
        ),
        ErrorCode(
            700211,
            "no federated credential of the application {client} has the token's issuer",
            "Compare the token's issuer with the federated credentials.",
            Remedy.FEDERATED_ISSUER,
            new=NewObject.FEDERATED_CREDENTIAL,
        ),
        ErrorCode(
            700212,
            "no federated credential of the application {client} has the token's audience",
            "The audience is usually api://AzureADTokenExchange; compare it with the federated credentials.",
            Remedy.FEDERATED_AUDIENCE,
        ),
        ErrorCode(
            700213,
            "no federated credential of the application {client} has the token's subject",
            "Compare the token's subject with the federated credentials; it must be equal, letter case included.",
            Remedy.FEDERATED_SUBJECT,
            new=NewObject.FEDERATED_CREDENTIAL,
        ),
        ErrorCode(
            50013,
            "the assertion's signature or issuer was not accepted",
            "Check that the federated token is current and issued by the configured issuer.",
            Remedy.FEDERATED_TOKEN,
        ),
        ErrorCode(
            50056,
            "the account has no password in this tenant",
            "Use an account whose password is kept in Entra ID, or another way to sign in.",
            Remedy.USERNAME_PASSWORD,
        ),
        ErrorCode(50034, "the account does not exist in this tenant", "Check the user name and tenant_id.", Remedy.USERNAME_AND_TENANT),
        ErrorCode(50126, "the user name or the password is wrong", "Check both; a few more failed attempts lock the account.", Remedy.USERNAME_PASSWORD),
        ErrorCode(
            50053,
            "the account is locked, or sign-in from this address is blocked",
            "Wait, or ask an administrator of the tenant to unlock it.",
            Remedy.UNLOCK_ACCOUNT,
        ),
        ErrorCode(50055, "the password has expired", "Change the password.", Remedy.USERNAME_PASSWORD),
        ErrorCode(50057, "the account is disabled", "Enable it, or use another account.", Remedy.ENABLE_ACCOUNT),
        ErrorCode(50076, "multi-factor authentication is required", _BY_ITSELF_OR_CLI, Remedy.NO_SECOND_FACTOR, blocked=True),
        ErrorCode(50079, "multi-factor authentication has to be set up", _BY_ITSELF, Remedy.NO_SECOND_FACTOR, blocked=True),
        ErrorCode(50072, "multi-factor authentication has to be set up", _BY_ITSELF, Remedy.NO_SECOND_FACTOR, blocked=True),
        ErrorCode(50074, "multi-factor authentication is required", _BY_ITSELF_OR_CLI, Remedy.NO_SECOND_FACTOR, blocked=True),
        ErrorCode(50078, "multi-factor authentication has expired", _BY_ITSELF_OR_CLI, Remedy.NO_SECOND_FACTOR, blocked=True),
        ErrorCode(50097, "Conditional Access requires a registered device", _ASK_POLICY, Remedy.CONDITIONAL_ACCESS, blocked=True),
        ErrorCode(50144, "the password has expired in the organisation's own directory", "Change the password there.", Remedy.USERNAME_PASSWORD),
        ErrorCode(50158, "a further check by another provider is required", _BY_ITSELF, Remedy.NO_SECOND_FACTOR, blocked=True),
        ErrorCode(53000, "Conditional Access requires a compliant device", _ASK_POLICY, Remedy.CONDITIONAL_ACCESS, blocked=True),
        ErrorCode(
            53003,
            "Conditional Access blocked the sign-in",
            "Ask an administrator of the tenant to exempt this application, or to allow the address the automation comes from.",
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
            "Register it, or use an application with a secret, certificate or federated token.",
            Remedy.NO_SECOND_FACTOR,
            blocked=True,
        ),
        ErrorCode(530035, "the security defaults of the tenant blocked the sign-in", "Use a supported way to sign in.", Remedy.NO_SECOND_FACTOR, blocked=True),
        ErrorCode(
            65001,
            "nobody has consented to the application {client} for this resource",
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
            650053, "the resource has no such scope", "Check the names of the scopes against those that the resource offers.", Remedy.REQUEST_PERMISSIONS
        ),
        ErrorCode(
            650057,
            "the resource is not among the permissions that the application {client} requests",
            "Request them first (entra_app_permission), then consent.",
            Remedy.REQUEST_PERMISSIONS,
        ),
        ErrorCode(65002, "a Microsoft application is not preauthorised for this resource", "Use an application of your own.", Remedy.OWN_APPLICATION),
        ErrorCode(
            500011,
            "the resource the token is for has no service principal in this tenant",
            "Check the option cloud; for an API that is not there by default, create its service principal (entra_service_principal).",
            Remedy.API_PRINCIPAL,
            new=NewObject.API,
        ),
        ErrorCode(
            50001,
            "the resource the token is for is not known in this tenant, or disabled",
            "Check the resource; for an API that is not there by default, create its service principal (entra_service_principal).",
            Remedy.API_PRINCIPAL_OR_AUDIENCE,
        ),
        ErrorCode(500012, "the resource is disabled in this tenant", "Ask an administrator of the tenant to enable its service principal.", Remedy.ENABLE_API),
        ErrorCode(
            1002012,
            "the scope is not one that an application can ask for",
            "It has to be the resource followed by /.default; check the option cloud.",
            Remedy.AUDIENCE_AND_CLOUD,
        ),
        ErrorCode(70011, "the scope is not valid", "It has to be the resource followed by /.default; check the option cloud.", Remedy.AUDIENCE_AND_CLOUD),
        ErrorCode(
            501051,
            "the application {client} is not assigned to the resource, which requires an assignment",
            "Assign one of the resource's application roles to it, or turn off 'assignment required' there.",
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
            "Use the tenant's own authority in place of common, or make the application multi-tenant.",
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
            "Sign in with an account of the tenant, or be invited to it.",
            Remedy.USERNAME_AND_TENANT,
        ),
        ErrorCode(
            90072,
            "the account belongs to another tenant and is no guest of this one",
            "Sign in with an account of the tenant, or be invited to it.",
            Remedy.USERNAME_AND_TENANT,
        ),
        ErrorCode(90033, "the token endpoint is temporarily unavailable", "Run again later."),
        ErrorCode(90099, "the application {client} has not been authorised in this tenant", "Consent to it in the tenant first.", Remedy.CONSENT),
    )
}

# Codes that a product names before anything was refused, because a look shows that they would be the answer.
NOT_ASSIGNED, UNKNOWN_REDIRECT_URI, NOT_REQUESTED = (f"AADSTS{number}" for number in (50105, 50011, 650057))
