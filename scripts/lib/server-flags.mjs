/**
 * What Node runs the server with. A young generation of 4 MB in place of 16: what the hub makes for a newcomer lives on for
 * minutes, so collecting less of it at a time is hardly more work, and shortens the usual pauses with ten thousand connections
 * (docs/performance.md).
 */
export const SERVER_NODE_FLAGS = ['--max-semi-space-size=4'];
