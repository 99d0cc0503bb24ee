"""Why a request gets no answer of its own: each a status, a code and a next step."""

from __future__ import annotations


class Refusal(Exception):
    """A request that is answered with an error.

    Args:
        message: what was wrong, without anything the request held.
        hint: what to do.
        retry_after_s: seconds after which the same request may go through.
    """

    status = 400
    code = "bad_request"

    def __init__(self, message: str, *, hint: str | None = None, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.message, self.hint, self.retry_after_s = message, hint, retry_after_s

    @property
    def headers(self) -> dict[str, str]:
        """That go with the answer."""
        found = {}
        if self.retry_after_s is not None:
            found["retry-after"] = str(max(1, round(self.retry_after_s)))
        if self.status == 401:
            found["www-authenticate"] = "Bearer"
        if self.status in (408, 413):
            found["connection"] = "close"
        return found


class Broken(Refusal):
    """A defect of ours."""

    status, code = 500, "internal"

    def __init__(self) -> None:
        super().__init__("the service failed on this request", hint="Please report it with the request id.")


class Unauthorized(Refusal):
    """No token, or a wrong one."""

    status, code = 401, "unauthorized"


class Forbidden(Refusal):
    """From a page of another origin, or under another host's name."""

    status, code = 403, "forbidden"


class Absent(Refusal):
    """There is no such thing here."""

    status, code = 404, "not_found"


class TooSlow(Refusal):
    """The request itself did not arrive in time."""

    status, code = 408, "request_timeout"


class Conflict(Refusal):
    """It cannot be done in this state."""

    status, code = 409, "conflict"


class TooLarge(Refusal):
    """Over a bound on bytes or pixels."""

    status, code = 413, "too_large"


class WrongKind(Refusal):
    """Not JSON and not multipart."""

    status, code = 415, "unsupported_media_type"


class Invalid(Refusal):
    """Readable, but not what is asked for."""

    status, code = 422, "invalid"


class Busy(Refusal):
    """The queue is full."""

    status, code = 429, "queue_full"


class Ending(Refusal):
    """The service is going down, or not up yet."""

    status, code = 503, "unavailable"


class Late(Refusal):
    """The deadline has passed."""

    status, code = 504, "deadline"


class Lost(Exception):
    """A piece of work ended its worker process each time it was tried."""
