#!/bin/sh
# Makes the media that headless publishers send, with GStreamer (Debian: gstreamer1.0-tools, -plugins-base, -plugins-good,
# -libav). Three seconds of a moving test picture in three sizes, one key frame at the start of each; and two seconds of
# Opus. Publishers send them in a loop.
set -eu
cd "$(dirname "$0")"
video() { # name width height bits-per-second
  gst-launch-1.0 -q videotestsrc num-buffers=75 pattern=zone-plate kx2=6 ky2=6 kt=90 ! \
    "video/x-raw,format=I420,width=$2,height=$3,framerate=25/1" ! \
    vp8enc deadline=1 cpu-used=4 target-bitrate="$4" end-usage=cbr max-intra-bitrate=300 keyframe-max-dist=1000 error-resilient=default ! \
    avmux_ivf ! filesink location="$1.ivf"
}
video low 320 180 120000
video middle 640 360 350000
video high 1280 720 900000
gst-launch-1.0 -q audiotestsrc num-buffers=100 samplesperbuffer=960 wave=ticks tick-interval=500000000 freq=440 volume=0.4 ! \
  audio/x-raw,rate=48000,channels=2 ! opusenc bitrate=32000 frame-size=20 ! oggmux ! filesink location=audio.ogg
