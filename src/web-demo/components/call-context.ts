import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Call } from '../state/call.ts';
import type { CallActions } from '../state/call-actions.ts';

export interface CallContextValue {
  readonly call: Call;
  readonly actions: CallActions;
}

export const CallContext = createContext<CallContextValue | null>(null);

export function useCall(): CallContextValue {
  const value = useContext(CallContext);
  if (value === null) throw new Error('No call above this component.');
  return value;
}
