# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Options that several modules share, each written once. Documented in plugins/doc_fragments/."""

from __future__ import annotations

import typing as t

from ansible.module_utils.basic import env_fallback
from ansible.module_utils.common.parameters import AnsibleFallbackNotFound

from . import _clouds

AUTH_METHODS = ["auto", "client_secret", "certificate", "federated", "managed_identity", "azure_cli", "access_token"]
CLOUDS = list(_clouds.CLOUDS)


# The first that has the name: Azure calls GCC like the public cloud, and DoD like GCC High, so these have to be named with C(cloud).
_CLOUDS_OF_AZURE = {cloud.azure_name.lower(): cloud.name for cloud in reversed([*_clouds.CLOUDS.values()])}


def from_environment(variable: str) -> str:
    """What an environment variable says. A controller's credential exports a field that was left out as an empty text.

    Raises AnsibleFallbackNotFound where the variable is not set, or empty.
    """
    value = str(env_fallback(variable))
    if not value.strip():
        raise AnsibleFallbackNotFound
    return value


def cloud_of_environment(variable: str) -> str:
    """The cloud that an environment variable names in Azure's words. An unknown one stays as it is, so that the choices of the option refuse it.

    Raises AnsibleFallbackNotFound where the variable is not set, or empty.
    """
    name = from_environment(variable).strip()
    return _CLOUDS_OF_AZURE.get(name.lower()) or f"{variable}={name}"


def auth_argument_spec() -> dict[str, t.Any]:
    """Tenant, credential, cloud and time budget: the options of the action group C(entra).

    Credentials have no environment fallback here: a credential is taken whole from one source (see _auth/), and the
    tenant never comes from the environment at all.
    """
    return {
        "tenant_id": {"type": "str", "required": True},
        "expected_domain": {"type": "str"},
        "auth_method": {"type": "str", "default": "auto", "choices": AUTH_METHODS},
        "auth_client_id": {"type": "str"},
        "auth_client_secret": {"type": "str", "no_log": True},
        "auth_certificate_path": {"type": "path"},
        "auth_certificate_password": {"type": "str", "no_log": True},
        "auth_federated_token_file": {"type": "path", "no_log": False},
        "auth_federated_source": {"type": "str"},
        "auth_service_connection_id": {"type": "str"},
        "auth_managed_identity_client_id": {"type": "str"},
        "auth_access_token": {"type": "str", "no_log": True},
        "cloud": {"type": "str", "default": "public", "choices": CLOUDS, "fallback": (cloud_of_environment, ["AZURE_CLOUD_ENVIRONMENT"])},
        "login_url": {"type": "str", "fallback": (from_environment, ["ENTRA_LOGIN_URL"])},
        "graph_url": {"type": "str", "fallback": (from_environment, ["ENTRA_GRAPH_URL"])},
        "ca_path": {"type": "path", "fallback": (from_environment, ["ENTRA_CA_PATH"])},
        "timeout": {"type": "int", "default": 300},
        "change_reference": {"type": "str", "fallback": (from_environment, ["ENTRA_CHANGE_REFERENCE"])},
    }


def application_reference_spec() -> dict[str, t.Any]:
    """The four names of an application, the same everywhere."""
    return {
        "object_id": {"type": "str"},
        "app_id": {"type": "str"},
        "unique_name": {"type": "str"},
        "display_name": {"type": "str"},
    }


def list_change_spec(elements: str = "str", **element: t.Any) -> dict[str, t.Any]:
    """A list option that says how it merges: C(set) replaces, C(add) and C(remove) change.

    C(set) excludes the other two. An empty C(set) empties the list; an omitted option leaves it alone.
    """
    member = {"type": "list", "elements": elements, **element}
    return {
        "type": "dict",
        "options": {"set": dict(member), "add": dict(member), "remove": dict(member)},
        "mutually_exclusive": [["set", "add"], ["set", "remove"]],
        "required_one_of": [["set", "add", "remove"]],
    }


def permissions_spec() -> dict[str, t.Any]:
    """Permissions by name (or GUID) per resource API, as in C(entra_app_permission) and everything that builds on it."""
    return {
        "type": "list",
        "elements": "dict",
        "options": {
            "resource": {"type": "str", "required": True},
            "delegated": {"type": "list", "elements": "str", "default": []},
            "namespaces": {"type": "list", "elements": "str", "default": []},
            "application": {"type": "list", "elements": "str", "default": []},
        },
    }
