# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which subjects stand for one place that can be protected."""

from __future__ import annotations

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.protected_subject import check_protected
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError

GITHUB = "https://token.actions.githubusercontent.com"
ENTRA = "https://login.microsoftonline.com/b4f0c1d2-9a63-4e7e-8c55-0d1e2f3a4b5c/v2.0"
OTHER = "https://oidc.example/cluster"


@pytest.mark.parametrize(
    ("issuer", "subject"),
    [
        (GITHUB, "repo:tailspin/fleet:environment:production"),
        (GITHUB, "repo:tailspin/fleet:environment:blue green"),
        (GITHUB, "repo:tailspin/fleet:ref:refs/heads/release/1.0"),
        (f"{GITHUB}/tailspin", "repo:tailspin/fleet:environment:production"),
        ("https://gitlab.example", "project_path:tailspin/tools/fleet:ref_type:branch:ref:main"),
        (OTHER, "system:serviceaccount:connectors:rollout"),
        ("https://vstoken.dev.azure.com/1", "sc://tailspin/fleet/connectors"),
        (ENTRA, "0d9c8b7a-6f5e-4d3c-9b2a-1f0e9d8c7b6a"),
        (ENTRA, "/eid1/c/pub/t/a/b/sc/c/d"),
        (OTHER, "nightly"),
        (None, "nightly"),
        (GITHUB, None),
    ],
)
def test_one_place(issuer: str | None, subject: str | None) -> None:
    check_protected(issuer, subject)


@pytest.mark.parametrize(
    ("issuer", "subject", "words"),
    [
        (GITHUB, "repo:tailspin/fleet:*", "has a wildcard"),
        (OTHER, "system:serviceaccount:connectors:?", "has a wildcard"),
        (None, "*", "has a wildcard"),
        (GITHUB, "repo:tailspin/fleet:pull_request", "more than one protected place"),
        (GITHUB, "repo:tailspin/fleet:ref:refs/tags/v1", "more than one protected place"),
        (GITHUB, "repo:tailspin/fleet:ref:refs/heads/", "more than one protected place"),
        (GITHUB, "repo:tailspin/fleet", "more than one protected place"),
        (GITHUB, "repo:tailspin/fleet:environment:", "more than one protected place"),
        (GITHUB, "nightly", "refs/heads/BRANCH"),
        (GITHUB.upper().replace("HTTPS", "https"), "nightly", "refs/heads/BRANCH"),
        (OTHER, "project_path:tailspin/fleet:ref_type:tag:ref:v1", "ref_type:branch"),
        (OTHER, "project_path:tailspin/fleet", "ref_type:branch"),
        (OTHER, "system:serviceaccount:connectors", "NAMESPACE:NAME"),
        (OTHER, "system:node:one", "NAMESPACE:NAME"),
        (OTHER, "p://tailspin/fleet/pipeline", "sc://ORGANIZATION"),
        (OTHER, "sc://tailspin/fleet", "sc://ORGANIZATION"),
        (ENTRA, "connectors", "object id of an identity"),
    ],
)
def test_more_than_one(issuer: str | None, subject: str, words: str) -> None:
    with pytest.raises(OptionError) as caught:
        check_protected(issuer, subject)
    assert words in caught.value.sentence()
    assert repr(subject) in caught.value.message and caught.value.code == "unprotected_subject" and caught.value.advice
