#!/usr/bin/python
# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: entra_connection_info
short_description: Looks at a whole connection of a product to Microsoft Entra ID
version_added: 1.0.0
author:
  - The tenantkit.connectors contributors (@tenantkit)
description:
  - Reads everything that one connection consists of in two requests (one when the application is named by O(app), key C(app_id)), and says what each of the
    modules that bring the connection about would do. Changes nothing.
  - Roles ask it first and do only the steps that have something to do. Reports, audits and preflight checks use it as well.
  - Two hosts of one run that mean the same connection of the same tenant, or the same instance of a product, are an error.
extends_documentation_fragment:
  - tenantkit.connectors.auth
  - tenantkit.connectors.attributes.info
  - tenantkit.connectors.attributes.actiongroup
options:
  connector:
    description:
      - A short name of the product, lower-case letters, digits and underscores. Part of the delivery marks.
    type: str
    required: true
  host:
    description:
      - The inventory host that this tenant is, for telling two hosts that mean the same apart. Known without this option when the module runs in
        the controller.
    type: str
  unique_variables:
    description:
      - Places that only one host of the play may have, each a list of names of host variables, such as C([workspace365_instance_url,
        workspace365_environment]). Hosts whose variables have the same values are refused before anything is looked at.
    type: list
    elements: list
    default: []
  app:
    description:
      - The application that is wanted, with the options of M(tenantkit.connectors.entra_app).
    type: dict
    required: true
  service_principal:
    description:
      - The enterprise application that is wanted, with the options of M(tenantkit.connectors.entra_service_principal).
    type: dict
    default: {}
  permissions:
    description:
      - The permissions that are wanted, requested and consented to.
    type: list
    elements: dict
    default: []
    suboptions:
      resource:
        description:
          - The API, by display name, identifier URI or app id.
        type: str
        required: true
      delegated:
        description:
          - Delegated permissions, by name or GUID.
        type: list
        elements: str
        default: []
      namespaces:
        description:
          - Namespaces of which all delegated permissions are meant that the API offers and has enabled, such as V(EnvironmentManagement) of the Power
            Platform API, with or without C(.*) behind. What the API adds to them later is meant as well.
          - Those that amount to owning the tenant are still accepted one by one in O(accept_privileged).
        type: list
        elements: str
        default: []
      application:
        description:
          - Application permissions, by name or GUID.
        type: list
        elements: str
        default: []
  permissions_mode:
    description:
      - V(merge) leaves other requested permissions alone, V(exact) would remove them.
    type: str
    choices: [merge, exact]
    default: merge
  create_missing_service_principals:
    description:
      - Whether an API that has no service principal in the tenant is to be given one. Otherwise it is an error.
    type: bool
    default: false
  consent:
    description:
      - How consent is wanted, with the options of M(tenantkit.connectors.entra_admin_consent).
    type: dict
    default: {}
  accept_privileged:
    description:
      - Permissions that amount to owning the tenant and are meant, such as V(delegated:Directory.ReadWrite.All).
    type: list
    elements: str
    default: []
  secret:
    description:
      - The client secret that is wanted, with the options of M(tenantkit.connectors.entra_client_secret). Without it the connection has none.
    type: dict
  certificate:
    description:
      - In place of O(secret), a key that is made here with its certificate, with the options of M(tenantkit.connectors.entra_app_certificate).
    type: dict
  delivery:
    description:
      - Where the credential goes.
    type: dict
    suboptions:
      instance:
        description:
          - What receives the secret, such as the address of the product's instance and the name of the customer there.
        type: str
        required: true
      authority:
        description:
          - The authority that is delivered with it. C({primary_domain}) and C({tenant_id}) are filled in from the tenant.
          - An authority that was delivered for another verified domain of the tenant stays good until it is named here without braces.
        type: str
      authority_form:
        description:
          - With V(address) an authority that is no https address, or has a query, is refused. V(free) is for products that take something else, such as
            the id of the tenant.
        type: str
        choices: [address, free]
        default: free
  known_value:
    description:
      - O(tenantkit.connectors.entra_client_secret#module:known_value) of the O(secret). No result repeats it.
    type: str
  force:
    description:
      - Plan for a new client secret although the present one is good.
    type: bool
    default: false
  find_other_registrations:
    description:
      - Whether, while the application does not exist yet, applications are looked for that have one of its web redirect URIs already, since the
        product may sign in with one of them. They are in RV(connection.other_registrations).
    type: bool
    default: false
  people_sign_in:
    description:
      - Whether people sign in to the application, and not only the product itself. Without an assigned user an application that requires assignment is
        blocked for them.
      - Without this option that is so when O(permissions) has delegated ones.
    type: bool
  used_apis:
    description:
      - App ids of APIs that the product uses although nothing is requested of them. One that is disabled blocks the connection as one of O(permissions) does.
    type: list
    elements: str
    default: []
  accounts:
    description:
      - Users who sign in for the product, by user principal name or object id. One that is disabled blocks the connection.
    type: list
    elements: str
    default: []
  state:
    description:
      - Whether the connection should be there.
    type: str
    choices: [present, absent]
    default: present
  role:
    description:
      - What the role C(entra_connector) has to know besides, as P(tenantkit.connectors.connection#lookup) returns it in the member C(look). RV(connection.next)
        and RV(connection.wanted) are for that role.
    type: dict
    suboptions:
      sinks:
        description: Who keeps the credential.
        type: list
        elements: dict
        default: []
      has_product:
        description: Whether O(delivery) is a product's, and not made up for a sink.
        type: bool
        default: false
      consent_wanted:
        description: Whether an administrator's consent is waited for.
        type: bool
        default: true
      secret_later:
        description: Whether the credential is left to a later call.
        type: bool
        default: false
      prefix:
        description: What the names of the role's variables begin with, for sentences that name one.
        type: str
        default: ""
      accounts_variable:
        description: The role's variable that O(accounts) come from.
        type: str
        default: ""
      consent_variable:
        description: The variable of the role with its value that goes on where it may not be read what was consented to.
        type: str
        default: ""
      absent_confirmed:
        description: What the operator wrote to confirm O(state=absent).
        type: str
        default: ""
      absent_confirmation:
        description: What confirms it.
        type: str
        default: ""
      absent_consequence:
        description: What happens to the product then, as the end of a sentence.
        type: str
        default: ""
      problems:
        description: What is wrong with the choice of variables. The module refuses it before it signs in.
        type: list
        elements: str
        default: []
  handed_on:
    description:
      - For the role C(entra_connector), whether the play has tasks that hand the credential to a product.
    type: bool
    default: false
seealso:
  - module: tenantkit.connectors.entra_app
  - module: tenantkit.connectors.entra_admin_consent
  - module: tenantkit.connectors.entra_client_secret
"""

EXAMPLES = r"""
- name: Is Workspace 365 connected as it should be?
  tenantkit.connectors.entra_connection_info:
    tenant_id: contoso.onmicrosoft.com
    connector: workspace365
    app:
      unique_name: tenantkit.workspace365.contoso
      redirect_uris:
        web:
          add: [https://portal.workspace365.net/contoso/OAuth2/HandleAuthorityResponse]
    permissions:
      - resource: Microsoft Graph
        delegated: [openid, User.Read]
    secret:
      name: workspace365
    delivery:
      instance: https://portal.workspace365.net contoso
      authority: https://login.windows.net/{primary_domain}
  register: look

- name: Days until the secret expires
  ansible.builtin.debug:
    var: look.connection.secret.days_left
"""

RETURN = r"""
connection:
  description: The connection as it is.
  returned: success
  type: dict
  contains:
    connector:
      description: The product.
      type: str
      returned: success
      sample: workspace365
    tenant:
      description: The tenant that was reached, with its domains.
      type: dict
      returned: success
      sample:
        tenant_id: 0f1d0b1e-7c39-4d2c-9c1a-6a4f1d1f2b01
        display_name: Contoso
        primary_domain: contoso.com
        initial_domain: contoso.onmicrosoft.com
        verified_domains: [contoso.com, contoso.onmicrosoft.com]
    converged:
      description: Whether no step has anything to do.
      type: bool
      returned: success
      sample: true
    status:
      description: V(connected), V(blocked), V(awaiting_consent), V(consent_not_assessed), V(not_connected), V(absent) or V(not_absent).
      type: str
      returned: success
      sample: connected
    blockers:
      description:
        - What keeps people, or the product itself, from signing in, whatever the steps do. Nothing of it is undone unless an option asks for it.
        - V(what) is V(deactivated), V(disabled), V(disabled_by_microsoft) or V(no_assignment), of an V(object_type) V(application), V(service_principal),
          V(api) or V(account). V(who) can take it back. V(shuts) says that no token is issued for the application, V(stops_renewal) that no new
          credential could be proven, so that none is made.
      type: list
      elements: dict
      returned: success
      sample:
        - what: deactivated
          object_type: application
          name: Workspace 365 (contoso)
          object_id: 631a96bc-a705-4eda-9f99-fdaf9f54f6a2
          who: an owner of it, or a Cloud Application Administrator or Application Administrator of the tenant, with 'Activate' at the app registration.
          sentence: "The app registration 'Workspace 365 (contoso)' (631a96bc-a705-4eda-9f99-fdaf9f54f6a2) in Contoso is deactivated (isDisabled)."
          shuts: true
          stops_renewal: true
    not_assessed:
      description: What of that could not be looked at, for lack of an optional right or because the cloud does not have it. It changes no status.
      type: list
      elements: str
      returned: success
      sample: []
    drift:
      description: What is otherwise than wanted and left so, because changing it could lock people out, and owners whose accounts are disabled.
      type: list
      elements: str
      returned: success
      sample: []
    steps:
      description:
        - What each step would do, one sentence per write, whether it is open, and the options of the module that does it.
        - The options of the steps after the registration hold only while the application is there. C(secret) and C(certificate) have no options.
      type: dict
      returned: success
      sample:
        resources: {actions: [], open: false, options: {}}
        app: {actions: [], open: false, options: {unique_name: tenantkit.workspace365.contoso}}
        record: {actions: [], open: false, options: {}}
        permissions: {actions: [], open: false, options: {}}
        service_principal: {actions: [], open: false, options: {}}
        consent: {actions: [], open: false, options: {}}
        secret: {actions: [], open: false, options: {}}
        certificate: {actions: [], open: false, options: {}}
    app:
      description: The application, as M(tenantkit.connectors.entra_app) returns it.
      type: dict
      returned: success
      sample: {app_id: 631a96bc-a705-4eda-9f99-fdaf9f54f6a2, display_name: Workspace 365 (contoso), would_create: false}
    service_principal:
      description: The enterprise application, as M(tenantkit.connectors.entra_service_principal) returns it.
      type: dict
      returned: success
      sample: {account_enabled: true, app_role_assignment_required: false}
    consent:
      description:
        - The requested, granted, missing and extra permissions per resource.
        - V(state) is V(complete), V(incomplete) or V(not_assessed). It is V(not_assessed) where the automation identity may not read what is granted and
          the consent may wait for others. Then V(unread) says what cannot be read and what goes on; what is granted, missing and extra is empty and says
          nothing.
      type: dict
      returned: success
      sample:
        complete: true
        state: complete
        missing: []
        unread: null
    secret:
      description: The secrets of the application, never a value. What was last delivered, when it ends, what could be retired.
      type: dict
      returned: success
      sample: {needed: false, status: delivered, key_id: 1cb9dd5f-6f5c-4ae5-a1f3-a0a0e1d2a2fb, days_left: 179}
    certificate:
      description: The same for O(certificate). Empty without it.
      type: dict
      returned: success
      sample: {}
    delivery:
      description:
        - The authority that would be delivered, and what the delivery marks say. V(marked) is about this very target, V(held) about any target
          of the connector, pending deliveries included. While it is true, the product or a program may depend on the credential.
      type: dict
      returned: success
      sample: {authority: "https://login.windows.net/contoso.com", former_authorities: [], marked: true, held: true}
    other_registrations:
      description:
        - With O(find_other_registrations=true), while the application does not exist yet, the applications of the tenant that have one of its web
          redirect URIs. Empty otherwise.
      type: list
      elements: dict
      returned: success
      sample:
        - app_id: 0b9e4c37-36d2-4f4e-8f28-0a54a8d6b1aa
          display_name: W365
          redirect_uris: [https://portal.workspace365.net/contoso/OAuth2/HandleAuthorityResponse]
    adds:
      description:
        - What a connection adds to an application that others made, without readable names, and whether all of it is on record there. Goes to
          O(tenantkit.connectors.entra_app#module:adoption_record) before anything is added.
      type: dict
      returned: success
      sample: {items: [], recorded: true}
    takes:
      description:
        - With O(state=absent), what the connector has on record as added to an application that others made. Empty for an application that
          goes as a whole.
      type: dict
      returned: success
      sample: {redirect_uris: {}, permissions: [], consent: []}
    missing_resources:
      description: App ids of the APIs that have no service principal in the tenant yet.
      type: list
      elements: str
      returned: success
      sample: []
    wanted:
      description: With O(role), the options that say what is wanted.
      type: dict
      returned: with O(role)
      sample: {connector: workspace365, state: present}
    next:
      description: With O(role), what the role C(entra_connector) does next.
      type: dict
      returned: with O(role)
      sample: {open: false, makes_credential: false}
    credential:
      description: The credential that was used.
      type: str
      returned: success
      sample: client secret of 7b1c6f0a-30f1-4fb2-9f4f-6f0f7f1f0c11 from the environment
    policies_read:
      description: Whether the app management policies that apply to a credential could be read. Not where no credential is managed.
      type: bool
      returned: success
      sample: true
    created_by_identity:
      description: Whether the identity that looks made the application, and so owns it unless that was taken back.
      type: bool
      returned: success
      sample: true
actions:
  description: Always empty.
  returned: success
  type: list
  elements: str
  sample: []
"""

from ..module_utils._argspec import permissions_spec
from ..module_utils._declaration import Declaration
from ..module_utils._entra.connection.resource import ConnectionResource
from ..module_utils._module import run_module

DECLARATION = Declaration(
    options={
        "connector": {"type": "str", "required": True},
        "host": {"type": "str"},
        "unique_variables": {"type": "list", "elements": "list", "default": []},
        "app": {"type": "dict", "required": True},
        "service_principal": {"type": "dict", "default": {}},
        "permissions": {**permissions_spec(), "default": []},
        "permissions_mode": {"type": "str", "choices": ["merge", "exact"], "default": "merge"},
        "create_missing_service_principals": {"type": "bool", "default": False},
        "consent": {"type": "dict", "default": {}},
        "accept_privileged": {"type": "list", "elements": "str", "default": []},
        "secret": {"type": "dict", "no_log": False},
        "certificate": {"type": "dict"},
        "delivery": {
            "type": "dict",
            "options": {
                "instance": {"type": "str", "required": True},
                "authority": {"type": "str"},
                "authority_form": {"type": "str", "choices": ["address", "free"], "default": "free"},
            },
        },
        "known_value": {"type": "str", "no_log": True},
        "force": {"type": "bool", "default": False},
        "find_other_registrations": {"type": "bool", "default": False},
        "people_sign_in": {"type": "bool"},
        "used_apis": {"type": "list", "elements": "str", "default": []},
        "accounts": {"type": "list", "elements": "str", "default": []},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "role": {
            "type": "dict",
            "options": {
                "sinks": {"type": "list", "elements": "dict", "default": []},
                "has_product": {"type": "bool", "default": False},
                "consent_wanted": {"type": "bool", "default": True},
                "secret_later": {"type": "bool", "default": False, "no_log": False},
                "accounts_variable": {"type": "str", "default": ""},
                "absent_confirmed": {"type": "str", "default": ""},
                "absent_confirmation": {"type": "str", "default": ""},
                "absent_consequence": {"type": "str", "default": ""},
                "prefix": {"type": "str", "default": ""},
                "consent_variable": {"type": "str", "default": ""},
                "problems": {"type": "list", "elements": "str", "default": []},
            },
        },
        "handed_on": {"type": "bool", "default": False},
    },
    resource=ConnectionResource,
    documented="entra_connection_info",
    mutually_exclusive=[["secret", "certificate"]],
)


def main() -> None:
    """Run the module."""
    run_module(DECLARATION)


if __name__ == "__main__":
    main()
