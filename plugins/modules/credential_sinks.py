#!/usr/bin/python
# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: credential_sinks
short_description: Turn to all sinks of a connection at once
version_added: 1.0.0
description:
  - Sinks keep a client secret, or a private key, that no product takes by API. A connection may have several, see the README of the role
    P(tenantkit.connectors.entra_connector#role). This module puts one question, or gives one order, to all of them in one task.
  - It turns to the sinks of type V(vault_file) in their order, each as M(tenantkit.connectors.credential_vault_file) does. All of them are looked at before
    the first is written or emptied, so what can be refused is refused while no sink has the value yet.
  - A sink of type V(azure_key_vault) is a secret in an Azure Key Vault; each credential is a new version of it. A vault has no trial of a write, so it is
    written before all other sinks. It is read back, a deleted name is neither recovered nor purged, and the values of versions are never asked for to
    answer O(question=holds).
  - A sink of type V(tasks) is a task file of the operator's, which only a role can include. It is listed in RV(task_files), and nothing is known of it.
  - While one of the sinks is a vault file, it runs on the controller only, in the process of the playbook, because nothing else has the vault passwords. With
    another connection than C(local), with C(become) or C(async), it then fails.
author:
  - The tenantkit.connectors contributors (@tenantkit)
extends_documentation_fragment:
  - tenantkit.connectors.attributes
options:
  sinks:
    description:
      - The sinks in their order, as in the variable C(entra_connector_sink) of the roles. What does not belong to the type of a sink is not looked at.
      - C(type) is V(vault_file), V(azure_key_vault) or V(tasks).
      - A vault file takes C(directory), C(vault_id), C(instance) and C(persistent), which are the options of M(tenantkit.connectors.credential_vault_file).
        Without the first two it has the O(directory) and the O(vault_id) of this task.
      - A key vault takes its address in C(vault_url) (V(https://NAME.vault.azure.net), or C(.vault.usgovcloudapi.net), or C(.vault.azure.cn)) and the
        vault's own tenant in C(tenant_id). C(secret_name) is the name of the secret; without it the name is made of O(connector), O(tenant_id) and
        C(instance), with a hash where a character had to be replaced.
      - A key vault also takes the identity that signs in to it, as C(client_id) with C(certificate_path), C(federated_token_file), C(federated_source)
        (with C(service_connection_id) or C(managed_identity_client_id)), with what is in O(sink_secrets), or C(auth_method=managed_identity); and C(ca_path).
        These are what the C(auth_) options of other modules are. When an entry has none of them, they come from the environment as
        C(TENANTKIT_KEY_VAULT_CLIENT_ID) and so on, the tenant as C(TENANTKIT_KEY_VAULT_TENANT_ID). The variables C(AZURE_...), and what the host says of
        itself, never count for a vault.
      - A sink of type V(tasks) has its task file in C(file).
    type: list
    elements: dict
    required: true
  sink_secrets:
    description:
      - What the sinks sign in with, apart from O(sinks), since their entries may be shown. In roles it is
        C({{ entra_connector_sink | tenantkit.connectors.sink_secrets }}).
    type: list
    elements: dict
    suboptions:
      sink:
        description: The place of the sink in O(sinks), from 0.
        type: int
        required: true
      client_secret:
        description: The client secret of its C(client_id).
        type: str
      certificate_password:
        description: The password of its C(certificate_path).
        type: str
  question:
    description:
      - V(writable) changes nothing. It fails unless every sink could be written, best before a credential is made.
      - V(removable) changes nothing. It fails unless V(forget) could do its work, best before anything is taken away.
      - V(holds) changes nothing. It says in RV(sinks[].held) and RV(lost) whether the sinks hold the credential O(key_id).
      - V(store) writes the credential to each sink that does not hold it already.
      - V(forget) removes what the sinks hold, with O(client_id) only what they hold of that application. A secret of a key vault stays recoverable.
      - V(retire) disables older versions in key vaults whose credential is none of O(live_key_ids), never the newest version. It turns to no other sink.
      - A key vault cannot be tried. With V(writable) and V(removable) it is asked whether it can be read.
    type: str
    choices: [writable, removable, holds, store, forget, retire]
    required: true
  directory:
    description: Directory of the vault files whose sink names none. A relative path starts from the directory of the playbook.
    type: path
  vault_id:
    description: The vault id to encrypt with where a sink names none. Its password has to be loaded in this run (C(--vault-id)).
    type: str
    default: default
  tenant_id:
    description: The tenant that the credential is for, best its id. It is a part of a file's name.
    type: str
    required: true
  connector:
    description: Short name of the connector that the credential is for. It is a part of a file's name.
    type: str
    required: true
  client_id:
    description:
      - The application that the credential is for. A vault file with the credential of another application is neither overwritten nor removed.
      - It is kept as C(client_id) in the facts of a vault file. Without it, whose a file is is not asked.
    type: str
  key_id:
    description: Id of the credential, as Microsoft Entra ID calls it. Required with O(question=holds) and O(question=store), and not looked at otherwise.
    type: str
  value:
    description: The credential, for O(question=store). Required when a vault file does not hold O(key_id) yet, except in check mode.
    type: str
  end_date_time:
    description: When the credential ends, for O(question=store). A key vault keeps it with the version. A version that is over is still handed out.
    type: str
  live_key_ids:
    description: The ids of all credentials that the application has, those of others among them. Required with O(question=retire).
    type: list
    elements: str
  facts:
    description:
      - What else O(question=store) keeps next to the credential. Nothing secret, as it is shown in diffs.
      - Without it, and without O(client_id), what is there is kept.
    type: dict
  ca_path:
    description:
      - A PEM file with the CA certificates that key vaults and their sign-in are trusted with, for example of a proxy that inspects TLS.
      - A sink may have its own. Without it the environment variable C(ENTRA_CA_PATH) counts.
    type: path
  timeout:
    description: Seconds that the task may take.
    type: int
    default: 60
notes:
  - Put C(no_log) on the task that passes O(value).
  - A V(store) that fails may have written some of the sinks. Its failed result has RV(stored), too. The credential must then not be taken away.
seealso:
  - module: tenantkit.connectors.credential_vault_file
  - module: tenantkit.connectors.entra_client_secret
"""

EXAMPLES = r"""
- name: Every sink can be written, before a secret is made
  tenantkit.connectors.credential_sinks:
    question: writable
    sinks: &sinks
      - type: vault_file
        directory: /srv/credentials
      - type: tasks
        file: "{{ inventory_dir }}/../tasks/sink_key_value.yml"
    vault_id: connectors
    tenant_id: 5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10
    connector: power_platform

- name: Do they hold the secret that was delivered last?
  tenantkit.connectors.credential_sinks:
    question: holds
    sinks: *sinks
    vault_id: connectors
    tenant_id: 5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10
    connector: power_platform
    client_id: 7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11
    key_id: 5d1f0d2b-63b6-4b1c-8f4a-1f0a4f1b9e33
  register: asked

- name: Keep the secret that was just made
  tenantkit.connectors.credential_sinks:
    question: store
    sinks: *sinks
    vault_id: connectors
    tenant_id: 5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10
    connector: power_platform
    client_id: "{{ issued.secret.app_id }}"
    key_id: "{{ issued.secret.key_id }}"
    value: "{{ issued.secret.secret_text | default(omit) }}"
  no_log: true

- name: Keep it in the provider's key vault as well, with an identity of the vault's own tenant
  tenantkit.connectors.credential_sinks:
    question: store
    sinks:
      - type: azure_key_vault
        vault_url: https://provider-automation.vault.azure.net
        tenant_id: provider.example
        client_id: 5b8e0c71-2d94-4f6a-a3e7-91c0d4f7b2a6
        federated_source: github_actions
    tenant_id: 5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10
    connector: power_platform
    client_id: "{{ issued.secret.app_id }}"
    key_id: "{{ issued.secret.key_id }}"
    end_date_time: "{{ issued.secret.end_date_time }}"
    value: "{{ issued.secret.secret_text | default(omit) }}"
  no_log: true
"""

RETURN = r"""
sinks:
  description: The sinks in their order.
  returned: success
  type: list
  elements: dict
  contains:
    index:
      description: The place in O(sinks), from 0.
      type: int
      sample: 0
    type:
      description: As given.
      type: str
      sample: vault_file
    place:
      description: Path of the vault file or of the task file, or the address of the secret.
      type: str
      sample: /srv/credentials/5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10_power_platform.yml
    held:
      description:
        - Whether the sink holds the credential O(key_id) after the task. In check mode, whether it does so now.
        - Null where it was not asked, which is with every question but V(holds) and V(store), and for task files.
      type: bool
      sample: true
    older:
      description:
        - Which credentials of the application are in older versions of the secret that can still be read.
        - Null for what is no key vault, and with every question but V(holds).
      type: list
      elements: str
      sample: [0e6f1b57-8f0b-4a43-9f5c-6a0d3b1f2c44]
lost:
  description: Whether O(question=holds) found a vault file or a key vault that does not hold the credential. Task files do not count.
  returned: success
  type: bool
  sample: false
task_files:
  description: The sinks that are task files, which a role has to turn to itself.
  returned: success
  type: list
  elements: dict
  contains:
    index:
      description: The place in O(sinks), from 0.
      type: int
      sample: 1
    file:
      description: The task file.
      type: str
      sample: /srv/inventory/../tasks/sink_key_value.yml
stored:
  description:
    - The type of each sink that has the value of O(question=store), whether this task gave it or the sink had it before. In check mode those that have it now.
    - Empty with any other question.
  returned: success, and a failure with O(question=store)
  type: list
  elements: str
  sample: [vault_file]
actions:
  description: One sentence for every change.
  returned: success
  type: list
  elements: str
  sample: [write key 5d1f0d2b-63b6-4b1c-8f4a-1f0a4f1b9e33 of power_platform to /srv/credentials/..., encrypted with vault id 'connectors']
failure:
  description:
    - The failure for a program. C(outcome) is V(refused) when the sink that failed has certainly not stored the credential, V(unknown) when it may have.
    - C(details.stored) is RV(stored) at the time of the failure, and C(applied) has the actions that were carried out before it.
  returned: failure
  type: dict
  sample: {kind: file, code: vault_file, outcome: refused, details: {stored: [vault_file]}}
"""

from ..module_utils._argspec import from_environment
from ..module_utils._declaration import Declaration
from ..module_utils._module import run_module
from ..module_utils._sinks.sinks import ABOUT_A_KEY
from ..module_utils._sinks.sinks_resource import SinksResource

DECLARATION = Declaration(
    options={
        "sinks": {"type": "list", "elements": "dict", "required": True},
        "sink_secrets": {
            "type": "list",
            "elements": "dict",
            "no_log": False,  # the members that are secret say so themselves
            "options": {
                "sink": {"type": "int", "required": True},
                "client_secret": {"type": "str", "no_log": True},
                "certificate_password": {"type": "str", "no_log": True},
            },
        },
        "question": {"type": "str", "choices": ["writable", "removable", "holds", "store", "forget", "retire"], "required": True},
        "directory": {"type": "path"},
        "vault_id": {"type": "str", "default": "default"},
        "tenant_id": {"type": "str", "required": True},
        "connector": {"type": "str", "required": True},
        "client_id": {"type": "str"},
        "key_id": {"type": "str", "no_log": False},
        "value": {"type": "str", "no_log": True},
        "end_date_time": {"type": "str"},
        "live_key_ids": {"type": "list", "elements": "str", "no_log": False},
        "facts": {"type": "dict"},
        "ca_path": {"type": "path", "fallback": (from_environment, ["ENTRA_CA_PATH"])},
        "timeout": {"type": "int", "default": 60},
    },
    resource=SinksResource,
    auth=False,
    required_if=[["question", question, ["key_id"]] for question in ABOUT_A_KEY],
)


def main() -> None:
    """Run the module."""
    run_module(DECLARATION)


if __name__ == "__main__":
    main()
