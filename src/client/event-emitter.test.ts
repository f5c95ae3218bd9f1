import { describe, expect, it, vi } from 'vitest';
import { EventEmitter } from './event-emitter.ts';

interface Events {
  happened: [what: string, times: number];
}

describe('EventEmitter', () => {
  it('tells every listener in the order in which they came, until they are removed', () => {
    const emitter = new EventEmitter<Events>();
    const heard: string[] = [];
    const remove = emitter.on('happened', (what) => heard.push(`first ${what}`));
    emitter.on('happened', (what, times) => heard.push(`second ${what} ${times}`));
    emitter.emit('happened', 'a', 1);
    remove();
    emitter.emit('happened', 'b', 2);
    expect(heard).toEqual(['first a', 'second a 1', 'second b 2']);
  });

  it('tells a listener once that wants to hear once, even when it emits again', () => {
    const emitter = new EventEmitter<Events>();
    const listener = vi.fn(() => emitter.emit('happened', 'again', 2));
    emitter.once('happened', listener);
    emitter.emit('happened', 'a', 1);
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it('goes on after a listener that throws, and reports its error as uncaught', async () => {
    const emitter = new EventEmitter<Events>();
    const reported = vi.spyOn(globalThis, 'queueMicrotask').mockImplementation(() => {});
    const after = vi.fn();
    emitter.on('happened', () => {
      throw new Error('listener');
    });
    emitter.on('happened', after);
    emitter.emit('happened', 'a', 1);
    const [report] = reported.mock.calls[0] ?? [];
    reported.mockRestore();
    expect(after).toHaveBeenCalledTimes(1);
    expect(report).toThrow('listener');
  });

  it('is not confused by listeners that come and go while it tells', () => {
    const emitter = new EventEmitter<Events>();
    const late = vi.fn();
    emitter.on('happened', () => {
      emitter.on('happened', late);
    });
    emitter.emit('happened', 'a', 1);
    expect(late).not.toHaveBeenCalled();
    expect(() => emitter.off('happened', () => {})).not.toThrow();
  });
});
