#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt)
# Written by `python docs/make_collection.py` from the tables of cmsdeploy: do not edit.
# There is no code here: the action plug-in `cluster` does the work on the controller.

from __future__ import annotations

DOCUMENTATION = r"""
---
module: xmpp
short_description: The XMPP servers of a cluster
version_added: 0.1.0
description:
- 'The XMPP servers of a cluster: settings, members, call bridges and their secrets.'
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
  callbridges:
    description:
    - The call bridges that the server has to know.
    type: list
    elements: str
  callbridges_absent:
    description:
    - Those that it must not know.
    type: list
    elements: str
  certificate:
    description:
    - The names of the files on the box; key, cert and trust have to be there.
    type: dict
  cluster:
    description:
    - 'wanted: there is a cluster with a leader already, and none is founded; growing: the
      same, and without a look (render) its first three servers are taken for members.'
    type: str
    choices:
    - any
    - wanted
    - growing
  dead_entries:
    description:
    - 'removed: a server that is listed and says it is in no cluster is taken off the list.'
    type: str
    choices:
    - refused
    - removed
  domain:
    description:
    - The XMPP domain.
    type: str
  listen:
    description:
    - The interfaces of the server.
    type: list
    elements: str
  peers_absent:
    description:
    - IP addresses of dead servers that the others must not list; nothing is sent to them.
    type: list
    elements: str
  rebuild:
    description:
    - 'Whether all servers may be stopped, reset, and founded anew. on-change: where most
      have another domain or other interfaces; broken: where no leader is seen or the list
      of peers is wrong; asked: there, and each time where the cluster is well.'
    type: str
    choices:
    - never
    - on-change
    - broken
    - asked
  recipe:
    description:
    - Whose order of steps; else tac-217319.
    type: str
    choices:
    - tac-217319
    - tac-213479
  rotate:
    description:
    - Call bridges of which the servers get a new secret; one at a time in a cluster.
    type: list
    elements: str
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
- name: The XMPP servers of a cluster
  cmsdeploy.mmp.xmpp:
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
