# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The only file that knows AnsibleModule."""

from __future__ import annotations

import os

from ansible.module_utils.basic import AnsibleModule

from ._declaration import HOST_VARIABLE, Declaration, execute, mask, remaining_time


def run_module(declaration: Declaration) -> None:
    """Run a declaration as an ordinary module process and exit."""
    module = AnsibleModule(argument_spec=declaration.argument_spec(), supports_check_mode=True, **declaration.conditions())
    outcome = execute(
        declaration,
        module.params,
        check_mode=module.check_mode,
        host=os.environ.get(HOST_VARIABLE) or None,
        time_limit=remaining_time(os.environ),
    )
    # AnsibleModule masks its result with the values of its no_log options, but not its warnings.
    for text in mask(outcome.warnings, module.no_log_values):
        module.warn(text)
    # Registered secrets are masked in the outcome already. Given to no_log_values they would hide what a module reveals.
    if outcome.failed:
        # Without a traceback of ours core would add a useless one of this line.
        module.fail_json(**{"exception": "", **outcome.result})
    module.exit_json(**outcome.result)
