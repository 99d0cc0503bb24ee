"""A scripted OpenAI-style endpoint, and a proxy that injects faults before it. Both are real servers on real sockets."""

import asyncio
import hashlib
import json
import threading
from collections import Counter

STEPS = ("at_least_2", "at_least_3", "at_least_4", "at_least_5")


class Server:
    """An HTTP/1.1 server in a thread; `respond(body)` gives (status, headers, bytes) or a special action."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.port = None
        self.requests = []
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._started.wait()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/v1"

    def close(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()

    def _run(self):
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._started.set()
        self.loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0))

    async def _serve(self, reader, writer):
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode("latin-1").split("\r\n")
                headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:] if line)}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                self.requests.append((headers, json.loads(body)))
                await self.respond(headers, body, writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def respond(self, headers, body, writer):
        raise NotImplementedError


def send(writer, status, data, kind="application/json", extra=""):
    head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(data)}\r\n{extra}\r\n"
    writer.write(head.encode() + data)


def completion(text, finish="stop", tokens=None, **usage):
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": finish}
    if tokens is not None:
        choice["logprobs"] = {"content": tokens}
    usage = {"prompt_tokens": 100, "completion_tokens": 10, **usage}
    return {"object": "chat.completion", "model": "fake", "choices": [choice], "usage": usage}


def texts(request):
    """All text of a request, in order."""
    found = []
    for message in request["messages"]:
        content = message["content"]
        found += [content] if isinstance(content, str) else [part.get("text", "") for part in content]
    return "\n".join(found)


def by_schema(request):
    """A valid answer that depends on the prompt alone."""
    schema = (request.get("response_format") or {}).get("json_schema", {}).get("schema")
    spread = int(hashlib.sha256(texts(request).encode("utf-8", "surrogatepass")).hexdigest(), 16)
    if schema is None:
        return "ready"
    found, level = {}, spread % 5
    for number, (name, kind) in enumerate(schema["properties"].items()):
        if name in STEPS:
            found[name] = "yes" if STEPS.index(name) < level else "no"
        elif "enum" in kind:
            found[name] = kind["enum"][(spread >> (number + 3)) % len(kind["enum"])]
        elif kind["type"] == "array":
            found[name] = []
        else:
            found[name] = "seen"
    return json.dumps(found)


class Endpoint(Server):
    """Answers every request by `answer(request) -> text or completion`."""

    def __init__(self, answer=by_schema, delay_s=0.0):
        self.answer, self.delay_s = answer, delay_s
        super().__init__()

    async def respond(self, headers, body, writer):
        request = json.loads(body)
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        made = self.answer(request)
        made = completion(made) if isinstance(made, str) else made
        if made["choices"][0].get("logprobs") is None and request.get("logprobs"):
            options = [{"token": str(level), "logprob": -1.7} for level in range(1, 6)]
            made["choices"][0]["logprobs"] = {"content": [{"token": "3", "logprob": -1.7, "top_logprobs": options}]}
        images = sum(
            part.get("type") == "image_url"
            for message in request["messages"]
            if isinstance(message["content"], list)
            for part in message["content"]
        )
        made["usage"]["prompt_tokens"] += 50 * images
        send(writer, 200, json.dumps(made).encode())


class FaultProxy(Server):
    """Before an endpoint: `fault(number, request)` names what goes wrong with the n-th request, or gives None.

    Faults: 429, 500, 503, slow, cut, half_json, wrong_type, not_chat, stall, reset.
    """

    def __init__(self, upstream, fault):
        self.upstream, self.fault, self.seen = upstream, fault, Counter()
        super().__init__()

    async def respond(self, headers, body, writer):
        name = self.fault(len(self.requests) - 1, json.loads(body))
        self.seen[name] += 1
        if isinstance(name, int):
            extra = "Retry-After: 0.01\r\n" if name == 429 else ""
            send(writer, name, b'{"error": {"message": "injected"}}', extra=extra)
        elif name == "wrong_type":
            send(writer, 200, b"<html>gateway</html>", kind="text/html")
        elif name == "not_chat":
            send(writer, 200, b'{"choices": [{"message": {"content": 7}}]}')
        elif name == "reset":
            writer.transport.abort()
        elif name == "stall":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{")
            await writer.drain()
            await asyncio.Event().wait()
        else:
            await self._passed(body, writer, name)

    async def _passed(self, body, writer, name):
        reader, up = await asyncio.open_connection("127.0.0.1", self.upstream.port)
        up.write(f"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        data = await reader.readexactly(length)
        up.close()
        if name == "half_json":
            send(writer, 200, data[: len(data) // 2])
        elif name == "cut":
            writer.write(head + data[: len(data) // 2])
            await writer.drain()
            writer.transport.abort()
        elif name == "slow":
            for start in range(0, len(data), 64):
                writer.write((head if start == 0 else b"") + data[start : start + 64])
                await writer.drain()
                await asyncio.sleep(0)
        else:
            writer.write(head + data)
