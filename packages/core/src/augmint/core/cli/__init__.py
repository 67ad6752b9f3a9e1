"""The command line: thin, every command calls the room that does the work."""

from augmint.core.cli.app import main

__all__ = ["main"]
