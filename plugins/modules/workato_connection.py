#!/usr/bin/python
# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: workato_connection
short_description: Manage a connection in Workato
version_added: 1.0.0
description:
  - Creates a connection for Microsoft Entra ID in a Workato workspace, gives it new credentials when they were rotated, and says whether a person
    has to sign in. Talks to the developer API of Workato only.
  - A connection is looked for in the list of connections, by O(external_id), then by O(name) and O(folder_id).
  - Workato does not return what a connection was given, so a client secret is sent when the connection is created or adopted, when O(rotated) says so,
    or with O(update_credentials=always). It is never compared.
  - A person signs in, in Workato, with the service account. No API can do that. The module creates a connection without trying it
    (O(shell_connection)), and returns where to sign in.
  - The rate limits of the API (60 lists a minute, one of the other calls a second) are kept for all tasks and hosts of a run together.
author:
  - The tenantkit.connectors contributors (@tenantkit)
extends_documentation_fragment:
  - tenantkit.connectors.attributes
options:
  state:
    description:
      - V(present) creates or changes the connection.
      - V(probed) changes nothing. It proves data centre, token, workspace and, with O(name), connector, and that a connection that is there may be used,
        best before a secret is made.
      - V(absent) disconnects and deletes it. With O(external_id), only the one that carries it. One that was adopted (O(adopt)) is given back instead, it
        stays and loses the external id; the credentials it had before its adoption are unknown.
    type: str
    choices: [present, probed, absent]
    default: present
  data_center:
    description: The data centre of the workspace. An API token is known in its own data centre only.
    type: str
    default: us
    choices:
      us: United States, V(www.workato.com).
      eu: Europe, V(app.eu.workato.com).
      jp: Japan, V(app.jp.workato.com).
      sg: Singapore, V(app.sg.workato.com).
      au: Australia, V(app.au.workato.com).
      il: Israel, V(app.il.workato.com).
      cn: China, V(app.workatoapp.cn).
      kr: Korea, V(app.kr.workato.com).
      uk: United Kingdom, V(app.uk.workato.com).
      trial: Trials and the developer sandbox, V(app.trial.workato.com).
  url:
    description:
      - Root of another host in place of the one that O(data_center) names, for Virtual Private Workato. Only C(https) is accepted.
      - Without it, E(WORKATO_URL) is used.
    type: str
  pages_url:
    description:
      - Root of the pages that a person opens, where requests go somewhere else, by E(WORKATO_URL) for instance. By default that of O(url).
    type: str
  api_token:
    description:
      - Token of an API client of the workspace. Its role needs C(Projects > Connections), and C(Tools > Connectors) unless O(provider) is set.
      - Without it, E(WORKATO_API_TOKEN) is used.
    type: str
  expected_workspace:
    description:
      - Id or name of the workspace that the token has to open. When it opens another one nothing is done.
      - Hosts of one run that open the same workspace each need it.
      - Needs C(Workspace details > Get details) in the role of the API client.
    type: str
  token_variable:
    description:
      - Name of the inventory variable that O(api_token) comes from. When it is the same token for other hosts of the play, where
        E(WORKATO_API_TOKEN) counts for those without the variable, nothing is done, since a token opens one workspace and that may be another
        customer's. O(expected_workspace) on each of them says that it is meant.
      - The variables of all hosts are looked at once a run, on the controller.
    type: str
  connectors_variable:
    description:
      - Name of an inventory variable that lists what a host is connected to. With O(token_variable), hosts whose list lacks V(workato) do not count.
    type: str
  name:
    description: Name of the connection. Required with O(state=present), and as long as there is no O(external_id).
    type: str
  external_id:
    description:
      - A key of one's own that the connection carries, the same in every run. The preferred way to find it again.
      - An adopted connection carries it with C(:adopted) behind it.
    type: str
  folder_id:
    description:
      - Id of the folder the connection lies in.
      - Without it, and without O(folder) and O(project), a new one lies in the API's default folder, and one is looked for by name in all folders.
      - Excludes O(folder) and O(project).
    type: int
  folder:
    description:
      - The folder the connection lies in, by its name, or by the names on the way to it with V(/) between them, as people see them. The way begins in
        O(project), or in Home without one. Names are compared as they are written.
      - It has to be one folder and one only, and is not made here. Each name on the way is one more request a run, with the right
        C(Projects > Projects & folders) in the role of the API client. With O(state=absent) it does not matter.
    type: str
  project:
    description:
      - The name of the project that O(folder) begins in, or the connection lies in without that. It is one more request a run.
    type: str
  provider:
    description:
      - Name of the connector, as the API calls it. It is not documented for Microsoft Entra ID.
      - Without it, the one connector with one of the O(provider_titles) that signs in with OAuth and is not deprecated. It is never guessed.
      - To learn it, create a connection by hand and run this module with its O(name) and O(state=probed).
    type: str
  provider_titles:
    description: What the connector may be called where people see it, without regard to case.
    type: list
    elements: str
    default: [Microsoft Entra ID, Azure Active Directory, Azure AD]
  client_id:
    description: Application (client) id that the connection signs people in with. Needed when credentials are sent.
    type: str
  client_secret:
    description: Value of the client secret. Needed when credentials are sent, except in check mode.
    type: str
  tenant:
    description: The tenant in the connection, its id, or V(common) for an application for several tenants and personal accounts.
    type: str
  input_field_map:
    description:
      - What the fields of the connector are called. They are not documented for Microsoft Entra ID, and the defaults are unverified.
      - An empty name leaves the field out.
    type: dict
    suboptions:
      client_id:
        description: The field for O(client_id).
        type: str
        default: client_id
      client_secret:
        description: The field for O(client_secret).
        type: str
        default: client_secret
      tenant:
        description: The field for O(tenant).
        type: str
        default: tenant_id
  shell_connection:
    description:
      - Store the credentials without trying them. Connectors that sign in with OAuth need it, since no person has signed in yet.
    type: bool
    default: true
  update_credentials:
    description:
      - V(on_create) sends credentials when the connection is created or adopted, and when O(rotated) is set.
      - V(always) sends them in every run, and reports a change every time.
    type: str
    choices: [on_create, always]
    default: on_create
  rotated:
    description: Says that the client secret is a new one, so that it is sent.
    type: bool
    default: false
  adopt:
    description:
      - Take over a connection with this O(name) that carries no external id although O(external_id) is given. It gets the external id and the credentials.
    type: bool
    default: false
  wait_for_authorization:
    description: Wait until a person has signed in. When that does not happen within O(wait_timeout), the module still succeeds, and says so.
    type: bool
    default: false
  wait_timeout:
    description: Seconds to wait for that, at most what is left of O(timeout).
    type: int
    default: 60
  ca_path:
    description:
      - PEM file with the CA certificates to trust. Verification cannot be turned off.
      - Without it, E(ENTRA_CA_PATH) is used.
    type: path
  timeout:
    description: Seconds this task may take, waiting for the rate limits included.
    type: int
    default: 300
seealso:
  - module: tenantkit.connectors.entra_client_secret
  - name: Connections
    description: The vendor's documentation of the API.
    link: https://docs.workato.com/workato-api/connections.html
"""

EXAMPLES = r"""
- name: Prove data centre, token and connector before anything is made
  tenantkit.connectors.workato_connection:
    state: probed
    data_center: eu
    expected_workspace: Contoso
    name: Entra ID - Contoso
    external_id: tenantkit-entra-contoso

- name: The connection, with the secret that was just made
  tenantkit.connectors.workato_connection:
    data_center: eu
    name: Entra ID - Contoso
    external_id: tenantkit-entra-contoso
    folder_id: 4515
    client_id: "{{ issued.secret.app_id }}"
    client_secret: "{{ issued.secret.secret_text | default(omit) }}"
    tenant: 5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10
    rotated: "{{ issued.secret.delivery.needed }}"
  register: workato

- name: Who has to sign in, and where
  ansible.builtin.debug:
    msg: "Sign in as the service account: {{ workato.connection.authorization_url }}"
  when: workato.connection.authorization_required or workato.connection.reconnect_required

- name: Remove it
  tenantkit.connectors.workato_connection:
    data_center: eu
    external_id: tenantkit-entra-contoso
    state: absent
"""

RETURN = r"""
connection:
  description: The connection.
  returned: success
  type: dict
  contains:
    id:
      description: Its id. V(null) when there is none.
      type: int
      sample: 36
    name:
      description: Its name.
      type: str
      sample: Entra ID - Contoso
    provider:
      description: The connector, as the API calls it.
      type: str
      sample: name_of_the_connector
    external_id:
      description: Its external id.
      type: str
      sample: tenantkit-entra-contoso
    folder_id:
      description: The folder it lies in.
      type: int
      sample: 4515
    authorization_status:
      description: What Workato says about its sign-in. V(null) when no person has signed in yet.
      type: str
      sample: success
    authorized_at:
      description: When a person signed in last.
      type: str
      sample: "2026-11-20T22:53:52.528Z"
    authorization_error:
      description: Why a sign-in failed.
      type: str
      sample: null
    connection_lost_at:
      description: When the connection was lost.
      type: str
      sample: null
    connection_lost_reason:
      description: Why.
      type: str
      sample: null
    authorization_required:
      description: Whether a person has to sign in for the first time.
      type: bool
      sample: true
    reconnect_required:
      description: Whether it was signed in and no longer is, because a consent expired or a second factor is asked for now, for instance.
      type: bool
      sample: false
    reconnect_steps:
      description: The vendor's steps for that, one after the other. Empty unless RV(connection.reconnect_required).
      type: list
      elements: str
      sample: []
    authorization_url:
      description: Where that person signs in. The page of the connection, where Workato hands out no link of its own. V(null) when no sign-in is needed.
      type: str
      sample: https://app.eu.workato.com/connections/36
    url:
      description: Root of the data centre.
      type: str
      sample: https://app.eu.workato.com
    workspace:
      description: The workspace the token opens. V(null) when the token may not know it.
      type: dict
      sample: {id: 17293, name: Contoso, company_name: Contoso Ltd}
    credentials_sent:
      description: Whether credentials were sent and accepted in this run.
      type: bool
      sample: true
    would_create:
      description: Whether check mode says that it would be created.
      type: bool
      sample: false
    ours:
      description: Whether it is there, and managed by this collection. While it is not, it needs credentials, and those that were made before are of no use.
      type: bool
      sample: true
    adopted:
      description: Whether it was adopted.
      type: bool
      sample: false
    would_adopt:
      description: Whether this collection does not manage it yet, and O(state=present) would adopt it.
      type: bool
      sample: false
    differences:
      description: Which of its name, folder and external id are not as wanted.
      type: list
      elements: str
      sample: []
actions:
  description: One sentence for every change.
  returned: success
  type: list
  elements: str
  sample: [create connection 'Entra ID - Contoso' with connector name_of_the_connector]
failure:
  description: The failure for a program. C(outcome) is V(refused) when the credentials were certainly not taken, V(unknown) when they may have been.
  returned: failure
  type: dict
  sample: {kind: credential, code: http_401, http_status: 401, outcome: refused}
"""


from ..module_utils._argspec import from_environment
from ..module_utils._declaration import Declaration
from ..module_utils._module import run_module
from ..module_utils._products.workato.addresses import DATA_CENTERS
from ..module_utils._products.workato.plan import INPUT_FIELDS, TITLES
from ..module_utils._products.workato.resource import WorkatoConnectionResource

DECLARATION = Declaration(
    options={
        "state": {"type": "str", "choices": ["present", "probed", "absent"], "default": "present"},
        "data_center": {"type": "str", "choices": list(DATA_CENTERS), "default": "us"},
        "url": {"type": "str", "fallback": (from_environment, ["WORKATO_URL"])},
        "pages_url": {"type": "str"},
        "api_token": {"type": "str", "no_log": True, "fallback": (from_environment, ["WORKATO_API_TOKEN"])},
        "expected_workspace": {"type": "str"},
        "token_variable": {"type": "str", "no_log": False},
        "connectors_variable": {"type": "str"},
        "name": {"type": "str"},
        "external_id": {"type": "str"},
        "folder_id": {"type": "int"},
        "folder": {"type": "str"},
        "project": {"type": "str"},
        "provider": {"type": "str"},
        "provider_titles": {"type": "list", "elements": "str", "default": list(TITLES)},
        "client_id": {"type": "str"},
        "client_secret": {"type": "str", "no_log": True},
        "tenant": {"type": "str"},
        "input_field_map": {"type": "dict", "options": {key: {"type": "str", "default": name, "no_log": False} for key, name in INPUT_FIELDS.items()}},
        "shell_connection": {"type": "bool", "default": True},
        "update_credentials": {"type": "str", "choices": ["on_create", "always"], "default": "on_create"},
        "rotated": {"type": "bool", "default": False},
        "adopt": {"type": "bool", "default": False},
        "wait_for_authorization": {"type": "bool", "default": False},
        "wait_timeout": {"type": "int", "default": 60},
        "ca_path": {"type": "path", "fallback": (from_environment, ["ENTRA_CA_PATH"])},
        "timeout": {"type": "int", "default": 300},
    },
    resource=WorkatoConnectionResource,
    auth=False,
    required_one_of=[["external_id", "name"]],
    required_if=[["state", "present", ["name"]]],
    mutually_exclusive=[["folder_id", "folder"], ["folder_id", "project"]],
)


def main() -> None:
    """Run the module."""
    run_module(DECLARATION)


if __name__ == "__main__":
    main()
