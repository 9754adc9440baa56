# SPDX-License-Identifier: GPL-3.0-or-later
"""Okta Workflows: nothing answers for it, it is an application of its vendor that tenants take in (see ``okta_workflows.yml``)."""

from __future__ import annotations

from . import base


class Product(base.Product):
    """Known by what it starts with."""

    name = "okta_workflows"
