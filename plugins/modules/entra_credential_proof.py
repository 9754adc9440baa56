#!/usr/bin/python
# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: entra_credential_proof
short_description: Remember on an application in Microsoft Entra ID that its credential is not proven
version_added: 1.0.0
description:
  - A credential's value is often known to one run only, the one that makes it. When that run cannot prove the credential, later ones see nothing wrong.
    This module writes it down on the application itself, as a tag (C(tkc:connector:unproven:outcome)), so that it survives the job.
  - It proves nothing itself. The task that tries the credential passes the outcome.
  - The tag is one of the collection's own, which M(tenantkit.connectors.entra_app) keeps when it sets tags.
author:
  - The tenantkit.connectors contributors (@tenantkit)
extends_documentation_fragment:
  - tenantkit.connectors.auth
  - tenantkit.connectors.attributes
  - tenantkit.connectors.attributes.actiongroup
  - tenantkit.connectors.application
options:
  connector:
    description: A short name of the product whose credential it is, lower case letters, digits and V(_).
    type: str
    required: true
  state:
    description:
      - V(outstanding) remembers O(outcome).
      - V(settled) forgets it, because a proof succeeded or the operator vouches for the credential.
    type: str
    choices: [outstanding, settled]
    default: outstanding
  outcome:
    description: What came of the last proof, with O(state=outstanding).
    type: str
    default: failed
    choices:
      failed: It could not be tried.
      refused: No token was issued.
      blocked: A rule of the tenant stood in the way.
      forbidden: A token was issued, and the product answered that it may do nothing.
      nothing_visible: A token was issued, and nothing is visible with it.
      incomplete: A token was issued, and what was looked for is not visible with it.
      not_tested: It was not tried.
seealso:
  - module: tenantkit.connectors.entra_token
  - module: tenantkit.connectors.entra_client_secret
"""

EXAMPLES = r"""
- name: Try the credential
  tenantkit.connectors.entra_token:
    tenant_id: contoso.onmicrosoft.com
    client_id: 7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11
    client_secret: "{{ payroll_secret }}"
    fail_on_refusal: false
  register: tried

- name: Remember what came of it
  tenantkit.connectors.entra_credential_proof:
    tenant_id: contoso.onmicrosoft.com
    unique_name: payroll-sync
    connector: payroll
    state: "{{ 'settled' if tried.token.outcome == 'issued' else 'outstanding' }}"
    outcome: "{{ 'failed' if tried.token.outcome == 'issued' else tried.token.outcome }}"
"""

RETURN = r"""
proof:
  description: What is remembered now.
  returned: success
  type: dict
  contains:
    connector:
      description: As given.
      type: str
      sample: payroll
    outstanding:
      description: Whether a proof is outstanding.
      type: bool
      sample: true
    outcome:
      description: What came of the last one. None when nothing is outstanding.
      type: str
      sample: nothing_visible
actions:
  description: One sentence for every change.
  returned: success
  type: list
  elements: str
  sample: ["remember that the proof for payroll is outstanding (refused) on application 'Payroll sync'"]
"""

from ..module_utils._declaration import Declaration
from ..module_utils._entra.common.application_reference import APPLICATION_REFERENCE
from ..module_utils._entra.common.options import PROOF_OPTIONS
from ..module_utils._entra.credential.outstanding_proof_resource import CredentialProofResource
from ..module_utils._module import run_module

DECLARATION = Declaration(
    options=PROOF_OPTIONS,
    resource=CredentialProofResource,
    documented="entra_credential_proof",
    required_one_of=[APPLICATION_REFERENCE],
    mutually_exclusive=[APPLICATION_REFERENCE],
)


def main() -> None:
    """Run the module."""
    run_module(DECLARATION)


if __name__ == "__main__":
    main()
