# SPDX-License-Identifier: GPL-3.0-or-later
"""Microsoft Graph v1.0 as the emulator answers it."""
