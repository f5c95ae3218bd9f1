import { sdpLimits } from '../shared/limits.ts';
import { invalidSdp } from './invalid-sdp.ts';

export interface SplitDescription {
  /** Lines before the first m-line. */
  session: string[];
  /** The lines of each m-section, its m-line first. */
  sections: string[][];
}

/** Cuts a description into its sections, within the limits; nothing is interpreted yet. */
export function splitSections(sdp: string): SplitDescription {
  if (sdp.length > sdpLimits.maxDescriptionChars) {
    throw invalidSdp('tooLong', `The description is longer than ${sdpLimits.maxDescriptionChars} characters.`);
  }
  const lines = sdp.split(/\r\n|\r|\n/);
  if (lines[0] !== 'v=0') throw invalidSdp('notSdp', 'The description does not begin with v=0.');
  const split: SplitDescription = { session: [], sections: [] };
  for (const line of lines) appendLine(split, line);
  if (split.sections.length === 0) throw invalidSdp('noSections', 'The description has no m-line.');
  return split;
}

function appendLine(split: SplitDescription, line: string) {
  if (line.length > sdpLimits.maxLineChars) {
    throw invalidSdp('tooLong', `A line is longer than ${sdpLimits.maxLineChars} characters.`);
  }
  if (line.startsWith('m=')) split.sections.push([]);
  if (split.sections.length > sdpLimits.maxSections) {
    throw invalidSdp('tooManySections', `There are more than ${sdpLimits.maxSections} m-lines.`);
  }
  const current = split.sections.at(-1) ?? split.session;
  if (current.length >= sdpLimits.maxLinesPerSection) {
    throw invalidSdp('tooManyLines', `A section has more than ${sdpLimits.maxLinesPerSection} lines.`);
  }
  current.push(line);
}

/** The values of all `a=name:value` lines with this name; the empty string for a bare `a=name`. */
export function attributeValues(lines: readonly string[], name: string): string[] {
  const prefix = `a=${name}`;
  const values: string[] = [];
  for (const line of lines) {
    if (line === prefix) values.push('');
    else if (line.startsWith(`${prefix}:`)) values.push(line.slice(prefix.length + 1).trim());
  }
  return values;
}

/** The value of the first such attribute. */
export function attributeValue(lines: readonly string[], name: string): string | undefined {
  return attributeValues(lines, name)[0];
}

export function hasAttribute(lines: readonly string[], name: string): boolean {
  return attributeValue(lines, name) !== undefined;
}
