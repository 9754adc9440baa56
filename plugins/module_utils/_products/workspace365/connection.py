# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What the variables of a host mean for Workspace 365. Pure."""

from __future__ import annotations

import typing as t

from ..._addresses import one_spelling, without_secrets
from ..._clouds import CLOUDS
from ..._errors import OptionError
from ..._partial_run import PARTIAL_RUN
from ..options import given
from .addresses import check_environment, check_instance_url
from .keys import choose_key, partial_problem

GRAPH = "Microsoft Graph"
# The vendor's own set-up script asks for the twelve of "full"; signing people in needs the two of "sign_in".
PROFILES: t.Mapping[str, t.Sequence[str]] = {
    "sign_in": ("openid", "User.Read"),
    "full": (
        "Calendars.ReadWrite.Shared",
        "Contacts.ReadWrite.Shared",
        "Directory.ReadWrite.All",
        "Files.ReadWrite.All",
        "Mail.ReadWrite.Shared",
        "Mail.Send",
        "Mail.Send.Shared",
        "openid",
        "People.Read",
        "Sites.FullControl.All",
        "Tasks.ReadWrite.Shared",
        "User.Read",
    ),
}
# Places that only one host may have: the environment of the product, and the application of the tenant.
UNIQUE = (
    ("workspace365_instance_url", "workspace365_environment"),
    ("entra_tenant_id", "workspace365_environment", "workspace365_unique_name", "workspace365_client_id"),
)


def connection(variables: t.Mapping[str, t.Any], *, host: str, check_mode: bool) -> dict[str, t.Any]:
    """The connection that a host is to have, and under C(problems) what is wrong with its variables.

    ``variables`` are those of the role, of the documented types, and why the run may see only some hosts (C(PARTIAL_RUN)). Their secrets are not in the
    answer: C(has_key) says whether there is a provisioning key for this ``host``, C(key_entry) under which name of the keys by host or instance,
    C(key_is_own) whether it stands beside the host or the instance, C(key_elsewhere) which other instance it stands beside. Check mode makes no difference.
    """
    # An address with a password in it is refused below, and the password goes no further.
    instance = one_spelling(without_secrets(str(variables.get("workspace365_instance_url") or "")))
    environment = str(variables.get("workspace365_environment") or "")
    site = f"{instance}/{environment}"
    callback = f"{site}/OAuth2/HandleAuthorityResponse"
    key = choose_key(variables, host, instance)
    state = variables.get("workspace365_state") or "present"
    partial = str(variables.get(PARTIAL_RUN) or "") if state == "present" else ""  # what is taken away takes no key
    client_id = variables.get("workspace365_client_id")
    authority = variables.get("workspace365_authority")
    if authority is None:
        authority = _default_authority(variables)
    return {
        "problems": [
            *_address_problems(variables),
            *filter(None, [partial_problem(key, host, instance, partial)]),
            *([_no_authority(variables)] if authority is None else []),
        ],
        "host": host,
        "tenant": variables.get("entra_tenant_id"),
        "instance": instance,
        "environment": environment,
        "callback": callback,
        "has_key": key.there,
        "key_entry": key.entry,
        "key_is_own": key.own,
        "key_elsewhere": key.elsewhere,
        "client_id": client_id,
        "unique_name": variables.get("workspace365_unique_name"),
        "app": _app(variables, site, callback),
        "people_sign_in": True,
        "enable": bool(variables.get("workspace365_enable")),
        "permissions": _permissions(variables),
        "accept_privileged": variables.get("workspace365_accept_privileged") or [],
        "consent": given(on_forbidden=variables.get("workspace365_consent_on_forbidden")),
        "consent_wanted": variables.get("workspace365_consent") != "none",
        "consent_variable": "workspace365_consent: none",
        "secret": given(
            name="workspace365",
            validity_days=variables.get("workspace365_secret_validity_days"),
            renew_before_days=variables.get("workspace365_secret_renew_before_days"),
            overlap_days=variables.get("workspace365_secret_overlap_days"),
        ),
        "known_value_variable": "workspace365_client_secret",
        "delivery": given(instance=f"{instance} {environment}", authority=authority, authority_form="address"),
        "force": bool(variables.get("workspace365_force")),
        "find_other_registrations": not variables.get("workspace365_accept_second_registration"),
        "unique_variables": [list(place) for place in UNIQUE],
        "state": state,
        "absent_confirmed": variables.get("workspace365_absent_confirmed") or "",
        "absent_confirmation": environment,
        "absent_consequence": "no API removes it from Workspace 365, and removing it in Entra locks every user out",
        "product": given(
            instance_url=instance,
            environment=environment,
            take_over=bool(variables.get("workspace365_take_over")),
            ca_path=variables.get("entra_ca_path"),
            timeout=variables.get("entra_timeout"),
        ),
    }


def _app(variables: t.Mapping[str, t.Any], site: str, callback: str) -> dict[str, t.Any]:
    """The options of C(entra_app). A registration that was made by hand keeps its names, its audience and its addresses, but for the redirect URI."""
    options = given(
        redirect_uris={"web": {"add": [callback]}},
        adopt=bool(variables.get("workspace365_adopt")),
        accept_audience_narrowing=bool(variables.get("workspace365_accept_audience_narrowing")),
        on_soft_deleted=variables.get("workspace365_on_soft_deleted"),
        soft_deleted_object_id=variables.get("workspace365_soft_deleted_object_id"),
    )
    client_id = variables.get("workspace365_client_id")
    if client_id is not None:
        return {"app_id": client_id, **options}
    return {
        **given(unique_name=variables.get("workspace365_unique_name"), display_name=variables.get("workspace365_display_name")),
        "sign_in_audience": "AzureADMyOrg",  # the vendor wants a single tenant; narrowing one that others made could lock people out
        "home_page_url": f"{site}/SignIn",
        "logout_url": f"{site}/SignOut",
        **options,
    }


def _permissions(variables: t.Mapping[str, t.Any]) -> list[t.Any]:
    """What the profile asks for."""
    profile = variables.get("workspace365_permissions") or "sign_in"
    if profile not in PROFILES:
        return list(variables.get("workspace365_custom_permissions") or [])
    return [{"resource": GRAPH, "delegated": list(PROFILES[profile])}]


def _address_problems(variables: t.Mapping[str, t.Any]) -> list[str]:
    """What is wrong with the address of the instance and the name of the environment. One that is missing is refused with the role's arguments."""
    checks = (("workspace365_instance_url", check_instance_url), ("workspace365_environment", check_environment))
    found = []
    for name, check in checks:
        try:
            if variables.get(name) is not None:
                check(str(variables[name]), name)
        except OptionError as error:
            found.append(error.sentence())
    return found


def _default_authority(variables: t.Mapping[str, t.Any]) -> str | None:
    """The authority for the tenant's cloud, None where the vendor says nothing of one. An unknown cloud is refused with the role's arguments."""
    cloud = CLOUDS.get(variables.get("entra_cloud") or "public")
    return cloud.workspace365_authority if cloud else None


def _no_authority(variables: t.Mapping[str, t.Any]) -> str:
    """The sentence about an authority that has to be given."""
    return f"'workspace365_authority' has to be given outside the public cloud, and entra_cloud is '{variables.get('entra_cloud')}'."
