# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module defaults of a connector's tasks: tenant, credential and cloud of the host."""

from __future__ import annotations

DOCUMENTATION = r"""
name: session
short_description: Tenant, credential and cloud of the host as module defaults
version_added: 1.0.0
author: The tenantkit.connectors contributors (@tenantkit)
description:
  - Returns the options that all modules of the action groups C(tenantkit.connectors.entra) and C(tenantkit.connectors.session) share, from the variables
    C(entra_*) of the host. A play of one's own can give it to C(module_defaults).
  - The roles of this collection give it to the group C(tenantkit.connectors.session), which has the same modules as C(tenantkit.connectors.entra). What the
    host does not say is left out, so what a play says for the group C(tenantkit.connectors.entra) stays in force beside it. A credential is taken whole,
    from the host or from the play.
  - An extra variable that names the tenant, C(entra_tenant_id) or C(entra_expected_domain), is refused in a play with more than one host, since it would
    count for all of them.
options:
  auth:
    description:
      - Name of the variable with the credential, a dictionary of the C(auth_*) options without that prefix. Where the host does not have it,
        C(entra_auth) is taken.
    type: str
    default: entra_auth
seealso:
  - module: tenantkit.connectors.entra_app
"""

EXAMPLES = r"""
- name: A play of one's own
  hosts: tenants
  gather_facts: false
  module_defaults:
    group/tenantkit.connectors.entra: "{{ lookup('tenantkit.connectors.session') }}"
  tasks:
    - name: Look for an application
      tenantkit.connectors.entra_app_info:
        unique_name: payroll-sync
"""

RETURN = r"""
_raw:
  description: One dictionary of options.
  type: list
  elements: dict
"""

import typing as t

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase

from ..plugin_utils._extra_variables import extra_target_problem
from ..plugin_utils._session_options import session


class LookupModule(LookupBase):
    """What Ansible looks for."""

    def run(self, terms: list[t.Any], variables: t.Mapping[str, t.Any] | None = None, **kwargs: t.Any) -> list[t.Any]:
        """One dictionary. Raises AnsibleError where one tenant is said for all hosts of the play."""
        self.set_options(var_options=variables, direct=kwargs)
        known = variables or {}
        if problem := extra_target_problem((), known.get("ansible_play_hosts_all"), self._loader):
            raise AnsibleError(problem.sentence())
        return [session(known, self._templar.template, self.get_option("auth"))]
