import { describe, expect, it } from 'vitest';
import { commonFeedback } from './common-feedback.ts';

describe('commonFeedback', () => {
  it('keeps what both sides know, once', () => {
    expect(
      commonFeedback(
        [{ type: 'nack' }, { type: 'nack' }, { type: 'nack', parameter: 'pli' }, { type: 'ccm', parameter: 'fir' }],
        [{ type: 'nack', parameter: '' }, { type: 'nack', parameter: 'pli' }, { type: 'goog-remb' }],
      ),
    ).toEqual([{ type: 'nack' }, { type: 'nack', parameter: 'pli' }]);
  });

  it('leaves REMB to those without transport-wide congestion control', () => {
    const remb = { type: 'goog-remb' };
    const transportCc = { type: 'transport-cc' };
    expect(commonFeedback([remb, transportCc], [remb, transportCc])).toEqual([transportCc]);
    expect(commonFeedback([remb], [remb, transportCc])).toEqual([remb]);
  });

  it('is empty when a side says nothing', () => {
    expect(commonFeedback(undefined, [{ type: 'nack' }])).toEqual([]);
    expect(commonFeedback([{ type: 'nack' }], undefined)).toEqual([]);
  });
});
