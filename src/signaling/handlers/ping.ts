import type { Handler } from './handler.ts';

export const handlePing: Handler<'ping'> = () => ({ now: Date.now() });
