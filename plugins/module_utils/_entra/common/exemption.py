# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What an administrator sends to Microsoft Graph to exempt one application, or the automation, from a restriction of the app management policies. Pure.

The automation never sends it: what is restricted is the tenant's decision. Sources: https://learn.microsoft.com/graph/api/appmanagementpolicy-post and
https://learn.microsoft.com/graph/api/appmanagementpolicy-post-appliesto (a policy for one application),
https://learn.microsoft.com/graph/api/resources/appmanagementpolicyactorexemptions and
https://learn.microsoft.com/graph/api/resources/customsecurityattributestringvalueexemption (callers with an attribute; its id is set and name),
https://learn.microsoft.com/graph/api/directory-post-attributesets, https://learn.microsoft.com/graph/api/directory-post-customsecurityattributedefinitions and
https://learn.microsoft.com/graph/custom-security-attributes-examples (attributes); read 2026-11-30. Whether a policy of an application's own replaces the
tenant's whole or restriction by restriction is not documented, so the one that is asked for repeats what else is restricted. The commands are those of the
Azure CLI: https://learn.microsoft.com/cli/azure/reference-index#az-rest; read 2026-11-30.
"""

from __future__ import annotations

import dataclasses
import json
import re
import shlex
import typing as t

from ..._clouds import CLOUDS
from ..._errors import ConnectorError
from ..._flow_yaml import flow_yaml
from ..._graph.odata import PathKey, below, path_to

Json = dict[str, t.Any]
Policy = t.Mapping[str, t.Any]

_POLICIES = path_to("policies", "appManagementPolicies")
_DEFAULT = path_to("policies", "defaultAppManagementPolicy")
_SECTIONS = ("passwordCredentials", "keyCredentials")
_AUDIENCES: t.Mapping[str, tuple[str, ...]] = {
    "AzureADMultipleOrgs": ("azureAdMultipleOrgs",),
    "AzureADandPersonalMicrosoftAccount": ("azureAdMultipleOrgs", "personalMicrosoftAccount"),
    "PersonalMicrosoftAccount": ("personalMicrosoftAccount",),
}
# What stands in a request for an id that is not there yet, or that is not known here; the commands find both.
NEW_POLICY, CALLER = "ID-IN-THE-ANSWER-TO-THE-FIRST-REQUEST", "OBJECT-ID-OF-THE-SERVICE-PRINCIPAL-OF-THE-AUTOMATION"
_VARIABLES: t.Mapping[str, str] = {NEW_POLICY: "policy", CALLER: "automation"}  # of the shell, in the commands
_SCRIPT_BEGINS = "# For a shell in which an administrator of the tenant is signed in with the Azure CLI."
# For a person's sign-in, which does not tell it. The shell ends here where it is not set.
_FIND_CALLER = 'automation=$(az ad sp show --id "${AUTOMATION_CLIENT_ID:?has to be its client id}" --query id --output tsv)'
_SHOWN = 600  # characters of requests in a sentence; longer ones stand in the details alone
_SET, _NAME, _VALUE = "Automation", "AppManagement", "exempt"
_ATTRIBUTE = "#microsoft.graph.customSecurityAttributeStringValueExemption"
_EXEMPT = {"customSecurityAttributes": [{"@odata.type": _ATTRIBUTE, "id": f"{_SET}_{_NAME}", "operator": "equals", "value": _VALUE}]}


@dataclasses.dataclass(frozen=True)
class Exemption:
    """The restriction that stands in the way of a credential, and what the policies around it say."""

    section: str  # the list of credentials that it is for, such as C(passwordCredentials)
    restriction: str  # its type
    default: Policy = dataclasses.field(default_factory=dict)  # the tenant's policy, empty where it may not be read
    own: Policy | None = None  # the application's, where it is in force
    caller: str = ""  # the client id of the automation, where it is known

    def requests(self, application_id: str | None) -> list[Json]:
        """The requests by which an administrator exempts the application, or the automation while there is no application to exempt."""
        if application_id is None:
            known = self._attribute()
            if known:
                return [_give(*known, self.caller)]
            entries = [{**entry, **({"excludeActors": _EXEMPT} if entry.get("restrictionType") == self.restriction else {})} for entry in self._entries()]
            return _attribute_requests({self.section: entries}, self.caller)
        if self.own is not None:
            body = {"isEnabled": True, "restrictions": self._lifted()}
            return [_request("PATCH", below(_POLICIES, PathKey(str(self.own.get("id")))), body)]
        return _policy_requests(application_id, self.restriction, self._lifted())

    def instead(self) -> Json | None:
        """The request that gives the automation an attribute whose holders are exempt already; None where there is none."""
        known = self._attribute()
        return _give(*known, self.caller) if known else None

    @property
    def _source(self) -> t.Mapping[str, t.Any]:
        return (self.own.get("restrictions") if self.own is not None else self.default.get("applicationRestrictions")) or {}

    def _entries(self) -> list[Policy]:
        return list(self._source.get(self.section) or ())

    def _attribute(self) -> tuple[str, str, str] | None:
        """Set, name and value of the first attribute that exempts callers from the restriction."""
        entries = [entry for entry in self._entries() if entry.get("restrictionType") == self.restriction]
        for one in (one for entry in entries for one in (entry.get("excludeActors") or {}).get("customSecurityAttributes") or ()):
            set_name, _mark, name = str(one.get("id") or "").partition("_")
            if name and one.get("value"):
                return set_name, name, str(one["value"])
        return None

    def _lifted(self) -> Json:
        """All restrictions that hold now, with this one off."""
        source = self._source
        found: Json = {name: [dict(entry) for entry in source.get(name) or () if entry.get("restrictionType") != self.restriction] for name in _SECTIONS}
        found[self.section].append({"restrictionType": self.restriction, "state": "disabled"})
        others = source.get("applicationRestrictions") if self.own is not None else {"identifierUris": source.get("identifierUris")}
        kept = {name: value for name, value in (others or {}).items() if value}
        return {**{name: value for name, value in found.items() if value}, **({"applicationRestrictions": kept} if kept else {})}


def exemption_advice(exemption: Exemption, application_id: str | None, label: str, instead: str) -> tuple[str, Json]:
    """What to do where a policy forbids a credential, with the requests so that a person can copy them; and the same for a program."""
    requests = exemption.requests(application_id)
    text = _sentence(requests, label if application_id is not None else None)
    hand_off: Json = {"restriction": exemption.restriction, "graph_requests": requests, "script": script_of(requests)}
    other = exemption.instead() if application_id is not None else None
    if other:
        text += f" Or the automation gets the attribute whose holders the policy exempts: {flow_yaml([other])}."
        hand_off |= {"or_graph_requests": [other], "or_script": script_of([other])}
    if exemption.own is not None and application_id is not None:
        text += " That policy may be assigned to other applications as well."
    return f"{text} Or {instead}.", {"hand_off": hand_off}


def audience_advice(audience: str, application_id: str | None, label: str, caller: str = "") -> tuple[str, Json]:
    """The same where a policy forbids a sign-in audience. Such restrictions are in the beta version of Graph alone."""
    kinds = _AUDIENCES[audience]
    if application_id is None:
        requests = _attribute_requests({"audiences": {kind: {"state": "enabled", "excludeActors": _EXEMPT} for kind in kinds}}, caller, "/beta")
    else:
        audiences = {"audiences": {kind: {"state": "disabled"} for kind in kinds}}
        requests = _policy_requests(application_id, "audiences", {"applicationRestrictions": audiences}, "/beta")
    text = _sentence(requests, label if application_id is not None else None)
    hand_off = {"restriction": "audiences", "graph_requests": requests, "script": script_of(requests)}
    return f"{text} Or choose another 'sign_in_audience'.", {"hand_off": hand_off}


def refused_audience(error: ConnectorError, audience: str, application_id: str | None, label: str, caller: str = "") -> ConnectorError:
    """The failure of a write of an application with the way out, where a policy refused its sign-in audience."""
    if error.code != "SignInAudienceNotAllowedAsPerAppPolicy" or audience not in _AUDIENCES:
        return error
    advice, details = audience_advice(audience, application_id, label, caller)
    return error.with_(advice=advice, details={**error.details, **details})


def script_of(requests: t.Sequence[Json]) -> str:
    """The requests as commands of a shell in which an administrator is signed in with the Azure CLI, one a line, to be run as they stand.

    What a request needs of an earlier answer, or of the directory, an earlier command has put into a variable. It is a text of several lines, since Ansible's
    output in YAML shows such a one, and no other, without a change.
    """
    texts = [json.dumps(one["body"]) + one["path"] for one in requests]
    commands = [_FIND_CALLER] if any(CALLER in text for text in texts) else []
    for number, one in enumerate(requests):
        url = f"{CLOUDS['public'].graph_audience}{one['path']}"
        command = f"az rest --method {one['method']} --url {_quoted(url)} --body {_quoted(json.dumps(one['body']))}"
        if number == 0 and any(NEW_POLICY in text for text in texts):
            command = f"{_VARIABLES[NEW_POLICY]}=$({command} --query id --output tsv)"
        commands.append(command)
    return "\n".join([_SCRIPT_BEGINS, *commands, ""])


def _quoted(text: str) -> str:
    """A word of the shell, with variables in the place of what is not known yet."""
    parts = re.split("|".join(_VARIABLES), text)
    names = [_VARIABLES[found] for found in re.findall("|".join(_VARIABLES), text)]
    words = [shlex.quote(part) if part else "" for part in parts]
    return words[0] + "".join(f'"${name}"{word}' for name, word in zip(names, words[1:], strict=True))


def _sentence(requests: t.Sequence[Json], label: str | None) -> str:
    whom = label or "the automation, since the application does not exist yet,"
    text = flow_yaml(requests)
    how = f"by sending to Microsoft Graph: {text}" if len(text) <= _SHOWN else f"with the {len(requests)} requests in 'failure.details.hand_off.graph_requests'"
    ready = "The same stands in 'failure.details.hand_off.script' for the Azure CLI, to be run as it is."
    return f"This collection never exempts itself. An administrator exempts {whom} {how}. {ready}"


def _policy_requests(application_id: str, restriction: str, restrictions: Json, version: str = "/v1.0") -> list[Json]:
    """A policy for the application alone, which stands in for the tenant's."""
    body = {"displayName": f"Exemption from {restriction}", "isEnabled": True, "restrictions": restrictions}
    reference = {"@odata.id": f"{CLOUDS['public'].graph_audience}{version}{below(_POLICIES, PathKey(NEW_POLICY))}"}
    return [
        _request("POST", _POLICIES, body, version),
        _request("POST", f"{path_to('applications', PathKey(application_id), 'appManagementPolicies')}/$ref", reference, version),
    ]


def _attribute_requests(restrictions: Json, caller: str, version: str = "/v1.0") -> list[Json]:
    """An attribute whose holders are exempt, and the automation as one of them."""
    definition = {
        "attributeSet": _SET,
        "name": _NAME,
        "type": "String",
        "status": "Available",
        "isCollection": False,
        "isSearchable": True,
        "usePreDefinedValuesOnly": False,
    }
    return [
        _request("POST", path_to("directory", "attributeSets"), {"id": _SET, "maxAttributesPerSet": 25}),
        _request("POST", path_to("directory", "customSecurityAttributeDefinitions"), definition),
        _request("PATCH", _DEFAULT, {"applicationRestrictions": restrictions}, version),
        _give(_SET, _NAME, _VALUE, caller),
    ]


def _request(method: str, path: str, body: Json, version: str = "/v1.0") -> Json:
    return {"method": method, "path": version + path, "body": body}


def _give(set_name: str, name: str, value: str, caller: str) -> Json:
    values = {set_name: {"@odata.type": "#Microsoft.DirectoryServices.CustomSecurityAttributeValue", name: value}}
    key = PathKey(caller, "appId") if caller else PathKey(CALLER)
    return _request("PATCH", path_to("servicePrincipals", key), {"customSecurityAttributes": values})
