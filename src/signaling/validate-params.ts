import type { z } from 'zod';
import { type Method, type RequestParams, requests } from '../protocol/requests.ts';
import { CrosspointError } from '../shared/errors.ts';
import { parseSafely } from './parse-safely.ts';
import { shortcutOf, unsure } from './schema-shortcut.ts';

type Validator<M extends Method> = (params: unknown) => RequestParams<M>;

/** Problems told in one reply; the first ones are what a developer needs. */
const toldProblems = 10;

/** Checks a method's parameters by its schema and fills in defaults; throws `invalidParams` with the list of problems. */
export function validateParams<M extends Method>(method: M, params: unknown): RequestParams<M> {
  return validators[method](params);
}

export function isMethod(name: string): name is Method {
  return methods.has(name);
}

const methods: ReadonlySet<string> = new Set(Object.keys(requests));

const validators: { readonly [M in Method]: Validator<M> } = {
  join: by(requests.join.params),
  leave: by(requests.leave.params),
  ping: by(requests.ping.params),
  update: by(requests.update.params),
  offer: byVariant(requests.offer.params.options),
  answer: byVariant(requests.answer.params.options),
  candidate: byVariant(requests.candidate.params.options),
  restartIce: by(requests.restartIce.params),
  mute: by(requests.mute.params),
  unpublish: by(requests.unpublish.params),
  subscribe: by(requests.subscribe.params),
  unsubscribe: by(requests.unsubscribe.params),
  message: by(requests.message.params),
  receipt: by(requests.receipt.params),
  refreshToken: by(requests.refreshToken.params),
  muteOther: by(requests.muteOther.params),
  remove: by(requests.remove.params),
  ban: by(requests.ban.params),
  admit: by(requests.admit.params),
  updateRoom: by(requests.updateRoom.params),
  endRoom: by(requests.endRoom.params),
};

function by<S extends z.ZodType>(schema: S): (params: unknown) => z.output<S> {
  const shortcut = shortcutOf(schema);
  return (params = {}) => {
    const right = shortcut(params);
    if (right !== unsure) return right;
    const parsed = parseSafely(schema, params);
    if (!parsed.problems) return parsed.data;
    const problems = parsed.problems.slice(0, toldProblems);
    const told = problems.map(({ path, message }) => ({ path: path.join('.'), message }));
    throw new CrosspointError('invalidParams', { data: { problems: told } });
  };
}

/**
 * Negotiation goes to the server (`connection`) or to a participant (`to`). Asking which it is, instead of trying one
 * schema after the other, costs half and gives the problems of the one that was meant.
 */
function byVariant<Server extends z.ZodType, Relayed extends z.ZodType>([server, relayed]: readonly [Server, Relayed]) {
  const toServer = by(server);
  const toParticipant = by(relayed);
  return (params: unknown): z.output<Server> | z.output<Relayed> =>
    typeof params === 'object' && params !== null && 'connection' in params ? toServer(params) : toParticipant(params);
}
