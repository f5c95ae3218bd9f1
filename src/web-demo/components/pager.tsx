import { t } from '../i18n/language.ts';
import { useCall } from './call-context.ts';
import { Icon } from './icon.tsx';

/** Turns the pages of the stage, when there is more than one. */
export function Pager() {
  const { call } = useCall();
  const { page, pageCount } = call.stage.arrangement.value;
  if (pageCount < 2) return null;
  return (
    <nav class="pager" aria-label={t('pageOf', { page: page + 1, count: pageCount })} data-testid="pager">
      <button
        type="button"
        class="icon-button"
        data-testid="previous-page"
        aria-label={t('previousPage')}
        disabled={page === 0}
        onClick={() => call.stage.turnPage(-1)}
      >
        <Icon name="left" size={20} />
      </button>
      <span class="pager-count" aria-hidden="true">
        {page + 1} / {pageCount}
      </span>
      <button
        type="button"
        class="icon-button"
        data-testid="next-page"
        aria-label={t('nextPage')}
        disabled={page === pageCount - 1}
        onClick={() => call.stage.turnPage(1)}
      >
        <Icon name="right" size={20} />
      </button>
    </nav>
  );
}
