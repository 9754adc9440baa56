# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Addresses of Workspace 365: instances and environments.

Sources: https://support.workspace365.net/hc/en-us/articles/203458972-Provisioning-API (/Provisioning below the instance),
https://support.workspace365.net/hc/en-us/articles/4408392843410-Manual-setup-of-SSO (instance and environment in an address); read 2026-11. The characters
and reserved words of an environment's name (inferred).
"""

from __future__ import annotations

import re

from ..._addresses import address_problem, one_spelling, without_secrets
from ..._errors import OptionError

SERVICE = "Workspace 365"
_ENVIRONMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,62}")
_RESERVED = {"environment", "provisioning", "api"}


def check_instance_url(url: str, option: str = "instance_url") -> str:
    """The instance URL in its one spelling. Raises OptionError for what is none, with ``option``, where it was written. Only https: the key goes there."""
    problem = address_problem(url.strip())
    if problem:
        raise OptionError(
            f"'{option}' is {without_secrets(url.strip())!r}, which {problem}; it must be the address of the Workspace 365 instance.",
            code="invalid_instance_url",
            service=SERVICE,
            outcome="refused",
            advice="For example: https://portal.workspace365.net",
        )
    return one_spelling(url)


def check_environment(name: str, option: str = "environment") -> str:
    """The environment's name. Raises OptionError for what is none (``option`` says where it was written), and for the words of the service's own paths."""
    if not _ENVIRONMENT.fullmatch(name) or name.lower() in _RESERVED:
        raise OptionError(
            f"'{option}' is {name!r}; the name of an environment consists of letters, digits and '-', as in the address people open.",
            code="invalid_environment",
            service=SERVICE,
            outcome="refused",
            advice="It is the part after the host name: https://portal.workspace365.net/<environment>",
        )
    return name


def delivery_instance(instance_url: str, environment: str) -> str:
    """What C(delivery.instance) of entra_client_secret is for this environment."""
    return f"{instance_url.rstrip('/')} {environment}"
