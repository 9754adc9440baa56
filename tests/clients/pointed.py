# SPDX-License-Identifier: GPL-3.0-or-later
"""What leads azure-cli, or any program in Python, to an emulator."""

from __future__ import annotations

import typing as t
from pathlib import Path

from tenant_emulator.testing import Emulator

# What would lead a client somewhere else.
FOREIGN = ("AZURE_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_")


def proxy_environment(emulator: Emulator) -> dict[str, str]:
    """What leads any Python program to the emulator, under the public host names."""
    return {"HTTPS_PROXY": str(emulator.proxy_url), "REQUESTS_CA_BUNDLE": emulator.ca_path, "SSL_CERT_FILE": emulator.ca_path}


def azure_cli_environment(environ: t.Mapping[str, str], emulator: Emulator, config: Path) -> dict[str, str]:
    """What azure-cli runs with, in a configuration directory of its own."""
    own = {"AZURE_CONFIG_DIR": str(config), "AZURE_CORE_COLLECT_TELEMETRY": "false", "AZURE_CORE_NO_COLOR": "true"}
    return {**{name: value for name, value in environ.items() if name != "PYTHONPATH"}, **proxy_environment(emulator), **own}
