# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run costs: counted, measured beside a floor, compared with what was committed, and shown on docs/performance.md."""
