"""Finds operations that moto has learned, so that the gateway's own answers to them can go."""

from __future__ import annotations

import importlib

from botocore import xform_name

from .router import Router


def answered_by_moto(router: Router) -> list[str]:
    """The routes whose operation moto has by now."""
    found = []
    for route in router.routes:
        method = xform_name(route.operation)
        module = importlib.import_module(f"moto.{route.service}.responses")
        classes = [one for one in vars(module).values() if isinstance(one, type) and one.__module__ == module.__name__]
        if route.operation and any(hasattr(one, method) for one in classes):
            found.append(f"{route.service} {route.operation}")
    return found
