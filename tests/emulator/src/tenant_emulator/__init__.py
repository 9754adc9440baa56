# SPDX-License-Identifier: GPL-3.0-or-later
"""A local stand-in for Microsoft Entra ID, Microsoft Graph and the connected products."""
