#!/usr/bin/python
# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: entra_managed_credential
short_description: Manages the credential of a connection, a client secret or a key with its certificate
version_added: 1.0.0
author:
  - The tenantkit.connectors contributors (@tenantkit)
description:
  - Makes, proves, marks, retires and removes what M(tenantkit.connectors.entra_client_secret) and M(tenantkit.connectors.entra_app_certificate) do, with
    the same options and results for both. The role C(entra_connector) has one life cycle for every credential because of it.
extends_documentation_fragment:
  - tenantkit.connectors.auth
  - tenantkit.connectors.attributes
  - tenantkit.connectors.attributes.actiongroup
  - tenantkit.connectors.application
  - tenantkit.connectors.chained
options:
  kind:
    description:
      - V(secret) is a client secret. V(certificate) is a private key that is made here, with its certificate on the application.
    type: str
    choices: [secret, certificate]
    default: secret
  name:
    description:
      - The managed name. Credentials of this name belong together. The first is followed by its renewals.
    type: str
    required: true
  state:
    description:
      - V(present) makes a credential when none of the name is valid beyond O(renew_before_days), or when O(delivery) needs one.
      - V(absent) removes one credential of the name, O(key_id), or all of them.
      - V(retired) removes those of the name that cannot be needed any more.
    type: str
    choices: [present, absent, retired]
    default: present
  validity_days:
    description: How many days a new credential is valid. A policy of the tenant may shorten that.
    type: int
    default: 180
  renew_before_days:
    description: How many days before its end a credential is replaced.
    type: int
    default: 30
  overlap_days:
    description: How many days an old credential stays valid after a later one was made and delivered.
    type: int
    default: 7
  key_id:
    description: With O(state=absent), the one credential to remove.
    type: str
  never_sent:
    description: With O(key_id), says that this credential was certainly never accepted by its receiver.
    type: bool
    default: false
  force:
    description:
      - With O(state=present), make a new credential although the present one would do.
      - With O(state=absent), remove credentials that are, or may be, in use.
    type: bool
    default: false
  known_value:
    description:
      - The value of a client secret of the application that the operator has, of one that was made by hand for instance. Where O(delivery) needs a secret, that
        one is proven and delivered in place of a new one.
      - Graph shows how the value of each secret begins, so it has to be the only valid one that begins like this, or nothing is done.
      - It is used once. When that key, or one that was made later, was delivered to the target already, it is ignored with a warning.
      - What happens to it afterwards is left to its owner, it is never removed here unless this collection made it under this O(name).
    type: str
  prove:
    description: Try a new credential at the token endpoint of its home tenant until it works three times in a row.
    type: bool
    default: true
  subject:
    description: The subject of a new certificate. O(name) without it.
    type: str
  key_size:
    description: The size of a new private key in bits.
    type: int
    choices: [2048, 3072, 4096]
    default: 2048
  delivery:
    description: Where the credential goes. Without it nothing is known of deliveries.
    type: dict
    suboptions:
      connector:
        description: A short name of the product or sink, lower case.
        type: str
        required: true
      instance:
        description: What it is delivered to. Only a fingerprint of it is written into the tag.
        type: str
        required: true
      authority:
        description: The authority that is delivered along with it.
        type: str
      former_authorities:
        description: Authorities that name the same tenant.
        type: list
        elements: str
        default: []
  delivered_key_id:
    description: Confirms that the target of O(delivery) took the credential with this id. Its mark becomes delivered.
    type: str
  undecided_key_id:
    description:
      - Says that the run which made the credential with this id has ended without knowing whether the target took it. Its mark then says so, and the next
        run does not wait for it.
    type: str
seealso:
  - module: tenantkit.connectors.entra_client_secret
  - module: tenantkit.connectors.entra_app_certificate
"""

EXAMPLES = r"""
- name: Make a key with its certificate when the safe needs one
  tenantkit.connectors.entra_managed_credential:
    tenant_id: contoso.onmicrosoft.com
    unique_name: payroll-sync
    kind: certificate
    name: nightly
    delivery:
      connector: payroll
      instance: safe
  register: made
  no_log: true
"""

RETURN = r"""
credential:
  description:
    - The credential with its C(kind) and without its value, as in RV(tenantkit.connectors.entra_client_secret#module:secret) or
      RV(tenantkit.connectors.entra_app_certificate#module:certificate).
  returned: success
  type: dict
  sample: {kind: secret, key_id: 5d1f0d2b-63b6-4b1c-8f4a-1f0a4f1b9e33, days_left: 179}
value:
  description: The client secret, or the private key followed by its certificate. Nothing can read it again. A O(known_value) is not repeated here.
  returned: only in the run that made it; empty in check mode with O(known_value)
  type: str
  sample: "********"
actions:
  description: One sentence for every change.
  returned: success
  type: list
  elements: str
  sample: [mint secret 'nightly' valid 180 days]
failure:
  description: The failure for a program. C(outcome) tells whether a delivery is in doubt (V(unknown)).
  returned: failure
  type: dict
  sample: {kind: conflict, code: another_run, outcome: refused}
"""

from ..module_utils._declaration import Declaration
from ..module_utils._entra.common.application_reference import APPLICATION_REFERENCE
from ..module_utils._entra.common.options import MANAGED_OPTIONS
from ..module_utils._entra.credential.managed import ManagedCredentialResource
from ..module_utils._module import run_module

DECLARATION = Declaration(
    options=MANAGED_OPTIONS,
    resource=ManagedCredentialResource,
    reveals=["value"],
    required_one_of=[APPLICATION_REFERENCE],
    mutually_exclusive=[APPLICATION_REFERENCE],
)


def main() -> None:
    """Run the module."""
    run_module(DECLARATION)


if __name__ == "__main__":
    main()
