import { randomBytes } from 'node:crypto';

/** Names that no two processes ever share. */
export interface Random {
  /** 24 hex digits. */
  id(): string;
}

/** Names from the machine's random numbers. */
export const systemRandom: Random = { id: () => randomBytes(12).toString('hex') };
