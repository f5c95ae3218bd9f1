import { useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../i18n/language.ts';
import { useCall } from './call-context.ts';
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
    </section>
  );
}
