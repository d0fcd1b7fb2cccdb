"""cmsdeploy: deployment automation for Cisco Meeting Server XMPP resiliency.

The rooms, and which of them may import which, are drawn in ``docs/architecture.md``.
"""

__version__ = "0.1.0"
