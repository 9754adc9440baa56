# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What is known about one error code of the token endpoint: its cause, its next step, and what repairs it. The codes are in C(aadsts.py)."""

from __future__ import annotations

import dataclasses
import enum
import re
import typing as t


class RefusalMeaning(enum.Enum):
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
    FEDERATED_TENANT = "federated_tenant"  # another credential: this issuer's tokens are not taken in this tenant
    CERTIFICATE_ENTRY = "certificate_entry"  # add the certificate again, with a later end
    PRIVATE_KEY = "private_key"  # the one that belongs to the certificate
    CLOCK = "clock"  # of the machine that signs


@dataclasses.dataclass(frozen=True)
class Reason:
    """One of several causes that a code has, told from the others by the text of the answer.

    In C(cause) "{when}" is replaced by what C(when) makes of the groups of C(text), by nothing where the answer does not have them all.
    """

    text: re.Pattern[str]
    cause: str
    next_step: str
    remedy: Remedy | None
    new: NewObject | None = None
    when: str = ""
    holds: t.Callable[[t.Mapping[str, str]], bool] = lambda groups: True  # of the groups, where the text alone does not tell


@dataclasses.dataclass(frozen=True)
class ErrorCode:
    """One code. In the texts C(cause_of) of C(explain) fills in "{tenant}" and "{client}"."""

    number: int
    cause: str  # the middle of a sentence, without a full stop
    next_step: str  # one or more sentences
    remedy: Remedy | None = None  # None: no option of a connector repairs it
    blocked: bool = False  # a rule of the tenant stands in the way
    new: NewObject | None = None  # what is missing may only be new
    reasons: tuple[Reason, ...] = ()  # the first that fits counts; none: what is said above, of which it is not known which it is

    def told_by(self, said: str | None) -> ErrorCode:
        """This code with the reason that the answer gives, where it gives one that is known."""
        for reason in self.reasons:
            found = reason.text.search(said or "")
            if found is None:
                continue
            groups = {name: _date(value) for name, value in found.groupdict().items() if value}
            if not reason.holds(groups):
                continue
            when = reason.when.format_map(groups) if len(groups) == len(found.groupdict()) else ""
            cause = reason.cause.replace("{when}", when)
            return dataclasses.replace(self, cause=cause, next_step=reason.next_step, remedy=reason.remedy, new=reason.new, reasons=())
        return self

    @property
    def outcome(self) -> RefusalMeaning:
        """The kind of refusal. C(NOT_YET) holds only where C(new) was made a short time ago."""
        return RefusalMeaning.BLOCKED if self.blocked else RefusalMeaning.NOT_YET if self.new else RefusalMeaning.REFUSED


def _date(text: str) -> str:
    """A date of the token endpoint ("04/01/2026 00:00:00") as everywhere else; another text as it is."""
    found = re.fullmatch(r"(\d{2})/(\d{2})/(\d{4}) (\d{2}:\d{2}):\d{2}", text.strip())
    return f"{found[3]}-{found[1]}-{found[2]} {found[4]} UTC" if found else text.strip()
