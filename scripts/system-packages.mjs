// Every Debian package that a command may install, each with its reason. A name with alternatives separated by "|"
// takes the first that the distribution offers.

/** To build the mediasoup worker from source; nothing else needs a compiler. */
export const workerBuildPackages = {
  cmake: 'generates the build',
  'ninja-build': 'runs it, with progress',
  'g++': 'C++20 compiler',
  'libuv1-dev': "the worker's event loop",
  'libssl-dev': 'DTLS',
  'libsrtp2-dev': 'SRTP',
  'libflatbuffers-dev': 'the channel between Node and the worker',
  'flatbuffers-compiler': "turns the channel's schemas into headers",
  'libabsl-dev': 'used by the bandwidth estimation taken from libwebrtc',
};

/** For `npm test`. */
export const testPackages = {
  'chromium|chromium-browser': 'a browser in the call, driven by puppeteer',
  'firefox-esr|firefox': 'the other browser in the call',
  coturn: 'turnutils_uclient and turnutils_stunclient, which test our TURN server from outside',
  python3: 'runs the foreign clients',
  'python3-aiortc': 'a foreign WebRTC client: Python',
  'python3-websockets': 'signaling for the Python example',
  'python3-msgpack': 'a foreign client that speaks MessagePack',
  'python3-gi': 'GStreamer from Python',
  'gir1.2-gst-plugins-bad-1.0': 'webrtcbin from Python',
  'gstreamer1.0-plugins-base': 'a foreign WebRTC client: GStreamer (Opus, test sources)',
  'gstreamer1.0-plugins-good': 'GStreamer: RTP and VP8',
  'gstreamer1.0-plugins-bad': 'GStreamer: webrtcbin, DTLS, SRTP',
  'gstreamer1.0-plugins-ugly': 'GStreamer: H264',
  'gstreamer1.0-nice': 'GStreamer: ICE',
  'nginx-light|nginx': 'the reverse proxy that the deployment guide describes',
  prometheus: 'reads the metrics and answers the questions of the dashboard',
  'libnss3-tools': 'lets a browser trust a test certificate',
  openssl: 'makes test certificates',
  iproute2: 'two hosts on one machine, for the test of a local network',
  'fonts-noto-cjk': 'Chinese text in screenshots',
};

/** Package names in the form that the installer takes: a list of alternatives for each. */
export function packageNames(table) {
  return Object.keys(table).map((name) => name.split('|'));
}
