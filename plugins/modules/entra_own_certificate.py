#!/usr/bin/python
# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Renew the certificate that a task itself signs in with."""

from __future__ import annotations

DOCUMENTATION = r"""
module: entra_own_certificate
short_description: Renew the certificate that an application signs in with
version_added: 1.0.0
description:
  - The application that the task signs in as (O(auth_client_id), O(auth_certificate_path)) gives itself the next certificate before the present one ends, and
    removes former ones. Microsoft Graph asks it to prove each time that it has the key of a valid certificate of its own, and for no permission.
  - A new key is written into O(path) with its certificate, mode 0600, and only then is the certificate added. It is tried at Entra, and RV(own_certificate.use)
    names the file to sign in with from now on. What is in O(path) already is never overwritten. Where a run ended on the way, the next one goes on with that
    file, and does not make another key.
  - Nothing switches by itself. Both certificates work until the former one is removed or ends. Where several machines sign in as the application, hand the
    new file to all of them within O(overlap_days) after the first one uses it.
  - A former certificate is removed by a later run, once that signs in with the new one and O(overlap_days) have passed. Only those of the same O(name) are, as
    this module and M(tenantkit.connectors.entra_app_certificate) make them, and none that a connector has delivered. The identity has to be allowed to read
    applications for that (C(Application.Read.All)). Without it former certificates stay, and RV(own_certificate.kept_because) says so.
  - Run it by hand or in a job of its own. No role and no rollout does.
author:
  - The tenantkit.connectors contributors (@tenantkit)
extends_documentation_fragment:
  - tenantkit.connectors.auth
  - tenantkit.connectors.attributes
  - tenantkit.connectors.attributes.actiongroup
options:
  path:
    description:
      - File for the next key and its certificate, as PEM, without a password. Its directory has to exist.
      - When the task signs in with this file already, nothing is done until it is due. Then another file has to be named.
    type: path
    required: true
  object_id:
    description:
      - The object id of the application (neither its client id nor the object id of its enterprise application).
      - With it no permission is needed to renew. Without it the identity has to be allowed to read applications.
    type: str
  name:
    description: The managed name of the certificates, as in M(tenantkit.connectors.entra_app_certificate).
    type: str
    default: automation
  subject:
    description: Common name of the certificate. Without it the O(name).
    type: str
  key_size:
    description: Bits of the key.
    type: int
    choices: [2048, 3072, 4096]
    default: 2048
  validity_days:
    description: How long the next certificate is valid.
    type: int
    default: 180
  renew_before_days:
    description: How many days before its end the present certificate is followed by the next one. Never in the first half of its life.
    type: int
    default: 30
  overlap_days:
    description: How many days a former certificate stays after the present one was added.
    type: int
    default: 7
  force:
    description: Renew although the present certificate is not due. With a file that exists nothing new is made.
    type: bool
    default: false
  persistent:
    description: Says that O(path) outlives a job of AWX or ansible-runner. Without it the task fails in such a job, whose files are deleted.
    type: bool
    default: false
seealso:
  - module: tenantkit.connectors.entra_app_certificate
  - module: tenantkit.connectors.entra_federated_credential
"""

EXAMPLES = r"""
- name: Renew what the automation signs in with
  tenantkit.connectors.entra_own_certificate:
    tenant_id: 8a5f0d2c-3b7e-4c19-9d64-0f2a6b1c7e90
    auth_client_id: 9e1d4c6b-52a8-4f37-b0c9-8d7e6f5a4b31
    auth_certificate_path: /etc/fleet/automation-2026.pem
    object_id: 0b6ff7f5-57a9-4f0a-8c4e-6f3f0a5f9d22
    path: /etc/fleet/automation-2027.pem
  register: renewed

- name: Show which file counts from now on
  ansible.builtin.debug:
    var: renewed.own_certificate.message
"""

RETURN = r"""
own_certificate:
  description: What the application signs in with.
  returned: success
  type: dict
  contains:
    app_id:
      description: Application (client) id.
      type: str
      sample: 9e1d4c6b-52a8-4f37-b0c9-8d7e6f5a4b31
    state:
      description:
        - V(current) where nothing follows the present certificate yet, V(renewed) where this run added the next one, V(follows) where an earlier run did and
          the task still signs in with the former one, V(would_renew) in check mode.
      type: str
      sample: renewed
    use:
      description: The file to sign in with from now on.
      type: str
      sample: /etc/fleet/automation-2027.pem
    thumbprint:
      description: The SHA-1 thumbprint of its certificate.
      type: str
      sample: 0F3A61C09D1E447BA25C8810F36ED729B504C19A
    end_date_time:
      description: When that expires.
      type: str
      sample: "2027-05-29T08:15:00Z"
    days_left:
      description: Whole days until then.
      type: int
      sample: 179
    key_id:
      description: The id of the certificate that this run added. V(null) where it added none.
      type: str
      sample: 5d1f0d2b-63b6-4b1c-8f4a-1f0a4f1b9e33
    removed:
      description: The ids of the former certificates that were removed, or would be.
      type: list
      elements: str
      sample: []
    kept_because:
      description: Why former certificates stay. V(null) where they were looked at.
      type: str
      sample: the overlap with the present certificate ends on 2026-12-07
    message:
      description: All of it in a sentence.
      type: str
      sample: >-
        Application 'Fleet' has a new certificate, which was tried: sign in with /etc/fleet/automation-2027.pem from now on, in place of
        /etc/fleet/automation-2026.pem, which ends on 2026-12-24.
actions:
  description: One sentence for every change.
  returned: success
  type: list
  elements: str
  sample: ["make a certificate valid until 2027-05-29, with its key in /etc/fleet/automation-2027.pem"]
failure:
  description: The failure for a program.
  returned: failure
  type: dict
  sample: {kind: option, code: file_in_the_way, outcome: refused}
"""

from ..module_utils._declaration import Declaration
from ..module_utils._entra.common.options import OWN_CERTIFICATE_OPTIONS
from ..module_utils._entra.credential.own_certificate_resource import OwnCertificateResource
from ..module_utils._module import run_module

DECLARATION = Declaration(options=OWN_CERTIFICATE_OPTIONS, resource=OwnCertificateResource)


def main() -> None:
    """Run the module."""
    run_module(DECLARATION)


if __name__ == "__main__":
    main()
