# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acme_sso
short_description: Set single sign-on of an Acme site
version_added: 1.0.0
description:
  - Tells an Acme site the tenant, client id and client secret of its Entra application, or removes them.
  - Talks to Acme only.
  - Acme says which application and which key it holds, never the secret itself.
  - A key that it holds already is not sent again.
  - A site that is connected to another tenant is never written. One that uses another application of the tenant needs O(take_over=true).
  - While it is not known whether the settings were taken, the same ones are sent again within O(timeout). A failure says in
    C(failure.outcome) whether they certainly were not (V(refused)) or may have been (V(unknown)).
author:
  - The tenantkit.connectors contributors (@tenantkit)
extends_documentation_fragment:
  - tenantkit.connectors.attributes
options:
  state:
    description:
      - V(present) sends the settings unless the site holds this very key.
      - V(probed) changes nothing. It proves that address and key are right and that the site may be written, best before a secret is made.
      - V(absent) removes the settings when they are those of O(client_id). Those of another application stay.
    type: str
    choices: [present, probed, absent]
    default: present
  url:
    description: Address of the site, V(https) only. O(api_key) is sent there and nowhere else. Redirects are failures.
    type: str
    required: true
  api_key:
    description: An API key of the site that may change single sign-on.
    type: str
    required: true
  tenant_id:
    description: The id of the Entra tenant (a GUID).
    type: str
    required: true
  client_id:
    description: Application (client) id. Required with O(state=absent).
    type: str
  client_secret:
    description: The value of the client secret. Not needed in check mode, nor when the site holds O(key_id) already.
    type: str
  key_id:
    description: Id of that secret.
    type: str
  take_over:
    description: Write a site although it uses another application of this tenant.
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
  - name: Single sign-on API
    description: The vendor's documentation.
    link: https://developer.acme.example/api/v1/sso
"""

EXAMPLES = r"""
- name: Prove address and key before anything is made
  tenantkit.connectors.acme_sso:
    state: probed
    url: https://contoso.acme.example
    api_key: "{{ acme_api_key }}"
    tenant_id: 5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10

- name: Send the secret that was just made
  tenantkit.connectors.acme_sso:
    url: https://contoso.acme.example
    api_key: "{{ acme_api_key }}"
    tenant_id: 5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10
    client_id: "{{ issued.secret.app_id }}"
    client_secret: "{{ issued.secret.secret_text }}"
    key_id: "{{ issued.secret.key_id }}"
"""

RETURN = r"""
sso:
  description: What the site holds after the task; in check mode, what it would hold.
  returned: success
  type: dict
  contains:
    url:
      description: The site, without a slash at the end.
      type: str
      sample: https://contoso.acme.example
    tenant_id:
      description: The tenant that people sign in with, null when none is set.
      type: str
      sample: 5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10
    client_id:
      description: The application, null when none is set.
      type: str
      sample: 7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11
    key_id:
      description: The client secret, null when none is set.
      type: str
      sample: 5d1f0d2b-63b6-4b1c-8f4a-1f0a4f1b9e33
    sent:
      description: Whether the settings were sent and accepted in this run.
      type: bool
      sample: true
actions:
  description: One sentence for every change.
  returned: success
  type: list
  elements: str
  sample: [set single sign-on of https://contoso.acme.example with a new key]
failure:
  description: The failure for a program. C(outcome) is V(refused) when nothing was changed for certain, V(unknown) when it may have been.
  returned: failure
  type: dict
  sample: {kind: forbidden, code: http_401, http_status: 401, outcome: refused}
"""

from ansible.module_utils.basic import env_fallback

from ..module_utils._declaration import Declaration
from ..module_utils._module import run_module
from ..module_utils._products.acme.resource import AcmeResource

DECLARATION = Declaration(
    options={
        "state": {"type": "str", "choices": ["present", "probed", "absent"], "default": "present"},
        "url": {"type": "str", "required": True},
        "api_key": {"type": "str", "required": True, "no_log": True},
        "tenant_id": {"type": "str", "required": True},
        "client_id": {"type": "str"},
        "client_secret": {"type": "str", "no_log": True},
        "key_id": {"type": "str", "no_log": False},
        "take_over": {"type": "bool", "default": False},
        "ca_path": {"type": "path", "fallback": (env_fallback, ["ENTRA_CA_PATH"])},
        "timeout": {"type": "int", "default": 300},
    },
    resource=AcmeResource,
    auth=False,
    required_if=[("state", "absent", ["client_id"])],
)


def main() -> None:
    """Run the module."""
    run_module(DECLARATION)


if __name__ == "__main__":
    main()
