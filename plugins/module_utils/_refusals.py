# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Which error answers are a service's own, and which of those mean a missing right: one table per service, here alone.

What stands between this machine and a service answers too: a proxy, a filter, a captive portal. Only an answer in a form that is listed here is the
service's. A page of something else is never a missing right, never "not there", and after a write it says nothing about that write.

Sources: https://learn.microsoft.com/graph/errors (form and ``accessDenied``), https://learn.microsoft.com/graph/resolve-auth-errors
(``Authorization_RequestDenied``), RFC 6749, 5.2 (form of the token endpoint),
https://support.workspace365.net/hc/en-us/articles/115004055149-Provisioning-Environment (400 with a list, 403 and 404 without a documented body),
https://docs.workato.com/workato-api/connections.html (``message``; the body of 404 is not specified),
https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token#error-handling (``error`` with ``error_description``; 404
and 410 while the endpoint is updated, without a documented body),
https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference (App Service; the body of a refusal, ``statusCode`` with
``message``, as MSAL reads it) and https://learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication (Arc: a 401 with the challenge),
https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret#keyvaulterror (Key Vault),
https://learn.microsoft.com/entra/identity-platform/claims-challenge (``insufficient_claims``, ``acrs``) and
https://learn.microsoft.com/entra/identity/conditional-access/concept-continuous-access-evaluation-workload; read 2026-11. ``PermissionScopeNotGranted``, a
403 of Power Platform without a body, and the codes of continuous access evaluation: observed in public reports; not documented. That a proxy names itself
in the headers of ``PROXY_HEADERS`` (https://wiki.squid-cache.org/KnowledgeBase/, RFC 9110 and RFC 9209), and that a genuine answer may carry the
``PASSING_HEADERS`` (inferred).
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import enum
import json
import re
import typing as t

from ._errors import ProxyAnswerError
from ._redact import excerpt, redact


class Body(enum.Enum):
    """The forms of an error answer's body."""

    EMPTY = "empty"
    LIST = "list"
    ERROR_OBJECT = "error_object"  # {"error": {"code": ..., "message": ...}}
    ERROR_NAME = "error_name"  # {"error": "invalid_client", ...}
    MESSAGE = "message"  # {"message": ...}
    CODE = "code"  # {"code": ..., ...}


@dataclasses.dataclass(frozen=True)
class Refusals:
    """What one service answers when it refuses. A status that is not named has the forms under None, if there are any."""

    service: str
    forms: t.Mapping[int | None, frozenset[Body]]
    missing_right: frozenset[str] | None  # the codes of a 403 that mean one, in lower case; None: each 403 in its form does


def _forms(*bodies: Body) -> frozenset[Body]:
    return frozenset(bodies)


_TOLERANT = _forms(Body.ERROR_OBJECT, Body.CODE, Body.MESSAGE)
OF_GRAPH = Refusals(
    "Microsoft Graph",
    {None: _forms(Body.ERROR_OBJECT)},
    frozenset(
        {
            "authorization_requestdenied",
            "authorization_identitynotfound",
            "authentication_msgraphpermissionmissing",
            "accessdenied",
            "permissionscopenotgranted",
        }
    ),
)
OF_TOKEN_ENDPOINT = Refusals("Microsoft Entra ID", {None: _forms(Body.ERROR_NAME)}, frozenset())
OF_WORKSPACE_365 = Refusals("Workspace 365", {400: _forms(Body.LIST), 403: _forms(Body.EMPTY), 404: _forms(Body.EMPTY)}, None)
OF_WORKATO = Refusals("Workato", {404: _forms(Body.MESSAGE, Body.ERROR_OBJECT, Body.ERROR_NAME, Body.EMPTY), None: _forms(Body.MESSAGE)}, None)
OF_POWER_PLATFORM = Refusals(
    "Power Platform", {401: _TOLERANT | {Body.EMPTY}, 403: _TOLERANT | {Body.EMPTY}, 404: _TOLERANT | {Body.EMPTY}, None: _TOLERANT}, None
)
OF_KEY_VAULT = Refusals("Azure Key Vault", {None: _forms(Body.ERROR_OBJECT)}, frozenset({"forbiddenbyrbac", "accessdenied"}))
OF_MANAGED_IDENTITY = Refusals(
    "Azure",
    {
        # The challenge of Arc is in a header; bodies of the others while the endpoint is updated are not documented.
        **dict.fromkeys((401, 404, 410), _forms(Body.ERROR_NAME, Body.MESSAGE, Body.EMPTY)),
        None: _forms(Body.ERROR_NAME, Body.MESSAGE),
    },
    frozenset(),
)

# 408 and 429 are repeated by the HTTP client, and gateways of the services themselves answer 5xx with pages.
_JUDGED = frozenset(range(400, 500)) - {408, 429}
PROXY_STATUSES = frozenset({407, 511})
PROXY_HEADERS = ("X-Squid-Error", "Proxy-Authenticate", "X-Bluecoat-Via")
# What a proxy adds to a genuine answer as well. Where a form has no body that only the service writes, they leave a doubt.
PASSING_HEADERS = ("Via", "Proxy-Status")


@dataclasses.dataclass(frozen=True)
class Doubt:
    """Why an error answer is not taken for one of the service."""

    shown: str  # what came instead, as it stands in a sentence after "answered 403 with"
    proxy: str | None  # the header that names what spoke


def doubt_about(
    table: Refusals, status: int, headers: t.Mapping[str, str], body: t.Any, secrets: t.Iterable[str] = (), *, content_type: str = ""
) -> Doubt | None:
    """Why this answer is not the service's own; None when it is one in a listed form, and for a status that says nothing of the kind.

    ``body`` is the text of the answer, or the JSON of a part of a batch; ``headers`` are looked up by the names above, whatever the letter case.
    """
    if status not in _JUDGED and status not in PROXY_STATUSES:
        return None
    spoke = _first_header(headers, PROXY_HEADERS)
    form = _form_of(body)
    listed = table.forms.get(status, table.forms.get(None, frozenset()))
    passed = _first_header(headers, PASSING_HEADERS)
    fits = bool(form & listed) and not (form == {Body.EMPTY} and passed)
    if fits and spoke is None and status not in PROXY_STATUSES:
        return None
    shown = excerpt(body if isinstance(body, str) else "" if body is None else json.dumps(body), secrets)
    kind = content_type or ("JSON" if not isinstance(body, str) or _is_json(body) else "a text")
    words = "an empty body" if form == {Body.EMPTY} else f'{kind} ("{shown}")' if shown else kind
    name = spoke or passed
    return Doubt(words, redact(f"{name[0]}: {name[1]}"[:120], secrets) if name else None)


def is_missing_right(table: Refusals, status: int, codes: t.Iterable[str]) -> bool:
    """Whether an answer in the service's form says that the caller lacks a right."""
    return status == 403 and (table.missing_right is None or any(code.lower() in table.missing_right for code in codes))


# What a 403 may say besides a missing right, in the words of any service (inferred), with the next step.
OTHER_CAUSES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"quota", re.IGNORECASE), "This is a quota, not a missing permission: delete what is not used any more, or have the quota raised."),
    (re.compile(r"\b(is|are|been) locked\b", re.IGNORECASE), "This is a lock, not a missing permission: ask an administrator who set it."),
)


def other_cause(words: str) -> str | None:
    """The next step where a refusal names another cause than a missing right."""
    return next((step for pattern, step in OTHER_CAUSES if pattern.search(words)), None)


def foreign_answer(
    doubt: Doubt,
    *,
    doing: str,
    service: str,
    host: str,
    status: int,
    method: str,
    reading: bool,
    ids: str = "",
    tenant: str | None = None,
    client_request_id: str | None = None,
    check: str = "",
) -> ProxyAnswerError:
    """The failure for an answer that is not the service's. ``check`` names the options that lead to the host."""
    named = f"; its header {doubt.proxy} names what spoke" if doubt.proxy else ""
    advice = f"A proxy, a filter or a captive portal answers in place of {service}: let {method.upper()} requests to {host} pass there. "
    advice += f"Check {check + ', ' if check else ''}HTTPS_PROXY and NO_PROXY."
    return ProxyAnswerError(
        f"Could not {doing}: {host} answered {status} with {doubt.shown}, which is no answer of {service}{named}{f' ({ids})' if ids else ''}.",
        code="not_the_service",
        http_status=status,
        service=service,
        client_request_id=client_request_id,
        tenant=tenant,
        advice=advice if reading else f"{advice} Whether this was carried out is not known.",
        outcome=None if reading else "unknown",
        details={"host": host},
    )


# Conditional Access


@dataclasses.dataclass(frozen=True)
class Challenge:
    """A token that was issued is refused by a rule of the tenant: the credential is right, and a new one does not help."""

    code: str  # as the service names it
    cause: str  # the middle of a sentence
    next_step: str
    new_token_helps: bool


_RIGHT = "The credential is right: do not make a new one."
_POLICY = "Ask an administrator of the tenant which Conditional Access policy it is (sign-in logs of the service principal)."
CHALLENGES: tuple[Challenge, ...] = (
    Challenge(
        "LocationConditionEvaluationSatisfied",
        "Conditional Access does not allow the address that the automation comes from",
        f"{_RIGHT} Have an administrator of the tenant add the address to the named locations that the policy for workload identities allows, or run from an "
        "allowed address.",
        False,
    ),
    Challenge(
        "TokenCreatedWithOutdatedPolicies",
        "a Conditional Access policy of the tenant is newer than the token",
        f"{_RIGHT} A new token was refused as well: run again in some minutes. {_POLICY}",
        True,
    ),
    Challenge(
        "TokenIssuedBeforeRevocationTimestamp",
        "the sign-in was revoked after the token was issued",
        f"{_RIGHT} A new token was refused as well: run again in some minutes, and ask an administrator of the tenant why it was revoked.",
        True,
    ),
)
PROTECTED_ACTION = Challenge(
    "ProtectedAction",
    "this is a protected action of the tenant, which asks for an authentication context that an application cannot satisfy",
    "Have a person do it who satisfies the context, or have an administrator take the protection off (Entra ID, Roles, Protected actions).",
    False,
)
_OTHER = Challenge("insufficient_claims", "Conditional Access asks for more than the token shows", f"{_RIGHT} {_POLICY}", True)
_EVALUATION = re.compile(r"continuous access evaluation", re.IGNORECASE)
_CLAIMS = re.compile(r'claims="([A-Za-z0-9+/=_-]+)"')


def challenge_in(status: int, headers: t.Mapping[str, str], message: str) -> Challenge | None:
    """The rule of the tenant that refuses a token, as far as the answer names one: a code in its text, or the challenge of its header."""
    if status not in (401, 403):
        return None
    for challenge in CHALLENGES:
        if challenge.code.lower() in message.lower():
            return challenge
    header = _first_header(headers, ("WWW-Authenticate",))
    asked = header[1] if header and "insufficient_claims" in header[1] else ""
    if asked and "acrs" in _claims(asked):
        return PROTECTED_ACTION
    return _OTHER if asked or _EVALUATION.search(message) else None


def _claims(header: str) -> str:
    """What the challenge asks for, as JSON text; empty when it cannot be read."""
    found = _CLAIMS.search(header)
    if found is None:
        return ""
    text = found[1].replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4)).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


def _first_header(headers: t.Mapping[str, str], names: t.Iterable[str]) -> tuple[str, str] | None:
    lowered = {name.lower(): str(value) for name, value in headers.items()}
    return next(((name, lowered[name.lower()]) for name in names if name.lower() in lowered), None)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _form_of(body: t.Any) -> frozenset[Body]:
    """All forms that a body has."""
    if body is None or (isinstance(body, str) and not body.strip()):
        return _forms(Body.EMPTY)
    if isinstance(body, str):
        try:
            body = json.loads(body)
        except ValueError:
            return frozenset()
    if isinstance(body, list):
        return _forms(Body.LIST)
    if not isinstance(body, dict):
        return frozenset()
    error = body.get("error")
    found = set()
    if isinstance(error, dict) and (error.get("code") or error.get("message")):
        found.add(Body.ERROR_OBJECT)
    if isinstance(error, str) and error:
        found.add(Body.ERROR_NAME)
    found |= {form for form, name in ((Body.MESSAGE, "message"), (Body.CODE, "code")) if isinstance(body.get(name), str) and body[name]}
    return frozenset(found)
