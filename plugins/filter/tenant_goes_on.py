# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a rollout tries the next connector of a tenant."""

from __future__ import annotations

DOCUMENTATION = r"""
name: tenant_goes_on
short_description: Whether the next connector of a tenant is tried
version_added: 1.0.0
author: The tenantkit.connectors contributors (@tenantkit)
description:
  - After a connector has failed the others of the tenant are still tried, unless another tenant was reached than the one that was named, or the sign-in was
    refused.
options:
  _input:
    description: What P(tenantkit.connectors.connector_failure#filter) kept of the connectors that have failed.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: Run the role of the connector
  ansible.builtin.include_role:
    name: tenantkit.connectors.workato
  when: rollout_failures | tenantkit.connectors.tenant_goes_on
"""

RETURN = r"""
_value:
  description: Whether it is.
  type: bool
"""

import typing as t

from ..module_utils._fleet.outcome import goes_on


class FilterModule:
    """What Ansible looks for."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """The filter."""
        return {"tenant_goes_on": goes_on}
