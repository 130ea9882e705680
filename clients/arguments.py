"""What a script was given, as NAME=value. Called by every script here."""

import sys


def arguments() -> dict[str, str]:
    return dict(word.split("=", 1) for word in sys.argv[1:])


def check(what: str, found, expected) -> None:
    """One statement that must hold; says it, and stops where it does not."""
    if found != expected:
        sys.exit(f"FAILED {what}\n  expected {expected!r}\n  found    {found!r}")
    print(f"ok {what}")


def holds(what: str, truth) -> None:
    check(what, bool(truth), True)
