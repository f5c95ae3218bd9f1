import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { CallStore } from '../state/call-store.ts';

export const StoreContext = createContext<CallStore | null>(null);

export function useStore(): CallStore {
  const store = useContext(StoreContext);
  if (store === null) throw new Error('No store above this component.');
  return store;
}
