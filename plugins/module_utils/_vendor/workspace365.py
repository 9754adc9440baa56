# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Client for Workspace 365: the instance-level Provisioning API and the public sign-in page.

There is no call that reads single sign-on settings back, so nothing here says what an environment holds.
"""

from __future__ import annotations

import dataclasses
import html
import re
import typing as t
import urllib.parse

from ansible_collections.tenantkit.connectors.plugins.module_utils._addresses import address_problem, one_spelling, without_secrets
from ansible_collections.tenantkit.connectors.plugins.module_utils._budget import Budget
from ansible_collections.tenantkit.connectors.plugins.module_utils._clouds import LOGIN_HOSTS, tenant_in_login_url
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import (
    BudgetError,
    ConnectorError,
    ForbiddenError,
    NotFoundError,
    OptionError,
    RedirectError,
    ServiceError,
)
from ansible_collections.tenantkit.connectors.plugins.module_utils._http import HttpClient, Repeat
from ansible_collections.tenantkit.connectors.plugins.module_utils._http_answer import HttpAnswer

SERVICE = "Workspace 365"
# The vendor's names in the body of the single sign-on call. A rename there is an edit here.
AUTHORITY_MEMBER, CLIENT_ID_MEMBER, KEY_MEMBER = "Authority", "ClientId", "Key"

UNCONNECTED, THIS_TENANT, OTHER_TENANT, UNCLEAR = "unconnected", "this_tenant", "other_tenant", "unclear"

_ENVIRONMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,62}")
_RESERVED = {"environment", "provisioning", "api"}
_LICENSES = {"purchasedlicenses", "usedlicenses"}  # what the answer about licenses is documented to hold
_PASSWORD_FIELD = re.compile(r"<input\b[^>]*\btype\s*=\s*[\"']?password\b", re.IGNORECASE)
_URL = re.compile(r"https://[^\s\"'<>\\]+", re.IGNORECASE)


def check_instance_url(url: str) -> str:
    """The instance URL in its one spelling, or OptionError. Only https, since the provisioning key goes there."""
    problem = address_problem(url.strip())
    if problem:
        raise OptionError(
            f"'instance_url' is {without_secrets(url.strip())!r}, which {problem}; it must be the address of the Workspace 365 instance.",
            code="invalid_instance_url",
            service=SERVICE,
            outcome="refused",
            advice="For example: https://portal.workspace365.net",
        )
    return one_spelling(url)


def check_environment(name: str) -> str:
    """The environment's name, or OptionError: it becomes a part of paths."""
    if not _ENVIRONMENT.fullmatch(name) or name.lower() in _RESERVED:
        raise OptionError(
            f"'environment' is {name!r}; the name of an environment consists of letters, digits and '-', as in the address people open.",
            code="invalid_environment",
            service=SERVICE,
            outcome="refused",
            advice="It is the part after the host name: https://portal.workspace365.net/<environment>",
        )
    return name


def delivery_instance(instance_url: str, environment: str) -> str:
    """What C(delivery.instance) of entra_client_secret is for this environment."""
    return f"{instance_url.rstrip('/')} {environment}"


@dataclasses.dataclass(frozen=True)
class SignInPage:
    """What the public sign-in page shows about the environment's connection."""

    connection: str  # one of the four constants above
    seen: str  # what it was concluded from, for sentences


def _classify_url(url: str, expected: t.Collection[str]) -> SignInPage:
    tenant = tenant_in_login_url(url)
    if tenant is None:
        return SignInPage(UNCLEAR, f"it sends people to {url.partition('?')[0][:120]}, which names no tenant")
    if tenant in expected:
        return SignInPage(THIS_TENANT, f"it sends people to tenant {tenant}")
    return SignInPage(OTHER_TENANT, f"it sends people to tenant {tenant}")


def classify_redirect(location: str, expected: t.Collection[str]) -> SignInPage:
    """A sign-in page that redirects: single sign-on of some kind is set."""
    return _classify_url(location, expected)


def classify_page(status: int, text: str, expected: t.Collection[str]) -> SignInPage:
    """A sign-in page that shows itself: a password form without any way to Entra is an unconnected environment."""
    if status == 404:
        return SignInPage(UNCLEAR, "there is no sign-in page (404)")
    if status != 200:
        return SignInPage(UNCLEAR, f"it answers {status}")
    pages = [_classify_url(url, expected) for url in _URL.findall(html.unescape(text)) if (urllib.parse.urlsplit(url).hostname or "").lower() in LOGIN_HOSTS]
    for connection in (OTHER_TENANT, UNCLEAR, THIS_TENANT):  # the worst that it offers
        for page in pages:
            if page.connection == connection:
                return page
    if _PASSWORD_FIELD.search(text):
        return SignInPage(UNCONNECTED, "it asks for a password of Workspace 365 itself")
    return SignInPage(UNCLEAR, "it neither asks for a password nor sends people to Entra")


def environment_names(body: t.Any) -> list[str] | None:
    """The names in an environment list, whose schema the vendor does not document; None when it is in no form that was ever seen.

    A name may be one for people and not the one in addresses, so that what is missing here may be there all the same.
    """
    if not isinstance(body, list):
        return None
    names: list[str] = []
    for item in body:
        if isinstance(item, dict):
            found = {str(key).lower(): value for key, value in item.items()}
            item = found.get("environmentname") or found.get("name")
        if not isinstance(item, str) or not item:
            return None
        names.append(item)
    return names


class Workspace365Client:
    """One instance. The provisioning key is a root credential: it is sent to this instance only and never shown."""

    def __init__(self, http: HttpClient, budget: Budget, instance_url: str, provisioning_key: str) -> None:
        self._http = http
        self._budget = budget
        self.url = check_instance_url(instance_url)
        self.host = urllib.parse.urlsplit(self.url).netloc
        self._headers = {"ProvisioningKey": provisioning_key, "X-Requested-With": "XMLHttpRequest"}

    def lists_environment(self, environment: str) -> bool | None:
        """Whether the instance's list names this environment; None when the list cannot be read.

        Raises ServiceError for an error status: then host, key or API are not what they should be.
        """
        answer = self._send("GET", "/Provisioning/Environment/", f"look for environment '{environment}' in the list of {self.host}")
        if not answer.ok:
            raise self._error(answer, f"{self.host} has no Provisioning API at this address.")
        try:
            names = environment_names(answer.json())
        except ServiceError:
            names = None
        return None if names is None else environment.lower() in {name.lower() for name in names}

    def prove_environment(self, environment: str) -> None:
        """Raise ServiceError unless the environment exists; used where the list does not say so.

        Only the documented answer proves it: a portal or a proxy answers everything with 200 and a page, and a secret would be made for nobody.
        """
        answer = self._send("GET", f"/Provisioning/{environment}/UserLicenses/", f"look for environment '{environment}'")
        if not answer.ok:
            raise self._error(answer, f"{self.host} has no environment '{environment}'.")
        body = answer.json()
        if not isinstance(body, dict) or not _LICENSES.issubset(str(name).lower() for name in body):
            text = f"without the numbers of licenses that belong there ({answer.id_words})"
            raise self._somebody_elses(answer, text, code="unexpected_answer")

    def sign_in_page(self, environment: str, expected: t.Collection[str]) -> SignInPage:
        """What a person would see. Sent without the provisioning key; the redirect is looked at, not followed."""
        url = f"{self.url}/{environment}/SignIn"
        try:
            answer = self._http.request(
                "GET",
                url,
                doing=f"look at the sign-in page of environment '{environment}'",
                service=SERVICE,
                headers={"Accept": "text/html"},
                repeat=Repeat.THROTTLED,
            )
        except RedirectError as error:
            return classify_redirect(str(error.details.get("location") or ""), expected)
        return classify_page(answer.status, answer.text, expected)

    def set_sso(self, environment: str, authority: str, client_id: str, key: str) -> None:
        """Tell the environment its single sign-on settings, the same ones again while it is not known whether it took them.

        Raises with C(outcome) C(refused) when it certainly did not, C(unknown) otherwise.
        """
        doing = f"set single sign-on of environment '{environment}'"
        body = {AUTHORITY_MEMBER: authority, CLIENT_ID_MEMBER: client_id, KEY_MEMBER: key}
        unknown = False
        server_errors = 0
        tries = 0
        while True:
            tries += 1
            try:
                answer = self._send("PUT", f"/Provisioning/{environment}/SingleSignOnSettings/OAuth2", doing, body, Repeat.THROTTLED)
            except ConnectorError as error:
                if unknown or error.outcome != "refused":
                    error.outcome = "unknown"
                unknown = True
                # A redirect will not go away, and a refusal is an answer, unless an earlier try may have been taken.
                if error.outcome == "refused" or isinstance(error, (RedirectError, BudgetError, OptionError)):
                    raise
                failure: ConnectorError = error
            else:
                if answer.ok:
                    self._check_taken(answer)
                    return
                failure = self._error(answer, f"{self.host} has no environment '{environment}', or it is hosted on-premises, where this call does not exist.")
                server_errors += answer.status == 500
                if answer.status in (400, 403, 404):
                    failure.outcome = "unknown" if unknown else "refused"
                    raise failure
                unknown = True
                failure.outcome = "unknown"
                # 500 can mean that the data is wrong, which no repetition cures.
                if answer.status < 500 or server_errors > 1:
                    raise failure
            try:
                self._budget.wait(self._http.pause(tries), f"it is not known whether {self.host} took the settings")
            except BudgetError as error:
                failure.outcome = "unknown"
                failure.advice = "Run again: a new secret is made and delivered before either of the two is removed. " + (failure.advice or "")
                raise failure from error

    def _check_taken(self, answer: HttpAnswer) -> None:
        """Any 2xx is success, and what it carries is not documented. Only a web page is no answer of the API: a portal or a proxy spoke in its place."""
        if re.match(r"\s*<(!doctype\s+html|html)\b", answer.text, re.IGNORECASE):
            text = f"with a web page instead of the API's answer ({answer.id_words}), so it is not known whether the settings were taken"
            raise self._somebody_elses(answer, text, code="not_json", outcome="unknown")

    def _somebody_elses(self, answer: HttpAnswer, text: str, *, code: str, outcome: str | None = None) -> ServiceError:
        """A good status with what the API never answers."""
        return ServiceError(
            f"Could not {answer.doing}: {self.host} answered {answer.status} {text}.",
            code=code,
            http_status=answer.status,
            service=SERVICE,
            request_id=answer.request_id,
            client_request_id=answer.client_request_id,
            outcome=outcome,
            advice="Check 'instance_url', and whether a proxy or a portal answers in its place.",
        )

    def _send(self, method: str, path: str, doing: str, body: t.Any = None, repeat: Repeat = Repeat.SAFE) -> HttpAnswer:
        return self._http.request(method, self.url + path, doing=doing, service=SERVICE, headers=self._headers, json=body, repeat=repeat)

    def _error(self, answer: HttpAnswer, missing: str) -> ServiceError:
        """The sentence for an error status. Only bodies of 400 are documented, and those may quote what was sent."""
        said = self._http.redact(answer.text.strip())[:500] if answer.status == 400 else ""
        kind: type[ServiceError] = ServiceError
        advice = "Run again later; if it stays like that, ask the vendor's support."
        if answer.status == 403:
            kind, text = ForbiddenError, "the provisioning key was not accepted, or the Provisioning API is not enabled there"
            advice = (
                "Check 'provisioning_key' and that it belongs to this 'instance_url'. "
                "Self-hosted: ProvisioningApiEnabled and ProvisioningKey in the configuration."
            )
        elif answer.status == 404:
            kind, text = NotFoundError, missing.rstrip(".")
            advice = "Check 'instance_url' and 'environment'."
        elif answer.status == 400:
            text = f"it found the settings invalid: {said or 'no reason given'}"
            advice = "Correct the named values."
        else:
            text = "it failed internally, which can also mean that the data is not what it expects" if answer.status == 500 else "an unexpected answer"
        return kind(
            f"Could not {answer.doing}: {self.host} answered {answer.status}; {text} ({answer.id_words}).",
            code=f"http_{answer.status}",
            http_status=answer.status,
            service=SERVICE,
            service_message=said or None,
            request_id=answer.request_id,
            client_request_id=answer.client_request_id,
            advice=advice,
        )
