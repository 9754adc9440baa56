# SPDX-License-Identifier: GPL-3.0-or-later
"""The runs that are killed, by name."""

from __future__ import annotations

from support.scenarios import okta_workflows, power_platform, workato, workspace365
from support.scenarios.base import Scenario, Site

__all__ = ["SCENARIOS", "Scenario", "Site"]

SCENARIOS: dict[str, type[Scenario]] = {
    "connect": workspace365.Connect,
    "renew": workspace365.Renew,
    "adopt": workspace365.Adopt,
    "absent": workspace365.Absent,
    "workato": workato.Connect,
    "workato_renew": workato.Renew,
    "workato_file": workato.ByHand,
    "workato_file_renew": workato.ByHandRenewed,
    "workato_both": workato.Both,
    "workato_absent": workato.Absent,
    "platform_secret": power_platform.Secret,
    "platform_certificate": power_platform.Certificate,
    "platform_certificate_force": power_platform.CertificateForced,
    "platform_absent": power_platform.Absent,
    "okta_preconsent": okta_workflows.Preconsent,
    "okta_open": okta_workflows.VendorDocumented,
    "okta_changed_mind": okta_workflows.ChangedMind,
    "okta_absent": okta_workflows.Absent,
}
