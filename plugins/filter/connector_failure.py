# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rollout keeps of a connector that has failed."""

from __future__ import annotations

DOCUMENTATION = r"""
name: connector_failure
short_description: What is kept of a connector that has failed
version_added: 1.0.0
author: The tenantkit.connectors contributors (@tenantkit)
description:
  - Takes the parts of a failed result that a report may show (the sentence, code, advice and request id) and leaves out everything else.
  - A playbook that goes on after a failed role keeps them in a list, see M(tenantkit.connectors.rollout_verdict).
positional: connector, task, earlier
options:
  _input:
    description: The result of the task that has failed, C(ansible_failed_result) in a C(rescue).
    type: dict
    required: true
  connector:
    description: The name of the role.
    type: str
    required: true
  task:
    description: The name of the task, C(ansible_failed_task.name).
    type: str
    required: true
  earlier:
    description: What was kept of earlier connectors of the host.
    type: list
    elements: dict
    default: []
"""

EXAMPLES = r"""
- name: Keep what failed
  ansible.builtin.set_fact:
    failures: "{{ ansible_failed_result | tenantkit.connectors.connector_failure('workato', ansible_failed_task.name, failures | default([])) }}"
"""

RETURN = r"""
_value:
  description: The list of C(earlier) with this failure at its end.
  type: list
  elements: dict
"""

import typing as t

from ..module_utils._fleet.outcome import failure_of


def _connector_failure(failed: t.Mapping[str, t.Any], connector: str, task: str, earlier: t.Sequence[t.Mapping[str, t.Any]] = ()) -> list[dict[str, t.Any]]:
    """The failures of a host, with one more."""
    return [*map(dict, earlier), failure_of(failed, str(connector), str(task))]


class FilterModule:
    """What Ansible looks for."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """The filter."""
        return {"connector_failure": _connector_failure}
