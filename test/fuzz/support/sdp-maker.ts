import { readdirSync, readFileSync } from 'node:fs';
import type { Random } from './random.ts';

const folder = new URL('../../fixtures/sdp/', import.meta.url);
const oddNumbers = ['-1', '0', '1', '65536', '4294967296', '9007199254740993', '1e9', '00', ''] as const;
const oddTokens = ['', ' ', ':', '=', '*', '/', ';', 'null', '😀', '\u0000', 'a=', 'x'.repeat(300)] as const;

type Lines = string[];
type Mutation = (lines: Lines, random: Random, other: Lines) => Lines;

const mutations: readonly [Mutation, ...Mutation[]] = [
  (lines, random) => lines.toSpliced(random.below(lines.length), 1),
  (lines, random) => lines.toSpliced(random.below(lines.length), 1 + random.below(12)),
  (lines, random) => lines.slice(0, random.below(lines.length + 1)),
  (lines, random, other) => lines.toSpliced(random.below(lines.length), 0, anyOf(other, random)),
  (lines, random) => lines.toSpliced(random.below(lines.length), 0, anyOf(lines, random)),
  (lines, random, other) => [...lines, ...lastSection(random.chance(0.5) ? lines : other)],
  (lines, random) => changeLine(lines, random, (line) => replaceNumber(line, random)),
  (lines, random) => changeLine(lines, random, (line) => replaceNumber(line, random)),
  (lines, random) => changeLine(lines, random, (line) => replaceToken(line, random)),
  (lines, random) => changeLine(lines, random, (line) => replaceCharacter(line, random)),
];

/** Descriptions that were recorded from real clients, as they are or damaged. */
export class SdpMaker {
  readonly offers: string[] = recorded('publish', 'offer');
  readonly answers: string[] = recorded('subscribe', 'answer');
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  offer(): string {
    return this.#damaged(anyOf(this.offers, this.#random));
  }

  /** The answer of another call, or the given one. */
  answer(fitting: string | undefined): string {
    const isOwn = fitting !== undefined && this.#random.chance(0.7);
    return this.#damaged(isOwn ? fitting : anyOf(this.answers, this.#random));
  }

  #damaged(sdp: string): string {
    const random = this.#random;
    let lines = sdp.split('\r\n');
    for (let rounds = random.below(5); rounds > 0 && lines.length > 0; rounds -= 1) {
      const other = anyOf(this.offers, random).split('\r\n');
      lines = random.pick(mutations)(lines, random, other);
    }
    return lines.join(random.chance(0.95) ? '\r\n' : '\n');
  }
}

function recorded(connection: string, type: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const wanted = files.filter((file) => file.includes(`/${connection}.`) && file.endsWith(`.${type}.sdp`));
  return wanted.map((file) => readFileSync(new URL(file, folder), 'utf8'));
}

function anyOf(list: readonly string[], random: Random): string {
  return list[random.below(list.length)] ?? '';
}

function lastSection(lines: Lines): Lines {
  return lines.slice(lines.findLastIndex((line) => line.startsWith('m=')));
}

function changeLine(lines: Lines, random: Random, change: (line: string) => string): Lines {
  const at = random.below(lines.length);
  return lines.with(at, change(lines[at] ?? ''));
}

function replaceNumber(line: string, random: Random): string {
  const numbers = [...line.matchAll(/\d+/g)];
  const found = numbers[random.below(numbers.length)];
  if (!found) return line;
  const number = random.chance(0.5) ? String(random.below(200)) : random.pick(oddNumbers);
  return line.slice(0, found.index) + number + line.slice(found.index + found[0].length);
}

function replaceToken(line: string, random: Random): string {
  const tokens = line.split(/([ :=;/])/);
  return tokens.with(random.below(tokens.length), random.pick(oddTokens)).join('');
}

function replaceCharacter(line: string, random: Random): string {
  const at = random.below(line.length + 1);
  return line.slice(0, at) + String.fromCharCode(random.below(256)) + line.slice(at + 1);
}
