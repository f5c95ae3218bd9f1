/** Outlines on a 24-pixel grid, drawn for this page; `|` separates paths. */
const shapes = {
  mic: 'M12 3.5a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0v-5a3 3 0 0 0-3-3Z|M5.5 11.5a6.5 6.5 0 0 0 13 0|M12 18v3',
  micOff:
    'M9 9v2.5a3 3 0 0 0 4.7 2.5|M15 11V6.5a3 3 0 0 0-5.6-1.5|M5.5 11.5a6.5 6.5 0 0 0 10.7 5|M18.5 11.5c0 .7-.1 1.4-.3 2|M12 18v3|M4 3.5l16 17',
  camera: 'M4.5 6.5h9a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2h-9a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2Z|M15.5 10.8l6-3.3v9l-6-3.3',
  cameraOff:
    'M9.5 6.5h4a2 2 0 0 1 2 2v3|M15.5 15.5a2 2 0 0 1-2 2h-9a2 2 0 0 1-2-2v-7c0-.9.6-1.7 1.5-1.9|M15.5 10.8l6-3.3v9l-3.2-1.8|M3.5 3.5l17 17',
  share:
    'M4 4.5h16a1.5 1.5 0 0 1 1.5 1.5v9.5a1.5 1.5 0 0 1-1.5 1.5h-16a1.5 1.5 0 0 1-1.5-1.5v-9.5a1.5 1.5 0 0 1 1.5-1.5Z|M8 20.5h8|M12 14v-6|M9.2 10.6l2.8-2.8 2.8 2.8',
  stopShare:
    'M4 4.5h16a1.5 1.5 0 0 1 1.5 1.5v9.5a1.5 1.5 0 0 1-1.5 1.5h-16a1.5 1.5 0 0 1-1.5-1.5v-9.5a1.5 1.5 0 0 1 1.5-1.5Z|M8 20.5h8|M9.5 8.2l5 5|M14.5 8.2l-5 5',
  leave:
    'M2.8 14.6c-.6-1.2-.3-2.7.8-3.6a13 13 0 0 1 16.8 0c1.1.9 1.4 2.4.8 3.6l-.4.7a1.5 1.5 0 0 1-1.9.6l-2.6-1.1a1.5 1.5 0 0 1-.9-1.4v-1.5a11 11 0 0 0-6.8 0v1.5c0 .6-.4 1.2-.9 1.4l-2.6 1.1a1.5 1.5 0 0 1-1.9-.6Z',
  people:
    'M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Z|M2.5 19.5a6.5 6.5 0 0 1 13 0|M15.8 4.9a3.5 3.5 0 0 1 0 6.2|M18 14a6.5 6.5 0 0 1 3.5 5.5',
  chat: 'M4.5 4.5h15a2 2 0 0 1 2 2v8.5a2 2 0 0 1-2 2h-7.5l-4.5 3.5v-3.5h-3a2 2 0 0 1-2-2v-8.5a2 2 0 0 1 2-2Z|M7.5 9h9|M7.5 12.5h5.5',
  statistics: 'M3.5 20.5h17|M6 17v-5|M11 17v-11|M16 17v-8|M20.5 17v-3',
  settings:
    'M4 7h9|M17 7h3|M4 17h3|M11 17h9|M15 9.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4Z|M9 19.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4Z',
  more: 'M5.5 12h.01|M12 12h.01|M18.5 12h.01',
  grid: 'M4 4.5h7v6.5h-7Z|M13.5 4.5h6.5v6.5h-6.5Z|M4 13.5h7v6h-7Z|M13.5 13.5h6.5v6h-6.5Z',
  spotlight: 'M3.5 5h12v14h-12Z|M18 5h2.5v3.2h-2.5Z|M18 10.4h2.5v3.2h-2.5Z|M18 15.8h2.5v3.2h-2.5Z',
  pin: 'M9 3.5h6l-.8 6 3.3 3.5v1.5h-11v-1.5l3.3-3.5Z|M12 14.5v6',
  expand: 'M4 9v-5h5|M20 9v-5h-5|M4 15v5h5|M20 15v5h-5',
  shrink: 'M9 4v5h-5|M15 4v5h5|M9 20v-5h-5|M15 20v-5h5',
  close: 'M6 6l12 12|M18 6l-12 12',
  copy: 'M9 9h10.5v10.5h-10.5Z|M5.5 15h-1v-10.5h10.5v1',
  check: 'M5 12.5l4.5 4.5 9.5-10',
  link: 'M10 14a4 4 0 0 0 5.7 0l3.3-3.3a4 4 0 0 0-5.7-5.7l-1 1|M14 10a4 4 0 0 0-5.7 0l-3.3 3.3a4 4 0 0 0 5.7 5.7l1-1',
  addPerson: 'M10 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Z|M3.5 19.5a6.5 6.5 0 0 1 13 0|M19 7v6|M16 10h6',
  send: 'M4 12l16-7.5-5.5 16-3-7Z|M11.5 13.5l8.5-9',
  left: 'M14.5 5.5l-6.5 6.5 6.5 6.5',
  right: 'M9.5 5.5l6.5 6.5-6.5 6.5',
  refresh: 'M19.5 12a7.5 7.5 0 1 1-2.2-5.3|M19.5 3.5v4h-4',
  warning: 'M12 4l9 15.5h-18Z|M12 10v4.5|M12 17h.01',
  sound: 'M4 9.5h3.5l5-4.5v14l-5-4.5h-3.5Z|M16 9a4.2 4.2 0 0 1 0 6|M18.5 6.5a8 8 0 0 1 0 11',
  flip: 'M4 8h3l1.5-2.5h7l1.5 2.5h3v11h-16Z|M9 13.5a3 3 0 0 1 5.5-1.6|M15 13.5a3 3 0 0 1-5.5 1.6|M14.8 10v2h-2|M9.2 17v-2h2',
  keyboard: 'M3.5 6.5h17v11h-17Z|M7 10h.01|M10.3 10h.01|M13.7 10h.01|M17 10h.01|M8 14h8',
  globe: 'M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17Z|M3.5 12h17|M12 3.5c5 5 5 12 0 17|M12 3.5c-5 5-5 12 0 17',
  door: 'M13.5 4.5h-8v15h8|M10.5 12h10|M17 8.5l3.5 3.5-3.5 3.5',
} as const;

export type IconName = keyof typeof shapes;

interface IconProps {
  readonly name: IconName;
  readonly size?: number;
}

/** A line icon; the control that carries it has the name. */
export function Icon({ name, size = 24 }: IconProps) {
  const isDots = name === 'more';
  return (
    <svg class={isDots ? 'icon icon-dots' : 'icon'} width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      {shapes[name].split('|').map((path) => (
        <path key={path} d={path} />
      ))}
    </svg>
  );
}
