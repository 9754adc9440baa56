# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the options in module_utils/_argspec.py, auth_argument_spec()."""

from __future__ import annotations


class ModuleDocFragment:
    """Tenant, credential, cloud and time budget."""

    DOCUMENTATION = r"""
options:
  tenant_id:
    description:
      - The tenant to work in, as its id (a GUID, preferred) or as one of its verified domains.
      - The credential has to reach exactly this tenant. The id is compared with the token before anything else happens, a domain with the verified
        domains of the tenant before the first write.
      - It is never taken from the environment. E(AZURE_TENANT_ID) is ignored.
    type: str
    required: true
  expected_domain:
    description:
      - A domain that the tenant has to have verified, as a second check next to O(tenant_id).
      - Checked before the first write.
    type: str
  auth_method:
    description:
      - How to sign in.
      - V(auto) takes the one credential that is described completely, in the options or else in the environment. Half a credential, or two of them in
        one place, is an error. It never chooses V(managed_identity) or V(azure_cli), and asks no pipeline for a token, unless that is named.
      - A credential is taken whole from one place. As soon as one of the O(auth_client_id), O(auth_client_secret), O(auth_certificate_path),
        O(auth_certificate_password), O(auth_federated_token_file), O(auth_federated_source), O(auth_service_connection_id),
        O(auth_managed_identity_client_id) and O(auth_access_token) options is set, V(auto) does not look at the environment.
      - An environment variable counts when it is set for the process that executes the module. AWX's credential type for Azure Resource Manager sets the
        right ones.
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
  auth_client_id:
    description:
      - Application (client) id to sign in with.
      - With O(auth_method=managed_identity) the client id of a user-assigned identity; without it the system-assigned one is used.
      - With an access token optional; it is then compared with the token.
      - When the credential comes from the environment, it is E(AZURE_CLIENT_ID).
    type: str
  auth_client_secret:
    description:
      - Value of a client secret of the application, not its id.
      - When the credential comes from the environment, it is E(AZURE_CLIENT_SECRET) or E(AZURE_SECRET).
    type: str
  auth_certificate_path:
    description:
      - File with a certificate and its private key (RSA), in PEM or PKCS#12 (C(.pfx)) form.
      - When the credential comes from the environment, it is E(AZURE_CLIENT_CERTIFICATE_PATH).
    type: path
  auth_certificate_password:
    description:
      - Password of the private key in O(auth_certificate_path), if it has one.
      - When the credential comes from the environment, it is E(AZURE_CLIENT_CERTIFICATE_PASSWORD).
    type: str
  auth_federated_token_file:
    description:
      - File with a token of another issuer that the application trusts by a federated credential. It is read anew whenever a token is needed.
      - When the credential comes from the environment, it is E(AZURE_FEDERATED_TOKEN_FILE).
    type: path
  auth_federated_source:
    description:
      - Where the token comes from that the application trusts by a federated credential. It is read or fetched anew whenever a token is needed, so that a
        run may last longer than the token does.
      - V(file), or nothing, is the file that O(auth_federated_token_file) names. Kubernetes writes one, a job of GitLab can (C(id_tokens)).
      - V(github_actions) is the job of GitHub Actions, which needs the permission C(id-token=write). E(ACTIONS_ID_TOKEN_REQUEST_URL) and
        E(ACTIONS_ID_TOKEN_REQUEST_TOKEN) have to be set where the module runs.
      - V(azure_devops) is the job of Azure Pipelines, with O(auth_service_connection_id). E(SYSTEM_OIDCREQUESTURI) and E(SYSTEM_ACCESSTOKEN) have to be set
        where the module runs.
      - V(managed_identity) is a managed identity of this machine that is in the tenant where the application is registered. The application may be a
        multitenant one, and reach every tenant that consented to it; a managed identity itself reaches its own tenant alone.
      - When the credential comes from the environment, it is E(ENTRA_FEDERATED_SOURCE).
    type: str
  auth_service_connection_id:
    description:
      - The id of the service connection of Azure DevOps, with O(auth_federated_source=azure_devops).
      - When the credential comes from the environment, it is E(AZURESUBSCRIPTION_SERVICE_CONNECTION_ID), which the tasks for Azure CLI and Azure PowerShell
        set.
    type: str
  auth_managed_identity_client_id:
    description:
      - The client id of a user-assigned identity, with O(auth_federated_source=managed_identity); without it the system-assigned one is used.
        O(auth_client_id) is the application that trusts it.
      - When the credential comes from the environment, it is E(ENTRA_MANAGED_IDENTITY_CLIENT_ID).
    type: str
  auth_access_token:
    description:
      - An access token for Microsoft Graph. It cannot be renewed, so it has to last for the whole task.
      - It is not taken from the environment.
    type: str
  cloud:
    description:
      - The cloud the tenant is in. Moves all host names together.
      - If it is not set, E(AZURE_CLOUD_ENVIRONMENT) is used, if that is set. C(AzureCloud) is V(public), C(AzureUSGovernment) is V(usgov) and
        C(AzureChinaCloud) is V(china).
    type: str
    default: public
    choices:
      public: The worldwide cloud.
      gcc: US government, GCC.
      usgov: US government, GCC High.
      usgov_dod: US government, DoD.
      china: China, operated by 21Vianet.
  login_url:
    description:
      - Root of the token service in place of the one that O(cloud) names, without a tenant. Only C(https) is accepted.
      - If it is not set, the environment variable E(ENTRA_LOGIN_URL) is used, if that is set.
    type: str
  graph_url:
    description:
      - Root of Microsoft Graph in place of the one that O(cloud) names, without the API version. Only C(https) is accepted.
      - Tokens are still asked for with the audience of the O(cloud).
      - If it is not set, the environment variable E(ENTRA_GRAPH_URL) is used, if that is set.
    type: str
  ca_path:
    description:
      - PEM file with certificate authorities to trust in place of the usual ones, for a proxy that inspects traffic for instance. It wins over
        E(REQUESTS_CA_BUNDLE). Verification cannot be turned off.
      - If it is not set, the environment variable E(ENTRA_CA_PATH) is used, if that is set.
    type: path
  timeout:
    description:
      - Seconds that the task may take, waiting for throttling and replication included. No write is started after that.
    type: int
    default: 300
  change_reference:
    description:
      - The number of the change or ticket that the task belongs to, up to 64 letters, digits, dots, hyphens and underscores. It travels in C(User-Agent) as
        C(change/<reference>), behind C(run/<number of the controller's job, or a random name>), and decides with that the first eight digits of
        C(client-request-id). A customer finds the run by both in C(MicrosoftGraphActivityLogs).
      - If it is not set, the environment variable E(ENTRA_CHANGE_REFERENCE) is used, if that is set.
    type: str
requirements:
  - python >= 3.11
  - msal
  - requests
notes:
  - Where the module runs, the Python packages have to be installed. On local connections that is the Python that runs Ansible.
"""
