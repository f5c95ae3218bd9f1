/** What the order of tiles depends on; the store builds these from the client's participants. */
export interface TileEntry {
  readonly id: string;
  readonly participantId: string;
  readonly isSelf: boolean;
  readonly source: 'camera' | 'screen';
  readonly joinedAt: number;
}

export interface TileOrderOptions {
  readonly tiles: readonly TileEntry[];
  /** When each participant was last heard, in milliseconds; absent for who never spoke. */
  readonly lastSpokeAt: ReadonlyMap<string, number>;
  readonly pinnedId: string | null;
  /** Tiles on the first page. */
  readonly capacity: number;
}

const rank = (tile: TileEntry, pinnedId: string | null): number => {
  if (tile.id === pinnedId) return 0;
  if (tile.isSelf) return tile.source === 'screen' ? 3 : 4;
  return tile.source === 'screen' ? 1 : 2;
};

const byRankAndArrival = (pinnedId: string | null) => (a: TileEntry, b: TileEntry) =>
  rank(a, pinnedId) - rank(b, pinnedId) || a.joinedAt - b.joinedAt || a.id.localeCompare(b.id);

/**
 * Orders tiles so that they stay where they are: the pinned one, screens, people in order of arrival. Ourselves come
 * last of the first page; whoever speaks on a later page takes the place of the one there that was silent longest.
 */
export function orderTiles({ tiles, lastSpokeAt, pinnedId, capacity }: TileOrderOptions): TileEntry[] {
  const sorted = tiles.toSorted(byRankAndArrival(pinnedId));
  if (sorted.length <= capacity) return sorted;
  const self = sorted.filter((tile) => rank(tile, pinnedId) >= 3);
  const rest = sorted.filter((tile) => rank(tile, pinnedId) < 3);
  const places = Math.max(1, capacity - self.length);
  const promoted = promoteSpeakers({ tiles: rest, lastSpokeAt, pinnedId, capacity: places });
  return [...promoted.slice(0, places), ...self, ...promoted.slice(places)];
}

/** The participants heard last keep or get a place on the first page; within the page nobody moves needlessly. */
function promoteSpeakers({ tiles, lastSpokeAt, pinnedId, capacity }: TileOrderOptions): TileEntry[] {
  const spokeAt = (tile: TileEntry) => lastSpokeAt.get(tile.participantId) ?? 0;
  const page = tiles.slice(0, capacity);
  const waiting = tiles.slice(capacity);
  const arrivals = waiting.filter((tile) => spokeAt(tile) > 0).toSorted((a, b) => spokeAt(b) - spokeAt(a));
  for (const arrival of arrivals) {
    const quietest = page
      .filter((tile) => rank(tile, pinnedId) === 2)
      .reduce<TileEntry | undefined>(
        (least, tile) => (least && spokeAt(least) <= spokeAt(tile) ? least : tile),
        undefined,
      );
    if (quietest === undefined || spokeAt(quietest) >= spokeAt(arrival)) break;
    page[page.indexOf(quietest)] = arrival;
    waiting[waiting.indexOf(arrival)] = quietest;
  }
  return [...page, ...waiting];
}

export interface FocusOptions {
  readonly tiles: readonly TileEntry[];
  /** What the person chose; `auto` shows a shared screen large and otherwise the grid. */
  readonly layout: 'auto' | 'grid' | 'speaker';
  readonly pinnedId: string | null;
  readonly activeSpeakerId: string | null;
}

/** Which tile is shown large, or null for the grid. */
export function chooseFocus({ tiles, layout, pinnedId, activeSpeakerId }: FocusOptions): string | null {
  if (tiles.some((tile) => tile.id === pinnedId)) return pinnedId;
  if (layout === 'grid') return null;
  const screen = tiles.filter((tile) => tile.source === 'screen' && !tile.isSelf).at(-1);
  if (screen !== undefined) return screen.id;
  if (layout === 'auto') return null;
  const others = tiles.filter((tile) => tile.source === 'camera' && !tile.isSelf);
  const speaker = others.find((tile) => tile.participantId === activeSpeakerId) ?? others[0];
  return speaker?.id ?? null;
}
