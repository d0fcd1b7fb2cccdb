#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt)
# Written by `python docs/make_collection.py` from the tables of cmsdeploy: do not edit.
# There is no code here: the action plug-in `cluster` does the work on the controller.

from __future__ import annotations

DOCUMENTATION = r"""
---
module: mmp_command
short_description: One MMP command, sent where a command that only reads does not show what
  is wanted
version_added: 0.1.0
description:
- One MMP command, sent where a command that only reads does not show what is wanted.
- Works on the box of the host that the task runs for.
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
  command:
    description:
    - 'What is sent where `read` does not show it; none: a gate.'
    type: str
  read:
    description:
    - A command that only reads.
    type: str
    required: true
  risk:
    description:
    - Else disruptive.
    type: str
    choices:
    - safe
    - disruptive
    - destructive
    - outage
  shows:
    description:
    - What the reply to `read` has to contain.
    type: str
    required: true
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
- name: The box has a time server
  cmsdeploy.mmp.mmp_command:
    read: ntp server list
    shows: 10.0.0.123
    command: ntp server add 10.0.0.123
    risk: safe
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
