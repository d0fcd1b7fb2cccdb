#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt)
# Written by `python docs/make_collection.py` from the tables of cmsdeploy: do not edit.
# There is no code here: the action plug-in `cluster` does the work on the controller.

from __future__ import annotations

DOCUMENTATION = r"""
---
module: dns
short_description: The DNS records by which an XMPP cluster is found
version_added: 0.1.0
description:
- The DNS records by which an XMPP cluster is found.
- Works on whole clusters. Where the task runs for several hosts of a cluster, the first one
  of them does the work; with C(run_once) all clusters of the play are worked on side by side.
author:
- The cmsdeploy founders (@cmsdeploy)
options:
  allow:
    description:
    - What may be done beyond what the playbook behind this resource allows.
    type: list
    elements: str
    choices:
    - disruptive
    - destructive
    - outage
    - undersized
    - unknown-version
    - shown-secrets
  ask_boxes:
    description:
    - Whether each box is asked what it finds itself; else true.
    type: bool
  boxes_agree:
    description:
    - 'true: a box that finds other records than the name servers hold forbids the play.'
    type: bool
  domain:
    description:
    - The XMPP domain, that the services belong to.
    type: str
  exclusive:
    description:
    - 'Records of others in the sets: true removes them, false leaves them; else they are
      left and called wrong.'
    type: bool
  key:
    description:
    - 'The key of updates: name, algorithm, secret.'
    type: raw
  resolvers:
    description:
    - Resolvers and views that have to show the same.
    type: list
    elements: str
  servers:
    description:
    - The name servers that hold the zone, by address (10.0.0.53, or 10.0.0.53#5353); the
      first takes the updates.
    type: list
    elements: str
  ttl:
    description:
    - Seconds that others may keep a record; else 86400.
    type: int
  zone:
    description:
    - The zone that holds the records; else the XMPP domain.
    type: str
attributes:
  check_mode:
    support: full
    description: Boxes are looked at, and the plan is shown; nothing is changed.
  diff_mode:
    support: full
    description: Shows before and after of each object, and the commands by box.
extends_documentation_fragment:
- cmsdeploy.mmp.resource
"""

EXAMPLES = r"""
---
- name: The DNS records by which an XMPP cluster is found
  cmsdeploy.mmp.dns:
"""

RETURN = r"""
---
commands:
  description: The commands that were planned, by host, in order.
  returned: always
  type: dict
summary:
  description: How the cluster stands, one sentence each.
  returned: always
  type: list
  elements: str
errors:
  description: Everything that went wrong, with the next action.
  returned: on failure
  type: list
  elements: str
rc:
  description: The exit code that C(cmsdeploy apply) would have given.
  returned: on failure
  type: int
journal:
  description: The journal of the run, on the controller.
  returned: when something was changed
  type: str
"""
