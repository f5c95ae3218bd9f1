/** The crosspoint: of all lines that cross, one pair is connected. */
export function LogoMark({ size = 28 }: { readonly size?: number }) {
  return (
    <svg class="logo-mark" width={size} height={size} viewBox="0 0 28 28" aria-hidden="true">
      <path class="logo-lines" d="M2 7h24M2 14h24M2 21h24M7 2v24M14 2v24M21 2v24" />
      <path class="logo-route" d="M2 14h19v12" />
      <circle class="logo-point" cx="21" cy="14" r="3.4" />
    </svg>
  );
}

export function Logo() {
  return (
    <span class="logo">
      <LogoMark />
      <span class="logo-word">Crosspoint</span>
    </span>
  );
}
