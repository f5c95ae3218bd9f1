import { configKeys, findKey } from './keys.ts';
import { parseText, type Setting, type SourceReading } from './setting.ts';
import { suggestion } from './suggest.ts';

const PREFIX = 'CROSSPOINT_';
/** Names the configuration file, so it is not a key itself. */
export const CONFIG_FILE_VARIABLE = 'CROSSPOINT_CONFIG';
const WORKER_VARIABLE = 'MEDIASOUP_WORKER_BIN';

const keysByVariable = new Map(configKeys.map((key) => [key.environmentName, key]));

/** Reads `CROSSPOINT_*`, and mediasoup's own variable for the worker, which the former overrides. */
export function readEnvironment(environment: NodeJS.ProcessEnv): SourceReading {
  const reading: SourceReading = { settings: workerSetting(environment), problems: [] };
  for (const [variable, text] of Object.entries(environment)) {
    if (!variable.startsWith(PREFIX) || variable === CONFIG_FILE_VARIABLE || text === undefined) continue;
    const key = keysByVariable.get(variable);
    if (key) reading.settings.push({ key, value: parseText(key, text), source: variable });
    else
      reading.problems.push(`${variable}: there is no such setting${suggestion(variable, [...keysByVariable.keys()])}`);
  }
  return reading;
}

function workerSetting(environment: NodeJS.ProcessEnv): Setting[] {
  const value = environment[WORKER_VARIABLE];
  const key = findKey('media.workerBin');
  return value && key ? [{ key, value, source: WORKER_VARIABLE }] : [];
}
