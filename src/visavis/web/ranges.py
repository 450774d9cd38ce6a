"""Parts of a body: a player asks for the bytes that it needs (RFC 9110, section 14)."""

import re

from starlette.requests import Request
from starlette.responses import Response

_ONE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


def ranged(request: Request, data: bytes, media_type: str) -> Response:
    """Return the bytes that a request asks for, all of them where it asks for none or in a way that need not be understood."""
    size = len(data)
    asked = _ONE.fullmatch(request.headers.get("range", "").strip())
    if asked is None or not (asked[1] or asked[2]):
        return Response(data, media_type=media_type, headers={"accept-ranges": "bytes"})
    if asked[1]:
        start, end = int(asked[1]), min(int(asked[2]), size - 1) if asked[2] else size - 1
    else:
        start, end = max(0, size - int(asked[2])), size - 1
    if start > end or start >= size:
        return Response(status_code=416, headers={"content-range": f"bytes */{size}", "accept-ranges": "bytes"})
    headers = {"content-range": f"bytes {start}-{end}/{size}", "accept-ranges": "bytes"}
    return Response(data[start : end + 1], status_code=206, media_type=media_type, headers=headers)
