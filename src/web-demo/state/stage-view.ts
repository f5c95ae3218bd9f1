import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { type Area, gridCapacity } from '../layout/grid-layout.ts';
import { arrangeStage, type StageLayout } from '../layout/stage-layout.ts';
import { chooseFocus, orderTiles, type TileEntry } from '../model/tile-order.ts';
import type { Person, PersonVideo } from './person.ts';
import type { RoomView } from './room-view.ts';

export interface Tile extends TileEntry {
  readonly person: Person;
  readonly video: PersonVideo | null;
}

export type LayoutChoice = 'auto' | 'grid' | 'speaker';

const tilesOf = (person: Person): Tile[] => {
  const base = { participantId: person.id, isSelf: person.isSelf, joinedAt: person.joinedAt, person };
  const camera: Tile = { ...base, id: `${person.id}:camera`, source: 'camera', video: person.camera };
  if (person.screen === null) return [camera];
  return [camera, { ...base, id: `${person.id}:screen`, source: 'screen', video: person.screen }];
};

/** What the stage shows: which tiles, where, which of them large, and which page. */
export class StageView {
  readonly area: Signal<Area> = signal({ width: 0, height: 0 });
  readonly gap: Signal<number> = signal(8);
  readonly layout: Signal<LayoutChoice> = signal('auto');
  readonly pinnedId: Signal<string | null> = signal(null);
  readonly #wantedPage = signal(0);
  readonly tiles: ReadonlySignal<readonly Tile[]>;
  readonly focusId: ReadonlySignal<string | null>;
  readonly arrangement: ReadonlySignal<StageLayout>;

  constructor(room: Pick<RoomView, 'people' | 'activeSpeaker' | 'lastSpokeAt'>) {
    const everyone = computed(() => room.people.value.flatMap(tilesOf));
    this.focusId = computed(() =>
      chooseFocus({
        tiles: everyone.value,
        layout: this.layout.value,
        pinnedId: this.pinnedId.value,
        activeSpeakerId: room.activeSpeaker.value.participantId,
      }),
    );
    this.tiles = computed(() => this.#inOrder(everyone.value, room.lastSpokeAt.value));
    this.arrangement = computed(() =>
      arrangeStage({
        area: this.area.value,
        gap: this.gap.value,
        tiles: this.tiles.value,
        focusId: this.focusId.value,
        page: this.#wantedPage.value,
      }),
    );
  }

  turnPage(by: number): void {
    const { page, pageCount } = this.arrangement.peek();
    this.#wantedPage.value = Math.min(pageCount - 1, Math.max(0, page + by));
  }

  togglePin(tileId: string): void {
    this.pinnedId.value = this.pinnedId.peek() === tileId ? null : tileId;
  }

  /** Changes between the grid and one large tile; that also lets go of a pinned tile. */
  toggleLayout(): void {
    const showsLarge = this.focusId.peek() !== null;
    this.pinnedId.value = null;
    this.layout.value = showsLarge ? 'grid' : 'speaker';
    this.#wantedPage.value = 0;
  }

  #inOrder(tiles: readonly Tile[], lastSpokeAt: ReadonlyMap<string, number>): Tile[] {
    const byId = new Map(tiles.map((tile) => [tile.id, tile]));
    const order = orderTiles({
      tiles,
      lastSpokeAt,
      pinnedId: this.pinnedId.value,
      capacity: gridCapacity(this.area.value, this.gap.value),
    });
    return order.flatMap(({ id }) => byId.get(id) ?? []);
  }
}
