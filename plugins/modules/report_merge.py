#!/usr/bin/python
# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: report_merge
short_description: Make one report from those of several runs
version_added: 1.0.0
description:
  - Reads reports that the callback P(tenantkit.connectors.rollout_report#callback) wrote, or printed into the output of a job, and writes them as one.
  - Serves the slices of a job, runs that were started again for the tenants that failed, and a controller, in which no file outlives its job.
  - Every tenant is as the newest run knows it, and every row says from which run or job it is.
  - Asks no service and takes no credential. It runs where it is called; with C(delegate_to=localhost) and C(run_once=true), or in a play of its own, that is
    once on the controller.
author:
  - The tenantkit.connectors contributors (@tenantkit)
extends_documentation_fragment:
  - tenantkit.connectors.attributes
options:
  sources:
    description:
      - The files, or patterns of them (C(*), C(**)). A pattern that fits no file is an error, because a report that lacks a run would look whole.
      - A file is a report as JSON, or the output of a job, in which every report between two marker lines is found.
    type: list
    elements: str
    required: true
  json:
    description: Where the report is written as JSON. What is made of it can be merged again.
    type: path
  html:
    description: Where it is written as one page of HTML.
    type: path
  junit:
    description: Where it is written as JUnit.
    type: path
  customer_pages:
    description: A directory in which every tenant gets a page of its own, which names no other tenant.
    type: path
  ending_within_days:
    description: A credential that ends within so many days is pointed out.
    type: int
    default: 30
seealso:
  - plugin: tenantkit.connectors.rollout_report
    plugin_type: callback
"""

EXAMPLES = r"""
- name: One page for all slices of last night's job
  tenantkit.connectors.report_merge:
    sources:
      - reports/slices/*.json
    html: reports/rollout.html

- name: The same from the outputs of the jobs, with a page for each customer
  tenantkit.connectors.report_merge:
    sources: [outputs/job_4711.txt, outputs/job_4712.txt]
    json: reports/rollout.json
    html: reports/rollout.html
    customer_pages: reports/customers
"""

RETURN = r"""
report:
  description: What is in the report.
  returned: success
  type: dict
  contains:
    tenants:
      description: How many tenants.
      type: int
      sample: 500
    states:
      description: How many tenants are in which state.
      type: dict
      sample: {failed: 12, ok: 488}
    runs:
      description:
        - The runs, each with its C(id), the C(job) of a controller, when it C(finished) (empty when it did not), and how many C(tenants) it is the newest for.
      type: list
      elements: dict
    files:
      description: The files that it is in.
      type: list
      elements: str
actions:
  description: One sentence for every file that was written.
  returned: success
  type: list
  elements: str
  sample: [write the report to reports/rollout.html]
failure:
  description: The failure for a program.
  returned: failure
  type: dict
  sample: {kind: option, code: no_source}
"""

from ..module_utils._declaration import Declaration
from ..module_utils._module import run_module
from ..module_utils._report.resource import ReportResource

DECLARATION = Declaration(
    options={
        "sources": {"type": "list", "elements": "str", "required": True},
        "json": {"type": "path"},
        "html": {"type": "path"},
        "junit": {"type": "path"},
        "customer_pages": {"type": "path"},
        "ending_within_days": {"type": "int", "default": 30},
    },
    resource=ReportResource,
    auth=False,
    required_one_of=[("json", "html", "junit", "customer_pages")],
)


def main() -> None:
    """Run the module."""
    run_module(DECLARATION)


if __name__ == "__main__":
    main()
