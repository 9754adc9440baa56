# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the options in module_utils/_fleet/breaker.py, LIMIT_OPTIONS."""

from __future__ import annotations


class ModuleDocFragment:
    """When a rollout stops."""

    DOCUMENTATION = r"""
options:
  stop_after:
    description:
      - On how many failed tenants of the same cause no more are begun. One is enough where the automation's own credential was refused at its sign-in, and
        other hosts have the same one.
      - A number from 1. An empty text is the default.
    type: raw
    default: 3
  stop_after_any:
    description:
      - On how many failed tenants no more are begun, whatever the causes. A number, or a share of all hosts of the play, which is at least 5.
      - An empty text is the default.
    type: raw
    default: 10%
"""
