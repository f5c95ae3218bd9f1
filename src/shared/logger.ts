import { pino } from 'pino';

/** The structured logger that every part receives; child loggers carry room, participant or allocation. */
export type Logger = Pick<pino.Logger, 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'level'> & {
  child(bindings: Record<string, unknown>): Logger;
};

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/**
 * Creates the root logger. It writes JSON lines to standard error, so that standard output stays free for the banner
 * and the `--ready-json` line.
 */
export function createLogger(level: LogLevel): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2));
}

/** A logger that says nothing, for tests and for parts that are used on their own. */
export function createSilentLogger(): Logger {
  return pino({ level: 'silent' });
}
