"""WSGI application for tests of the RSGI adapter: echoes the request."""

import json
import time
from typing import Any

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse

from kini.core.rsgi_adapter import Environ, RsgiAdapter


def echo(environ: Environ, start_response: Any) -> HttpResponseBase:
    body = environ["wsgi.input"].read()
    if environ["PATH_INFO"] == "/slow":
        time.sleep(1.5)
    plain = {name: value for name, value in environ.items() if isinstance(value, str)}
    text = json.dumps({**plain, "body": body.decode("latin-1")})
    response = StreamingHttpResponse([text[:9], text[9:]]) if environ["PATH_INFO"] == "/stream" else HttpResponse(text)
    response["X-Length"] = str(len(body))
    start_response("200 OK", list(response.items()))
    return response


application = RsgiAdapter(lambda: echo)
