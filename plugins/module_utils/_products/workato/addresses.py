# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Addresses of Workato: data centres and where a sign-in comes back to.

Sources: https://docs.workato.com/workato-api (hosts of the data centres); read 2026-11. The redirect URI outside of the US (inferred).
"""

from __future__ import annotations

import typing as t

from ..._clouds import service_root

SERVICE = "Workato"
DATA_CENTERS: t.Mapping[str, str] = {
    "us": "https://www.workato.com",
    "eu": "https://app.eu.workato.com",
    "jp": "https://app.jp.workato.com",
    "sg": "https://app.sg.workato.com",
    "au": "https://app.au.workato.com",
    "il": "https://app.il.workato.com",
    "cn": "https://app.workatoapp.cn",
    "kr": "https://app.kr.workato.com",
    "uk": "https://app.uk.workato.com",
    "trial": "https://app.trial.workato.com",
}
_ADDRESS = "'data_center' or 'url' ('workato_data_center' or 'workato_host' of the role)"


def workato_url(data_center: str, url: str | None, option: str = "url") -> str:
    """The root of the data centre, or of the host that was given in its place (``option`` says where), with or without C(/api) behind it."""
    if not url:
        return DATA_CENTERS[data_center]
    return service_root(url, option).removesuffix("/api").rstrip("/")


def redirect_uri(root: str) -> str:
    """Where Workato takes a sign-in back to. The vendor's pages name www.workato.com for everybody; it is on the host of the workspace."""
    return f"{root}/oauth/callback"
