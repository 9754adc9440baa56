#!/usr/bin/python
# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: workspace365_sso
short_description: Set single sign-on of a Workspace 365 environment
version_added: 1.0.0
description:
  - Tells a Workspace 365 environment the authority, client id and client secret of its Entra application, through the Provisioning API of
    the instance. Talks to Workspace 365 only.
  - Workspace 365 has no call that reads these settings back, so what it holds is never known. Which secret was last delivered is on record as a mark
    on the application, see M(tenantkit.connectors.entra_client_secret).
  - An environment that carries no mark of ours is written only when its sign-in page shows that it is not connected, or connected to this
    very tenant, or with O(take_over=true). When the page names another tenant the module fails, whatever is set.
  - After the settings were sent the sign-in page is read again, a few times at most, until it leads to O(client_id) and the tenant, see RV(sso.sign_in). What
    comes of that is never a failure, since the environment holds the settings whatever the page says.
  - While it is not known whether the settings were taken, the same ones are sent again within O(timeout). A failure says in
    C(failure.outcome) whether they certainly were not (V(refused)) or may have been (V(unknown)).
  - Not available for Workspace 365 hosted on-premises.
author:
  - The tenantkit.connectors contributors (@tenantkit)
extends_documentation_fragment:
  - tenantkit.connectors.attributes
options:
  state:
    description:
      - V(present) sends the settings, unless O(key_id) is the O(delivered_key_id).
      - V(probed) sends nothing that changes anything. It proves that host, key and environment are right, and looks at the sign-in page, best
        before a secret is made. Where the list of environments does not name O(environment), the answer about its licenses decides.
      - V(page) looks at the sign-in page and at nothing else, without the O(provisioning_key), and says in RV(sso.page) where it leads. That fails neither for
        what the page shows nor where it cannot be read.
    type: str
    choices: [present, probed, page]
    default: present
  instance_url:
    description:
      - Address of the Workspace 365 instance, V(https) only. O(provisioning_key) is sent there and nowhere else. Redirects are failures.
    type: str
    required: true
  environment:
    description: Name of the environment, as in the address that people open. Letters, digits and V(-).
    type: str
    required: true
  provisioning_key:
    description:
      - The key of the Provisioning API. It controls the whole instance with all its environments.
      - Required unless O(state=page).
    type: str
  authority:
    description: The authority. The vendor documents V(https://login.windows.net/) followed by the primary domain of the tenant.
    type: str
  client_id:
    description: Application (client) id.
    type: str
  key:
    description: The value of the client secret. Not needed in check mode, nor when O(key_id) is the O(delivered_key_id).
    type: str
  key_id:
    description: Id of that secret.
    type: str
  delivered_key_id:
    description: Id of the secret that was last delivered to this environment according to its mark.
    type: str
  delivered_mark:
    description:
      - Says that the environment carries our delivered mark, so that a sign-in page that does not show whether it is free is no failure. The page is
        looked at nevertheless. O(delivered_key_id) says it too.
    type: bool
    default: false
  sign_in_checked:
    description: Says that O(state=probed) has looked at the sign-in page earlier in this play, so that it is not looked at again.
    type: bool
    default: false
  expected_tenants:
    description:
      - The id and the verified domains of the tenant, which the sign-in page may name. The tenant in O(authority) is always one of them.
      - Failures name the tenant as the first one does.
    type: list
    elements: str
    default: []
  take_over:
    description: Write an environment although its sign-in page does not show whether it is connected to something.
    type: bool
    default: false
  force:
    description: Send the settings although O(key_id) is the O(delivered_key_id).
    type: bool
    default: false
  ca_path:
    description:
      - PEM file with the CA certificates to trust. Verification cannot be turned off.
      - Without it, E(ENTRA_CA_PATH) is used.
    type: path
  timeout:
    description: Seconds this task may take, repetitions included.
    type: int
    default: 300
seealso:
  - module: tenantkit.connectors.entra_client_secret
  - name: Provisioning API
    description: The vendor's documentation.
    link: https://support.workspace365.net/hc/en-us/articles/203458972-Provisioning-API
"""

EXAMPLES = r"""
- name: Prove key and environment before anything is made
  tenantkit.connectors.workspace365_sso:
    state: probed
    instance_url: https://portal.workspace365.net
    environment: contoso
    provisioning_key: "{{ workspace365_provisioning_key }}"
    authority: https://login.windows.net/contoso.com
    expected_tenants: [5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10, contoso.com, contoso.onmicrosoft.com]

- name: See which application the environment signs people in with
  tenantkit.connectors.workspace365_sso:
    state: page
    instance_url: https://portal.workspace365.net
    environment: contoso
  register: there

- name: Send the secret that was just made
  tenantkit.connectors.workspace365_sso:
    instance_url: https://portal.workspace365.net
    environment: contoso
    provisioning_key: "{{ workspace365_provisioning_key }}"
    authority: https://login.windows.net/contoso.com
    client_id: "{{ issued.secret.app_id }}"
    key: "{{ issued.secret.secret_text }}"
    key_id: "{{ issued.secret.key_id }}"
    sign_in_checked: true
"""

RETURN = r"""
sso:
  description: What was sent, or found. Never what the environment holds, since that cannot be read.
  returned: success
  type: dict
  contains:
    instance_url:
      description: The instance, without a slash at the end.
      type: str
      sample: https://portal.workspace365.net
    environment:
      description: The environment.
      type: str
      sample: contoso
    delivery_instance:
      description: What O(tenantkit.connectors.entra_client_secret#module:delivery.instance) is for this environment.
      type: str
      sample: https://portal.workspace365.net contoso
    authority:
      description: As given.
      type: str
      sample: https://login.windows.net/contoso.com
    client_id:
      description: As given.
      type: str
      sample: 7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11
    key_id:
      description: As given.
      type: str
      sample: 5d1f0d2b-63b6-4b1c-8f4a-1f0a4f1b9e33
    sent:
      description: Whether the settings were sent and accepted in this run.
      type: bool
      sample: true
    last_delivered_key_id:
      description: The secret that was last delivered as far as is known.
      type: str
      sample: 5d1f0d2b-63b6-4b1c-8f4a-1f0a4f1b9e33
    environment_proven:
      description: Whether this run has seen that the environment exists and takes the provisioning key.
      type: bool
      sample: true
    connection:
      description: What the sign-in page showed, V(unconnected), V(this_tenant), V(unclear) or V(not_checked).
      type: str
      sample: unconnected
    page:
      description:
        - Where the sign-in page leads, as far as it was looked at before anything was sent. C(client_id) and C(tenant) as the address of Entra names them, or
          V(null), C(seen) what was seen, for sentences.
      type: dict
      sample: {client_id: 7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11, tenant: contoso.com, seen: it sends people to tenant contoso.com}
    sign_in:
      description:
        - Whether the sign-in page led to O(client_id) and the tenant after the settings were sent, V(verified) or V(unverified). V(not_checked) where nothing
          was sent. It says nothing of the client secret, which only Entra checks.
      type: str
      sample: verified
    sign_in_reason:
      description: In a sentence, what the page showed then. V(null) where nothing was sent.
      type: str
      sample: "After the delivery the sign-in page of environment 'contoso' was read: it sends people to tenant contoso.com with client id 7a9c..."
actions:
  description: One sentence for every change.
  returned: success
  type: list
  elements: str
  sample: [set single sign-on of environment 'contoso' to https://login.windows.net/contoso.com with a new key]
failure:
  description: The failure for a program. C(outcome) is V(refused) when the settings were certainly not taken, V(unknown) when they may have been.
  returned: failure
  type: dict
  sample: {kind: forbidden, code: http_403, http_status: 403, outcome: refused}
"""


from ..module_utils._argspec import from_environment
from ..module_utils._declaration import Declaration
from ..module_utils._module import run_module
from ..module_utils._products.workspace365.resource import SsoResource

DECLARATION = Declaration(
    options={
        "state": {"type": "str", "choices": ["present", "probed", "page"], "default": "present"},
        "instance_url": {"type": "str", "required": True},
        "environment": {"type": "str", "required": True},
        "provisioning_key": {"type": "str", "no_log": True},
        "authority": {"type": "str"},
        "client_id": {"type": "str"},
        "key": {"type": "str", "no_log": True},
        "key_id": {"type": "str", "no_log": False},
        "delivered_key_id": {"type": "str", "no_log": False},
        "delivered_mark": {"type": "bool", "default": False},
        "sign_in_checked": {"type": "bool", "default": False},
        "expected_tenants": {"type": "list", "elements": "str", "default": []},
        "take_over": {"type": "bool", "default": False},
        "force": {"type": "bool", "default": False},
        "ca_path": {"type": "path", "fallback": (from_environment, ["ENTRA_CA_PATH"])},
        "timeout": {"type": "int", "default": 300},
    },
    resource=SsoResource,
    required_if=[["state", state, ["provisioning_key"]] for state in ("present", "probed")],
    auth=False,
)


def main() -> None:
    """Run the module."""
    run_module(DECLARATION)


if __name__ == "__main__":
    main()
