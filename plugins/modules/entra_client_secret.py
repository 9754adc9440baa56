#!/usr/bin/python
# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: entra_client_secret
short_description: Manage client secrets of an application in Microsoft Entra ID
version_added: 1.0.0
description:
  - Makes a client secret when one is needed, renews it before it expires, and removes old ones when they are no longer needed.
  - A managed secret carries its owner and its name in its display name (C(tkc:name:suffix)). Other secrets of the application are listed,
    and never removed.
  - A new secret is tried at Entra before it is returned (O(prove)). Its value is returned once, as RV(secret.secret_text), in the run that
    made it; nothing can read it again. Put C(no_log) on the task that makes it.
  - With O(delivery) the module also keeps the account of where the secret went, as tags on the application, so that nothing has to
    survive the job. A secret is then issued, sent by another task, confirmed (O(delivery.delivered_key_id)), and old ones are retired later.
    Whatever is not known for certain makes a new secret, before an old one is removed.
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
      - The name of the managed secret. Secrets of this name belong together. The first is followed by its renewals.
      - Letters, digits, V(.), V(_) and V(-), at most 60.
    type: str
    required: true
  state:
    description:
      - V(present) makes a secret when none of the name is valid beyond O(renew_before_days), or when O(delivery) needs one.
      - V(absent) removes one secret of the name, O(key_id), or all of them.
      - V(retired) removes those of the name that are no longer needed. A secret that was never delivered goes after an hour once a later one has
        been delivered. A delivered one goes when O(overlap_days) have passed since a later one was made that has been delivered everywhere
        the old one was. One whose delivery is pending stays, as does the newest. Without any delivery on record, a secret
        goes when a later one of the name is older than O(overlap_days).
    type: str
    choices: [present, absent, retired]
    default: present
  validity_days:
    description:
      - How long a new secret is valid. A shorter lifetime that a policy of the tenant sets is taken instead, with a warning.
    type: int
    default: 180
  renew_before_days:
    description:
      - How many days before its end a secret is replaced. Never in the first half of its life, however short a policy makes that.
    type: int
    default: 30
  overlap_days:
    description: How many days an old secret stays valid after a later one was made and delivered.
    type: int
    default: 7
  key_id:
    description: With O(state=absent), the one secret to remove. It has to be a managed one of this name.
    type: str
  never_sent:
    description:
      - With O(key_id), says that this secret was certainly never accepted by the product, because it was not sent, or was refused. It is removed although
        its mark is pending. A delivered one is not.
    type: bool
    default: false
  force:
    description:
      - With O(state=present), make a new secret although the present one would do.
      - With O(state=absent), remove secrets that are, or may be, in use.
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
    description:
      - Try a new secret at the token endpoint of its home tenant until it works three times in a row. One that does not work is
        removed, and the module fails.
      - Needs the application's service principal in that tenant.
      - V(false) does not go with O(delivery). A secret that was not tried is never delivered.
    type: bool
    default: true
  delivery:
    description: Where the secret goes. Without it nothing is known of deliveries, and a valid secret is simply present.
    type: dict
    suboptions:
      connector:
        description: A short name of the product or sink, lower case.
        type: str
        required: true
      instance:
        description:
          - What it is delivered to, for example instance and environment of Workspace 365. Only a fingerprint of it is written into the tag.
        type: str
        required: true
      authority:
        description: The authority that is delivered along with the secret. When it differs from what was delivered, a new secret is made.
        type: str
      former_authorities:
        description:
          - Authorities that name the same tenant. When one of them was delivered it is kept, with a warning.
        type: list
        elements: str
        default: []
      delivered_key_id:
        description:
          - Confirms that the target took the secret with this id. Its mark becomes delivered.
          - Fails with C(failure.outcome=unknown) when another run has marked a newer secret meanwhile, or when the mark is gone. The secret then
            stays pending, and the next run makes and delivers a new one.
        type: str
      undecided_key_id:
        description:
          - Says that the run which made the credential with this id has ended without knowing whether the target took it. Its mark then says so, and the
            next run does not wait for it.
        type: str
seealso:
  - module: tenantkit.connectors.workspace365_sso
  - module: tenantkit.connectors.entra_service_principal
"""

EXAMPLES = r"""
- name: A secret for a job of our own
  tenantkit.connectors.entra_client_secret:
    tenant_id: contoso.onmicrosoft.com
    unique_name: payroll-sync
    name: nightly
  register: payroll_secret
  no_log: true

- name: Make a secret for Workspace 365 when it needs one
  tenantkit.connectors.entra_client_secret:
    tenant_id: contoso.onmicrosoft.com
    unique_name: workspace365
    name: sso
    delivery:
      connector: workspace365
      instance: https://portal.workspace365.net contoso
      authority: https://login.windows.net/contoso.com
  register: issued
  no_log: true

- name: Say that it arrived
  tenantkit.connectors.entra_client_secret:
    tenant_id: contoso.onmicrosoft.com
    unique_name: workspace365
    name: sso
    delivery:
      connector: workspace365
      instance: https://portal.workspace365.net contoso
      authority: https://login.windows.net/contoso.com
      delivered_key_id: "{{ issued.secret.key_id }}"

- name: Remove what is no longer needed
  tenantkit.connectors.entra_client_secret:
    tenant_id: contoso.onmicrosoft.com
    unique_name: workspace365
    name: sso
    state: retired
    overlap_days: 14

- name: Take back a secret that the product refused
  tenantkit.connectors.entra_client_secret:
    tenant_id: contoso.onmicrosoft.com
    unique_name: workspace365
    name: sso
    state: absent
    key_id: "{{ issued.secret.key_id }}"
    never_sent: true
"""

RETURN = r"""
secret:
  description: The managed secret.
  returned: success
  type: dict
  contains:
    name:
      description: The managed name.
      type: str
      sample: sso
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
        - Id of the secret that was made, otherwise of the one last delivered, or without O(delivery) of the newest valid one.
        - All zeros in check mode when a secret would be made.
      type: str
      sample: 5d1f0d2b-63b6-4b1c-8f4a-1f0a4f1b9e33
    display_name:
      description: Its display name.
      type: str
      sample: "tkc:sso:9f3a61c0"
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
    secret_text:
      description: The value. Nothing can read it again.
      type: str
      returned: only in the run that made it
      sample: "********"
    would_create:
      description: Whether check mode says that a secret would be made.
      type: bool
      sample: false
    given:
      description: Whether the secret is one that was there, and whose value was given as O(known_value).
      type: bool
      sample: false
    proof:
      description: V(proven) when a new secret was tried. None when nothing was tried.
      type: str
      sample: proven
    managed:
      description: All secrets of this name, oldest first, with what the marks say about them.
      type: list
      elements: dict
      sample:
        - key_id: 5d1f0d2b-63b6-4b1c-8f4a-1f0a4f1b9e33
          display_name: "tkc:sso:9f3a61c0"
          start_date_time: "2026-11-22T08:15:00Z"
          end_date_time: "2027-05-21T08:15:00Z"
          days_left: 179
          mark: delivered
          removable: false
          kept_because: no later key has been delivered
    foreign:
      description: All other secrets of the application.
      type: list
      elements: dict
      sample:
        - key_id: 0c3c8cde-0c0e-45f0-a2f6-3d3a3b6f5a44
          display_name: made in the portal
          start_date_time: "2025-01-01T00:00:00Z"
          end_date_time: "2027-01-01T00:00:00Z"
          days_left: 39
    policy:
      description: What the tenant's app management policies say about client secrets. None when they were not asked for.
      type: dict
      contains:
        known:
          description: Whether they could be read.
          type: bool
          sample: true
        addition_blocked:
          description: Whether client secrets are forbidden.
          type: bool
          sample: false
        max_lifetime_days:
          description: The longest lifetime that is allowed.
          type: float
          sample: 90.0
    delivery:
      description: What is known about the delivery. "Last delivered" is not "held", since a product cannot be asked.
      type: dict
      returned: with O(delivery)
      contains:
        connector:
          description: As given.
          type: str
          sample: workspace365
        target:
          description: The fingerprint of O(delivery.instance), as it stands in the tag.
          type: str
          sample: 3f0c9a7be112
        status:
          description: V(delivered), V(pending) (it may have arrived) or V(none).
          type: str
          sample: delivered
        key_id:
          description: The secret that was last delivered, or whose delivery is pending.
          type: str
          sample: 5d1f0d2b-63b6-4b1c-8f4a-1f0a4f1b9e33
        needed:
          description: Whether a new secret had to be made for the target when the module looked.
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
  sample: [mint secret 'sso' valid 180 days, mark secret 'sso' as pending for workspace365]
failure:
  description:
    - The failure for a program. C(outcome) tells whether a delivery is in doubt (V(unknown)).
    - Where an app management policy of the tenant forbids the credential, C(details.hand_off.graph_requests) are the requests (C(method), C(path), C(body))
      by which an administrator exempts the application, and C(or_graph_requests) the one that gives the automation an attribute whose holders are exempt.
      C(script) and C(or_script) are the same for a shell with the Azure CLI, to be run as they stand. Write them into a file, or show them with
      C(result_format=yaml). The collection never sends them.
  returned: failure
  type: dict
  sample: {kind: conflict, code: another_run, outcome: refused}
"""

from ..module_utils._declaration import Declaration
from ..module_utils._entra.common.application_reference import APPLICATION_REFERENCE
from ..module_utils._entra.common.options import SECRET_OPTIONS
from ..module_utils._entra.credential.secret_resource import SecretResource
from ..module_utils._module import run_module

DECLARATION = Declaration(
    options=SECRET_OPTIONS,
    resource=SecretResource,
    documented="entra_client_secret",
    reveals=["secret.secret_text"],
    required_one_of=[APPLICATION_REFERENCE],
    mutually_exclusive=[APPLICATION_REFERENCE],
)


def main() -> None:
    """Run the module."""
    run_module(DECLARATION)


if __name__ == "__main__":
    main()
