"""The commands of the way in: `poll` (poll.py), `feeds ...` (feeds.py), `demo` (demo.py).

Each file imports what it needs inside its functions: the root imports a file only when its command is run.
"""
