# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a role's variables say about its connection, worked out in Python."""

from __future__ import annotations

DOCUMENTATION = r"""
name: connection
short_description: What the variables of a host mean for a connector
version_added: 1.0.0
author: The tenantkit.connectors contributors (@tenantkit)
description:
  - Works out from the variables of a role of this collection which application, permissions, consent, credential and delivery the host is to have. It sends
    no request, and it does not fail over a wrong choice of variables. What is wrong is in the member C(problems), in the order of importance.
  - The roles publish it as C(<role>_connection).
options:
  _terms:
    description:
      - Name of one role, such as C(workspace365).
    type: list
    elements: str
    required: true
seealso:
  - module: tenantkit.connectors.entra_connection_info
  - module: tenantkit.connectors.connector_decision
"""

EXAMPLES = r"""
- name: Which application would this host have?
  ansible.builtin.debug:
    msg: "{{ lookup('tenantkit.connectors.connection', 'workspace365').app }}"
"""

RETURN = r"""
_raw:
  description:
    - One dictionary. C(problems) is a list of sentences. The other members have the names of the options of
      M(tenantkit.connectors.entra_connection_info), and what only that product needs stands beside them.
  type: list
  elements: dict
"""

import os
import typing as t

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase

from ..module_utils._partial_run import PARTIAL_RUN, partial_run
from ..module_utils._products.registry import CONNECTIONS, FROM_ENVIRONMENT
from ..plugin_utils._role_variables import role_variables

SINKS = ("entra_connector_sink", "entra_connector_vault_id")


def filled_up(role: str, given: t.Mapping[str, t.Any], environ: t.Mapping[str, str]) -> dict[str, t.Any]:
    """The variables of a role. What the host does not say, or leaves empty, comes from the environment where the role takes it from there."""
    exported = {name: environ[source] for name, source in FROM_ENVIRONMENT.get(role, {}).items() if environ.get(source)}
    return {**given, **{name: value for name, value in exported.items() if not given.get(name)}}


class LookupModule(LookupBase):
    """What Ansible looks for."""

    def run(self, terms: list[t.Any], variables: t.Mapping[str, t.Any] | None = None, **kwargs: t.Any) -> list[t.Any]:
        """One dictionary."""
        known = variables or {}
        role = str(terms[0]) if terms else ""
        if role not in CONNECTIONS:
            raise AnsibleError(f"{role!r} is no role of this collection; known: {', '.join(sorted(CONNECTIONS))}.")
        # The answer is the value of this variable: it cannot depend on it.
        known = {name: value for name, value in known.items() if name != f"{role}_connection"}
        host = str(known.get("inventory_hostname", ""))
        # The sinks are the host's, whatever the role is.
        shared = role_variables("entra_connector", {name: known[name] for name in SINKS if name in known}, self._templar.template)
        given = {**shared, **filled_up(role, role_variables(role, known, self._templar.template), os.environ)}
        given[PARTIAL_RUN] = partial_run(role, known, os.environ)
        return [CONNECTIONS[role](given, host=host, check_mode=bool(known.get("ansible_check_mode")))]
