/** What one check found. A `stop` would keep the server from starting or serving; a `hint` would make it serve worse. */
export interface Finding {
  level: 'good' | 'hint' | 'stop';
  /** What was examined, and how it is. */
  text: string;
  /** What to do about it; empty when good. */
  advice: string[];
}

export function good(text: string): Finding {
  return { level: 'good', text, advice: [] };
}

export function hint(text: string, ...advice: string[]): Finding {
  return { level: 'hint', text, advice };
}

export function stop(text: string, ...advice: string[]): Finding {
  return { level: 'stop', text, advice };
}
