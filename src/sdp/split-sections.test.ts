import { describe, expect, it } from 'vitest';
import { sdpLimits } from '../shared/limits.ts';
import { attributeValue, attributeValues, hasAttribute, splitSections } from './split-sections.ts';

const problem = (reason: string) => expect.objectContaining({ code: 'invalidSdp', data: { reason } });

describe('splitSections', () => {
  it('cuts at each m-line, whatever ends the lines', () => {
    for (const end of ['\r\n', '\n', '\r']) {
      expect(splitSections(['v=0', 's=-', 'm=audio 9 x 0', 'a=mid:0', 'm=video 9 x 96'].join(end))).toEqual({
        session: ['v=0', 's=-'],
        sections: [['m=audio 9 x 0', 'a=mid:0'], ['m=video 9 x 96']],
      });
    }
  });

  it('refuses what is not a description', () => {
    for (const text of ['', 'hello', ' v=0\r\nm=audio 9 x 0', '{"sdp":"v=0"}']) {
      expect(() => splitSections(text)).toThrow(problem('notSdp'));
    }
    expect(() => splitSections('v=0\r\ns=-\r\n')).toThrow(problem('noSections'));
  });

  it('refuses more text, longer lines, more lines and more sections than any client writes', () => {
    const section = 'm=audio 9 x 0\n';
    expect(() => splitSections(`v=0\n${'a=x\n'.repeat(sdpLimits.maxDescriptionChars / 4)}`)).toThrow(
      problem('tooLong'),
    );
    expect(() => splitSections(`v=0\n${section}a=${'x'.repeat(sdpLimits.maxLineChars)}`)).toThrow(problem('tooLong'));
    expect(() => splitSections(`v=0\n${section}${'a=x\n'.repeat(sdpLimits.maxLinesPerSection)}`)).toThrow(
      problem('tooManyLines'),
    );
    expect(() => splitSections(`v=0\n${section.repeat(sdpLimits.maxSections + 1)}`)).toThrow(
      problem('tooManySections'),
    );
    expect(splitSections(`v=0\n${section.repeat(sdpLimits.maxSections)}`).sections).toHaveLength(sdpLimits.maxSections);
  });
});

describe('attributes of a section', () => {
  const lines = [
    'm=audio 9 x 0',
    'a=mid:0',
    'a=rtcp-mux',
    'a=rtcp-mux-only',
    'a=fingerprint:sha-1 A',
    'a=fingerprint:sha-256 B',
  ];

  it('are found by their whole name', () => {
    expect(attributeValue(lines, 'mid')).toBe('0');
    expect(attributeValues(lines, 'fingerprint')).toEqual(['sha-1 A', 'sha-256 B']);
    expect(attributeValues(lines, 'rtcp-mux')).toEqual(['']);
    expect(attributeValue(lines, 'rtcp')).toBeUndefined();
  });

  it('may have no value', () => {
    expect(hasAttribute(lines, 'rtcp-mux')).toBe(true);
    expect(hasAttribute(lines, 'bundle-only')).toBe(false);
  });
});
