"""The commands that read and keep the archive, a file a family; `place` is what each is handed.

The root of `newsarchive` (scheduler.py) imports a family when one of its commands is run, and not before.
"""
