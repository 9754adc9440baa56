# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of what modules can do: check mode, diff mode, action groups, platforms."""

from __future__ import annotations


class ModuleDocFragment:
    """Attributes; pick the fragments that hold for a module."""

    # What holds for every module of this collection that changes something.
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Tells what would be changed without changing it.
    support: full
  diff_mode:
    description: Shows the object before and after the change.
    support: full
  platform:
    description: Where the module itself can run; the services it talks to are elsewhere.
    support: full
    platforms: posix
"""

    # Modules that only read.
    INFO = r"""
options: {}
attributes:
  check_mode:
    description: Tells what would be changed without changing it.
    support: full
    details:
      - The module only reads.
  diff_mode:
    description: Shows the object before and after the change.
    support: N/A
    details:
      - The module only reads.
  platform:
    description: Where the module itself can run; the services it talks to are elsewhere.
    support: full
    platforms: posix
"""

    # Modules that sign in to Microsoft Entra ID.
    ACTIONGROUP = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/tenantkit.connectors.entra) in C(module_defaults) to set tenant and credential once for all modules of the group.
    support: full
    membership:
      - tenantkit.connectors.entra
"""
