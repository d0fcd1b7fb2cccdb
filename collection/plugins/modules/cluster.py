#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt)
# Written by `python docs/make_collection.py` from the tables of cmsdeploy: do not edit.
# There is no code here: the action plug-in `cluster` does the work on the controller.

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cluster
short_description: The whole desired state of XMPP clusters
version_added: 0.1.0
description:
- 'The whole desired state of XMPP clusters: certificates, settings, members, secrets, DNS
  and the login of the call bridges; looked at, planned, carried out and proved.'
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
  playbook:
    description:
    - A playbook of cmsdeploy in the place of the one that ships; every plain variable of
      the hosts can be named in it.
    type: path
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
- name: XMPP resiliency
  hosts: xmpp_servers:callbridges
  gather_facts: false
  tasks:
    - name: Every cluster is as the inventory says
      cmsdeploy.mmp.cluster:
      register: deployed
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
