# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the sign-in to a provider's own tenant: the options of module_utils/_argspec.py with an environment of their own."""

from __future__ import annotations


class ModuleDocFragment:
    """Tenant, credential, cloud and time budget."""

    DOCUMENTATION = r"""
options:
  tenant_id:
    description:
      - The provider's own tenant, as its id (a GUID, preferred) or as one of its verified domains.
      - The credential has to reach exactly this tenant. It is never taken from the environment.
    type: str
  auth_method:
    description:
      - How to sign in to the provider's tenant.
      - V(auto) takes the one credential that is described completely, in these options and their variables C(TENANTKIT_PROVIDER_*), or else in the variables
        E(AZURE_CLIENT_ID), E(AZURE_CLIENT_SECRET) and so on that the tasks of hosts take as well. Half a credential, or two of them in one place, is an
        error.
      - A credential is taken whole from one place.
    type: str
    default: auto
    choices:
      auto: The one credential that options or environment describe.
      client_secret: An application with a client secret.
      certificate: An application with a certificate.
      federated: An application that trusts a token of another issuer, as workload identities have it. See O(auth_federated_source).
      managed_identity: The identity that Azure gave to the machine.
      azure_cli: The account that is signed in with C(az login) on the machine.
      access_token: A token that was got elsewhere.
    env:
      - name: TENANTKIT_PROVIDER_AUTH_METHOD
  auth_client_id:
    description:
      - Application (client) id to sign in with, of an application that is known in the provider's tenant.
      - With O(auth_method=managed_identity) the client id of a user-assigned identity.
    type: str
    env:
      - name: TENANTKIT_PROVIDER_CLIENT_ID
  auth_client_secret:
    description:
      - Value of a client secret of the application. An inventory file is no place for it; its variable is.
    type: str
    env:
      - name: TENANTKIT_PROVIDER_CLIENT_SECRET
  auth_certificate_path:
    description:
      - File with a certificate and its private key (RSA), in PEM or PKCS#12 (C(.pfx)) form.
    type: path
    env:
      - name: TENANTKIT_PROVIDER_CERTIFICATE_PATH
  auth_certificate_password:
    description:
      - Password of the private key in O(auth_certificate_path), if it has one.
    type: str
    env:
      - name: TENANTKIT_PROVIDER_CERTIFICATE_PASSWORD
  auth_federated_token_file:
    description:
      - File with a token of another issuer that the application trusts.
    type: path
    env:
      - name: TENANTKIT_PROVIDER_FEDERATED_TOKEN_FILE
  auth_federated_source:
    description:
      - Where the token of another issuer comes from, V(file), V(github_actions), V(azure_devops) or V(managed_identity), as for the modules.
    type: str
    env:
      - name: TENANTKIT_PROVIDER_FEDERATED_SOURCE
  auth_service_connection_id:
    description:
      - With O(auth_federated_source=azure_devops) the id of the service connection.
    type: str
    env:
      - name: TENANTKIT_PROVIDER_SERVICE_CONNECTION_ID
  auth_managed_identity_client_id:
    description:
      - With O(auth_federated_source=managed_identity) the client id of a user-assigned identity.
    type: str
    env:
      - name: TENANTKIT_PROVIDER_MANAGED_IDENTITY_CLIENT_ID
  auth_access_token:
    description:
      - An access token for Microsoft Graph.
    type: str
    env:
      - name: TENANTKIT_PROVIDER_ACCESS_TOKEN
  cloud:
    description:
      - The cloud that the provider's tenant is in.
      - If it is not set, E(AZURE_CLOUD_ENVIRONMENT) is used, if that is set, and else it is V(public).
    type: str
    choices:
      public: The worldwide cloud.
      gcc: US government, GCC.
      usgov: US government, GCC High.
      usgov_dod: US government, DoD.
      china: China, operated by 21Vianet.
  login_url:
    description:
      - Root of the token service in place of the one that O(cloud) names, without a tenant. Only C(https) is accepted.
    type: str
    env:
      - name: ENTRA_LOGIN_URL
  graph_url:
    description:
      - Root of Microsoft Graph in place of the one that O(cloud) names, without the API version. Only C(https) is accepted.
    type: str
    env:
      - name: ENTRA_GRAPH_URL
  ca_path:
    description:
      - PEM file with certificate authorities to trust in place of the usual ones. Verification cannot be turned off.
    type: path
    env:
      - name: ENTRA_CA_PATH
  timeout:
    description:
      - Seconds that reading the list may take, waiting for throttling included.
    type: int
    default: 300
requirements:
  - python >= 3.11
  - msal
  - requests
"""
