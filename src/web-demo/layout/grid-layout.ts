/** The space that tiles share, in CSS pixels. */
export interface Area {
  readonly width: number;
  readonly height: number;
}

/** How many columns and rows, and how large one tile is. */
export interface Grid {
  readonly columns: number;
  readonly rows: number;
  readonly tileWidth: number;
  readonly tileHeight: number;
}

/** Where one tile stands, in CSS pixels from the area's top left corner. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** More than a page of seven by seven faces nobody reads. */
export const maxTilesPerPage = 49;

const widest = 16 / 9;
/** A phone held upright shows upright tiles; on a desktop a camera's picture is wider than high. */
const narrowest = (area: Area) => (area.height > area.width ? 3 / 4 : 4 / 3);

function fitTile(cell: Area, minAspect: number): Area {
  const aspect = cell.width / cell.height;
  if (aspect > widest) return { width: cell.height * widest, height: cell.height };
  if (aspect < minAspect) return { width: cell.width, height: cell.width / minAspect };
  return cell;
}

function gridWithColumns(count: number, columns: number, area: Area, gap: number): Grid {
  const rows = Math.ceil(count / columns);
  const cell = {
    width: Math.max(1, (area.width - gap * (columns - 1)) / columns),
    height: Math.max(1, (area.height - gap * (rows - 1)) / rows),
  };
  const tile = fitTile(cell, narrowest(area));
  return { columns, rows, tileWidth: Math.floor(tile.width), tileHeight: Math.floor(tile.height) };
}

/** Finds the number of columns that gives `count` equal tiles the largest area. */
export function bestGrid(count: number, area: Area, gap: number): Grid {
  let best = gridWithColumns(Math.max(1, count), 1, area, gap);
  for (let columns = 2; columns <= count; columns++) {
    const grid = gridWithColumns(count, columns, area, gap);
    if (grid.tileWidth * grid.tileHeight > best.tileWidth * best.tileHeight) best = grid;
  }
  return best;
}

/** Places `count` tiles in the middle of the area, row by row; a row that is not full is centred. */
export function placeGrid(count: number, area: Area, gap: number): Box[] {
  const grid = bestGrid(count, area, gap);
  const top = (area.height - grid.rows * grid.tileHeight - (grid.rows - 1) * gap) / 2;
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / grid.columns);
    const inRow = Math.min(grid.columns, count - row * grid.columns);
    const left = (area.width - inRow * grid.tileWidth - (inRow - 1) * gap) / 2;
    return {
      x: Math.round(left + (index % grid.columns) * (grid.tileWidth + gap)),
      y: Math.round(top + row * (grid.tileHeight + gap)),
      width: grid.tileWidth,
      height: grid.tileHeight,
    };
  });
}

/** A narrow area is a phone's: fewer and larger faces a page. */
const smallestTile = (area: Area): Area => (area.width < 600 ? { width: 140, height: 96 } : { width: 108, height: 72 });

/** How many tiles one page holds before they become too small to be of use. */
export function gridCapacity(area: Area, gap: number): number {
  const smallest = smallestTile(area);
  for (let count = maxTilesPerPage; count > 1; count--) {
    const grid = bestGrid(count, area, gap);
    if (grid.tileWidth >= smallest.width && grid.tileHeight >= smallest.height) return count;
  }
  return 1;
}
