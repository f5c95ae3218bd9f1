import { useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../i18n/language.ts';
import { useCall } from './call-context.ts';
import { Icon } from './icon.tsx';
import { InviteCard } from './invite.tsx';
import { TileView } from './tile.tsx';

/** Tells the layout how much room there is, now and whenever it changes. */
function useMeasuredArea() {
  const { call } = useCall();
  const element = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (element.current === null) return;
    const observer = new ResizeObserver(([entry]) => {
      if (!entry) return;
      const { width, height } = entry.contentRect;
      call.stage.gap.value = width < 600 ? 6 : 10;
      call.stage.area.value = { width: Math.floor(width), height: Math.floor(height) };
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [call]);
  return element;
}

function Pager() {
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

/** The pictures of the call. All tiles have one parent, so that a picture goes on while its tile moves. */
export function Stage() {
  const { call } = useCall();
  const area = useMeasuredArea();
  const { placed } = call.stage.arrangement.value;
  const tiles = new Map(call.stage.tiles.value.map((tile) => [tile.id, tile]));
  const isAlone = call.room.people.value.length === 1;
  return (
    <section class="stage" aria-label={t('stage')} data-testid="stage">
      <div class="stage-area" ref={area}>
        {isAlone ? <InviteCard /> : null}
        {placed.map(({ id, box, role }) => {
          const tile = tiles.get(id);
          return tile ? <TileView key={id} tile={tile} box={box} role={role} /> : null;
        })}
      </div>
      <Pager />
    </section>
  );
}
