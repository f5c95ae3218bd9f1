import { describe, expect, it } from 'vitest';
import { CrosspointClientError } from '../client-error.ts';
import { farewellOf, passingRefusalOf } from './farewell.ts';

describe('farewellOf', () => {
  it('knows the close codes of the server’s table', () => {
    expect(farewellOf(4503)).toMatchObject({ code: 'serverShutdown', action: 'rejoin' });
    expect(farewellOf(4410)).toMatchObject({ code: 'sessionReplaced', action: 'giveUp' });
  });

  it('takes any other close code for a broken connection, to be resumed', () => {
    expect(farewellOf(1006)).toMatchObject({ code: 'connectionLost', action: 'resume' });
  });
});

describe('passingRefusalOf', () => {
  const refusal = (data: unknown) => passingRefusalOf(new CrosspointClientError('serverDraining', { data }));

  it('waits as long as the server asks for', () => {
    expect(refusal({ retryAfterMs: 5_000 })).toMatchObject({ code: 'serverDraining', retryAfterMs: 5_000 });
  });

  it.each([[undefined], [null], [{}], [{ retryAfterMs: 'soon' }], [{ retryAfterMs: -1 }]])(
    'asks for no time of its own when the details are %j',
    (data) => {
      expect(refusal(data).retryAfterMs).toBeUndefined();
    },
  );
});
