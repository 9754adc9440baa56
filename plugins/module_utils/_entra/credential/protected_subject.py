# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Which subjects of a workload stand for one place that can be protected: a branch, an environment, a service account, a service connection, an identity.

Whether the branch or environment is protected is known to its service alone. What a pull request, a pushed tag or any job of a project brings about is
refused.

Sources: https://docs.github.com/en/actions/reference/security/oidc (subjects of an environment, a branch, a tag and a pull request),
https://docs.gitlab.com/ci/secrets/id_token_authentication/ (project_path, ref_type and ref), https://kubernetes.io/docs/reference/access-authn-authz/
(service accounts), https://devblogs.microsoft.com/devops/workload-identity-federation-for-azure-deployments-is-now-generally-available/ (sc://) and
https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations (no wildcards); read 2026-11. That p:// is the subject of a pipeline
without a service connection, and /eid1/ the beginning of one with Entra ID as issuer (inferred).
"""

from __future__ import annotations

import dataclasses
import re
import urllib.parse

from ..._clouds import LOGIN_HOSTS
from ..._errors import OptionError
from ..._ids import is_guid

_GITHUB = "token.actions.githubusercontent.com"
_WILDCARDS = re.compile(r"[*?]")


@dataclasses.dataclass(frozen=True)
class _Kind:
    """Subjects of one kind of workload: how one of it is known, and which of them stand for one place."""

    known: re.Pattern[str]
    protected: re.Pattern[str]
    wanted: str  # for a sentence


_OF_GITHUB = _Kind(
    re.compile(r".*", re.DOTALL),
    re.compile(r"repo:[^/:\s]+/[^/:\s]+:(environment:[^:\s][^:]*|ref:refs/heads/\S+)"),
    "repo:OWNER/REPOSITORY:environment:NAME, or repo:OWNER/REPOSITORY:ref:refs/heads/BRANCH",
)
_KINDS = (
    _Kind(
        re.compile(r"project_path:.*", re.DOTALL),
        re.compile(r"project_path:[^:\s]+:ref_type:branch:ref:\S+"),
        "project_path:GROUP/PROJECT:ref_type:branch:ref:BRANCH",
    ),
    _Kind(re.compile(r"system:.*", re.DOTALL), re.compile(r"system:serviceaccount:[^:\s]+:[^:\s]+"), "system:serviceaccount:NAMESPACE:NAME"),
    _Kind(re.compile(r"(sc|p)://.*", re.DOTALL), re.compile(r"sc://[^/]+/[^/]+/[^/]+"), "sc://ORGANIZATION/PROJECT/SERVICE CONNECTION"),
)


def check_protected(issuer: str | None, subject: str | None) -> None:
    """Raises OptionError for a subject that does not stand for one place that can be protected. One that is not given was checked when it was set."""
    if subject is None:
        return
    if _WILDCARDS.search(subject):
        raise _refused(subject, "has a wildcard, and Entra ID compares it letter by letter", "Give the 'sub' claim of the tokens, unchanged.")
    host = (urllib.parse.urlsplit(issuer or "").hostname or "").lower()
    if host in LOGIN_HOSTS:
        if not (is_guid(subject) or subject.startswith("/eid1/")):
            raise _refused(
                subject,
                "is not the object id of an identity",
                "With Entra ID as issuer give the object (principal) id of the managed identity, or what Azure DevOps shows.",
            )
        return
    kind = _OF_GITHUB if host == _GITHUB else next((one for one in _KINDS if one.known.fullmatch(subject)), None)
    if kind is not None and not kind.protected.fullmatch(subject):
        raise _refused(subject, "stands for more than one protected place", f"Give one of the form {kind.wanted}, and protect that branch or environment.")


def _refused(subject: str, why: str, advice: str) -> OptionError:
    return OptionError(f"'subject' is {subject!r}, which {why}.", code="unprotected_subject", advice=advice)
