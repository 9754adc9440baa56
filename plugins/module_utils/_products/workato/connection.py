# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What the variables of a host mean for Workato. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ..._entra.credential.key import MANAGED_NAME
from ..._errors import OptionError
from ..._ids import is_guid
from ..._partial_run import PARTIAL_RUN
from ..options import given
from .addresses import DATA_CENTERS, redirect_uri, workato_url

GRAPH = "Microsoft Graph"
# Every profile holds offline_access: without it the connection dies with its first token.
DIRECTORY = ("offline_access", "User.Read", "User.Read.All", "User.ReadWrite.All")
QUICK_START = (
    *DIRECTORY,
    "Channel.ReadBasic.All",
    "ChannelMessage.Read.All",
    "ChannelMessage.Send",
    "Chat.Read",
    "Chat.ReadWrite",
    "ChatMessage.Send",
    "Team.ReadBasic.All",
)
FULL = (
    *QUICK_START,
    "Directory.AccessAsUser.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "GroupMember.Read.All",
    "GroupMember.ReadWrite.All",
    "User.ReadBasic.All",
)
FULL_ROLES = (
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    "Group.Create",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "GroupMember.Read.All",
    "GroupMember.ReadWrite.All",
    "User.ManageIdentities.All",
    "User.Read.All",
    "User.ReadWrite.All",
)
PERSONAL = "multitenant_and_personal"
_TASK_SECONDS = 300  # what a task may take, unless entra_timeout says otherwise


@dataclasses.dataclass(frozen=True)
class RequestedConnection:
    """What several parts of a connection follow from."""

    variables: t.Mapping[str, t.Any]
    root: str  # of the workspace's host; empty where the variables name none
    has_token: bool

    @property
    def present(self) -> bool:
        """Whether the connection should be there."""
        return self.variables.get("workato_state") != "absent"

    @property
    def personal(self) -> bool:
        """Whether people of other tenants and with personal accounts are let in."""
        return self.variables.get("workato_account_type") == PERSONAL


def connection(variables: t.Mapping[str, t.Any], *, host: str, check_mode: bool) -> dict[str, t.Any]:
    """The connection that a host is to have, and under C(problems) what is wrong with its variables.

    ``variables`` are those of the role, of the documented types, and why the run may see only some hosts (C(PARTIAL_RUN)); the API token may come from the
    environment. It is not in the answer: C(has_token) says whether there is one, C(asks) whether Workato is asked with it. ``host`` confirms that the
    connection goes. Check mode makes no difference.
    """
    root, problem = _root(variables)
    wanted = RequestedConnection(variables, root, bool(str(variables.get("workato_api_token") or "").strip()))
    problems = [*([problem] if problem else []), *_problems(wanted)]
    return {
        "problems": problems,
        "root": root,
        "redirect_uri": redirect_uri(root),
        "has_token": wanted.has_token,
        "asks": wanted.has_token and not problems,
        "personal": wanted.personal,
        "connection_name": variables.get("workato_connection_name"),
        "external_id": variables.get("workato_external_id"),
        "unique_name": variables.get("workato_unique_name"),
        "wait_for_authorization": bool(variables.get("workato_wait_for_authorization")),
        "partner_tenants": [str(partner).strip() for partner in variables.get("workato_partner_tenants") or []],
        "app": _app(wanted),
        "people_sign_in": True,
        "accounts": list(variables.get("workato_service_accounts") or ()),
        "accounts_variable": "workato_service_accounts",
        "enable": bool(variables.get("workato_enable")),
        "permissions": _permissions(variables),
        "accept_privileged": variables.get("workato_accept_privileged") or [],
        "consent": given(on_forbidden=variables.get("workato_consent_on_forbidden")),
        "consent_wanted": variables.get("workato_consent") != "none",
        "consent_variable": "workato_consent: none",
        "secret": given(
            name=variables.get("workato_secret_description") or "workato",
            validity_days=variables.get("workato_secret_validity_days"),
            renew_before_days=variables.get("workato_secret_renew_before_days"),
            overlap_days=variables.get("workato_secret_overlap_days"),
        ),
        "delivery": _delivery(wanted),
        "force": bool(variables.get("workato_force")),
        "state": variables.get("workato_state") or "present",
        "absent_confirmed": variables.get("workato_absent_confirmed") or "",
        "absent_confirmation": host,
        "absent_consequence": "without it the connection in Workato stops working, and so does every recipe that uses it",
        "calls": _calls(wanted),
    }


def _root(variables: t.Mapping[str, t.Any]) -> tuple[str, str | None]:
    """Where the workspace is, and what is wrong with the variables that say so. Known without an API token, too.

    WORKATO_URL moves only where API requests go. What is registered follows the host or the data centre.
    """
    center, host = variables.get("workato_data_center") or "us", variables.get("workato_host")
    if not host and center not in DATA_CENTERS:
        return "", f"'workato_data_center' is '{center}', which is none of {', '.join(DATA_CENTERS)}."
    try:
        return workato_url(center, host, "workato_host"), None
    except OptionError as error:
        return "", error.sentence()


def _problems(wanted: RequestedConnection) -> list[str]:
    """What does not fit together, said before anything is looked at or made."""
    variables = wanted.variables
    partners = variables.get("workato_partner_tenants") or []
    no_ids = [str(partner) for partner in partners if not is_guid(str(partner))]
    found = []
    if wanted.present and partners and not wanted.personal:
        found.append(
            f"'workato_partner_tenants' is set, and 'workato_account_type' is {variables.get('workato_account_type')}: other tenants cannot consent to "
            f"such a registration. Leave it out, or choose {PERSONAL}."
        )
    if no_ids:
        found.append(f"'workato_partner_tenants' holds {', '.join(no_ids)}: give the id of each partner's tenant (a GUID), not a domain and not 'common'.")
    named = [name for name in ("workato_folder", "workato_project") if variables.get(name)]
    if named and variables.get("workato_folder_id") is not None:
        found.append(f"'workato_folder_id' names the folder already: leave it out, or '{named[0]}'.")
    description = variables.get("workato_secret_description")
    if description is not None and not MANAGED_NAME.fullmatch(str(description)):
        found.append(
            f"'workato_secret_description' is {str(description)!r}; it consists of letters, digits, '.', '_' and '-', at most 60 of them, since the "
            "description of a secret also says that this collection made it."
        )
    partial = str(variables.get(PARTIAL_RUN) or "")
    if partial and wanted.has_token and not variables.get("workato_expected_workspace"):
        found.append(
            f"'workato_expected_workspace' does not say which workspace the API token (in 'workato_api_token', or WORKATO_API_TOKEN of the environment) opens, "
            f"and this run {partial}: hosts with the same token may be missing, so it could open another customer's workspace. Nothing was asked for. Set "
            "'workato_expected_workspace' to the id or the name of this host's workspace."
        )
    custom = variables.get("workato_custom_permissions") or []
    if wanted.present and variables.get("workato_permissions") == "custom" and not any(entry.get("delegated") or entry.get("application") for entry in custom):
        found.append("The profile 'custom' needs permissions in 'workato_custom_permissions', delegated ones or application permissions.")
    return found


def _permissions(variables: t.Mapping[str, t.Any]) -> list[dict[str, t.Any]]:
    """What the profile asks for. An unknown one is refused with the role's arguments; C(custom) is what is listed, and what keeps the connection alive."""
    profile = variables.get("workato_permissions") or "quick_start"
    if profile == "full":
        return [{"resource": GRAPH, "delegated": list(FULL), "application": list(FULL_ROLES)}]
    if profile == "custom":
        return [*(variables.get("workato_custom_permissions") or []), {"resource": GRAPH, "delegated": ["offline_access"]}]
    return [{"resource": GRAPH, "delegated": list(DIRECTORY if profile == "directory" else QUICK_START)}]


def _app(wanted: RequestedConnection) -> dict[str, t.Any]:
    """The options of C(entra_app). A registration that others made keeps its names."""
    variables = wanted.variables
    client_id = variables.get("workato_client_id")
    own = client_id is None
    return given(
        unique_name=variables.get("workato_unique_name") if own else None,
        app_id=client_id,
        display_name=variables.get("workato_display_name") if own else None,
        sign_in_audience="AzureADandPersonalMicrosoftAccount" if wanted.personal else "AzureADMyOrg",
        accept_audience_narrowing=bool(variables.get("workato_accept_audience_narrowing")),
        redirect_uris={"web": {"add": [redirect_uri(wanted.root)]}},
        adopt=bool(variables.get("workato_adopt")),
        on_soft_deleted=variables.get("workato_on_soft_deleted"),
        soft_deleted_object_id=variables.get("workato_soft_deleted_object_id"),
    )


def _delivery(wanted: RequestedConnection) -> dict[str, t.Any]:
    """Where the client secret goes; nowhere but to the sinks without an API token.

    Taking away has to know the product also when no token is at hand: what was delivered to it is marked with it. The authority is what stands in the field
    "Tenant" of the connection, so another account type needs a new delivery.
    """
    if wanted.present and not wanted.has_token:
        return {}
    return {"instance": f"{wanted.root} {wanted.variables.get('workato_external_id')}", "authority": "common" if wanted.personal else "{tenant_id}"}


def _calls(wanted: RequestedConnection) -> dict[str, dict[str, t.Any]]:
    """The options of C(workato_connection) that follow from variables, by task of the role. The token is not among them."""
    variables = wanted.variables
    timeout = variables.get("entra_timeout")
    common = given(
        data_center=variables.get("workato_data_center"),
        url=variables.get("workato_host"),
        pages_url=wanted.root or None,  # a person opens the workspace itself, wherever requests are sent
        ca_path=variables.get("entra_ca_path"),
        timeout=timeout,
        expected_workspace=variables.get("workato_expected_workspace"),
        external_id=variables.get("workato_external_id"),
    )
    name = variables.get("workato_connection_name")
    folder = given(
        folder_id=variables.get("workato_folder_id"), folder=variables.get("workato_folder") or None, project=variables.get("workato_project") or None
    )
    place = {**folder, **given(provider=variables.get("workato_provider"))}
    adopt = bool(variables.get("workato_adopt_connection"))
    waits = bool(variables.get("workato_wait_for_authorization"))
    seconds = variables.get("workato_wait_timeout")
    return {
        # Without a name nothing but our own connection is looked for: the connector does not matter when it goes.
        "look": {**common, **place, **given(name=name if wanted.present else None), "adopt": adopt},
        "deliver": {**common, **place, **given(name=name, input_field_map=variables.get("workato_input_field_map") or None), "adopt": adopt},
        "remove": common,
        "correct": {
            **common,
            **place,
            **given(name=name, wait_timeout=seconds),
            "wait_for_authorization": waits,
            # Waiting for a person comes on top of what the task may take.
            "timeout": (_TASK_SECONDS if timeout is None else timeout) + (seconds or 0 if waits else 0),
        },
    }
