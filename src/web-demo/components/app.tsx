import { useEffect } from 'preact/hooks';
import { language } from '../i18n/language.ts';
import type { CallStore } from '../state/call-store.ts';
import { CallView } from './call-view.tsx';
import { Lobby } from './lobby.tsx';
import { EndedPage, UnsupportedPage } from './message-page.tsx';
import { StoreContext, useStore } from './store-context.ts';
import { WaitingPage } from './waiting-page.tsx';

function CurrentView() {
  const view = useStore().view.value;
  switch (view.name) {
    case 'unsupported':
      return <UnsupportedPage problem={view.problem} />;
    case 'call':
      return view.call.door.isHeld.value ? <WaitingPage call={view.call} /> : <CallView call={view.call} />;
    case 'ended':
      return <EndedPage reason={view.reason} />;
    default:
      return <Lobby />;
  }
}

export function App({ store }: { readonly store: CallStore }) {
  const spoken = language.value;
  useEffect(() => {
    document.documentElement.lang = spoken === 'zh' ? 'zh-Hans' : spoken;
  }, [spoken]);
  return (
    <StoreContext.Provider value={store}>
      <CurrentView />
    </StoreContext.Provider>
  );
}
