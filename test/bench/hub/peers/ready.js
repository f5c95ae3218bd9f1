/** Tells the benchmark where this hub listens, and ends with the benchmark. */
export function ready(port) {
  console.log(JSON.stringify({ event: 'ready', port }));
  process.stdin.resume().on('end', () => process.exit());
}
