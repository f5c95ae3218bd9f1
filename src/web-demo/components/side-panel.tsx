import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { t } from '../i18n/language.ts';
import type { Panel } from '../state/panels.ts';
import { useCall } from './call-context.ts';
import { ChatPanel } from './chat-panel.tsx';
import { Icon } from './icon.tsx';
import { ParticipantsPanel } from './participants-panel.tsx';
import { StatisticsPanel } from './statistics-panel.tsx';

interface PanelFrameProps {
  readonly panel: Panel;
  readonly children: ComponentChildren;
}

/** Takes the focus when it opens and gives it back to whatever opened it. */
function useBorrowedFocus() {
  const element = useRef<HTMLElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    const wanted = element.current?.querySelector<HTMLElement>('[data-autofocus]');
    // On a phone the keyboard would cover what was just opened.
    (matchMedia('(pointer: coarse)').matches ? element.current : (wanted ?? element.current))?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return element;
}

function PanelFrame({ panel, children }: PanelFrameProps) {
  const id = useId();
  const { panels } = useCall().call;
  const element = useBorrowedFocus();
  return (
    <aside
      ref={element}
      class={`panel panel-${panel}`}
      data-testid={`panel-${panel}`}
      aria-labelledby={id}
      tabIndex={-1}
    >
      <header class="panel-header">
        <h2 id={id}>{t(panel)}</h2>
        <button
          type="button"
          class="icon-button"
          data-testid="close-panel"
          aria-label={t('close')}
          onClick={() => panels.closePanel()}
        >
          <Icon name="close" size={20} />
        </button>
      </header>
      {children}
    </aside>
  );
}

const contents = { participants: ParticipantsPanel, chat: ChatPanel, statistics: StatisticsPanel };

/** Whichever panel is open beside the stage; on a phone it covers the stage. */
export function SidePanel() {
  const open = useCall().call.panels.panel.value;
  if (open === null) return null;
  const Content = contents[open];
  return (
    <PanelFrame key={open} panel={open}>
      <Content />
    </PanelFrame>
  );
}
