import type { Method, RequestParams, RequestResult } from '../../protocol/requests.ts';
import type { JsonText } from '../json-text.ts';
import type { RequestContext } from '../request-context.ts';

type Answer<M extends Method> = RequestResult<M> | JsonText;

/** Does what a request asks for and returns its result, or throws a `CrosspointError`. Never answers by itself. */
export type Handler<M extends Method> = (
  context: RequestContext,
  params: RequestParams<M>,
) => Answer<M> | Promise<Answer<M>>;

export type HandlerTable = { readonly [M in Method]: Handler<M> };

/** The result of requests that have none. */
export const nothing = {} as const;
