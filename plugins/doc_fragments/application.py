# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the options in module_utils/_argspec.py, application_reference_spec()."""

from __future__ import annotations


class ModuleDocFragment:
    """How an application is named."""

    DOCUMENTATION = r"""
options:
  object_id:
    description:
      - Object id of the application.
      - Excludes O(app_id), O(unique_name) and O(display_name).
    type: str
  app_id:
    description:
      - Application (client) id of the application.
      - Excludes O(object_id), O(unique_name) and O(display_name).
    type: str
  unique_name:
    description:
      - Unique name of the application, its alternate key in Microsoft Graph. It is set once, when the application is created. The preferred name.
      - Excludes O(object_id), O(app_id) and O(display_name).
    type: str
  display_name:
    description:
      - Display name of the application. Display names are not unique; more than one match is an error.
      - A display name can be chosen freely. One that this collection did not create is refused when it is found by O(display_name); name it
        by O(object_id), O(app_id) or O(unique_name).
      - Excludes O(object_id), O(app_id) and O(unique_name).
    type: str
"""
