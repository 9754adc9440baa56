# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a Workato workspace is, for the role: the data centres are listed once, and the role needs them without an API token, too."""

from __future__ import annotations

DOCUMENTATION = r"""
name: workato_addresses
short_description: Root and redirect URI of a Workato data centre
version_added: 1.0.0
author: The tenantkit.connectors contributors (@tenantkit)
description:
  - Says where a workspace of Workato is, and which redirect URI an application for it has to have.
  - It is an address of the workspace's own host. The vendor's pages name C(www.workato.com) for everybody.
options:
  _input:
    description: The data centre, one of the choices of O(tenantkit.connectors.workato_connection#module:data_center).
    type: str
    required: true
  host:
    description: Root of another host in place of a data centre, with or without C(/api) behind it.
    type: str
"""

EXAMPLES = r"""
- name: The redirect URI of a workspace in Europe
  ansible.builtin.debug:
    msg: "{{ ('eu' | tenantkit.connectors.workato_addresses).redirect_uri }}"
"""

RETURN = r"""
_value:
  description: The addresses.
  type: dict
  contains:
    root:
      description: Root of the host, without C(/api).
      type: str
      sample: https://app.eu.workato.com
    redirect_uri:
      description: Where Workato takes a sign-in back to.
      type: str
      sample: https://app.eu.workato.com/oauth/callback
"""

import typing as t

from ansible.errors import AnsibleFilterError

from ..module_utils._errors import OptionError
from ..module_utils._products.workato.addresses import DATA_CENTERS, redirect_uri, workato_url


def workato_addresses(data_center: str, host: str | None = None) -> dict[str, str]:
    """Root and redirect URI."""
    if not host and data_center not in DATA_CENTERS:
        raise AnsibleFilterError(f"{data_center!r} is no data centre of Workato; known: {', '.join(DATA_CENTERS)}.")
    try:
        root = workato_url(str(data_center), str(host) if host else None, "workato_host")
    except OptionError as error:
        raise AnsibleFilterError(f"{error.message} {error.advice or ''}".strip()) from None
    return {"root": root, "redirect_uri": redirect_uri(root)}


class FilterModule:
    """What Ansible looks for."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """The filter."""
        return {"workato_addresses": workato_addresses}
