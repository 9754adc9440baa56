# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What keeps a run from writing for Workspace 365, as far as the look at the tenant and the inventory show it. Pure."""

from __future__ import annotations

import typing as t

from ..._addresses import one_spelling, without_secrets
from ..._entra.connector.look import Ask, Host, Json
from ..._errors import OptionError

_SHOWN = 3  # hosts in a sentence


def before_writing(connection: Json, look: Json, makes_credential: bool, host: Host) -> t.Generator[Ask, t.Any, Json]:
    """What the role asks once it has something to do, before Entra is written to: everything about Workspace 365 that can be known then.

    C(expected_tenants) of C(preflight), and C(sign_in_checked): whether the sign-in page was looked at. Raises OptionError as C(preflight) does.
    """
    instances = host.values("workspace365_instance_url")
    answer = preflight({"connection": connection, "look": look, "makes_credential": makes_credential, "instances": instances})
    if not makes_credential:
        return {**answer, "sign_in_checked": False}
    key = "__workspace365_own_key" if connection["key_entry"] else "workspace365_provisioning_key"
    options = {**connection["product"], "state": "probed", "expected_tenants": answer["expected_tenants"], "delivered_mark": look["delivery"]["marked"]}
    yield Ask("workspace365_sso", options, secrets={"provisioning_key": key})
    return {**answer, "sign_in_checked": True}


def preflight(given: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Whose environment it may be: C(expected_tenants), the name that the inventory uses first, since failures name that one.

    ``given``: C(connection) as the role publishes it, C(look) as RV(entra_connection_info.connection), C(makes_credential) whether a client secret is to be
    made, C(instances) the instance addresses that hosts of the inventory name, by host. Raises OptionError for another registration of the environment, and
    where a secret is to be made for a missing provisioning key and for one that could be another instance's.
    """
    connection, look = given["connection"], given["look"]
    tenant = look["tenant"]
    if look["other_registrations"]:
        raise _other_registrations(connection, look)
    if given["makes_credential"]:
        if not connection["has_key"]:
            raise _no_key(connection, tenant)
        others = other_instances(connection["instance"], given["instances"])
        if others and not connection["key_is_own"]:
            raise _one_key(connection, others, tenant)
    return {"expected_tenants": [connection["tenant"], tenant["tenant_id"], *tenant["verified_domains"]]}


def other_instances(own: str, addresses: t.Mapping[str, t.Any]) -> dict[str, list[str]]:
    """The instances among ``addresses`` (by host) that are not ``own``, each with its hosts, as a sentence may show them: in lower case and one spelling."""
    found: dict[str, list[str]] = {}
    for host, address in addresses.items():
        spelled = one_spelling(str(address)).lower()
        if spelled != own.lower():
            found.setdefault(without_secrets(spelled), []).append(host)
    return found


def _no_key(connection: t.Mapping[str, t.Any], tenant: t.Mapping[str, t.Any]) -> OptionError:
    """A secret is to be delivered, and nothing opens the instance."""
    instance, elsewhere = connection["instance"], connection["key_elsewhere"]
    other = f" ('workspace365_provisioning_key' is the one of {elsewhere})" if elsewhere else ""
    host = connection["host"]
    advice = (
        f"correct 'workspace365_instance_url' of {host}, or give the key for {instance} in 'workspace365_provisioning_keys'."
        if elsewhere
        else f"set 'workspace365_provisioning_key', or {host} or the instance in 'workspace365_provisioning_keys'."
    )
    return OptionError(
        f"{tenant['display_name']} needs a new client secret in Workspace 365, and there is no provisioning key for {instance}{other}: {advice}",
        code="provisioning_key_missing",
        tenant=tenant["tenant_id"],
    )


def _one_key(connection: t.Mapping[str, t.Any], others: t.Mapping[str, t.Sequence[str]], tenant: t.Mapping[str, t.Any]) -> OptionError:
    """Whose key it is cannot be told: an address may be misspelt, or the key be that of the other instance."""
    named = "; ".join(f"{_hosts(hosts)} {'use' if len(hosts) > 1 else 'uses'} {address}" for address, hosts in others.items())
    return OptionError(
        f"{connection['host']} uses the Workspace 365 instance {connection['instance']}, and {named}, while 'workspace365_provisioning_key' is one key for all "
        "of them.",
        code="one_key_for_several_instances",
        tenant=tenant["tenant_id"],
        advice="Correct 'workspace365_instance_url' where it is misspelt. Where several instances are meant, give each its key in "
        "'workspace365_provisioning_keys'; with 'workspace365_provisioning_key_instance' the one key is only ever used for that instance.",
        details={"hosts": sorted(host for hosts in others.values() for host in hosts)},
    )


def _hosts(hosts: t.Sequence[str]) -> str:
    more = f" and {len(hosts) - _SHOWN} more" if len(hosts) > _SHOWN else ""
    return " and ".join(hosts[:_SHOWN]) + more


def _other_registrations(connection: t.Mapping[str, t.Any], look: t.Mapping[str, t.Any]) -> OptionError:
    """Another application would take the place of the one that people may sign in with."""
    others, tenant = look["other_registrations"], look["tenant"]
    named = ", application ".join(f"'{other['display_name']}' (app id {other['app_id']})" for other in others)
    return OptionError(
        f"Application {named} in {tenant['display_name']} ({connection['tenant']}) {'have' if len(others) > 1 else 'has'} the redirect URI "
        f"{connection['callback']} already, and this run would create another application and deliver that one to Workspace 365 instead: "
        f"set 'workspace365_client_id' to {' or '.join(other['app_id'] for other in others)} and 'workspace365_adopt' to true to go on with what is there, "
        "or 'workspace365_accept_second_registration' to true when a second one is meant.",
        code="other_registrations",
        tenant=tenant["tenant_id"],
        details={"app_ids": [other["app_id"] for other in others]},
    )
