# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What keeps a run from writing for Workspace 365, as far as the look at the tenant and the inventory show it. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._addresses import one_spelling
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError


def preflight(given: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Whose environment it may be: C(expected_tenants), the name that the inventory uses first, since failures name that one.

    ``given``: C(connection) as the role publishes it, C(look) as RV(entra_connection_info.connection), C(makes_credential) whether a client secret is to be
    made, C(instances) the instance addresses that hosts of the play name. Raises OptionError for another registration of the environment, and where a
    secret is to be made for a missing provisioning key and for one that could be another instance's.
    """
    connection, look = given["connection"], given["look"]
    tenant = look["tenant"]
    if look["other_registrations"]:
        raise _other_registrations(connection, look)
    if given["makes_credential"]:
        if not connection["has_key"]:
            raise OptionError(
                f"{tenant['display_name']} needs a new client secret in Workspace 365, and there is no provisioning key for {connection['instance']}: "
                f"set 'workspace365_provisioning_key', or {connection['host']} in 'workspace365_provisioning_keys'.",
                code="provisioning_key_missing",
                tenant=tenant["tenant_id"],
            )
        others = other_instances(connection["instance"], given["instances"])
        if others and not connection["key_is_own"]:
            raise OptionError(
                f"The hosts of this run use more than one Workspace 365 instance ({', '.join([connection['instance'], *others])}), and "
                "'workspace365_provisioning_key' is one key for all of them.",
                code="one_key_for_several_instances",
                tenant=tenant["tenant_id"],
                advice="Give each host its own in 'workspace365_provisioning_keys'.",
            )
    return {"expected_tenants": [connection["tenant"], tenant["tenant_id"], *tenant["verified_domains"]]}


def other_instances(own: str, addresses: t.Iterable[t.Any]) -> list[str]:
    """The instances among ``addresses`` that are not ``own``, each once, in lower case and one spelling."""
    spelled = (one_spelling(str(address)).lower() for address in addresses)
    return [address for address in dict.fromkeys(spelled) if address != own.lower()]


def _other_registrations(connection: t.Mapping[str, t.Any], look: t.Mapping[str, t.Any]) -> OptionError:
    """Another application would take the place of the one that people may sign in with."""
    others, tenant = look["other_registrations"], look["tenant"]
    named = ", application ".join(f"'{other['display_name']}' (app id {other['app_id']})" for other in others)
    return OptionError(
        f"Application {named} in {tenant['display_name']} ({connection['tenant']}) {'have' if len(others) > 1 else 'has'} the redirect URI "
        f"{connection['callback']} already, and this run would make one more application and give that to Workspace 365 instead: "
        f"set 'workspace365_client_id' to {' or '.join(other['app_id'] for other in others)} and 'workspace365_adopt' to true to go on with what is there, "
        "or 'workspace365_accept_second_registration' to true when a second one is meant.",
        code="other_registrations",
        tenant=tenant["tenant_id"],
        details={"app_ids": [other["app_id"] for other in others]},
    )
