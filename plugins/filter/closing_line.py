# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The line at the end of a connector's run, for the roles."""

from __future__ import annotations

DOCUMENTATION = r"""
name: closing_line
short_description: What came of a connector on a host, in one line
version_added: 1.0.0
author: The tenantkit.connectors contributors (@tenantkit)
description:
  - Says in one line what the result fact of a connector's role says, for instance C(workspace365_result), its status, client id, end of the credential,
    whether anything changed, and what a person has to do.
  - The roles end with it; a playbook of one's own can use it for a table.
positional: host, check_mode, fact
options:
  _input:
    description: The result fact of a role.
    type: dict
    required: true
  host:
    description: The name of the host, usually C(inventory_hostname).
    type: str
    required: true
  check_mode:
    description: Whether the run was in check mode, so that a change is one that would be made.
    type: bool
    default: false
  fact:
    description: The name of the fact. One that begins with two underscores is only a part of what its role does, and gets a short line.
    type: str
    default: ''
"""

EXAMPLES = r"""
- name: What came of Workspace 365
  ansible.builtin.debug:
    msg: "{{ workspace365_result | tenantkit.connectors.closing_line(inventory_hostname, ansible_check_mode) }}"
"""

RETURN = r"""
_value:
  description: The line.
  type: str
  sample: >-
    contoso workspace365: connected; client id 3f9d1c52-7b1e-4c55-9d0e-6a2f40c1a1b2; secret until 2027-05-28 (179 days); no change
"""

import typing as t

from ..module_utils._products.closing import closing_line


def _closing_line(result: t.Mapping[str, t.Any], host: str, check_mode: bool = False, fact: str = "") -> str:
    """The line of this result."""
    return closing_line(str(host), result, check_mode=bool(check_mode), fact=str(fact))


class FilterModule:
    """What Ansible looks for."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """The filter."""
        return {"closing_line": _closing_line}
