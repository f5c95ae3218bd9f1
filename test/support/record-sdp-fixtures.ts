import { mkdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { sdpClients } from './sdp-peers/clients.ts';
import { runPublishScenario, supportedScenarios } from './sdp-peers/publish-scenarios.ts';
import type { SdpClient, SdpClientName } from './sdp-peers/sdp-peer.ts';
import { runSubscribeScenario, subscribeScenarios } from './sdp-peers/subscribe-scenarios.ts';

/*
 * Records what real clients write into test/fixtures/sdp/<client>/: the offers of each publish scenario and the answers to
 * each subscribe scenario. Run it with `node test/support/record-sdp-fixtures.ts [chromium|firefox|aiortc|gstreamer ...]`.
 */
const fixtures = fileURLToPath(new URL('../fixtures/sdp/', import.meta.url));

/** Addresses and host names tell about the machine that recorded, and nothing about the client. */
function withoutMachine(sdp: string): string {
  return sdp
    .replaceAll(/^(c=IN IP4 )(?!0\.0\.0\.0)\S+/gm, '$1192.0.2.1')
    .replaceAll(
      /^(a=candidate:(?:\S+ ){4})(\S+)/gm,
      (_line, start: string, address: string) => `${start}${address.includes(':') ? '2001:db8::1' : '192.0.2.1'}`,
    )
    .replaceAll(/@host-\w+/g, '@host-recorder');
}

async function record(client: SdpClient) {
  const directory = `${fixtures}${client.name}/`;
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  const save = (name: string, sdp: string) => writeFile(`${directory}${name}.sdp`, withoutMachine(sdp));
  for (const scenario of supportedScenarios(client)) {
    for (const { name, offer } of await runPublishScenario(client, scenario)) {
      await save(`publish.${scenario.name}.${name}.offer`, offer);
    }
  }
  for (const scenario of subscribeScenarios.filter(({ throwing }) => !throwing?.includes(client.name))) {
    for (const { name, answer } of await runSubscribeScenario(client, scenario)) {
      await save(`subscribe.${scenario.name}.${name}.answer`, answer);
    }
  }
  console.log(`Recorded ${client.name} ${client.version}`);
}

function isClientName(name: string): name is SdpClientName {
  return Object.hasOwn(sdpClients, name);
}

const asked = process.argv.slice(2);
for (const name of asked.length > 0 ? asked : Object.keys(sdpClients)) {
  if (!isClientName(name)) throw new Error(`There is no client named ${name}.`);
  const client = await sdpClients[name]();
  await record(client).finally(() => client.close());
}
