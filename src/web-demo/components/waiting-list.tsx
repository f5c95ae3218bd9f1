import { useId } from 'preact/hooks';
import type { WaitingParticipant } from '../../client/index.ts';
import { t } from '../i18n/language.ts';
import { Avatar } from './avatar.tsx';
import { useCall } from './call-context.ts';
import { Icon } from './icon.tsx';
import { useFocusHeir } from './use-focus-heir.ts';

function WaitingRow({ person }: { readonly person: WaitingParticipant }) {
  const { moderation } = useCall().call;
  const { id, identity } = person;
  const name = person.name || t('guest');
  const row = useFocusHeir<HTMLLIElement>();
  return (
    <li ref={row} class="roster-row" data-testid="waiting-row" data-participant={id}>
      <Avatar id={id} name={person.name} />
      <span class="roster-name">
        {name}
        {identity !== undefined && identity !== name ? <small class="roster-identity">{identity}</small> : null}
      </span>
      <button
        type="button"
        class="icon-button"
        data-testid="turn-away"
        aria-label={t('turnAwayName', { name })}
        title={t('turnAwayName', { name })}
        onClick={() => void moderation.remove(id)}
      >
        <Icon name="close" size={20} />
      </button>
      <button
        type="button"
        class="button button-small button-primary"
        data-testid="admit"
        aria-label={t('admitName', { name })}
        onClick={() => void moderation.admit(id)}
      >
        {t('admit')}
      </button>
    </li>
  );
}

/** Who waits before the door, for those who may open it. */
export function WaitingList() {
  const id = useId();
  const { door, moderation } = useCall().call;
  const { value: waiting } = door.waiting;
  if (!door.canModerate.value || waiting.length === 0) return null;
  return (
    <section class="waiting-list" aria-labelledby={id} data-testid="waiting-list">
      <header class="waiting-head">
        <h3 id={id}>
          {t('waitingTitle')} <span class="waiting-count">{waiting.length}</span>
        </h3>
        {waiting.length > 1 ? (
          <button
            type="button"
            class="button button-small"
            data-testid="admit-all"
            onClick={() => void moderation.admitAll()}
          >
            {t('admitAll')}
          </button>
        ) : null}
      </header>
      <ul class="roster">
        {waiting.map((person) => (
          <WaitingRow key={person.id} person={person} />
        ))}
      </ul>
    </section>
  );
}
