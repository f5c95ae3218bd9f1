import { z } from 'zod';

/** The frames of the recorded call, as they stood on the wire. */
export const recordedFrames = z.array(z.object({ direction: z.enum(['sent', 'received']), text: z.string() }));

export type RecordedFrame = z.infer<typeof recordedFrames>[number];

/** Lines of each section of a description that are shown; the rest is counted. */
const shownLines = 4;
/** Longer lines, such as fingerprints and tokens, are cut. */
const shownChars = 100;

/** Renders the frames as JSON, one after the other, with descriptions shortened visibly. */
export function renderFirstCall(frames: readonly RecordedFrame[]): string {
  return frames.map(renderFrame).join('\n\n');
}

function renderFrame({ direction, text }: RecordedFrame): string {
  const arrow = direction === 'sent' ? '→' : '←';
  const json = JSON.stringify(
    JSON.parse(text, (key, value) => (key === 'sdp' ? shortened(value) : value)),
    null,
    2,
  );
  return `\`\`\`text\n${arrow} ${spreadDescriptions(json)}\n\`\`\``;
}

/** Shows the beginning of every section, and says how many lines were left out. */
function shortened(sdp: unknown): unknown {
  if (typeof sdp !== 'string') return sdp;
  const sections = sdp.trimEnd().split(/\r?\n(?=m=)/);
  return sections.map(shortenSection).join('\n');
}

function shortenSection(section: string): string {
  const lines = section.split(/\r?\n/);
  const important = lines.filter(
    (line, index) =>
      index < shownLines || /^a=(mid|sendonly|recvonly|inactive|setup|simulcast|ice-lite|group)/.test(line),
  );
  const omitted = lines.length - important.length;
  const shown = important.map((line) => (line.length > shownChars ? `${line.slice(0, shownChars)}…` : line));
  return [...shown, ...(omitted > 0 ? [`(… ${omitted} more lines …)`] : [])].join('\n');
}

/** A description in one JSON string cannot be read; its lines are put below each other. */
function spreadDescriptions(json: string): string {
  return json.replaceAll(/^( *)"sdp": "(.*)"(,?)$/gm, (_, indent: string, sdp: string, comma: string) => {
    const lines = sdp.split('\\n').map((line) => `${indent}  ${line}`);
    return `${indent}"sdp": "\n${lines.join('\n')}\n${indent}"${comma}`;
  });
}
