import { type Area, type Box, gridCapacity, placeGrid } from './grid-layout.ts';

/** `strip` boxes are small, `float` lies above the others. */
export type TileRole = 'grid' | 'focus' | 'strip' | 'float';

interface PlacedTile {
  readonly id: string;
  readonly box: Box;
  readonly role: TileRole;
}

export interface StageTile {
  readonly id: string;
  readonly isSelf: boolean;
  readonly source: 'camera' | 'screen';
}

export interface StageRequest {
  readonly area: Area;
  readonly gap: number;
  /** In the order they are to be shown. */
  readonly tiles: readonly StageTile[];
  /** The tile to show large, or null for the grid. */
  readonly focusId: string | null;
  readonly page: number;
}

export interface StageLayout {
  readonly placed: readonly PlacedTile[];
  readonly page: number;
  readonly pageCount: number;
}

const stripAspect = 16 / 9;
const screenAspect = 16 / 10;

/** Arranges the tiles of a call: a pair, a grid with pages, or one large tile with a strip of the others. */
export function arrangeStage(request: StageRequest): StageLayout {
  const { tiles, focusId, area } = request;
  if (tiles.length === 0 || area.width < 1 || area.height < 1) return { placed: [], page: 0, pageCount: 1 };
  const focus = tiles.find((tile) => tile.id === focusId);
  if (focus !== undefined) return arrangeFocus(request, focus);
  return isSmallCall(tiles) ? arrangePair(request) : arrangeGrid(request);
}

/** Two cameras, one of them our own: the other person fills the stage. Alone: the invitation does. */
function isSmallCall(tiles: readonly StageTile[]): boolean {
  return (
    tiles.length <= 2 &&
    tiles.every((tile) => tile.source === 'camera') &&
    tiles.filter((tile) => tile.isSelf).length === 1
  );
}

/** The other person large, ourselves small in the corner, as on a phone call. */
function arrangePair({ tiles, area, gap }: StageRequest): StageLayout {
  const upright = area.height > area.width;
  const float = upright
    ? { width: Math.min(132, area.width * 0.34), height: Math.min(176, area.width * 0.45) }
    : { width: Math.min(256, area.width * 0.24), height: Math.min(144, area.width * 0.135) };
  const inset = gap + 4;
  const placed = tiles.map((tile): PlacedTile => {
    if (!tile.isSelf) return { id: tile.id, role: 'focus', box: { x: 0, y: 0, ...area } };
    const box = {
      x: Math.round(area.width - float.width - inset),
      y: Math.round(area.height - float.height - inset),
      width: Math.round(float.width),
      height: Math.round(float.height),
    };
    return { id: tile.id, role: 'float', box };
  });
  return { placed, page: 0, pageCount: 1 };
}

function pageOf<T>(items: readonly T[], capacity: number, wanted: number) {
  const pageCount = Math.max(1, Math.ceil(items.length / capacity));
  const page = Math.min(Math.max(0, wanted), pageCount - 1);
  return { items: items.slice(page * capacity, (page + 1) * capacity), page, pageCount };
}

function arrangeGrid({ tiles, area, gap, page: wanted }: StageRequest): StageLayout {
  const { items, page, pageCount } = pageOf(tiles, gridCapacity(area, gap), wanted);
  return { placed: placeAll(items, placeGrid(items.length, area, gap), 'grid'), page, pageCount };
}

function placeAll(tiles: readonly StageTile[], boxes: readonly Box[], role: TileRole): PlacedTile[] {
  return tiles.flatMap((tile, index) => {
    const box = boxes[index];
    return box === undefined ? [] : [{ id: tile.id, role, box }];
  });
}

interface Strip {
  readonly beside: boolean;
  readonly tile: Area;
  readonly capacity: number;
}

/** A strip's tiles shrink down to this share of their size before the strip gets a second page. */
const maxShrink = 0.72;

/** A wide stage has its strip beside the large tile, an upright one below it. */
function planStrip(area: Area, gap: number, count: number): Strip {
  const beside = area.width > area.height * 1.15;
  const width = beside ? Math.min(232, Math.max(120, area.width * 0.18)) : Math.min(168, (area.width - gap) / 2);
  const room = beside ? area.height : area.width;
  const full = beside ? width / stripAspect : width;
  const needed = (room - gap * (count - 1)) / count;
  const scale = Math.min(1, Math.max(maxShrink, needed / full));
  const tile = { width: Math.floor(width * scale), height: Math.floor((width * scale) / stripAspect) };
  const each = (beside ? tile.height : tile.width) + gap;
  return { beside, tile, capacity: Math.max(1, Math.floor((room + gap) / each)) };
}

function arrangeFocus(request: StageRequest, focus: StageTile): StageLayout {
  const { tiles, area } = request;
  const others = tiles.filter((tile) => tile !== focus);
  if (others.length === 0) {
    return { placed: [{ id: focus.id, role: 'focus', box: { x: 0, y: 0, ...area } }], page: 0, pageCount: 1 };
  }
  const isUprightScreen = focus.source === 'screen' && area.height > area.width * 1.2;
  return isUprightScreen ? arrangeBelowScreen(request, focus, others) : arrangeStrip(request, focus, others);
}

/** On a phone a screen is as wide as the stage and not very high: the others have all the rest. */
function arrangeBelowScreen({ area, gap, page: wanted }: StageRequest, focus: StageTile, others: StageTile[]) {
  const height = Math.round(area.width / screenAspect);
  const rest = { width: area.width, height: area.height - height - gap };
  const { items, page, pageCount } = pageOf(others, gridCapacity(rest, gap), wanted);
  const large: PlacedTile = { id: focus.id, role: 'focus', box: { x: 0, y: 0, width: area.width, height } };
  const small = placeAll(items, placeGrid(items.length, rest, gap), 'strip');
  const lowered = small.map((tile) => ({ ...tile, box: { ...tile.box, y: tile.box.y + height + gap } }));
  return { placed: [large, ...lowered], page, pageCount };
}

function arrangeStrip({ area, gap, page: wanted }: StageRequest, focus: StageTile, others: StageTile[]): StageLayout {
  const strip = planStrip(area, gap, others.length);
  const { items, page, pageCount } = pageOf(others, strip.capacity, wanted);
  const large = strip.beside
    ? { x: 0, y: 0, width: area.width - strip.tile.width - gap, height: area.height }
    : { x: 0, y: 0, width: area.width, height: area.height - strip.tile.height - gap };
  const boxes = items.map((_, index) => stripBox({ index, count: items.length, strip, area, gap }));
  return { placed: [{ id: focus.id, role: 'focus', box: large }, ...placeAll(items, boxes, 'strip')], page, pageCount };
}

interface StripSlot {
  readonly index: number;
  readonly count: number;
  readonly strip: Strip;
  readonly area: Area;
  readonly gap: number;
}

/** The strip's tiles stand in its middle. */
function stripBox({ index, count, strip, area, gap }: StripSlot): Box {
  const each = (strip.beside ? strip.tile.height : strip.tile.width) + gap;
  const start = ((strip.beside ? area.height : area.width) - count * each + gap) / 2;
  const along = Math.round(Math.max(0, start) + index * each);
  return strip.beside
    ? { x: area.width - strip.tile.width, y: along, ...strip.tile }
    : { x: along, y: area.height - strip.tile.height, ...strip.tile };
}
