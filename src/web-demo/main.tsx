import './styles/index.css';
import { render } from 'preact';
import { CrosspointClient } from '../client/index.ts';
import { App } from './components/app.tsx';
import { startLanguage } from './i18n/language.ts';
import { CallStore } from './state/call-store.ts';

/** `?relay` sends all media through TURN, to try that out or to find out whether it works at all. */
const relayOnly = new URLSearchParams(location.search).has('relay');
/** After this a person would rather be asked than wait. */
const giveUpAfterMs = 120_000;

const store = new CallStore(
  () =>
    new CrosspointClient({
      reconnect: { giveUpAfterMs },
      ...(relayOnly && { rtcConfiguration: { iceTransportPolicy: 'relay' } }),
    }),
);

const host = document.getElementById('app');
await startLanguage();
if (host) render(<App store={store} />, host);
