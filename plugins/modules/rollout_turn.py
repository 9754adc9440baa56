#!/usr/bin/python
# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: rollout_turn
short_description: Says whether a tenant is begun
version_added: 1.0.0
description:
  - Begins what a rollout does with a host. A tenant that its operator holds back is not touched. With O(gate=true) neither is one whose turn comes after
    too many others have failed.
  - Asks no service and changes nothing.
author:
  - The tenantkit.connectors contributors (@tenantkit)
extends_documentation_fragment:
  - tenantkit.connectors.attributes.info
  - tenantkit.connectors.rollout_limits
options:
  hold:
    description:
      - Why the tenant is left alone, and until which day, that day included, in the form C(reason, until YYYY-MM-DD). After that day it counts no more.
      - A text in another form fails the host, since a hold that is not understood must not let a run through.
    type: raw
  gate:
    description:
      - Whether to look at what became of the other hosts first, for plays without waves, which begin a tenant whenever another is done.
    type: bool
    default: false
  fail_on_waiting:
    description:
      - The option of M(tenantkit.connectors.rollout_verdict), which is only checked here, before anything is done.
    type: raw
seealso:
  - module: tenantkit.connectors.rollout_wave
  - module: tenantkit.connectors.rollout_verdict
"""

EXAMPLES = r"""
- name: See whether it is this tenant's turn
  tenantkit.connectors.rollout_turn:
    hold: "{{ rollout_hold | default(omit) }}"
  register: rollout_turn
"""

RETURN = r"""
begins:
  description: Whether the host is to be worked on.
  returned: success
  type: bool
held:
  description: What holds it back, with C(reason) and C(until); empty where nothing does.
  returned: success
  type: dict
stopped:
  description: Why no more tenants are begun; empty while they are.
  returned: success
  type: dict
  contains:
    sentence:
      description: The reason.
      type: str
      returned: when stopped
    cause:
      description: The cause that the failed tenants share, a code without names; empty where they are too many of any cause.
      type: str
      returned: when stopped
    hosts:
      description: The failed tenants that count.
      type: list
      elements: str
      returned: when stopped
"""

from ..module_utils._declaration import Declaration
from ..module_utils._fleet.breaker import LIMIT_OPTIONS
from ..module_utils._module import run_module
from ..module_utils._products.look_resource import no_module

DECLARATION = Declaration(
    options={
        "hold": {"type": "raw"},
        "gate": {"type": "bool", "default": False},
        "fail_on_waiting": {"type": "raw"},
        **LIMIT_OPTIONS,
    },
    resource=no_module,
    auth=False,
)


def main() -> None:
    """Entry point of the module process."""
    run_module(DECLARATION)


if __name__ == "__main__":
    main()
