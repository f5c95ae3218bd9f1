import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = import.meta.dirname;

/** What each part may import of the others. `server` and `main` compose, so they may import everything. */
const ALLOWED: Record<string, readonly string[]> = {
  protocol: [],
  shared: ['protocol/error-codes.ts'],
  sdp: ['shared'],
  sfu: ['sdp', 'shared'],
  turn: ['shared'],
  client: ['protocol'],
  'web-demo': ['client'],
  signaling: ['sfu', 'protocol', 'shared'],
  loadtest: ['protocol', 'client', 'shared/helper-threads.ts'],
  cluster: ['shared'],
  doctor: ['shared'],
};
const COMPOSERS = ['server', 'server.ts', 'main.ts'];

/** Packages that one part alone may import. */
const OWNERS: Record<string, string> = {
  mediasoup: 'sfu',
  preact: 'web-demo',
  '@preact/signals': 'web-demo',
  'sdp-transform': 'sdp',
  jose: 'signaling',
  pino: 'shared',
};

interface Import {
  /** Relative to src, as in `sfu/room.ts`. */
  from: string;
  /** A path relative to src, or a package. */
  to: string;
  isPackage: boolean;
  /** `import type`: gone before anything runs. */
  isType: boolean;
}

const STATEMENT = /^\s*(?:import|export)\s(type\s)?(?:[^'";]*?\sfrom\s*)?['"]([^'"]+)['"]/gm;
const DYNAMIC = /\bimport\((\s*)['"]([^'"]+)['"]\s*\)/g;

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(
  (file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$/.test(file) && !file.endsWith('.d.ts'),
);
const imports = files.flatMap(readImports);

function readImports(from: string): Import[] {
  const source = readFileSync(join(SRC, from), 'utf8');
  const matches = [STATEMENT, DYNAMIC].flatMap((pattern) => [...source.matchAll(pattern)]);
  return matches.map(([, type = '', specifier = '']) => {
    const isPackage = !specifier.startsWith('.');
    const to = isPackage ? specifier : relative(SRC, resolve(SRC, dirname(from), specifier));
    return { from, to, isPackage, isType: type.trim() === 'type' };
  });
}

const partOf = (path: string) => path.split('/')[0] ?? path;
const packageOf = (specifier: string) => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
const show = ({ from, to }: Import) => `${from} imports ${to}`;

describe('imports', () => {
  it('are found at all', () => {
    expect(imports.length).toBeGreaterThan(100);
    expect(imports.some(({ from, to }) => from === 'main.ts' && to === 'server.ts')).toBe(true);
  });

  it('belong to a part that the design knows', () => {
    const parts = new Set(files.map(partOf));
    expect([...parts].filter((part) => !(part in ALLOWED) && !COMPOSERS.includes(part))).toEqual([]);
  });

  it('point the way that the design lays down', () => {
    const wrong = imports.filter(({ from, to, isPackage }) => !isPackage && !isAllowed(partOf(from), to));
    expect(wrong.map(show)).toEqual([]);
  });

  it('of a package come from the part that owns it', () => {
    const wrong = imports.filter(({ from, to, isPackage }) => {
      const owner = isPackage ? OWNERS[packageOf(to)] : undefined;
      return owner !== undefined && partOf(from) !== owner && !COMPOSERS.includes(partOf(from));
    });
    expect(wrong.map(show)).toEqual([]);
  });

  it('of mediasoup come from the SFU even where parts are composed', () => {
    const wrong = imports.filter(({ from, to }) => packageOf(to) === 'mediasoup' && partOf(from) !== 'sfu');
    expect(wrong.map(show)).toEqual([]);
  });

  it('keep the protocol free of everything but zod', () => {
    const wrong = imports.filter(({ from, to, isPackage }) => isPackage && partOf(from) === 'protocol' && to !== 'zod');
    expect(wrong.map(show)).toEqual([]);
  });

  it('keep Node out of what runs in browsers', () => {
    const inBrowser = ['protocol', 'client', 'web-demo'];
    const wrong = imports.filter(
      ({ from, to }) => to.startsWith('node:') && inBrowser.includes(partOf(from)) && !from.endsWith('vite.config.ts'),
    );
    expect(wrong.map(show)).toEqual([]);
  });

  it('lead to files that exist', () => {
    const wrong = imports.filter(
      ({ to, isPackage }) => !isPackage && !existsSync(join(SRC, to.split('?', 1)[0] ?? to)),
    );
    expect(wrong.map(show)).toEqual([]);
  });

  it('have no cycles between what runs', () => {
    expect(findCycle()).toEqual([]);
  });
});

function isAllowed(part: string, to: string): boolean {
  if (COMPOSERS.includes(part) || partOf(to) === part) return true;
  return (ALLOWED[part] ?? []).some((allowed) => to === allowed || partOf(to) === allowed);
}

/** The files of one cycle, in order, or none. Depth first; a file that is met again on its own path closes a cycle. */
function findCycle(): string[] {
  const next = Map.groupBy(
    imports.filter(({ isPackage, isType }) => !isPackage && !isType),
    ({ from }) => from,
  );
  const done = new Set<string>();
  const visit = (file: string, path: string[]): string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return [];
    for (const { to } of next.get(file) ?? []) {
      const cycle = visit(to, [...path, file]);
      if (cycle.length > 0) return cycle;
    }
    done.add(file);
    return [];
  };
  for (const file of files) {
    const cycle = visit(file, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}
