"""``python -m cmsdeploy``: the command line."""

from __future__ import annotations

import os
import sys


def _forget_working_folder() -> None:
    """Take the folder we stand in off the module path, where ``python -m`` has put it.

    A site that somebody sent may hold a ``yaml.py``. The console script never looks there. This
    stands here because it has to come before any import that could find one; the package itself
    is found by its own path from now on.
    """
    is_safe = getattr(sys.flags, "safe_path", False)
    if not is_safe and sys.path[:1] in ([""], [os.getcwd()]):
        del sys.path[0]


def _main() -> int:
    _forget_working_folder()
    from cmsdeploy.cli import main

    return main()


sys.exit(_main())
