"""One webrtcbin, driven by lines of JSON on standard input; each gets one line of JSON in reply."""
import json
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import Gst, GstSdp, GstWebRTC  # noqa: E402

Gst.init(None)

# webrtcbin offers what the caps behind the payloader say.
MICROPHONE = (
    "audiotestsrc is-live=true ! audioconvert ! opusenc ! rtpopuspay pt={payload} mtu=1200"
    " ! capsfilter caps=application/x-rtp,media=audio,encoding-name=OPUS,payload={payload}"
)
CAMERA = (
    "videotestsrc is-live=true ! video/x-raw,width=320,height=180 ! vp8enc deadline=1 ! rtpvp8pay pt={payload} mtu=1200"
    " ! capsfilter caps=application/x-rtp,media=video,encoding-name=VP8,payload={payload}"
)


class Peer:
    def __init__(self):
        self.pipeline = Gst.Pipeline.new()
        self.webrtc = Gst.ElementFactory.make("webrtcbin")
        self.webrtc.set_property("bundle-policy", GstWebRTC.WebRTCBundlePolicy.MAX_BUNDLE)
        self.pipeline.add(self.webrtc)
        self.pipeline.set_state(Gst.State.PLAYING)
        self.cameras = []
        self.next_payload = 96
        # A description lives only as long as the reply that it came in, and the bindings do not know.
        self.replies = []

    def version(self, _argument):
        return ".".join(str(number) for number in Gst.version()[:3])

    def perform(self, action):
        getattr(self, action)()

    def add_source(self, description):
        source = Gst.parse_bin_from_description(description.format(payload=self.next_payload), True)
        self.next_payload += 1
        self.pipeline.add(source)
        source.link(self.webrtc)
        source.sync_state_with_parent()
        transceiver = self.transceivers()[-1]
        transceiver.set_property("direction", GstWebRTC.WebRTCRTPTransceiverDirection.SENDONLY)
        return transceiver

    def transceivers(self):
        found = []
        while transceiver := self.webrtc.emit("get-transceiver", len(found)):
            found.append(transceiver)
        return found

    def addMicrophone(self):
        self.add_source(MICROPHONE)

    def addCamera(self):
        self.cameras.append(self.add_source(CAMERA))

    def addScreenWithAudio(self):
        self.addCamera()
        self.addMicrophone()

    def addDataChannel(self):
        if not self.webrtc.emit("create-data-channel", "data", None):
            raise RuntimeError("no data channel")

    def removeCamera(self):
        self.cameras.pop().set_property("direction", GstWebRTC.WebRTCRTPTransceiverDirection.INACTIVE)

    def call(self, signal, *arguments):
        promise = Gst.Promise.new()
        self.webrtc.emit(signal, *arguments, promise)
        result = promise.wait()
        reply = promise.get_reply()
        self.replies.append((promise, reply))
        if result != Gst.PromiseResult.REPLIED:
            raise RuntimeError(f"{signal}: {result.value_nick}")
        if reply is not None and reply.has_field("error"):
            raise RuntimeError(f"{signal}: {reply.get_value('error').message}")
        return reply

    def describe(self, kind, sdp):
        result, message = GstSdp.SDPMessage.new_from_text(sdp)
        if result != GstSdp.SDPResult.OK:
            raise RuntimeError(f"unparsable {kind}: {result}")
        types = {"offer": GstWebRTC.WebRTCSDPType.OFFER, "answer": GstWebRTC.WebRTCSDPType.ANSWER}
        return GstWebRTC.WebRTCSessionDescription.new(types[kind], message)

    def createOffer(self, _argument):
        offer = self.call("create-offer", None).get_value("offer")
        self.call("set-local-description", offer)
        return offer.sdp.as_text()

    def acceptAnswer(self, sdp):
        self.call("set-remote-description", self.describe("answer", sdp))

    def answerOffer(self, sdp):
        self.call("set-remote-description", self.describe("offer", sdp))
        answer = self.call("create-answer", None).get_value("answer")
        self.call("set-local-description", answer)
        return answer.sdp.as_text()


peer = Peer()
while line := sys.stdin.readline():
    request = json.loads(line)
    try:
        reply = {"result": getattr(peer, request["method"])(request.get("argument"))}
    except Exception as error:  # Whatever GStreamer says is the test's result.
        reply = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(reply), flush=True)
