# SPDX-License-Identifier: GPL-3.0-or-later
"""The connected products. Each is a file, or a package, of this folder with a ``Product`` in it; nothing else names it."""

from __future__ import annotations

import functools
import importlib
import pkgutil

from .base import Product


@functools.cache
def products() -> dict[str, Product]:
    """Every product by its name."""
    modules = [importlib.import_module(f"{__name__}.{item.name}") for item in pkgutil.iter_modules(__path__) if item.name != "base"]
    return {product.name: product for product in [module.Product() for module in modules]}


def service_names() -> list[str]:
    """What the services of all products are called in URLs, in the journal and in fault rules."""
    return [name for product in products().values() for name in product.services]
