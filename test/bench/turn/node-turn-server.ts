import Turn from 'node-turn';

/** Starts node-turn on the port of the first argument. */
const server = new Turn({
  listeningIps: ['127.0.0.1'],
  relayIps: ['127.0.0.1'],
  listeningPort: Number(process.argv[2]),
  authMech: 'long-term',
  credentials: { bench: 'benchmark' },
  realm: 'bench',
  debugLevel: 'OFF',
});
server.start();
process.stdout.write('ready\n');
