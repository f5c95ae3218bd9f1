const step = 56;

interface Route {
  readonly row: number;
  readonly column: number;
}

/** Chosen by eye: few enough to stay calm. */
const routes: readonly Route[] = [
  { row: 2, column: 19 },
  { row: 5, column: 3 },
  { row: 9, column: 14 },
  { row: 12, column: 7 },
];

function RoutePath({ row, column }: Route) {
  const x = column * step + 0.5;
  const y = row * step + 0.5;
  return (
    <g class="matrix-route">
      <path d={`M0 ${y}H${x}V4000`} />
      <circle cx={x} cy={y} r="4" />
    </g>
  );
}

/** The switching matrix behind lobby and messages: a field of lines, a few of them connected. */
export function MatrixField() {
  return (
    <svg class="matrix-field" width="100%" height="100%" aria-hidden="true">
      <defs>
        <pattern id="matrix-cell" class="matrix-cell" width={step} height={step} patternUnits="userSpaceOnUse">
          <path d={`M0 .5H${step}M.5 0V${step}`} />
          <circle cx=".5" cy=".5" r="1.5" />
        </pattern>
      </defs>
      <rect width="100%" height="100%" fill="url(#matrix-cell)" />
      {routes.map((route) => (
        <RoutePath key={route.row} {...route} />
      ))}
    </svg>
  );
}
