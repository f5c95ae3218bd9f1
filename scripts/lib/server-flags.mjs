/**
 * What Node runs the server with (docs/performance.md).
 *
 * - A young generation of 4 MB in place of 16: what the hub makes for a newcomer lives on for minutes, so collecting less of
 *   it at a time is hardly more work, and shortens the usual pauses with ten thousand connections.
 * - The event loop marks the heap itself, in steps of less than a millisecond, and collects the young generation itself.
 *   Beside media workers V8's helper threads find no idle core: they would take the event loop's, or wait for their turn
 *   with a part of the work and hold up the rest.
 */
export const SERVER_NODE_FLAGS = ['--max-semi-space-size=4', '--no-concurrent-marking', '--no-parallel-scavenge'];
