"""The server: moto as a WSGI application on loopback, behind the gateway."""

from __future__ import annotations

import io
import json
import logging
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Self, TextIO

from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from . import backup, cloudfront, corrections, eks_access, eks_addons, eks_endpoint, names, offers, s3_logging, s3_policy
from .call import Answer, Call, Refused, Text, call_of
from .kubernetes import Kubernetes
from .recorder import Recorder
from .router import Router
from .world import World

StartResponse = Callable[..., Any]
# What an account needs in which Terraform makes everything.
MODULES = (eks_addons, eks_access, eks_endpoint, offers, backup, s3_policy, s3_logging, cloudfront, names, corrections)
ALL = tuple(module.declare for module in MODULES)


class Gateway:
    """Answers what moto lacks, puts right what moto answers wrongly, and passes everything else on."""

    def __init__(self, moto: Callable[..., Any], world: World, log: TextIO, *declare: Callable[[Router, World], None]) -> None:
        self.moto, self.world, self.log = moto, world, log
        self.router = Router()
        self.faults: list[str] = []
        self.recorder: Recorder | None = None
        # Whatever was changed, in order.
        self.changes: list[Call] = []
        for module in declare or ALL:
            module(self.router, world)

    @contextmanager
    def recorded(self, recorder: Recorder) -> Iterator[None]:
        """Shows every call to a recorder, until its end."""
        self.recorder = recorder
        try:
            yield
        finally:
            self.recorder = None

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        call = call_of(environ)
        if call.service != "s3" or self.router.find(call) or self.router.corrections_of(call):
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.input"] = io.BytesIO(body)
            call = replace(call, body=body)
        response = self.answer(environ, call)
        return response(environ, start_response)

    def answer(self, environ: dict[str, Any], call: Call) -> Response:
        """The answer of a route, or moto's with its corrections."""
        try:
            # moto changes its tables while it walks over them elsewhere: it gets one call at a time.
            with self.world.lock:
                if self.recorder:
                    self.recorder.see(call)
                ours = self.routed(call)
                response = self.written(ours) if ours else self.corrected(environ, call)
        except Refused as refused:
            response = self.written(refused.answer)
        except Exception:  # A fault of the mock must be seen, and must not look like one of AWS.
            traceback.print_exc(file=self.log)
            self.faults.append(str(call))
            response = self.written(Answer({"message": "the gateway failed"}, 418))
        status = response.status_code
        if status >= 500 or (status == 404 and b"Not yet implemented" in response.get_data()):
            self.faults.append(f"{status} {call}")
        if call.changes and status < 300:
            self.changes.append(call)
        print(status, call, file=self.log, flush=True)
        return response

    def routed(self, call: Call) -> Answer | Text | None:
        """The answer of the gateway itself, if it has one."""
        match = self.router.find(call)
        if match is None and call.service == "s3":
            return s3_policy.denial(self.world, call)
        return match[0].handler(call, *match[1]) if match else None

    def corrected(self, environ: dict[str, Any], call: Call) -> Response:
        """moto's answer, with what is known to be wrong put right."""
        response = self.pass_on(environ)
        if response.status_code >= 300:
            return response
        for correction in self.router.corrections_of(call):
            correction.calls += 1
            before = response.get_data(as_text=True)
            after = correction.repair(call, before)
            if differs(after, before):
                correction.changes += 1
                response.set_data(after)
        return response

    def pass_on(self, environ: dict[str, Any]) -> Response:
        return Response.from_app(self.moto, environ, buffered=True)

    @staticmethod
    def written(answer: Answer | Text) -> Response:
        if isinstance(answer, Text):
            return Response(answer.body, answer.status, answer.headers, content_type="application/xml")
        body = json.dumps(answer.body) if answer.body is not None else ""
        return Response(body, answer.status, answer.headers, content_type="application/json")


def differs(one: str, other: str) -> bool:
    """Whether two texts say different things; how JSON is laid out says nothing."""
    return json.loads(one) != json.loads(other) if one.startswith("{") else one != other


class Server:
    """The gateway on a port of its own, and the Kubernetes API beside it, from `with` to its end."""

    def __init__(self, world: World, log: TextIO) -> None:
        from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app

        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self.kubernetes = Kubernetes(world)
        self.gateway = Gateway(DomainDispatcherApplication(create_backend_app), world, log)
        self.http = make_server("127.0.0.1", 0, self.gateway, threaded=True, request_handler=MotoRequestHandler)
        self.endpoint = f"http://127.0.0.1:{self.http.server_port}"
        self.thread = threading.Thread(target=self.http.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        self.kubernetes.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.kubernetes.__exit__()
        self.http.shutdown()
        self.thread.join(timeout=10)
