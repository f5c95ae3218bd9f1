"""Speaks crosspoint.v1.msgpack with compression, with the libraries of others: msgpack and websockets.

It joins a room, sends back every message that it gets, and prints a line of JSON about each frame that it saw.
"""

import asyncio
import json
import sys

import msgpack
import websockets


def shown(value):
    """The same with bytes as something that JSON has."""
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    if isinstance(value, dict):
        return {key: shown(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shown(item) for item in value]
    return value


async def main(url: str, room: str) -> None:
    async with websockets.connect(url, subprotocols=["crosspoint.v1.msgpack"], max_size=2**22) as socket:
        print(json.dumps({"subprotocol": socket.subprotocol, "extensions": [e.name for e in socket.extensions]}), flush=True)
        next_id = 1

        async def request(method: str, params: dict) -> None:
            nonlocal next_id
            await socket.send(msgpack.packb({"id": next_id, "method": method, "params": params}))
            next_id += 1

        await request("join", {"room": room, "name": "Python"})
        async for data in socket:
            frame = msgpack.unpackb(data)
            print(json.dumps({"frame": shown(frame)}), flush=True)
            if frame.get("method") != "message":
                continue
            params = frame["params"]
            if params["type"] == "goodbye":
                break
            await request("message", {"to": params["from"], "type": "echo", "body": params["body"]})
        await request("leave", {})


asyncio.run(main(sys.argv[1], sys.argv[2]))
