import { parseArgs } from 'node:util';

/** One flag of a benchmark: what it takes, for the help, and how its value is read. Throws a `TypeError` that says what is wrong. */
interface Flag<T> {
  readonly takes?: string;
  readonly help: string;
  read(given: unknown): T;
}

type Values<F> = { [Name in keyof F]: F[Name] extends Flag<infer T> ? T : never };

/** A number above zero. */
export function number(fallback: number, help: string): Flag<number> {
  return {
    takes: 'NUMBER',
    help: `${help} (${fallback})`,
    read(given = String(fallback)) {
      const value = Number(given);
      if (!Number.isFinite(value) || value <= 0) throw new TypeError(`expects a number above 0, got ${String(given)}`);
      return value;
    },
  };
}

export function text(help: string): Flag<string | undefined> {
  return { takes: 'TEXT', help, read: (given) => (given === undefined ? undefined : String(given)) };
}

/** Some of the names, with commas between them. */
export function names(known: readonly string[], help: string, fallback = known): Flag<readonly string[]> {
  return {
    takes: 'NAME[,NAME]',
    help: `${help}: ${known.join(', ')} (${fallback === known ? 'all' : fallback.join(', ')})`,
    read(given) {
      if (given === undefined) return fallback;
      const wanted = String(given).split(',');
      const unknown = wanted.find((name) => !known.includes(name));
      if (unknown !== undefined) throw new TypeError(`has no "${unknown}"; there are ${known.join(', ')}`);
      return wanted;
    },
  };
}

export function toggle(help: string): Flag<boolean> {
  return { help, read: (given) => given === true };
}

/** Reads the command line of a benchmark, or ends the process: with help for `--help`, else with what is wrong and status 1. */
export function readFlags<F extends Record<string, Flag<unknown>>>(flags: F): Values<F> {
  try {
    const given = parse(flags);
    if (given.help === true) return leave(usage(flags), 0);
    const values = Object.entries(flags).map(([name, flag]) => [name, readOne(name, flag, given[name])]);
    // Each name has what its own flag has read.
    return Object.fromEntries(values) as Values<F>;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return refuse(`${error.message}\n\n${usage(flags)}`);
  }
}

function parse(flags: Record<string, Flag<unknown>>): Record<string, unknown> {
  const options = Object.entries(flags).map(([name, { takes }]) => [name, { type: takes ? 'string' : 'boolean' }]);
  return parseArgs({ options: { ...Object.fromEntries(options), help: { type: 'boolean', short: 'h' } } }).values;
}

function readOne(name: string, flag: Flag<unknown>, given: unknown): unknown {
  try {
    return flag.read(given);
  } catch (error) {
    throw new TypeError(`--${name} ${error instanceof Error ? error.message : String(error)}`);
  }
}

function usage(flags: Record<string, Flag<unknown>>): string {
  const lines = Object.entries(flags).map(
    ([name, { takes, help }]) => `  ${`--${name} ${takes ?? ''}`.padEnd(24)}${help}`,
  );
  return ['Flags, with what counts when they are left out:', ...lines].join('\n');
}

/** Ends the process with what is wrong about its flags together, and status 1. */
export function refuse(problem: string): never {
  return leave(problem, 1);
}

function leave(message: string, status: number): never {
  (status === 0 ? process.stdout : process.stderr).write(`${message}\n`);
  process.exit(status);
}
