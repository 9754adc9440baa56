# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The value that a run put into a vault file, for the run that still has to prove it."""

from __future__ import annotations

DOCUMENTATION = r"""
name: kept_credential
short_description: The credential in a vault file
version_added: 1.0.0
author: The tenantkit.connectors contributors (@tenantkit)
description:
  - Reads the value out of a file that M(tenantkit.connectors.credential_vault_file) or M(tenantkit.connectors.credential_sinks) wrote. The vault password that
    the file was encrypted with has to be loaded in this run.
  - Put C(no_log) on the task that uses it.
options:
  _terms:
    description: Path of one file.
    type: list
    elements: str
    required: true
seealso:
  - module: tenantkit.connectors.credential_vault_file
"""

EXAMPLES = r"""
- name: Does the client secret that the file holds still work?
  tenantkit.connectors.entra_token:
    tenant_id: contoso.onmicrosoft.com
    client_id: 631a96bc-a705-4eda-9f99-fdaf9f54f6a2
    client_secret: "{{ lookup('tenantkit.connectors.kept_credential', '/srv/credentials/contoso_payroll.yml') }}"
  no_log: true
"""

RETURN = r"""
_raw:
  description: The value, a client secret or a private key with its certificate.
  type: list
  elements: str
"""

import typing as t

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase


class LookupModule(LookupBase):
    """What Ansible looks for."""

    def run(self, terms: list[t.Any], variables: t.Mapping[str, t.Any] | None = None, **kwargs: t.Any) -> list[t.Any]:
        """One value."""
        if len(terms) != 1:
            raise AnsibleError("kept_credential takes the path of one file.")
        content = self._loader.load_from_file(str(terms[0]), cache="none")
        credential = content.get("tenantkit_credential") if isinstance(content, dict) else None
        if not isinstance(credential, dict) or not credential.get("value"):
            raise AnsibleError(f"{terms[0]} holds no credential of this collection.")
        return [credential["value"]]
