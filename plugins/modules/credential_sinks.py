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
      - C(type) is V(vault_file) or V(tasks).
      - A vault file takes C(directory), C(vault_id), C(instance) and C(persistent), which are the options of M(tenantkit.connectors.credential_vault_file).
        Without the first two it has the O(directory) and the O(vault_id) of this task.
      - A sink of type V(tasks) has its task file in C(file).
    type: list
    elements: dict
    required: true
  question:
    description:
      - V(writable) changes nothing. It fails unless every sink could be written, best before a credential is made.
      - V(removable) changes nothing. It fails unless V(forget) could do its work, best before anything is taken away.
      - V(holds) changes nothing. It says in RV(sinks[].held) and RV(lost) whether the sinks hold the credential O(key_id).
      - V(store) writes the credential to each sink that does not hold it already.
      - V(forget) removes what the sinks hold, with O(client_id) only what they hold of that application.
    type: str
    choices: [writable, removable, holds, store, forget]
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
  facts:
    description:
      - What else O(question=store) keeps next to the credential. Nothing secret, as it is shown in diffs.
      - Without it, and without O(client_id), what is there is kept.
    type: dict
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
      description: Path of the vault file, or of the task file.
      type: str
      sample: /srv/credentials/5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10_power_platform.yml
    held:
      description:
        - Whether the sink holds the credential O(key_id) after the task. In check mode, whether it does so now.
        - Null where it was not asked, which is with every question but V(holds) and V(store), and for task files.
      type: bool
      sample: true
lost:
  description: Whether O(question=holds) found a vault file that does not hold the credential. Task files do not count.
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

from ..module_utils._declaration import Declaration
from ..module_utils._module import run_module
from ..module_utils._sinks.sinks import ABOUT_A_KEY
from ..module_utils._sinks.sinks_resource import SinksResource

DECLARATION = Declaration(
    options={
        "sinks": {"type": "list", "elements": "dict", "required": True},
        "question": {"type": "str", "choices": ["writable", "removable", "holds", "store", "forget"], "required": True},
        "directory": {"type": "path"},
        "vault_id": {"type": "str", "default": "default"},
        "tenant_id": {"type": "str", "required": True},
        "connector": {"type": "str", "required": True},
        "client_id": {"type": "str"},
        "key_id": {"type": "str", "no_log": False},
        "value": {"type": "str", "no_log": True},
        "facts": {"type": "dict"},
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
