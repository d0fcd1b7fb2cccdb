# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt)
# Written by `python docs/make_collection.py` from the tables of cmsdeploy: do not edit.
# The action plug-in `cluster` does the work on the controller.

from __future__ import annotations


class ModuleDocFragment:
    """What every resource knows."""

    DOCUMENTATION = r"""
---
options:
  forks:
    description:
    - Boxes of one cluster that are worked on side by side.
    type: int
    default: 20
  members:
    description:
    - The hosts of the cluster, servers and call bridges. Else every host of the inventory
      is asked which cluster it is in, which takes long where there are hundreds.
    type: list
    elements: str
notes:
- Runs on the controller, which needs the Python library C(cmsdeploy); nothing is copied to
  a box.
- What a task leaves out comes from the words of the inventory, as with C(cmsdeploy apply).
- 'The play needs C(gather_facts: false).'
"""
