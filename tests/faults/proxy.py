"""A TCP proxy between a tablet and the shop that cuts, delays and doubles what passes.

A request says what shall happen to it with the header `X-Wire`; one connection carries one
request.
"""

import asyncio
import contextlib
import re
import threading

HEADER = "X-Wire"
CUT_ANSWER = "answer lost"  # the shop has answered; nobody hears it
TRUNCATE = "answer cut"  # half of the answer arrives
CUT_REQUEST = "request cut"  # half of the request arrives
TWICE = "request doubled"  # the request arrives twice at once; one answer comes back
SLOW = "slow line"
FAULTS = (CUT_ANSWER, TRUNCATE, CUT_REQUEST, TWICE, SLOW)
HARMLESS = (TWICE, SLOW)  # an answer comes all the same
DELAY_SECONDS = 0.3
_PATIENCE = 60


class Proxy:
    """Listens on a port of its own on this machine until it is closed."""

    def __init__(self, port: int) -> None:
        self.shop_port = port
        self.port = 0
        self._loop = asyncio.new_event_loop()
        listening = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(listening,), daemon=True)
        self._thread.start()
        listening.wait()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _run(self, listening: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        listening.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # the tablet notices that its line is dead; there is nobody else to tell
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, TimeoutError):
            await asyncio.wait_for(self._pass_on(reader, writer), _PATIENCE)
        writer.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        request = head + await reader.readexactly(int(length[1]) if length else 0)
        named = re.search(rb"(?i)\r\nx-wire: *([a-z ]+)", head)
        fault = named[1].decode() if named else ""
        if fault == CUT_REQUEST:
            await self._ask(request[: len(request) * 2 // 3], wait=False)
            return
        if fault == SLOW:
            await asyncio.sleep(DELAY_SECONDS)
        if fault == TWICE:
            _first, answer = await asyncio.gather(self._ask(request), self._ask(request))
        else:
            answer = await self._ask(request)
        if fault == CUT_ANSWER:
            return
        writer.write(answer[: len(answer) // 2] if fault == TRUNCATE else answer)
        await writer.drain()

    async def _ask(self, request: bytes, *, wait: bool = True) -> bytes:
        """The shop's whole answer; the request says that the connection ends with it."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.shop_port)
        try:
            writer.write(request)
            await writer.drain()
            return await reader.read() if wait else b""
        finally:
            writer.close()
