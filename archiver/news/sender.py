"""Send a message to services by the library apprise. This module is a program of its own, which `channels` starts.

So the time that services take is bounded, whatever they do, and what the library logs is seen by nobody. The program
reads one JSON object from stdin (`addresses`, `title`, `body`, `patience`) and writes a JSON list to stdout, with an
object for each address: `service` is the name of the service, and `error` why it did not take the message, or ''.
Neither holds anything of the address.
"""

from __future__ import annotations

import json
import os
import re
import sys
import threading
import time
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from archiver.messages.message import message

if TYPE_CHECKING:
    import requests
    from apprise import NotifyBase
    from apprise.plugins.dingtalk import NotifyDingTalk

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9]{1,19})://")
_LARGEST_ANSWER = 65_536  # bytes
_NOT_UNDERSTOOD = message("is no address that apprise knows")


@dataclass(slots=True)
class _Answer:
    """What became of the last request for a message.

    `error` says why there was no answer, or none of success. `refusal` says that an answer of success refused it, and
    `code` what may say the same in words that only some services mean so.
    """

    error: str = ""
    refusal: str = ""
    code: str = ""


_ANSWER: ContextVar[_Answer] = ContextVar("answer")  # of the message that is sent; apprise hands it to its threads


def _record_answers() -> None:
    """Let each request of the library `requests` record in `_ANSWER` what was answered.

    apprise only says that a message was not sent, and takes some answers for success that refuse it: WeCom and DingTalk
    answer with the status 200 and an `errcode`.
    """
    import requests

    send = requests.Session.send

    def recorded_send(
        session: requests.Session, request: requests.PreparedRequest, **options: object
    ) -> requests.Response:
        last = _ANSWER.get(_Answer())
        try:
            answer = send(session, request, **options)
        except requests.exceptions.SSLError:
            last.error = message("its certificate is not valid")
            raise
        except requests.exceptions.Timeout:
            last.error = message("did not answer in time")
            raise
        except requests.RequestException:
            last.error = message("cannot be reached")
            raise
        last.error = "" if answer.ok else message("answered {status}", status=answer.status_code)
        last.refusal = _refusal(answer, "errcode")
        last.code = _refusal(answer, "code")  # Feishu's; Bark answers 200 when it took a message
        return answer

    requests.Session.send = recorded_send  # type: ignore[method-assign,assignment]


def _refusal(answer: requests.Response, name: str) -> str:
    """Return what to say of the number of this name in an answer of success; '' if there is none, or 0."""
    if not answer.ok or len(answer.content) > _LARGEST_ANSWER:
        return ""
    try:
        code = json.loads(answer.content).get(name, 0)
    except (ValueError, AttributeError, RecursionError):
        return ""
    return message("refused it (errcode {code})", code=code) if code and isinstance(code, int) else ""


def _reason(answer: _Answer) -> str:
    """Return why a message was not sent."""
    return answer.error or answer.refusal or answer.code or message("did not take it")


def _send(service: NotifyBase, title: str, body: str, result: dict[str, str]) -> None:
    """Send a message to one service, and write the error to `result`."""
    import apprise

    sender = apprise.Apprise(asset=service.asset)
    sender.add(service)
    answer = _Answer()
    _ANSWER.set(answer)
    is_sent = sender.notify(body=body, title=title, body_format=apprise.NotifyFormat.TEXT)
    result["error"] = answer.refusal if is_sent else _reason(answer)


def _service(address: str) -> NotifyBase | None:
    """Return the service at an address, which gets one message, however little it takes; None if it is unknown."""
    import apprise
    from apprise.plugins.dingtalk import NotifyDingTalk

    asset = apprise.AppriseAsset(app_id="archiver", app_desc="archiver", async_mode=False)
    service = apprise.Apprise.instantiate(address, asset=asset)
    if service is not None:
        service.overflow_mode = apprise.OverflowMode.TRUNCATE
    if isinstance(service, NotifyDingTalk):
        _sign_once(service)
    return service


def _sign_once(service: NotifyDingTalk) -> None:
    """Let DingTalk's signature be quoted once for the address: apprise 2.3 does it, and the library requests again."""
    sign = service.get_signature

    def signature() -> tuple[str, str]:
        timestamp, signed = sign()  # type: ignore[no-untyped-call]
        return timestamp, unquote(signed)

    service.get_signature = signature  # type: ignore[method-assign]


def main() -> None:
    """Send the message to all addresses at the same time, and write the results when all are done or time is up."""
    request = json.load(sys.stdin.buffer)
    services = [_service(address) for address in request["addresses"]]  # loads apprise, which takes a while
    _record_answers()
    until = time.monotonic() + request["patience"]
    results: list[dict[str, str]] = []
    threads = []
    for address, service in zip(request["addresses"], services, strict=True):
        if service is None:
            scheme = _SCHEME.match(address)
            results.append({"service": scheme[1].lower() if scheme else "", "error": _NOT_UNDERSTOOD})
            continue
        results.append({"service": str(service.service_name), "error": message("did not answer in time")})
        arguments = (service, request["title"], request["body"], results[-1])
        threads.append(threading.Thread(target=_send, args=arguments, daemon=True))
        threads[-1].start()
    for thread in threads:
        thread.join(max(until - time.monotonic(), 0))
    sys.stdout.write(json.dumps(results))
    sys.stdout.flush()
    os._exit(0)  # threads that still wait for a service must not keep the process


if __name__ == "__main__":
    main()
