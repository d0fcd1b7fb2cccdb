"""Plans and events, as text for people and machines.

Law. This room turns plans and events into text; it decides nothing and never prints. What is risky,
what comes first and what is wrong has been said before it gets here. It knows no connection and no
device command by its words: those stand in the plan, and what people want to read about them stands
in templates. Whatever enters a format is escaped for that format. ``cli`` calls it; it imports
``planning``, ``model``, ``errors`` and ``template``, never ``executor`` or ``playbook``.
"""
