# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Client for Workspace 365: the instance-level Provisioning API and the public sign-in page.

There is no call that reads single sign-on settings back, so nothing here says what an environment holds.

Sources: https://support.workspace365.net/hc/en-us/articles/4402990903058-Provisioning-API-instance- (key, headers),
https://support.workspace365.net/hc/en-us/articles/11601218646034-Provisioning-API-example-Change-SSO-settings-in-Workspace-365 (the three values),
https://support.workspace365.net/hc/en-us/articles/115004055189-Provisioning-User-Licenses (licenses, statuses); read 2026-11. Path and member names of the
call for single sign-on were observed in public scripts; they are not documented. Its status of success (inferred).
"""

from __future__ import annotations

import re
import typing as t
import urllib.parse

from ..._addresses import path_segment
from ..._budget import Budget
from ..._errors import (
    BudgetError,
    ConnectorError,
    ForbiddenError,
    NotFoundError,
    OptionError,
    ProxyAnswerError,
    RedirectError,
    ServiceError,
    sentences,
)
from ..._http.answer import HttpAnswer
from ..._http.client import HttpClient, Repeat
from ..._refusals import OF_WORKSPACE_365
from ..._waiting import settled, until
from .addresses import SERVICE, check_instance_url
from .sign_in_page import UNCLEAR, VERIFIED, SignIn, SignInPage, classify_page, classify_redirect, sign_in_of

# The vendor's names in the body of the single sign-on call. A rename there is an edit here.
AUTHORITY_MEMBER, CLIENT_ID_MEMBER, KEY_MEMBER = "Authority", "ClientId", "Key"

_LOOKS = (1.0, 2.0, 4.0)  # seconds between the looks at the sign-in page after a delivery
_LICENSES = {"purchasedlicenses", "usedlicenses"}  # what the answer about licenses is documented to hold


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

        Only the documented answer proves it: a captive portal or a proxy answers 200 to everything, and a secret would be issued for nothing.
        """
        answer = self._send("GET", f"/Provisioning/{path_segment(environment)}/UserLicenses/", f"look for environment '{environment}'")
        if not answer.ok:
            raise self._error(answer, f"{self.host} has no environment '{environment}'.")
        body = answer.json()
        if not isinstance(body, dict) or not _LICENSES.issubset(str(name).lower() for name in body):
            text = f"without the numbers of licenses that belong there ({answer.id_words})"
            raise self._somebody_elses(answer, text, code="unexpected_answer")

    def sign_in_page(self, environment: str, expected: t.Collection[str], repeat: Repeat = Repeat.THROTTLED) -> SignInPage:
        """What a person would see. Sent without the provisioning key; the redirect is looked at, not followed."""
        url = f"{self.url}/{path_segment(environment)}/SignIn"
        try:
            answer = self._http.request(
                "GET",
                url,
                doing=f"look at the sign-in page of environment '{environment}'",
                service=SERVICE,
                headers={"Accept": "text/html"},
                repeat=repeat,
            )
        except RedirectError as error:
            return classify_redirect(error.target, expected)
        return classify_page(answer.status, answer.text, expected)

    def page_if_readable(self, environment: str, expected: t.Collection[str], repeat: Repeat = Repeat.THROTTLED) -> SignInPage:
        """The same where it is no failure that the page cannot be read."""
        try:
            return self.sign_in_page(environment, expected, repeat)
        except ConnectorError as error:
            return SignInPage(UNCLEAR, f"it could not be read ({error.message.rstrip('.')})")

    def sign_in_after(self, environment: str, expected: t.Collection[str], client_id: str | None) -> SignIn:
        """Whether the page leads to what was just delivered: read again, a few times at most, until it does.

        Never raises: whatever became of these looks, the environment holds what was sent, and a failure would take the key away from it.
        """

        def look() -> SignInPage:
            return self.page_if_readable(environment, expected, Repeat.NEVER)

        def leads_there(page: SignInPage) -> bool:
            return sign_in_of(page, environment, client_id).status == VERIFIED

        why = f"the sign-in page of environment '{environment}' does not lead to what was delivered yet"
        page = until(look, leads_there, pauses=_LOOKS, wait=self._budget.wait, why=why, quietly=True)
        return sign_in_of(page, environment, client_id)

    def set_sso(self, environment: str, authority: str, client_id: str, key: str) -> None:
        """Tell the environment its single sign-on settings, the same ones again while it is not known whether it took them.

        Raises with C(outcome) C(refused) when it certainly did not, C(unknown) otherwise.
        """
        doing = f"set single sign-on of environment '{environment}'"
        body = {AUTHORITY_MEMBER: authority, CLIENT_ID_MEMBER: client_id, KEY_MEMBER: key}
        server_errors = pages = 0

        def write() -> HttpAnswer:
            answer = self._send("PUT", f"/Provisioning/{path_segment(environment)}/SingleSignOnSettings/OAuth2", doing, body, Repeat.THROTTLED)
            if not answer.ok:
                missing = f"{self.host} has no environment '{environment}', or it is hosted on-premises, where this call does not exist."
                raise self._error(answer, missing, outcome="refused" if answer.status in (400, 403, 404) else "unknown")
            return answer

        def lost(error: ConnectorError, tried: int) -> bool:
            """A redirect will not go away, and a refusal is an answer. 500 can mean that the data is wrong, which no repetition cures.

            A page of something else may be a passing one, so the same values are sent once more.
            """
            nonlocal server_errors, pages
            if isinstance(error, ProxyAnswerError):
                pages += 1
                return pages <= 1
            server_errors += error.http_status == 500
            if error.outcome == "refused" or isinstance(error, (RedirectError, BudgetError, OptionError)):
                return False
            return error.http_status is None or (error.http_status >= 500 and server_errors <= 1)

        def pause(error: ConnectorError, tried: int) -> None:
            """Nothing tells whether the settings were taken, so all that is left is to wait and to send them again."""
            try:
                self._budget.wait(self._http.pause(tried), f"it is not known whether {self.host} applied the settings")
            except BudgetError as spent:
                advice = sentences("Run again: a new secret is made and delivered before either of the two is removed.", error.advice)
                raise error.with_(outcome="unknown", advice=advice) from spent

        self._check_taken(settled(write, pause, lost=lost))

    def _check_taken(self, answer: HttpAnswer) -> None:
        """Any 2xx is success, and what it carries is not documented. Only a web page is no answer of the API: a portal or a proxy spoke in its place."""
        if re.match(r"\s*<(!doctype\s+html|html)\b", answer.text, re.IGNORECASE):
            text = f"with a web page instead of the API's response ({answer.id_words}), so it is not known whether the settings were applied"
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
            advice="Check 'instance_url', and whether a proxy or a captive portal answers instead of it.",
        )

    def _send(self, method: str, path: str, doing: str, body: t.Any = None, repeat: Repeat = Repeat.SAFE) -> HttpAnswer:
        return self._http.request(method, self.url + path, doing=doing, service=SERVICE, headers=self._headers, json=body, repeat=repeat)

    def _error(self, answer: HttpAnswer, missing: str, outcome: str | None = None) -> ServiceError:
        """The sentence for an error status. Only bodies of 400 are documented, and those may quote what was sent."""
        foreign = answer.foreign(OF_WORKSPACE_365, check="'instance_url' ('workspace365_instance_url' of the role)")
        if foreign is not None:
            return foreign
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
            outcome=outcome,
        )
