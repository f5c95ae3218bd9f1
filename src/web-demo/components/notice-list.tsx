import { t } from '../i18n/language.ts';
import { Icon } from './icon.tsx';
import { useStore } from './store-context.ts';

/** Who came and went, what failed: read out by screen readers, gone after a while. */
export function NoticeList() {
  const { notices } = useStore();
  return (
    <div class="notices" role="status" aria-live="polite" data-testid="notices">
      {notices.list.value.map(({ id, text, isProblem }) => (
        <div key={id} class={isProblem ? 'notice notice-problem' : 'notice'} role={isProblem ? 'alert' : undefined}>
          {isProblem ? <Icon name="warning" size={18} /> : null}
          <span>{text}</span>
          <button type="button" class="notice-close" aria-label={t('close')} onClick={() => notices.dismiss(id)}>
            <Icon name="close" size={16} />
          </button>
        </div>
      ))}
    </div>
  );
}
