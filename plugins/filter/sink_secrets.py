# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the sinks of a host sign in with, apart from their entries: those go through results, and this must not."""

from __future__ import annotations

DOCUMENTATION = r"""
name: sink_secrets
short_description: What the sinks of a host sign in with
version_added: 1.0.0
author: The tenantkit.connectors contributors (@tenantkit)
description:
  - Takes the secrets out of the entries of C(entra_connector_sink), for O(tenantkit.connectors.credential_sinks#module:sink_secrets).
  - What it returns is secret. Use it as the value of that option, and nowhere else.
options:
  _input:
    description: One sink or a list, as in the variable C(entra_connector_sink) of the roles.
    type: raw
    required: true
"""

EXAMPLES = r"""
- name: Does the vault hold the secret that was delivered last?
  tenantkit.connectors.credential_sinks:
    question: holds
    sinks:
      - type: azure_key_vault
        vault_url: https://provider-automation.vault.azure.net
        tenant_id: provider.example
        client_id: 5b8e0c71-2d94-4f6a-a3e7-91c0d4f7b2a6
    sink_secrets: "{{ entra_connector_sink | tenantkit.connectors.sink_secrets }}"
    tenant_id: 5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10
    connector: power_platform
    key_id: 5d1f0d2b-63b6-4b1c-8f4a-1f0a4f1b9e33
"""

RETURN = r"""
_value:
  description: One entry for each sink with secrets. C(sink) is its place from 0, the others are its C(client_secret) and its C(certificate_password).
  type: list
  elements: dict
"""

import typing as t

from ..module_utils._sink_entry import secrets_of


class FilterModule:
    """What Ansible looks for."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """The filters of this file."""
        return {"sink_secrets": secrets_of}
