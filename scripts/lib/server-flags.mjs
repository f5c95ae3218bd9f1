/**
 * What Node runs the server with (docs/performance.md).
 *
 * - The event loop marks the heap itself, in steps of less than a millisecond, and collects the young generation itself.
 *   Beside media workers V8's helper threads find no idle core: they would take the event loop's, or wait for their turn
 *   with a part of the work and hold up the rest.
 * - Nothing begins in the old generation. V8 would have whatever is made in certain places begin there once most of it has
 *   lived on for a while, as all does while the first thousand participants come; from then on every request and reply would
 *   stay, with all that it refers to, until the whole heap is collected.
 * - A young generation of 16 MB, on small machines, too: what lives for a moment is dead by the time that it is looked at.
 * - The old generation grows by half at most between two collections. How far V8 lets it depends on speeds that it measures, and
 *   is now and then twice as far on a machine whose speed varies; the process would keep those pages for good.
 */
export const SERVER_NODE_FLAGS = [
  '--no-concurrent-marking',
  '--no-parallel-scavenge',
  '--no-allocation-site-pretenuring',
  '--max-semi-space-size=16',
  '--heap-growing-percent=50',
];
