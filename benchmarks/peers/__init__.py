"""The same work as others write it: each script reads a job from standard input and does it.

A job is JSON: ``boxes`` (name: address, port, user, password), ``commands`` (name: lines) and
``most`` (boxes in work at once). A line that is a pair ``[line, call bridge]`` asks for the secret
of that call bridge, which another box shows.
The scripts look at nothing, prove nothing and write no journal. They run in an environment of their
own, so they import nothing of ours but each other.
"""
