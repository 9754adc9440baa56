# SPDX-License-Identifier: GPL-3.0-or-later
"""What lets a product be a file that nothing else names."""

from __future__ import annotations

import dataclasses
import itertools
import os
import subprocess
import sys

import pytest
from tenant_emulator import settings
from tenant_emulator.config import Config, ConfigError
from tenant_emulator.products import base, products, service_names
from tenant_emulator.testing import Emulator
from tenant_emulator.world import World


def test_no_two_products_share_a_name() -> None:
    members = [[name for name in vars(product.handle) if not name.startswith("_")] for product in products().values()]
    own = [name for name in vars(Emulator) if not name.startswith("_")]
    fields = [[field.name for field in dataclasses.fields(product.settings)] for product in products().values() if product.settings]
    for names in ([*itertools.chain(own, *members)], [*itertools.chain(*fields)], service_names(), settings.names()):
        assert sorted(names) == sorted(set(names))


def test_a_product_is_called_like_its_file() -> None:
    for name, product in products().items():
        assert type(product).__module__ == f"tenant_emulator.products.{name}" and isinstance(product, base.Product)


def test_a_handle_needs_the_standard_library_only() -> None:
    """Tests may run where the emulator's server does not."""
    code = "import sys, tenant_emulator.testing as testing; testing.Emulator('/nowhere'); print(*{name.partition('.')[0] for name in sys.modules})"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(item for item in sys.path if item)}
    loaded = set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True).stdout.split())
    assert loaded.isdisjoint({"aiohttp", "cryptography", "jwt", "yaml"}) and "tenant_emulator" in loaded


def test_a_member_that_no_product_has(emulator: Emulator) -> None:
    with pytest.raises(AttributeError, match="has 'workat_url'"):
        getattr(emulator, "workat_url")  # noqa: B009 (an assignment would need a name for nothing)


def test_what_a_configuration_says_of_a_product_is_checked() -> None:
    tenant = {"name": "a", "id": "11111111-2222-4333-8444-555555555555", "domains": ["a.onmicrosoft.com"]}
    for more, words in (
        ({"workspace365": [{"name": "portal", "host": "h", "colour": 1}]}, "workspace365: unknown colour"),
        ({"workspace365": [{"name": "portal", "host": "h", "environments": [{"name": "e", "sso": 1}]}]}, "environments: unknown sso"),
        ({"workato": [{"data_center": "us"}]}, "workato: missing name"),
        ({"tenants": [{**tenant, "power_platform": {"colours": []}}]}, "power_platform: unknown colours"),
    ):
        with pytest.raises(ConfigError, match=words):
            Config({"tenants": [tenant], **more}).fill(World())
