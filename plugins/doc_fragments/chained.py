# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the option in module_utils/_entra/common/options.py, CHAINED."""

from __future__ import annotations


class ModuleDocFragment:
    """Tasks that go on from each other."""

    DOCUMENTATION = r"""
options:
  chained:
    description:
      - Whether this is one of several tasks on the same application that go on from each other without a pause, as those of the role C(entra_connector) do.
      - Such a task does not read again what the tasks before it wrote in the last minute of the same run, nor look again for an application that the look
        before it did not find. By default a task reads all that it decides by, whatever the run did before.
    type: bool
    default: false
"""
