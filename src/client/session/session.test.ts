import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ClientState } from '../client-events.ts';
import { FakeNetwork } from '../testing/fake-web-socket.ts';
import { type Established, Session, type SessionEvent } from './session.ts';

const message = (body: unknown) => ({ from: 'p1', type: '', at: 1, body });

function createSession(reconnect = {}) {
  const network = new FakeNetwork();
  const warnings: unknown[] = [];
  const logger = {
    debug: () => {},
    info: () => {},
    warn: (_: string, details: unknown) => void warnings.push(details),
  };
  const session = new Session({ url: 'https://host.example', WebSocket: network.WebSocket, reconnect, logger });
  const states: ClientState['status'][] = [];
  const established: Established['how'][] = [];
  const events: SessionEvent[] = [];
  session.on('stateChanged', ({ status }) => states.push(status));
  session.on('established', ({ how }) => established.push(how));
  session.on('eventReceived', (event) => events.push(event));
  return { network, session, states, established, events, warnings };
}

async function createJoined(reconnect = {}) {
  const fixture = createSession(reconnect);
  const joining = fixture.session.open({ room: 'lobby', name: 'Ann' });
  fixture.network.socket.open();
  fixture.network.socket.acceptJoin();
  await joining;
  return fixture;
}

describe('Session', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(Math, 'random').mockReturnValue(1);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  describe('joining', () => {
    it('speaks the subprotocol at the signaling path and joins first', async () => {
      const { network, states } = await createJoined();
      expect(network.socket.url).toBe('wss://host.example/signaling');
      expect(network.socket.protocols).toBe('crosspoint.v1');
      expect(network.socket.requests[0]).toMatchObject({ method: 'join', params: { room: 'lobby', name: 'Ann' } });
      expect(states).toEqual(['connecting', 'joined']);
    });

    it('sends what was asked for meanwhile right behind the join, without waiting for its reply', async () => {
      const { network, session } = createSession();
      const joining = session.open({ room: 'lobby' });
      const sent = session.request('message', { body: 'hello' });
      network.socket.open();
      expect(network.socket.requests.map(({ method }) => method)).toEqual(['join', 'message']);
      network.socket.acceptJoin();
      network.socket.reply('message', { recipients: 2 });
      await joining;
      await expect(sent).resolves.toMatchObject({ recipients: 2 });
    });

    it('rejects the join and everything behind it with the server’s code', async () => {
      const { network, session, states } = createSession();
      const joining = session.open({ room: 'lobby' });
      const sent = session.request('message', { body: 'hello' });
      const outcome = Promise.allSettled([joining, sent]);
      network.socket.open();
      network.socket.refuse('join', 'roomFull');
      const codes = (await outcome).map((result) => result.status === 'rejected' && result.reason.code);
      expect(codes).toEqual(['roomFull', 'roomFull']);
      expect(session.state).toMatchObject({ status: 'disconnected', code: 'roomFull', action: 'rejoin' });
      expect(states).toEqual(['connecting', 'disconnected']);
      expect(network.socket.closedWith).toBe(1000);
    });

    it('tells a first join that the server cannot be reached, and does not try again', async () => {
      const { network, session } = createSession();
      const joining = session.open({ room: 'lobby' });
      network.socket.break();
      await expect(joining).rejects.toMatchObject({ code: 'connectionFailed' });
      await vi.advanceTimersByTimeAsync(60_000);
      expect(network.sockets).toHaveLength(1);
    });

    it('gives up a socket that does not open in time', async () => {
      const { network, session } = createSession();
      const outcome = expect(session.open({ room: 'lobby' })).rejects.toMatchObject({ code: 'connectionFailed' });
      await vi.advanceTimersByTimeAsync(10_000);
      await outcome;
      expect(network.socket.closedWith).toBe(4000);
    });

    it('refuses a second join while one lasts, and allows one after leaving', async () => {
      const { network, session } = await createJoined();
      await expect(session.open({ room: 'other' })).rejects.toMatchObject({ code: 'invalidState' });
      await session.leave();
      const again = session.open({ room: 'other' });
      network.socket.open();
      network.socket.acceptJoin();
      await expect(again).resolves.toMatchObject({ session: 'session-1' });
    });

    it('asks a token function for a token, and again for a rejoin', async () => {
      const { network, session } = createSession();
      const token = vi.fn(async () => `token-${token.mock.calls.length}`);
      const joining = session.open({ room: 'lobby', token });
      await vi.advanceTimersByTimeAsync(0);
      network.socket.open();
      expect(network.socket.last('join').params).toMatchObject({ token: 'token-1' });
      network.socket.acceptJoin();
      await joining;
      network.socket.break(4503);
      await vi.advanceTimersByTimeAsync(500);
      network.socket.open();
      expect(network.socket.last('join').params).toMatchObject({ token: 'token-2' });
    });
  });

  describe('leaving', () => {
    it('says leave before it closes, and rejects what is unanswered', async () => {
      const { network, session, states } = await createJoined();
      const unanswered = expect(session.request('ping', {})).rejects.toMatchObject({ code: 'left' });
      await session.leave();
      await session.leave();
      await unanswered;
      expect(network.socket.count('leave')).toBe(1);
      expect(network.socket.closedWith).toBe(1000);
      expect(states.at(-1)).toBe('idle');
    });

    it('leaves no timer behind', async () => {
      const { session } = await createJoined();
      await session.leave();
      expect(vi.getTimerCount()).toBe(0);
    });
  });

  describe('after a cut', () => {
    it('resumes with session, token and the last seq, and passes on the missed events once', async () => {
      const { network, established, events, states } = await createJoined();
      const first = network.socket;
      first.event('message', message(1));
      first.event('message', message(2));
      first.break();
      await vi.advanceTimersByTimeAsync(500);
      network.socket.open();
      const resume = { session: 'session-1', token: 'resume-1', seq: 2 };
      expect(network.socket.last('join').params).toMatchObject({ room: 'lobby', resume });
      network.socket.acceptJoin({ resumed: true, seq: 2 });
      network.socket.receive({ method: 'message', params: message('again'), seq: 2 });
      network.socket.event('message', message(3));
      expect(established).toEqual(['joined', 'resumed']);
      expect(events.map((event) => event.name === 'message' && event.params.body)).toEqual([1, 2, 3]);
      expect(states).toEqual(['connecting', 'joined', 'reconnecting', 'joined']);
    });

    it('backs off exponentially up to a cap and counts the attempts', async () => {
      const { network, session } = await createJoined({ baseDelayMs: 100, maxDelayMs: 500 });
      const delays: number[] = [];
      for (const expected of [100, 200, 400, 500, 500]) {
        network.socket.break();
        const before = network.sockets.length;
        expect(session.state).toMatchObject({ status: 'reconnecting', attempt: before });
        await vi.advanceTimersByTimeAsync(expected - 1);
        expect(network.sockets).toHaveLength(before);
        await vi.advanceTimersByTimeAsync(1);
        expect(network.sockets).toHaveLength(before + 1);
        delays.push(expected);
      }
      expect(delays).toHaveLength(5);
    });

    it('gives up after the time that it was given', async () => {
      const { network, session } = await createJoined({ giveUpAfterMs: 3000 });
      network.socket.break();
      while (session.state.status === 'reconnecting') {
        await vi.advanceTimersByTimeAsync(1000);
        network.socket.break();
      }
      expect(session.state).toMatchObject({ status: 'disconnected', code: 'reconnectFailed', action: 'rejoin' });
      expect(vi.getTimerCount()).toBe(0);
    });

    it('joins anew on the same socket when the session has ended', async () => {
      const { network, established } = await createJoined();
      network.socket.event('message', message(1));
      network.socket.break();
      await vi.advanceTimersByTimeAsync(500);
      network.socket.open();
      network.socket.refuse('join', 'sessionNotFound');
      await vi.advanceTimersByTimeAsync(0);
      expect(network.sockets).toHaveLength(2);
      expect(network.socket.last('join').params).not.toHaveProperty('resume');
      network.socket.acceptJoin({ session: 'session-2', seq: 7 });
      expect(established).toEqual(['joined', 'rejoined']);
    });

    it('takes a full state in place of a resumed session', async () => {
      const { network, established } = await createJoined();
      network.socket.break();
      await vi.advanceTimersByTimeAsync(500);
      network.socket.open();
      network.socket.acceptJoin({ resumed: false, session: 'session-2' });
      expect(established).toEqual(['joined', 'rejoined']);
    });

    it('goes on trying when a rejoin is refused for a passing reason, and ends for a lasting one', async () => {
      const { network, session } = await createJoined();
      network.socket.break(4503);
      await vi.advanceTimersByTimeAsync(500);
      network.socket.open();
      network.socket.refuse('join', 'serverFull');
      expect(session.state).toMatchObject({ status: 'reconnecting', attempt: 2 });
      await vi.advanceTimersByTimeAsync(1000);
      network.socket.open();
      network.socket.refuse('join', 'unauthorized');
      expect(session.state).toMatchObject({ status: 'disconnected', code: 'unauthorized', action: 'giveUp' });
    });

    it('joins with the name and metadata that were last set', async () => {
      const { network, session } = await createJoined();
      const updating = session.update({ name: 'Anna' });
      network.socket.reply('update', {});
      await updating;
      network.socket.break(4503);
      await vi.advanceTimersByTimeAsync(500);
      network.socket.open();
      expect(network.socket.last('join').params).toMatchObject({ name: 'Anna' });
    });

    it('heeds the server’s last word, which has no place in the sequence', async () => {
      const { network, session } = await createJoined();
      network.socket.event('message', message(1));
      const params = { code: 'roomClosed', message: 'over', action: 'giveUp' };
      network.socket.receive({ method: 'disconnect', params, seq: 0 });
      expect(session.state).toMatchObject({ status: 'disconnected', code: 'roomClosed' });
    });

    it('resumes when events are missing in the stream', async () => {
      const { network, events, session } = await createJoined();
      network.socket.event('message', message(1));
      network.socket.receive({ method: 'message', params: message(3), seq: 3 });
      expect(session.state).toMatchObject({ status: 'reconnecting' });
      await vi.advanceTimersByTimeAsync(500);
      network.socket.open();
      expect(network.socket.last('join').params).toMatchObject({ resume: { seq: 1 } });
      expect(events).toHaveLength(1);
    });

    it('ignores a socket that has been given up', async () => {
      const { network, events } = await createJoined();
      const first = network.socket;
      first.break();
      first.event('message', message('late'));
      expect(events).toEqual([]);
    });
  });

  describe('requests at a cut', () => {
    it('sends unanswered and unsent requests again after a resume, in order', async () => {
      const { network, session } = await createJoined();
      const muted = session.request('mute', { track: 't1', muted: true });
      const said = session.request('message', { body: 'maybe' });
      network.socket.break();
      const later = session.request('message', { body: 'later' });
      await vi.advanceTimersByTimeAsync(500);
      network.socket.open();
      expect(network.socket.requests.map(({ method }) => method)).toEqual(['join']);
      network.socket.acceptJoin({ resumed: true });
      const { requests } = network.socket;
      expect(requests.map(({ method }) => method)).toEqual(['join', 'mute', 'message', 'message']);
      for (const { id } of requests.slice(1)) network.socket.receive({ id, result: { recipients: 1 } });
      await expect(muted).resolves.toEqual({});
      await expect(Promise.all([said, later])).resolves.toMatchObject([{ recipients: 1 }, { recipients: 1 }]);
    });

    it('repeats a request under its own id', async () => {
      const { network, session } = await createJoined();
      void session.request('mute', { track: 't1', muted: true });
      const { id } = network.socket.last('mute');
      network.socket.break();
      await vi.advanceTimersByTimeAsync(500);
      network.socket.open();
      network.socket.acceptJoin({ resumed: true });
      expect(network.socket.last('mute').id).toBe(id);
    });

    it('rejects a message that may have been sent when a new session begins', async () => {
      const { network, session } = await createJoined();
      const lost = expect(session.request('message', { body: 'maybe' })).rejects.toMatchObject({
        code: 'connectionLost',
      });
      network.socket.break();
      await vi.advanceTimersByTimeAsync(500);
      network.socket.open();
      network.socket.refuse('join', 'sessionNotFound');
      await vi.advanceTimersByTimeAsync(0);
      network.socket.acceptJoin({ session: 'session-2' });
      await lost;
      expect(network.socket.count('message')).toBe(0);
    });

    it('counts ids on, over connections and sessions', async () => {
      const { network, session } = await createJoined();
      void session.request('update', { name: 'Al' });
      const { id } = network.socket.last('update');
      network.socket.break(4503);
      await vi.advanceTimersByTimeAsync(500);
      network.socket.open();
      expect(network.socket.last('join').id).toBeGreaterThan(id);
    });

    it('rejects what meant the old session when a new one begins, and keeps messages', async () => {
      const { network, session } = await createJoined();
      network.socket.break(4503);
      const muted = expect(session.request('mute', { track: 't1', muted: true })).rejects.toMatchObject({
        code: 'sessionLost',
      });
      void session.request('message', { body: 'later' });
      await vi.advanceTimersByTimeAsync(500);
      network.socket.open();
      network.socket.acceptJoin({ session: 'session-2' });
      await muted;
      expect(network.socket.requests.map(({ method }) => method)).toEqual(['join', 'message']);
    });

    it('says when a request without a reply failed', async () => {
      const { network, session, warnings } = await createJoined();
      expect(session.post('message', { to: 'nobody', body: 1 })).toBe(true);
      expect(network.socket.last('message')).not.toHaveProperty('id');
      const error = { code: 'participantNotFound', message: 'gone', method: 'message' };
      network.socket.receive({ id: null, error });
      expect(warnings).toEqual([error]);
    });

    it('rejects requests outside of a room', async () => {
      const { session } = createSession();
      await expect(session.request('ping', {})).rejects.toMatchObject({ code: 'invalidState' });
    });
  });

  describe('the server’s farewell', () => {
    const farewell = (action: string, more = {}) => ({ code: 'serverShutdown', message: 'bye', action, ...more });

    it('is honoured: giveUp ends', async () => {
      const { network, session } = await createJoined();
      network.socket.event('disconnect', { ...farewell('giveUp'), code: 'removed' });
      expect(session.state).toMatchObject({
        status: 'disconnected',
        code: 'removed',
        message: 'bye',
        action: 'giveUp',
      });
      await vi.advanceTimersByTimeAsync(60_000);
      expect(network.sockets).toHaveLength(1);
    });

    it('is honoured: rejoin starts a new session, after the delay it asks for', async () => {
      const { network } = await createJoined();
      network.socket.event('disconnect', farewell('rejoin', { retryAfterMs: 5000 }));
      await vi.advanceTimersByTimeAsync(5000);
      expect(network.sockets).toHaveLength(1);
      await vi.advanceTimersByTimeAsync(500);
      network.socket.open();
      expect(network.socket.last('join').params).not.toHaveProperty('resume');
    });

    it('is honoured: resume goes on with the session', async () => {
      const { network } = await createJoined();
      network.socket.event('disconnect', { ...farewell('resume'), code: 'slowConsumer' });
      await vi.advanceTimersByTimeAsync(500);
      network.socket.open();
      expect(network.socket.last('join').params).toMatchObject({ resume: { seq: 0 } });
    });

    it.each([
      [4410, 'sessionReplaced', 'disconnected'],
      [4409, 'heartbeatTimeout', 'reconnecting'],
    ])('is read from close code %i where no event came', async (closeCode, code, status) => {
      const { network, session } = await createJoined();
      network.socket.break(closeCode);
      expect(session.state).toMatchObject({ status, code });
    });
  });

  describe('half-open sockets', () => {
    it('are found within the announced timeout and replaced', async () => {
      const { network, session } = await createJoined();
      await vi.advanceTimersByTimeAsync(10_000);
      expect(network.socket.count('ping')).toBe(1);
      network.socket.reply('ping', { now: 1 });
      await vi.advanceTimersByTimeAsync(24_999);
      expect(session.state.status).toBe('joined');
      await vi.advanceTimersByTimeAsync(1);
      expect(session.state).toMatchObject({ status: 'reconnecting' });
      expect(network.socket.closedWith, 'a goodbye would end the session').not.toBe(1000);
    });

    it('are not suspected while anything arrives', async () => {
      const { network, session } = await createJoined();
      for (let second = 0; second < 120; second += 5) {
        await vi.advanceTimersByTimeAsync(5000);
        network.socket.event('message', message(second));
      }
      expect(session.state.status).toBe('joined');
    });
  });

  describe('what it does not know', () => {
    it('ignores unknown events and fields, but counts them', async () => {
      const { network, events } = await createJoined();
      network.socket.event('somethingNew', { a: 1 });
      network.socket.event('message', { ...message('x'), newField: true });
      expect(events).toEqual([{ name: 'message', params: message('x') }]);
    });

    it('ignores frames that are no frames', async () => {
      const { network, session } = await createJoined();
      for (const frame of ['', 'null', '{', '[]', '{"id":{}}', '{"method":"message","params":{},"seq":"1"}']) {
        network.socket.receive(frame);
      }
      expect(session.state.status).toBe('joined');
    });
  });

  describe('in a browser', () => {
    afterEach(() => vi.unstubAllGlobals());

    function stubPage() {
      const page = {
        window: new EventTarget(),
        document: Object.assign(new EventTarget(), { visibilityState: 'visible' }),
      };
      vi.stubGlobal('window', page.window);
      vi.stubGlobal('document', page.document);
      return page;
    }

    it('tries again at once when the network is back', async () => {
      const { window } = stubPage();
      const { network } = await createJoined({ baseDelayMs: 60_000, maxDelayMs: 60_000 });
      network.socket.break();
      window.dispatchEvent(new Event('online'));
      expect(network.sockets).toHaveLength(2);
    });

    it('does not hurry when the server has asked for patience', async () => {
      const { window } = stubPage();
      const { network } = await createJoined();
      network.socket.event('disconnect', { code: 'serverShutdown', message: '', action: 'rejoin', retryAfterMs: 5000 });
      window.dispatchEvent(new Event('online'));
      expect(network.sockets).toHaveLength(1);
    });

    it('checks a living socket when the network changed, and says so', async () => {
      const { window } = stubPage();
      const { network, session } = await createJoined();
      const changed = vi.fn();
      session.on('networkChanged', changed);
      window.dispatchEvent(new Event('online'));
      expect(network.socket.count('ping')).toBe(1);
      expect(changed).toHaveBeenCalledTimes(1);
      await vi.advanceTimersByTimeAsync(3000);
      expect(session.state.status).toBe('reconnecting');
    });

    it('tells of the change after the resume when it came during a cut', async () => {
      const { window } = stubPage();
      const { network, session } = await createJoined();
      const changed = vi.fn();
      session.on('networkChanged', changed);
      network.socket.break();
      window.dispatchEvent(new Event('online'));
      expect(changed).not.toHaveBeenCalled();
      network.socket.open();
      network.socket.acceptJoin({ resumed: true });
      expect(changed).toHaveBeenCalledTimes(1);
    });

    it('leaves when the page is closed', async () => {
      const { window } = stubPage();
      const { network, states } = await createJoined();
      window.dispatchEvent(new Event('pagehide'));
      expect(network.socket.count('leave')).toBe(1);
      expect(states.at(-1)).toBe('idle');
    });
  });
});
