#!/usr/bin/python
# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: credential_vault_file
short_description: Keep a credential in an encrypted file
version_added: 1.0.0
description:
  - Keeps a client secret, or a private key, that no product takes by API in a file on the controller. The file is encrypted with Ansible Vault and the
    password of a vault id that the run has loaded.
  - There is one file for each tenant and connector, and for each O(instance) where a tenant has several connections of one connector. It is replaced in
    one step, has mode C(0600), and is read back before the task succeeds.
  - The module says whether the file holds a credential, without ever returning it. To use the credential, load the file with
    M(ansible.builtin.include_vars) or look at it with C(ansible-vault view).
  - It runs on the controller only, in the process of the playbook, because nothing else has the vault passwords. With another connection than
    C(local), with C(become) or C(async), it fails.
  - A file that cannot be decrypted, that was not written here, or that holds the credential of another application (O(client_id)), is never overwritten.
  - Two hosts of one run that mean the same file are an error.
author:
  - The tenantkit.connectors contributors (@tenantkit)
extends_documentation_fragment:
  - tenantkit.connectors.attributes
options:
  state:
    description:
      - V(present) writes the credential, unless the file holds it already.
      - V(held) changes nothing. It says in RV(credential.held) whether the file holds the credential O(key_id).
      - V(writable) changes nothing. It fails unless the vault id is loaded and the file could be written, best before a credential is made.
      - V(removable) changes nothing. It fails unless the vault id is loaded and C(state=absent) could do its work, best before anything is taken away.
      - V(absent) removes the file, with O(key_id) only while it holds that credential, with O(client_id) only one of that application.
    type: str
    choices: [present, held, writable, removable, absent]
    default: present
  directory:
    description: Directory of the files. It is made when it is missing. A relative path starts from the directory of the playbook.
    type: path
    required: true
  tenant_id:
    description: The tenant that the credential is for, best its id. It is a part of the file's name.
    type: str
    required: true
  connector:
    description: Short name of the connector that the credential is for. It is a part of the file's name.
    type: str
    required: true
  instance:
    description: Tells several connections of one tenant and connector apart. It is a part of the file's name.
    type: str
  client_id:
    description:
      - The application that the credential is for. Compared with C(client_id) in the O(facts) of the file.
    type: str
  vault_id:
    description: The vault id to encrypt with. Its password has to be loaded in this run (C(--vault-id)).
    type: str
    required: true
  key_id:
    description: Id of the credential, as Microsoft Entra ID calls it. Required with O(state=present) and O(state=held).
    type: str
  value:
    description: The credential. Required when the file does not hold O(key_id) yet, except in check mode.
    type: str
  facts:
    description:
      - What else is kept next to it, such as client id and expiry. Nothing secret, as it is shown in the result and in diffs.
      - Without it, what is there is kept.
    type: dict
  persistent:
    description:
      - Says that O(directory) outlives the job. In a job of AWX or ansible-runner the module refuses to work without it, because files of the job are thrown
        away with it.
    type: bool
    default: false
  timeout:
    description: Seconds that the task may take.
    type: int
    default: 60
notes:
  - Put C(no_log) on the task that passes O(value).
seealso:
  - module: tenantkit.connectors.entra_client_secret
  - module: ansible.builtin.include_vars
"""

EXAMPLES = r"""
- name: The vault password and the directory are there, before a secret is made
  tenantkit.connectors.credential_vault_file:
    state: writable
    directory: /srv/credentials
    tenant_id: 5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10
    connector: power_platform
    vault_id: connectors

- name: Does the file hold the secret that was delivered last?
  tenantkit.connectors.credential_vault_file:
    state: held
    directory: /srv/credentials
    tenant_id: 5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10
    connector: power_platform
    vault_id: connectors
    key_id: 5d1f0d2b-63b6-4b1c-8f4a-1f0a4f1b9e33
  register: sink

- name: Keep the secret that was just made
  tenantkit.connectors.credential_vault_file:
    directory: /srv/credentials
    tenant_id: 5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10
    connector: power_platform
    vault_id: connectors
    key_id: "{{ issued.secret.key_id }}"
    value: "{{ issued.secret.secret_text | default(omit) }}"
    facts:
      client_id: "{{ issued.secret.app_id }}"
      end_date_time: "{{ issued.secret.end_date_time }}"
  no_log: true

- name: Use it in another play
  ansible.builtin.include_vars:
    file: /srv/credentials/5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10_power_platform.yml
  no_log: true
"""

RETURN = r"""
credential:
  description: The file, without the credential.
  returned: success
  type: dict
  contains:
    path:
      description: The file. It makes the variable C(tenantkit_credential), with C(value), C(key_id) and C(facts) in it.
      type: str
      sample: /srv/credentials/5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10_power_platform.yml
    tenant_id:
      description: As given, in lower case.
      type: str
      sample: 5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10
    connector:
      description: As given, in lower case.
      type: str
      sample: power_platform
    instance:
      description: As given, in lower case.
      type: str
      sample: null
    vault_id:
      description: The vault id it is encrypted with.
      type: str
      sample: connectors
    exists:
      description: Whether the file exists after the run.
      type: bool
      sample: true
    key_id:
      description: Id of the credential in it.
      type: str
      sample: 5d1f0d2b-63b6-4b1c-8f4a-1f0a4f1b9e33
    held:
      description: Whether it holds the credential O(key_id), or without that any.
      type: bool
      sample: true
    facts:
      description: What is kept next to it.
      type: dict
      sample: {client_id: 7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11}
    written:
      description: Whether it was written in this run.
      type: bool
      sample: true
actions:
  description: One sentence for every change.
  returned: success
  type: list
  elements: str
  sample: [write key 5d1f0d2b-63b6-4b1c-8f4a-1f0a4f1b9e33 of power_platform to /srv/credentials/..., encrypted with vault id 'connectors']
failure:
  description: The failure for a program. C(outcome) is V(refused) when the credential was certainly not stored, V(unknown) when it may have been.
  returned: failure
  type: dict
  sample: {kind: option, code: vault_id_not_loaded, outcome: refused}
"""

from ..module_utils._declaration import Declaration
from ..module_utils._module import run_module
from ..module_utils._sinks.vault_file import VaultFileResource

DECLARATION = Declaration(
    options={
        "state": {"type": "str", "choices": ["present", "held", "writable", "removable", "absent"], "default": "present"},
        "directory": {"type": "path", "required": True},
        "tenant_id": {"type": "str", "required": True},
        "connector": {"type": "str", "required": True},
        "instance": {"type": "str"},
        "client_id": {"type": "str"},
        "vault_id": {"type": "str", "required": True},
        "key_id": {"type": "str", "no_log": False},
        "value": {"type": "str", "no_log": True},
        "facts": {"type": "dict"},
        "persistent": {"type": "bool", "default": False},
        "timeout": {"type": "int", "default": 60},
    },
    resource=VaultFileResource,
    auth=False,
    required_if=[["state", "present", ["key_id"]], ["state", "held", ["key_id"]]],
)


def main() -> None:
    """Run the module."""
    run_module(DECLARATION)


if __name__ == "__main__":
    main()
