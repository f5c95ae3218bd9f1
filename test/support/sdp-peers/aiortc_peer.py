"""One aiortc peer connection, driven by lines of JSON on standard input; each gets one line of JSON in reply."""
import asyncio
import json
import sys

import aiortc
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, VideoStreamTrack


class Peer:
    def __init__(self):
        self.connection = RTCPeerConnection()

    async def version(self, _argument):
        return aiortc.__version__

    async def perform(self, action):
        getattr(self, action)()

    def addMicrophone(self):
        self.connection.addTransceiver(AudioStreamTrack(), direction="sendonly")

    def addCamera(self):
        self.connection.addTransceiver(VideoStreamTrack(), direction="sendonly")

    def addScreenWithAudio(self):
        self.addCamera()
        self.addMicrophone()

    def addDataChannel(self):
        self.connection.createDataChannel("data")

    def removeCamera(self):
        camera = [t for t in self.connection.getTransceivers() if t.kind == "video" and t.sender.track][-1]
        camera.sender.replaceTrack(None)
        camera.direction = "inactive"

    async def createOffer(self, _argument):
        await self.connection.setLocalDescription(await self.connection.createOffer())
        return self.connection.localDescription.sdp

    async def acceptAnswer(self, sdp):
        await self.connection.setRemoteDescription(RTCSessionDescription(sdp, "answer"))

    async def answerOffer(self, sdp):
        await self.connection.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        await self.connection.setLocalDescription(await self.connection.createAnswer())
        return self.connection.localDescription.sdp


async def main():
    peer = Peer()
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        request = json.loads(line)
        try:
            reply = {"result": await getattr(peer, request["method"])(request.get("argument"))}
        except Exception as error:  # Whatever aiortc throws is the test's result.
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), flush=True)


asyncio.run(main())
