# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where report_merge runs: see plugin_utils/_action.py. Written by tests/tools/generate.py."""

from __future__ import annotations

from ..plugin_utils._action import ConnectorAction
from ..plugin_utils._worker import preload

preload("report_merge")


class ActionModule(ConnectorAction):
    """The action of this module."""
