"""Two environments of one account, one after the other: the second rises and falls while the first one stands."""

from __future__ import annotations

from steps import Platform


def alone(platform: Platform) -> None:
    """All steps of one environment."""
    platform.account()
    platform.rise()
    platform.fall()


def live(first: Platform, second: Platform) -> None:
    """All steps of both, in order."""
    first.account()
    first.rise()
    changes = first.cloud.gateway.changes
    made = len(changes)
    second.cloud.beside = first.cloud
    second.note("before")
    second.rise()
    first.note("beside another")
    second.look("beside")
    second.fall()
    first.note("after another")
    second.look("after another")
    first.plan_untouched()
    # What follows judges the first one by what was done for it.
    del changes[made:]
    first.fall()
