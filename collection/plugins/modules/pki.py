#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt)
# Written by `python docs/make_collection.py` from the tables of cmsdeploy: do not edit.
# There is no code here: the action plug-in `cluster` does the work on the controller.

from __future__ import annotations

DOCUMENTATION = r"""
---
module: pki
short_description: Key, certificate, bundle and trust of one XMPP server
version_added: 0.1.0
description:
- Key, certificate, bundle and trust of one XMPP server.
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
  certificate:
    description:
    - The names of the files on the box, by role; each may have a source here.
    type: dict
  csr:
    description:
    - 'Ask for a new certificate: a new name, and its fields.'
    type: dict
  domain:
    description:
    - 'What it has to name; else the XMPP domain. Blank: nothing.'
    type: str
  names:
    description:
    - Names of the box, one of which it has to hold.
    type: list
    elements: str
  skip_checks:
    description:
    - Rules that stop nothing, such as certificate/names.
    type: list
    elements: str
  warn_days:
    description:
    - Note a certificate that expires sooner; else 30.
    type: int
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
- name: Key and certificates are on the box
  cmsdeploy.mmp.pki:
    certificate: {key: xmpp.key, cert: xmpp.cer, bundle: chain.cer, trust: all-servers.cer}
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
