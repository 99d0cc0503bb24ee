"""The words between the host and its warm worker."""

from __future__ import annotations

import struct

READY, RESULT, END = b"W", b"R", b"E"
"""Kinds of messages to the host: the worker is warm; bytes of a job's results; the report that ends a job."""

LENGTH = struct.Struct("!I")
"""Before a request: its length."""

MESSAGE = struct.Struct("!cI")
"""Before a message to the host: its kind and its length."""
