import type { RequestResult } from '../../protocol/requests.ts';
import { CrosspointError } from '../../shared/errors.ts';
import { messageHead, requireSize } from '../handlers/message.ts';
import type { HubServices } from '../hub-services.ts';
import { invalid, keepMessage, userBehind, usersIn } from '../mailbox/keep-message.ts';
import { serverIdentity } from '../mailbox/mailbox-store.ts';
import type { Room } from '../rooms/room.ts';
import { writeJson } from '../write-json.ts';
import type { NewMessage } from './api-schemas.ts';

/** Who messages come from that a server sends; participants' ids are longer. */
const serverSender = 'server';

type Result = RequestResult<'message'>;
/** The body as JSON text, in place of itself. */
type Outgoing = Omit<NewMessage, 'body'> & { json: string };

interface MessageState {
  id: string;
  users: { user: string; status: 'stored' | 'delivered' | 'read' | 'expired' }[];
}

/** Messages that other servers send: the same promises as for those of participants. */
export class ServerMessages {
  readonly #hub: HubServices;

  constructor(hub: HubServices) {
    this.#hub = hub;
  }

  send(room: string, { body, ...message }: NewMessage): Result {
    if (body === undefined) throw invalid('body', 'The message has no body.');
    if (message.to !== undefined && message.toUser !== undefined) throw invalid('toUser', 'Give either to or toUser.');
    const outgoing = { ...message, json: writeJson('body', body) };
    requireSize(outgoing.json, this.#hub.limits.maxMessageBytes);
    return message.acknowledge ? this.#keep(room, outgoing) : this.#sendOnce(this.#hub.rooms.require(room), outgoing);
  }

  /** What has become of an acknowledged message with each user it is for; throws `messageNotFound`. */
  state(room: string, id: string): MessageState {
    const users = this.#hub.mailboxes.statesOf(room, id);
    if (users.length === 0) throw new CrosspointError('messageNotFound');
    return { id, users };
  }

  #keep(name: string, message: Outgoing): Omit<Result, 'users'> {
    const { to, toUser, id, type, ttlSeconds, json } = message;
    const sender = { room: name, identity: serverIdentity, participant: serverSender };
    const direct = to !== undefined || toUser !== undefined;
    const kept = { id, type, body: json, ttlSeconds, direct };
    const { users, ...result } = keepMessage(this.#hub.mailboxes, sender, this.#receivers(name, message), kept);
    const room = this.#hub.rooms.find(name);
    if (room && !direct && users.length > 0) this.#remember(room, message);
    return result;
  }

  /** A user's mailbox is there although the room is not open. */
  #receivers(name: string, { to, toUser }: Outgoing): string[] {
    if (toUser !== undefined) return [toUser];
    const room = this.#hub.rooms.require(name);
    return to === undefined ? usersIn(room) : [userBehind(room, to)];
  }

  #sendOnce(room: Room, message: Outgoing): Result {
    const { id } = message;
    if (id === undefined) return { recipients: this.#send(room, message), status: 'sent' };
    const recent = this.#hub.mailboxes.recentIdsOf(room);
    if (recent.has(id)) return { recipients: 0, status: 'duplicate' };
    const recipients = this.#send(room, message);
    recent.add(id);
    return { recipients, status: 'sent' };
  }

  /** @returns to how many sessions. */
  #send(room: Room, message: Outgoing): number {
    const { to, toUser } = message;
    const head = messageHead({ ...message, from: serverSender });
    if (to === undefined && toUser === undefined) {
      room.feed.publish([head]);
      this.#remember(room, message);
      return room.visibleSize;
    }
    const ofUser = () => [...room.sessions()].filter(({ participant }) => participant.identity === toUser);
    const receivers = to === undefined ? ofUser() : [room.require(to)];
    for (const receiver of receivers) receiver.sendHead(head);
    return receivers.length;
  }

  #remember(room: Room, message: Outgoing): void {
    this.#hub.mailboxes.remember(room, () => messageHead({ ...message, from: serverSender, extra: { history: true } }));
  }
}
