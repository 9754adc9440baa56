#!/usr/bin/python
# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: rollout_wave
short_description: Says which tenants a rollout has still to do, and whether it stops
version_added: 1.0.0
description:
  - Stands at the beginning and at the end of each wave of a rollout, as a task with C(run_once). It leaves the names of the tenants that are still to do as
    a figure of the job (as M(ansible.builtin.set_stats) does) called C(rollout_resume), with the number of the controller's job behind it where there is
    one, and in a file.
  - At the beginning of a wave its tenants and all later ones are left; that stands if the run is ended in the middle. At its end those are left that have
    failed, and the later ones.
  - Asks no service and changes no tenant. In check mode no file is written.
author:
  - The tenantkit.connectors contributors (@tenantkit)
extends_documentation_fragment:
  - tenantkit.connectors.attributes.info
  - tenantkit.connectors.rollout_limits
options:
  moment:
    description:
      - V(begin) and V(end) of a wave; V(over) after a play without waves, in a play of its own.
    type: str
    choices: [begin, end, over]
    required: true
  resume_path:
    description:
      - A file for the names, one in each line, as C(--limit @file) reads it. It is replaced as a whole.
    type: path
seealso:
  - module: tenantkit.connectors.rollout_turn
  - module: tenantkit.connectors.rollout_verdict
"""

EXAMPLES = r"""
- name: End the wave
  tenantkit.connectors.rollout_wave:
    moment: end
    resume_path: resume.txt
  run_once: true
  register: rollout_wave

- name: Begin no more tenants after too many have failed
  ansible.builtin.meta: end_play
  when: rollout_wave.stops
"""

RETURN = r"""
left:
  description: The hosts that are still to do, in the order of the play.
  returned: success
  type: list
  elements: str
run:
  description: A mark of this rollout, the same in all of its waves.
  returned: success
  type: str
failed_hosts:
  description: The hosts whose run was a failure so far, each with C(host), C(causes) and C(signing_in).
  returned: success
  type: list
  elements: dict
stops:
  description: Whether no more tenants are to be begun.
  returned: success
  type: bool
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
        "moment": {"type": "str", "choices": ["begin", "end", "over"], "required": True},
        "resume_path": {"type": "path"},
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
