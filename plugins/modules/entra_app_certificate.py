#!/usr/bin/python
# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: entra_app_certificate
short_description: Manage certificates of an application in Microsoft Entra ID
version_added: 1.0.0
description:
  - Adds a certificate that is given, or makes one with its key (O(generate)), renews that before it expires, and removes old ones when they can no
    longer be needed.
  - A managed certificate carries its owner, its name and the beginning of its thumbprint in its display name (C(tkc:name:thumbprint)). Other certificates of
    the application are listed, sent back as they were read, and never removed.
  - The list of certificates can only be written as a whole. When another client has changed it since it was read, nothing is written
    (C(failure.code=list_changed)). What another client adds in the very moment of a write is put back, and the certificate made here is taken away with
    the same request (C(failure.code=another_run)). Where that fails C(failure.details.lost_key_ids) names what was lost
    (C(failure.code=certificate_lost)).
  - A certificate that has expired, that is not valid yet, or whose private key does not fit is refused before anything is written.
  - When every answer to the write was lost, the certificate is looked for and removed again. Where that cannot be done either, C(failure.details.left_key_id)
    names the one that may be left.
  - A new certificate is tried at Entra before the module succeeds (O(prove)). A key that was made here is returned once, as
    RV(certificate.private_key_pem), in the run that made it. Put C(no_log) on the task that makes it.
  - With O(delivery) the module also keeps the account of where the key went, as M(tenantkit.connectors.entra_client_secret) does.
author:
  - The tenantkit.connectors contributors (@tenantkit)
extends_documentation_fragment:
  - tenantkit.connectors.auth
  - tenantkit.connectors.attributes
  - tenantkit.connectors.attributes.actiongroup
  - tenantkit.connectors.application
options:
  name:
    description:
      - The name of the managed certificate. Certificates of this name belong together. The first is followed by its renewals.
      - Letters, digits, V(.), V(_) and V(-), at most 60.
    type: str
    required: true
  state:
    description:
      - V(present) adds the certificate that is given unless the application has it already, managed or not. With O(generate) it makes one when none of the
        name is valid beyond O(renew_before_days), or when O(delivery) needs one.
      - V(absent) removes one certificate of the name (O(key_id) or O(thumbprint)), or all of them.
      - V(retired) removes those of the name that are no longer needed, by the rules of M(tenantkit.connectors.entra_client_secret).
    type: str
    choices: [present, absent, retired]
    default: present
  certificate_path:
    description:
      - File with the certificate, as PEM, DER or PKCS#12 (C(.pfx)). Only the certificate is sent to Entra, never a private key.
      - A private key in the same file is checked to fit, and used for O(prove).
      - Excludes O(certificate_content) and O(generate).
    type: path
  certificate_content:
    description:
      - The certificate as PEM, or as the base64 of DER.
      - Excludes O(certificate_path) and O(generate).
    type: str
  private_key_path:
    description: File with its private key (PEM or DER), to check that it fits, and for O(prove).
    type: path
  private_key_content:
    description: The private key itself, as PEM or as the base64 of DER.
    type: str
  private_key_password:
    description: Password of the private key, or of the C(.pfx) file, if it has one.
    type: str
  generate:
    description:
      - Make an RSA key with a self-signed certificate when one is needed. The key is not written anywhere. The play has to store it.
    type: bool
    default: false
  subject:
    description: Common name of a certificate that is made. Without it the O(name).
    type: str
  key_size:
    description: Bits of a key that is made.
    type: int
    choices: [2048, 3072, 4096]
    default: 2048
  validity_days:
    description:
      - How long a certificate that is made is valid. A shorter lifetime that a policy of the tenant sets is taken instead, with a warning.
    type: int
    default: 180
  renew_before_days:
    description:
      - How many days before its end a certificate that was made is replaced. Never in the first half of its life.
      - One that is given is not replaced. A warning says that it is about to expire.
    type: int
    default: 30
  overlap_days:
    description: How many days an old certificate stays after a later one was added, or made and delivered.
    type: int
    default: 7
  key_id:
    description: With O(state=absent), the one certificate to remove. It has to be a managed one of this name.
    type: str
  thumbprint:
    description: The same by its SHA-1 thumbprint. Colons and blanks do not matter.
    type: str
  never_sent:
    description:
      - With O(key_id) or O(thumbprint), says that the key was certainly never accepted by the product, because it was not sent, or was refused. It is removed
        although its mark is pending. A delivered one is not.
    type: bool
    default: false
  force:
    description:
      - With O(generate), make a new certificate although the present one would do, for instance because its key is lost.
      - With O(state=absent), remove certificates that are, or may be, in use.
    type: bool
    default: false
  prove:
    description:
      - Sign in with a new certificate at the token endpoint of its home tenant until it works three times in a row. One that does not work
        is removed, and the module fails. Without a private key nothing can be tried (RV(certificate.proof) is V(not_possible)).
      - Needs the application's service principal in that tenant.
    type: bool
    default: true
  delivery:
    description:
      - Where the key goes. Without it nothing is known of deliveries, and a valid certificate is simply present.
      - A place takes either secrets or certificates. When a connector has both, give them different names in O(delivery.instance).
    type: dict
    suboptions:
      connector:
        description: A short name of the product or sink, lower case.
        type: str
        required: true
      instance:
        description:
          - What it is delivered to. Only a fingerprint of it is written into the tag.
        type: str
        required: true
      authority:
        description: The authority that is delivered along with the key. When it differs from what was delivered, a new certificate is made.
        type: str
      former_authorities:
        description:
          - Authorities that name the same tenant. When one of them was delivered it is kept, with a warning.
        type: list
        elements: str
        default: []
      delivered_key_id:
        description:
          - Confirms that the target took the key with this id. Its mark becomes delivered.
          - Fails with C(failure.outcome=unknown) when another run has marked a newer one meanwhile, or when the mark is gone. It then stays
            pending, and the next run makes and delivers a new one.
        type: str
      undecided_key_id:
        description:
          - Says that the run which made the credential with this id has ended without knowing whether the target took it. Its mark then says so, and the
            next run does not wait for it.
        type: str
seealso:
  - module: tenantkit.connectors.entra_client_secret
  - module: tenantkit.connectors.entra_federated_credential
  - module: tenantkit.connectors.entra_token
"""

EXAMPLES = r"""
- name: Let the holder of a key sign in
  tenantkit.connectors.entra_app_certificate:
    tenant_id: contoso.onmicrosoft.com
    unique_name: payroll-sync
    name: payroll
    certificate_path: files/payroll.crt

- name: Make a key when one is needed
  tenantkit.connectors.entra_app_certificate:
    tenant_id: contoso.onmicrosoft.com
    unique_name: payroll-sync
    name: nightly
    generate: true
    validity_days: 365
  register: made
  no_log: true

- name: Keep it where it is used
  ansible.builtin.copy:
    content: "{{ made.certificate.private_key_pem }}{{ made.certificate.certificate_pem }}"
    dest: /etc/payroll/entra.pem
    mode: "0600"
  no_log: true
  when: made.certificate.private_key_pem is defined

- name: Remove what is no longer needed
  tenantkit.connectors.entra_app_certificate:
    tenant_id: contoso.onmicrosoft.com
    unique_name: payroll-sync
    name: nightly
    state: retired

- name: Remove one
  tenantkit.connectors.entra_app_certificate:
    tenant_id: contoso.onmicrosoft.com
    unique_name: payroll-sync
    name: payroll
    state: absent
    thumbprint: 0F:3A:61:C0:9D:1E:44:7B:A2:5C:88:10:F3:6E:D7:29:B5:04:C1:9A
"""

RETURN = r"""
certificate:
  description: The certificate.
  returned: success
  type: dict
  contains:
    name:
      description: The managed name.
      type: str
      sample: nightly
    app_id:
      description: Application (client) id.
      type: str
      sample: 7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11
    object_id:
      description: Object id of the application.
      type: str
      sample: 0b6ff7f5-57a9-4f0a-8c4e-6f3f0a5f9d22
    key_id:
      description:
        - Id of the certificate that was added, otherwise of the one that is there, or with O(delivery) of the one last delivered.
        - All zeros in check mode when one would be added.
      type: str
      sample: 5d1f0d2b-63b6-4b1c-8f4a-1f0a4f1b9e33
    display_name:
      description: Its display name.
      type: str
      sample: "tkc:nightly:0f3a61c0"
    thumbprint:
      description: Its SHA-1 thumbprint, as Entra shows it. None in check mode for one that would be made.
      type: str
      sample: 0F3A61C09D1E447BA25C8810F36ED729B504C19A
    start_date_time:
      description: Since when it is valid.
      type: str
      sample: "2026-11-22T08:15:00Z"
    end_date_time:
      description: When it expires.
      type: str
      sample: "2027-05-21T08:15:00Z"
    days_left:
      description: Whole days until then.
      type: int
      sample: 179
    certificate_pem:
      description: The certificate that was made.
      type: str
      returned: with O(generate), only in the run that made it
      sample: "-----BEGIN CERTIFICATE-----"
    private_key_pem:
      description: Its private key, without a password. Nothing can read it again.
      type: str
      returned: with O(generate), only in the run that made it
      sample: "********"
    would_create:
      description: Whether check mode says that a certificate would be added.
      type: bool
      sample: false
    proof:
      description: V(proven) when a new certificate was tried, V(not_possible) without its private key. None when nothing was tried.
      type: str
      sample: proven
    managed:
      description: All certificates of this name, oldest first, with what the marks say about them.
      type: list
      elements: dict
      sample:
        - key_id: 5d1f0d2b-63b6-4b1c-8f4a-1f0a4f1b9e33
          display_name: "tkc:nightly:0f3a61c0"
          thumbprint: 0F3A61C09D1E447BA25C8810F36ED729B504C19A
          start_date_time: "2026-11-22T08:15:00Z"
          end_date_time: "2027-05-21T08:15:00Z"
          days_left: 179
          mark: none
          removable: false
          kept_because: no later certificate of this name is as old as the overlap
    foreign:
      description: All other certificates of the application.
      type: list
      elements: dict
      sample:
        - key_id: 0c3c8cde-0c0e-45f0-a2f6-3d3a3b6f5a44
          display_name: CN=portal
          thumbprint: 9A04C1B529D76EF31088C55A2B7B441E9DC0613A
          start_date_time: "2025-01-01T00:00:00Z"
          end_date_time: "2027-01-01T00:00:00Z"
          days_left: 39
    policy:
      description: What the tenant's app management policies say about certificates. None when they were not asked for.
      type: dict
      contains:
        known:
          description: Whether they could be read.
          type: bool
          sample: true
        addition_blocked:
          description: Whether certificates are forbidden.
          type: bool
          sample: false
        max_lifetime_days:
          description: The longest lifetime that is allowed.
          type: float
          sample: 365.0
    delivery:
      description: What is known about the delivery. "Last delivered" is not "held", since a product cannot be asked.
      type: dict
      returned: with O(delivery)
      contains:
        connector:
          description: As given.
          type: str
          sample: power_platform
        target:
          description: The fingerprint of O(delivery.instance), as it stands in the tag.
          type: str
          sample: 3f0c9a7be112
        status:
          description: V(delivered), V(pending) (it may have arrived) or V(none).
          type: str
          sample: delivered
        key_id:
          description: The certificate whose key was last delivered, or whose delivery is pending.
          type: str
          sample: 5d1f0d2b-63b6-4b1c-8f4a-1f0a4f1b9e33
        needed:
          description: Whether a new certificate had to be made for the target when the module looked.
          type: bool
          sample: false
        reason:
          description: Why.
          type: str
          sample: key 5d1f0d2b-63b6-4b1c-8f4a-1f0a4f1b9e33 was last delivered and is valid for 179 days
actions:
  description: One sentence for every change.
  returned: success
  type: list
  elements: str
  sample: [make certificate 'nightly' valid 180 days]
failure:
  description:
    - The failure for a program. C(outcome) tells whether a delivery is in doubt (V(unknown)).
    - Where an app management policy of the tenant forbids the credential, C(details.hand_off.graph_requests) are the requests (C(method), C(path), C(body))
      by which an administrator exempts the application, and C(or_graph_requests) the one that gives the automation an attribute whose holders are exempt.
      C(script) and C(or_script) are the same for a shell with the Azure CLI, to be run as they stand. Write them into a file, or show them with
      C(result_format=yaml). The collection never sends them.
  returned: failure
  type: dict
  sample: {kind: conflict, code: list_changed, outcome: refused}
"""

from ..module_utils._declaration import Declaration
from ..module_utils._entra.common.application_reference import APPLICATION_REFERENCE
from ..module_utils._entra.common.options import CERTIFICATE_OPTIONS
from ..module_utils._entra.credential.certificate_resource import CertificateResource
from ..module_utils._module import run_module

DECLARATION = Declaration(
    options=CERTIFICATE_OPTIONS,
    resource=CertificateResource,
    documented="entra_app_certificate",
    reveals=["certificate.private_key_pem"],
    required_one_of=[APPLICATION_REFERENCE],
    mutually_exclusive=[APPLICATION_REFERENCE, ["certificate_path", "certificate_content", "generate"], ["private_key_path", "private_key_content"]],
)


def main() -> None:
    """Run the module."""
    run_module(DECLARATION)


if __name__ == "__main__":
    main()
