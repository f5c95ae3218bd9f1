/** Colours of one drawn person and the room behind. */
interface Look {
  readonly wall: readonly [string, string];
  readonly skin: string;
  readonly hair: string;
  readonly shirt: string;
  readonly accent: string;
  readonly hasLongHair: boolean;
  readonly hasGlasses: boolean;
}

const looks: readonly Look[] = [
  {
    wall: ['#d9c7ae', '#a98e6d'],
    skin: '#c98d68',
    hair: '#2b1c17',
    shirt: '#2f5d62',
    accent: '#7c9a5f',
    hasLongHair: true,
    hasGlasses: false,
  },
  {
    wall: ['#9fb6c4', '#5d7a8c'],
    skin: '#f0c8a4',
    hair: '#7a4a25',
    shirt: '#e3e1da',
    accent: '#c9713f',
    hasLongHair: false,
    hasGlasses: true,
  },
  {
    wall: ['#c5b3c9', '#836f8f'],
    skin: '#8a5a3c',
    hair: '#1a1412',
    shirt: '#d9a441',
    accent: '#4d6b57',
    hasLongHair: true,
    hasGlasses: false,
  },
  {
    wall: ['#b7c3a6', '#7c8b68'],
    skin: '#e8b994',
    hair: '#a4733d',
    shirt: '#394867',
    accent: '#d8cfae',
    hasLongHair: false,
    hasGlasses: false,
  },
  {
    wall: ['#e0b9a4', '#a8755f'],
    skin: '#f3d3b8',
    hair: '#3c3a40',
    shirt: '#7a2f3a',
    accent: '#37545e',
    hasLongHair: true,
    hasGlasses: true,
  },
  {
    wall: ['#8a94a8', '#4a5368'],
    skin: '#6f452d',
    hair: '#120d0b',
    shirt: '#c7ccd6',
    accent: '#b98a4a',
    hasLongHair: false,
    hasGlasses: true,
  },
  {
    wall: ['#cfd4d2', '#8f9a97'],
    skin: '#dba47c',
    hair: '#59402c',
    shirt: '#4c7a5d',
    accent: '#a9553d',
    hasLongHair: false,
    hasGlasses: false,
  },
  {
    wall: ['#a7c4bd', '#5f857c'],
    skin: '#efc39c',
    hair: '#c9a15c',
    shirt: '#2c3440',
    accent: '#e0c38b',
    hasLongHair: true,
    hasGlasses: false,
  },
];

type Painter = (context: CanvasRenderingContext2D, seconds: number) => void;

function ellipse(context: CanvasRenderingContext2D, x: number, y: number, rx: number, ry: number): void {
  context.beginPath();
  context.ellipse(x, y, rx, ry, 0, 0, Math.PI * 2);
  context.fill();
}

function paintRoom(context: CanvasRenderingContext2D, look: Look, index: number): void {
  const { width, height } = context.canvas;
  const wall = context.createLinearGradient(0, 0, width, height);
  wall.addColorStop(0, look.wall[0]);
  wall.addColorStop(1, look.wall[1]);
  context.fillStyle = wall;
  context.fillRect(0, 0, width, height);
  const onLeft = index % 2 === 0;
  context.fillStyle = 'rgb(255 255 255 / 26%)';
  context.fillRect(onLeft ? width * 0.06 : width * 0.74, height * 0.08, width * 0.2, height * 0.46);
  context.fillStyle = 'rgb(255 255 255 / 30%)';
  context.fillRect(onLeft ? width * 0.16 : width * 0.84, height * 0.08, 5, height * 0.46);
  context.fillStyle = 'rgb(60 40 25 / 35%)';
  context.fillRect(onLeft ? width * 0.7 : width * 0.04, height * 0.34, width * 0.26, 8);
  context.fillStyle = look.accent;
  for (let book = 0; book < 6; book++) {
    context.globalAlpha = 0.55 + (book % 3) * 0.15;
    const x = (onLeft ? width * 0.71 : width * 0.05) + book * width * 0.026;
    const tall = height * (0.12 + ((book * 7 + index) % 4) * 0.02);
    context.fillRect(x, height * 0.34 - tall, width * 0.02, tall);
  }
  context.globalAlpha = 1;
}

function paintPerson(context: CanvasRenderingContext2D, look: Look, sway: number): void {
  const { width, height } = context.canvas;
  const size = height * 0.2;
  const x = width / 2 + sway * size * 0.16;
  const y = height * 0.43 + Math.abs(sway) * size * 0.03;
  context.fillStyle = look.hair;
  if (look.hasLongHair) ellipse(context, x, y + size * 0.35, size * 1.06, size * 1.5);
  context.fillStyle = look.shirt;
  ellipse(context, width / 2 + sway * 3, height * 1.09, size * 2.05, size * 1.75);
  context.fillStyle = look.skin;
  context.fillRect(x - size * 0.3, y + size * 0.7, size * 0.6, size * 0.8);
  ellipse(context, x, y + size * 1.42, size * 0.42, size * 0.26);
  ellipse(context, x, y, size * 0.78, size);
  context.fillStyle = look.hair;
  context.beginPath();
  context.ellipse(x, y - size * 0.18, size * 0.86, size * 0.94, 0, Math.PI * 0.98, Math.PI * 2.02);
  context.quadraticCurveTo(x + size * 0.25, y - size * 0.52, x - size * 0.84, y - size * 0.2);
  context.fill();
  paintFace(context, { look, x, y, size });
}

interface Face {
  readonly look: Look;
  readonly x: number;
  readonly y: number;
  readonly size: number;
}

function paintFace(context: CanvasRenderingContext2D, { look, x, y, size }: Face): void {
  context.fillStyle = '#241a17';
  for (const side of [-1, 1]) ellipse(context, x + side * size * 0.3, y + size * 0.04, size * 0.065, size * 0.08);
  context.strokeStyle = '#8c4a3f';
  context.lineWidth = size * 0.06;
  context.lineCap = 'round';
  context.beginPath();
  context.arc(x, y + size * 0.3, size * 0.26, 0.25 * Math.PI, 0.75 * Math.PI);
  context.stroke();
  if (!look.hasGlasses) return;
  context.strokeStyle = '#2a2724';
  context.lineWidth = size * 0.045;
  for (const side of [-1, 1]) {
    context.beginPath();
    context.arc(x + side * size * 0.3, y + size * 0.04, size * 0.22, 0, Math.PI * 2);
    context.stroke();
  }
}

/** Paints person number `index` in a room, swaying a little. */
export function portraitPainter(index: number): Painter {
  const look = looks[index % looks.length];
  return (context, seconds) => {
    if (look === undefined) return;
    paintRoom(context, look, index);
    paintPerson(context, look, Math.sin(seconds * 1.1 + index * 1.7));
  };
}

/** Paints a slide with a chart, to stand for a shared screen. */
export const slidePainter: Painter = (context, seconds) => {
  const { width, height } = context.canvas;
  const unit = width / 32;
  context.fillStyle = '#f6f4ef';
  context.fillRect(0, 0, width, height);
  context.fillStyle = '#1d2329';
  context.font = `650 ${unit * 1.5}px sans-serif`;
  context.fillText('Join to first picture', unit * 2, unit * 3);
  context.font = `${unit * 0.72}px sans-serif`;
  context.fillStyle = '#5c6670';
  context.fillText('milliseconds, twenty joins on loopback', unit * 2, unit * 4.3);
  for (let bar = 0; bar < 12; bar++) {
    const tall = unit * (3 + ((bar * 5) % 7) + Math.sin(seconds * 0.8 + bar) * 0.3);
    context.fillStyle = bar === 7 ? '#e19a2b' : '#c9ccc8';
    context.fillRect(unit * (2 + bar * 2.3), height - unit * 2.2 - tall, unit * 1.6, tall);
  }
  context.fillStyle = '#1d2329';
  context.fillRect(unit * 2, height - unit * 2.2, unit * 27, 2);
};

/** A video track of what a painter paints, ten times a second. */
export function paintedTrack(painter: Painter, width: number, height: number): MediaStreamTrack {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('No canvas here.');
  const paint = () => painter(context, performance.now() / 1000);
  paint();
  const timer = setInterval(paint, 100);
  const [track] = canvas.captureStream(10).getVideoTracks();
  if (track === undefined) throw new Error('The canvas gave no track.');
  track.addEventListener('ended', () => clearInterval(timer));
  return track;
}
