import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Call } from '../state/call.ts';
import { createCallActions } from '../state/call-actions.ts';
import { Banners } from './banners.tsx';
import { CallContext } from './call-context.ts';
import { ControlBar } from './control-bar.tsx';
import { OpenDialog } from './dialogs.tsx';
import { NoticeList } from './notice-list.tsx';
import { SidePanel } from './side-panel.tsx';
import { Stage } from './stage.tsx';
import { useStore } from './store-context.ts';
import { TopBar } from './top-bar.tsx';
import { useShortcuts } from './use-shortcuts.ts';

function CallBody() {
  const main = useRef<HTMLElement>(null);
  useShortcuts();
  useEffect(() => main.current?.focus(), []);
  return (
    <div class="call" data-testid="call">
      <TopBar />
      <main class="call-main" ref={main} tabIndex={-1}>
        <div class="call-column">
          <Banners />
          <Stage />
        </div>
        <SidePanel />
      </main>
      <ControlBar />
      <OpenDialog />
      <NoticeList />
    </div>
  );
}

/** The call itself. */
export function CallView({ call }: { readonly call: Call }) {
  const store = useStore();
  const value = useMemo(() => ({ call, actions: createCallActions(store, call) }), [store, call]);
  return (
    <CallContext.Provider value={value}>
      <CallBody />
    </CallContext.Provider>
  );
}
