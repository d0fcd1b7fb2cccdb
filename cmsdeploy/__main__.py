"""``python -m cmsdeploy``: the command line."""

from __future__ import annotations

import sys

from cmsdeploy.cli import main

sys.exit(main())
