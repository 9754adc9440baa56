# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What the variables of a host say about its connection to Power Platform: application, permissions, credential, role, and what the run can sign in with."""

from __future__ import annotations

import typing as t

from ..._clouds import CLOUDS, Cloud
from ..._entra.credential.federated import FederatedDesired
from ..._entra.permission.namespaces import SUFFIX
from ..._errors import OptionError

CONNECTOR = "power_platform"
API = "8578e004-a5c6-46e7-913e-12f58912df43"  # the Power Platform API, the same in every tenant
PREFIX = "power_platform_"
# Members of power_platform_try that the application itself signs in with.
TRIED = (
    "client_secret",
    "certificate_path",
    "certificate_content",
    "certificate_password",
    "private_key_path",
    "private_key_content",
    "federated_token",
    "federated_token_file",
)
_FEDERATED = ("name", "issuer", "subject")
_NOWHERE = "would not be kept anywhere. Name a sink in entra_connector_sink, or"
_DEFAULT_TIMEOUT = 300  # seconds

Variables = t.Mapping[str, t.Any]


def connection(variables: Variables, *, host: str, check_mode: bool) -> dict[str, t.Any]:
    """The connection, without any secret value.

    ``variables`` are those of the role that the host has, by their names and of the documented types. In check mode everything is said at once; otherwise
    the credential is made last, when what it is for is there: only the run that has its value can prove it.
    """
    own = {name.removeprefix(PREFIX): value for name, value in variables.items() if name.startswith(PREFIX)}
    kind, state = str(own.get("credential", "none")), str(own.get("state", "present"))
    # A certificate without a file is made here.
    generates = kind == "certificate" and "certificate_path" not in own
    problems = _problems(kind, own, generates=generates, has_sinks=bool(variables.get("entra_connector_sink"))) if state == "present" else []
    key = _key(own)
    return {
        "connector": CONNECTOR,
        "problems": problems,
        "state": state,
        "app": _app(own, variables),
        # With a credential of its own it signs in by itself; without one a person does.
        "people_sign_in": kind == "none",
        "used_apis": [API],
        "enable": bool(own.get("enable", False)),
        # Two hosts with one tenant need a name of their own each: that is told before anything is looked at, whatever order the hosts run in.
        "unique_variables": [["entra_tenant_id", "power_platform_unique_name", "power_platform_client_id"], ["power_platform_hand_over_file"]],
        "permissions": _permissions(own),
        "accept_privileged": list(own.get("accept_privileged") or ()),
        "create_missing_service_principals": True,
        "consent_wanted": own.get("consent", "admin") == "admin",
        "consent_variable": "power_platform_consent: none",
        "consent": {"on_forbidden": str(own.get("consent_on_forbidden", "hand_off"))},
        "managed": key,
        # What goes goes with the application, whichever kind it is; from one that others made the client secrets are taken away with it.
        "secret": key if kind == "secret" or state == "absent" else {},
        "certificate": key if generates and state != "absent" else {},
        "secret_later": not check_mode,
        "force": bool(own.get("force", False)),
        # No user is locked out of a product, so no confirmation is needed.
        "absent_confirmed": CONNECTOR,
        "credential": kind,
        "generates": generates,
        # Before the application is registered; a real run alone, since check mode says the same when it comes to the upload.
        "checks_certificate": kind == "certificate" and not generates and not check_mode,
        "overlap_days": int(own.get("credential_overlap_days", 7)),
        "certificate_files": _options(own, certificate_path="certificate_path", private_key_path="private_key_path"),
        "federated": {name: value for name, value in (own.get("federated") or {}).items() if value is not None},
        "has_sinks": bool(variables.get("entra_connector_sink")),
        **_rights(own),
        **_proving(own, variables, kind, generates=generates),
        **_named(own, variables),
    }


def _problems(kind: str, own: Variables, *, generates: bool, has_sinks: bool) -> list[str]:
    """What is known to be wrong before a sign-in."""
    if problem := _file_problem(str(own.get("hand_over_file") or "")) or _namespace_problem(own):
        return [problem]
    if kind == "secret" and not has_sinks:
        return [f"The client secret {_NOWHERE} choose another power_platform_credential."]
    if generates and not has_sinks:
        return [f"The private key of the certificate {_NOWHERE} give a certificate in power_platform_certificate_path."]
    if kind == "federated" and any(name not in (own.get("federated") or {}) for name in _FEDERATED):
        return ["With power_platform_credential=federated the members name, issuer and subject of power_platform_federated are needed."]
    return _federated_problems(own["federated"]) if kind == "federated" else []


def _permissions(own: Variables) -> list[dict[str, t.Any]]:
    """The option C(permissions): names and whole namespaces apart."""
    names = [str(name) for name in own.get("permissions") or ()]
    whole = [name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX)]
    row = {"resource": API, "delegated": [name for name in names if not name.endswith(SUFFIX)]}
    return [{**row, **({"namespaces": whole} if whole else {})}] if names else []


def _namespace_problem(own: Variables) -> str:
    """A namespace grows with the API, so it is accepted apart from being asked for."""
    accepted = {str(name).removesuffix(SUFFIX).lower() for name in own.get("accept_namespaces") or ()}
    lacking = [name for row in _permissions(own) for name in row.get("namespaces") or () if name.lower() not in accepted]
    if not lacking:
        return ""
    these = "a whole namespace" if len(lacking) == 1 else "whole namespaces"
    return (
        f"The variable power_platform_permissions asks for {these} of permissions, to which Microsoft may add more: {', '.join(lacking)}. If that is intended "
        f"set power_platform_accept_namespaces to [{', '.join(lacking)}], or name the permissions."
    )


def _file_problem(path: str) -> str:
    """A relative path would mean another directory for each way to start a run."""
    if not path or path.startswith(("/", "~")):
        return ""
    return (
        f"The path {path} in power_platform_hand_over_file is relative. Begin it with a directory of the controller, such as "
        '"{{ inventory_dir }}/{{ inventory_hostname }}.md".'
    )


def _federated_problems(given: Variables) -> list[str]:
    """What Entra would refuse in a federated credential, which is written last: it is known before the application is made."""
    try:
        FederatedDesired.from_options(given)
    except OptionError as error:
        return [f"In power_platform_federated: {error.sentence()}"]
    return []


def _key(own: Variables) -> dict[str, t.Any]:
    """The options of a secret or key that is made here."""
    return {
        "name": CONNECTOR,
        **_options(own, validity_days="credential_validity_days", renew_before_days="credential_renew_before_days", overlap_days="credential_overlap_days"),
    }


def _app(own: Variables, variables: Variables) -> dict[str, t.Any]:
    """The options of C(entra_app). One that is named by its id keeps its names."""
    named = _options(own, app_id="client_id") or _options(own, unique_name="unique_name", display_name="display_name")
    return {
        **named,
        "sign_in_audience": "AzureADMyOrg",
        "redirect_uris": {"public_client": {"add": [_cloud(variables).native_redirect_uri]}},
        **_options(
            own,
            is_fallback_public_client="allow_public_client",
            adopt="adopt",
            accept_audience_narrowing="accept_audience_narrowing",
            on_soft_deleted="on_soft_deleted",
            soft_deleted_object_id="soft_deleted_object_id",
        ),
    }


def _rights(own: Variables) -> dict[str, t.Any]:
    """The role of Power Platform, and the management application.

    An environment may be named besides a group: the role is for the group then, and the proof has to show the environment.
    """
    scope = own.get("scope") or ("environment" if "environment_id" in own else "environment_group" if "environment_group_id" in own else "tenant")
    at = {"environment": ("environment_id",), "environment_group": ("environment_group_id",)}.get(str(scope), ())
    services = _options(own, powerplatform_url="url", audience="audience")
    role = str(own.get("role") or "")
    target = {"scope": scope, **_options(own, **{name: name for name in at}), **services, "on_forbidden": "hand_off"}
    needs_api, manages = not own.get("permissions"), bool(own.get("management_app", False))
    return {
        "role": {"role": role, **target},
        "wants_role": bool(role) and not own.get("role_assigned", False),
        # Which role an application that signs in by itself is to have at least, for the diagnosis.
        "diagnosed_role": {"role": role or "reader", **target},
        "role_assigned": bool(own.get("role_assigned", False)),
        "role_removed": bool(own.get("role_removed", False)),
        "needs_api": needs_api,
        "manages": manages,
        "needs_more": needs_api or manages,
        "management_app": {**_options(own, bap_url="bap_url"), "on_forbidden": "hand_off"},
    }


def _proving(own: Variables, variables: Variables, kind: str, *, generates: bool) -> dict[str, t.Any]:
    """How a credential is proven, and what this run can sign in with as the application. C(given) names what is in power_platform_try, without values."""
    given = sorted(name for name, value in (own.get("try") or {}).items() if value is not None)
    own_file = kind == "certificate" and not generates
    timeout = int(own.get("proof_timeout", 60))
    return {
        "prove": bool(own.get("prove", True)),
        "proof_timeout": timeout,
        "accept_unproven": bool(own.get("accept_unproven", False)),
        "on_unproven": str(own.get("on_unproven", "fail")),
        "given": given,
        "trial": "given" if any(name in TRIED for name in given) else "file" if own_file else "",
        # The diagnosis tries an account as well.
        "diagnosed_user": str(own.get("diagnose_user") or ""),
        "diagnosed_trial": "given" if given else "file" if own_file else "",
        "proof": {
            **_options(variables, cloud="entra_cloud", login_url="entra_login_url", ca_path="entra_ca_path"),
            # The waits come on top of what one task may take otherwise.
            "timeout": int(variables.get("entra_timeout") or _DEFAULT_TIMEOUT) + 2 * timeout,
            **_options(own, powerplatform_url="url", audience="audience", environment_id="environment_id"),
        },
    }


def _named(own: Variables, variables: Variables) -> dict[str, t.Any]:
    """What reports and the diagnosis name."""
    return {
        "tenant_id": str(variables.get("entra_tenant_id") or ""),
        "client_id": str(own.get("client_id") or ""),
        # How entra_app_info finds the application.
        "reference": _options(own, app_id="client_id") or _options(own, unique_name="unique_name"),
        "api": API,
        "unique_name": str(own.get("unique_name") or ""),
        "native_redirect_uri": _cloud(variables).native_redirect_uri,
        # Where people sign in, and what for.
        "hands_over": {
            "file": str(own.get("hand_over_file") or ""),
            "cloud": _cloud(variables).name,
            "login_url": str(variables.get("entra_login_url") or _cloud(variables).login_url).rstrip("/"),
            "url": str(own.get("url") or _cloud(variables).powerplatform_url).rstrip("/"),
            "audience": str(own.get("audience") or _cloud(variables).powerplatform_audience).rstrip("/"),
        },
    }


def _cloud(variables: Variables) -> Cloud:
    """The cloud of the host. One that is not known is refused by the role's own validation of arguments, and by every task."""
    return CLOUDS.get(str(variables.get("entra_cloud") or "public")) or CLOUDS["public"]


def _options(own: Variables, **names: str) -> dict[str, t.Any]:
    """Option -> value, of the variables that the host has."""
    return {option: own[name] for option, name in names.items() if name in own}
