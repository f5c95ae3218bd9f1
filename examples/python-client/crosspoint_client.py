#!/usr/bin/env python3
"""A small Crosspoint client, written from docs/protocol.md alone.

It joins a room, publishes a test tone and a test picture, receives everybody else, and prints what it received.
Needs aiortc and websockets (Debian: python3-aiortc python3-websockets).

    python3 crosspoint_client.py ws://127.0.0.1:4300/signaling lobby --seconds 10
"""

import argparse
import asyncio
import fractions
import json
import math

import av
import numpy
import websockets
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription, VideoStreamTrack
from aiortc.mediastreams import MediaStreamError

SAMPLE_RATE = 48000
SAMPLES_PER_FRAME = 960


class Tone(MediaStreamTrack):
    """A sine of 440 Hz."""

    kind = "audio"

    def __init__(self):
        super().__init__()
        self.position = 0
        self.started = None

    async def recv(self):
        loop = asyncio.get_running_loop()
        self.started = self.started or loop.time()
        await asyncio.sleep(max(0, self.started + self.position / SAMPLE_RATE - loop.time()))
        times = numpy.arange(self.position, self.position + SAMPLES_PER_FRAME) / SAMPLE_RATE
        samples = (numpy.sin(2 * math.pi * 440 * times) * 12000).astype(numpy.int16)
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = SAMPLE_RATE
        frame.pts = self.position
        frame.time_base = fractions.Fraction(1, SAMPLE_RATE)
        self.position += SAMPLES_PER_FRAME
        return frame


class Picture(VideoStreamTrack):
    """A bright bar that moves over a grey picture."""

    async def recv(self):
        pts, time_base = await self.next_timestamp()
        image = numpy.full((180, 320, 3), 96, numpy.uint8)
        left = (pts // 3000 * 4) % 300
        image[:, left : left + 20] = (240, 200, 40)
        frame = av.VideoFrame.from_ndarray(image, format="rgb24")
        frame.pts, frame.time_base = pts, time_base
        return frame


class Client:
    def __init__(self, socket):
        self.socket = socket
        self.last_id = 0
        self.replies = {}
        self.participants = {}
        # Names of everyone who was ever there.
        self.met = set()
        self.self_id = None
        self.sending = RTCPeerConnection()
        self.receiving = None
        self.offers = asyncio.Queue()
        # mid -> track id, as the newest offer assigns it; track id -> frames received.
        self.assignment = {}
        self.counts = {}
        self.tasks = []
        self.disconnect = None

    async def request(self, method, params):
        self.last_id += 1
        reply = asyncio.get_running_loop().create_future()
        self.replies[self.last_id] = reply
        await self.socket.send(json.dumps({"id": self.last_id, "method": method, "params": params}))
        return await asyncio.wait_for(reply, 15)

    async def read(self):
        """Frames are told apart by their keys; unknown events are ignored."""
        try:
            async for text in self.socket:
                frame = json.loads(text)
                if "method" in frame:
                    self.handle_event(frame["method"], frame["params"])
                elif frame.get("id") in self.replies:
                    reply = self.replies.pop(frame["id"])
                    if "error" in frame:
                        reply.set_exception(RuntimeError(f"{frame['error']['code']}: {frame['error']['message']}"))
                    else:
                        reply.set_result(frame["result"])
        except websockets.ConnectionClosed:
            pass

    def handle_event(self, name, params):
        if name == "participantJoined":
            self.participants[params["participant"]["id"]] = params["participant"]
            self.met.add(params["participant"]["name"])
        elif name == "participantLeft":
            self.participants.pop(params["participant"], None)
        elif name == "offer" and params.get("connection") == "subscribe":
            self.offers.put_nowait(params)
        elif name == "message":
            print(json.dumps({"event": "message", "from": params["from"], "body": params["body"]}), flush=True)
        elif name == "disconnect":
            self.disconnect = params

    async def join(self, room, name):
        joined = await self.request("join", {"room": room, "name": name})
        self.self_id = joined["participant"]["id"]
        self.participants = {participant["id"]: participant for participant in joined["participants"]}
        self.met.update(participant["name"] for participant in joined["participants"])

    async def publish(self):
        """Sending media, steps 1 to 3."""
        for track in (Tone(), Picture()):
            self.sending.addTransceiver(track, direction="sendonly")
        await self.sending.setLocalDescription(await self.sending.createOffer())
        transceivers = self.sending.getTransceivers()
        tracks = [
            {"mid": transceiver.mid, "source": "microphone" if transceiver.kind == "audio" else "camera"}
            for transceiver in transceivers
        ]
        sdp = self.sending.localDescription.sdp
        reply = await self.request("offer", {"connection": "publish", "sdp": sdp, "tracks": tracks})
        await self.sending.setRemoteDescription(RTCSessionDescription(reply["sdp"], "answer"))
        return [track.get("track") or track.get("error") for track in reply["tracks"]]

    async def receive(self):
        """Receiving media, steps 2 to 5: answers every offer, in order."""
        while True:
            offer = await self.offers.get()
            if self.receiving is None:
                self.receiving = RTCPeerConnection()
            await self.receiving.setRemoteDescription(RTCSessionDescription(offer["sdp"], "offer"))
            self.assignment = {entry["mid"]: entry["track"] for entry in offer["tracks"]}
            await self.receiving.setLocalDescription(await self.receiving.createAnswer())
            answer = {
                "connection": "subscribe",
                "negotiation": offer["negotiation"],
                "sdp": self.receiving.localDescription.sdp,
            }
            await self.request("answer", answer)
            self.start_counting()

    def start_counting(self):
        for transceiver in self.receiving.getTransceivers():
            track = transceiver.receiver.track
            if track is not None and not hasattr(track, "counted"):
                track.counted = True
                self.tasks.append(asyncio.create_task(self.count(track, transceiver.mid)))

    async def count(self, track, mid):
        """A section may carry another track later, so the frame belongs to whom the section is assigned now."""
        try:
            while True:
                frame = await track.recv()
                entry = self.counts.setdefault(self.assignment.get(mid), {"kind": track.kind, "frames": 0})
                entry["frames"] += 1
                entry["signal"] = max(entry.get("signal", 0), int(numpy.abs(as_array(frame)).max()))
        except MediaStreamError:
            pass

    async def close(self):
        for task in self.tasks:
            task.cancel()
        await self.sending.close()
        if self.receiving is not None:
            await self.receiving.close()


def as_array(frame):
    if isinstance(frame, av.AudioFrame):
        return frame.to_ndarray().astype(numpy.int32)
    return frame.to_ndarray(format="gray")


async def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url")
    parser.add_argument("room")
    parser.add_argument("--name", default="python")
    parser.add_argument("--seconds", type=float, default=10)
    options = parser.parse_args()
    async with websockets.connect(options.url, subprotocols=["crosspoint.v1"], max_size=None) as socket:
        client = Client(socket)
        client.tasks.append(asyncio.create_task(client.read()))
        await client.join(options.room, options.name)
        client.tasks.append(asyncio.create_task(client.receive()))
        print(json.dumps({"event": "published", "tracks": await client.publish()}), flush=True)
        await asyncio.sleep(options.seconds)
        print(
            json.dumps(
                {
                    "event": "result",
                    "met": sorted(client.met),
                    "received": client.counts,
                    "disconnect": client.disconnect,
                }
            ),
            flush=True,
        )
        if client.disconnect is None:
            await client.request("leave", {})
        await client.close()


if __name__ == "__main__":
    asyncio.run(main())
