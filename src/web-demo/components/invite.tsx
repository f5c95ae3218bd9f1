import { useId, useRef, useState } from 'preact/hooks';
import { t } from '../i18n/language.ts';
import { useCall } from './call-context.ts';
import { Icon } from './icon.tsx';
import { LogoMark } from './logo.tsx';
import { MatrixField } from './matrix-field.tsx';
import { useStore } from './store-context.ts';

const canShare = typeof navigator.share === 'function' && matchMedia('(pointer: coarse)').matches;

/** The link with its copy button, and the phone's own share sheet where there is one. */
export function InviteLink() {
  const id = useId();
  const { inviteLink } = useStore();
  const { actions } = useCall();
  const input = useRef<HTMLInputElement>(null);
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    // Selected, it can still be copied by hand.
    if (!(await actions.copyLink())) return input.current?.focus();
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  const share = () => navigator.share({ title: t('shareTitle'), url: inviteLink }).catch(() => undefined);
  return (
    <div class="invite-link">
      <label class="visually-hidden" for={id}>
        {t('inviteLinkLabel')}
      </label>
      <input
        ref={input}
        id={id}
        class="input input-mono"
        data-testid="invite-link"
        readOnly
        value={inviteLink}
        onFocus={(event) => event.currentTarget.select()}
      />
      <div class="invite-buttons">
        <button type="button" class="button button-primary" data-testid="copy-link" onClick={() => void copy()}>
          <Icon name={isCopied ? 'check' : 'copy'} size={20} />
          {isCopied ? t('copied') : t('copyLink')}
        </button>
        {canShare ? (
          <button type="button" class="button" data-testid="share-link" onClick={share}>
            <Icon name="link" size={20} />
            {t('shareLink')}
          </button>
        ) : null}
      </div>
    </div>
  );
}

/** Takes the place of the others while nobody else is there. */
export function InviteCard() {
  return (
    <div class="alone">
      <MatrixField />
      <div class="alone-card">
        <LogoMark size={44} />
        <h2>{t('aloneTitle')}</h2>
        <p>{t('aloneText')}</p>
        <InviteLink />
      </div>
    </div>
  );
}
