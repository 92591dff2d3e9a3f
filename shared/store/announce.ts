import type { Announcement, OpenTurn } from './ledger.ts';
import { type Patience, persist } from './persist.ts';
import type { Store } from './store.ts';

const renewalMs = 5_000;
/** An entry that was not renewed for so long, by the store's clock, is taken for a dead one's: twelve renewals. */
const leaseMs = 60_000;

/** An entry in the ledger that this process keeps alive. */
export interface Announced {
  readonly turn: string;
  /** Stops the renewals and closes the entry; false where the store does not say so. Never throws, since an entry that stays is closed by the next who looks. */
  close(): Promise<boolean>;
  /** Stops the renewals and leaves the entry open, so that others find it as a dead one's. */
  leave(): Promise<void>;
}

/** Earlier comers first, so that who has waited longest goes next. */
export function orderedName({ clock, random }: Store): string {
  return `${clock.now().toString(36).padStart(9, '0')}-${random.id()}`;
}

/** Makes an entry and renews it until it is closed or left. Throws `StoreTimeout`. */
export async function announce(
  { clock, ledger, liveness }: Store,
  announcement: Omit<Announcement, 'holder'>,
  patience: Patience,
): Promise<Announced> {
  const { turn } = announcement;
  const event = { event: 'announced', announcement: { ...announcement, holder: liveness.holder } } as const;
  const closed = () =>
    persist({ clock, timeoutMs: renewalMs }, () => ledger.append({ event: 'closed', turn, by: turn })).then(
      () => true,
      () => false,
    );
  try {
    await persist(patience, () => ledger.append(event));
  } catch (error) {
    // It may be on its way all the same, and nobody would renew it.
    await closed();
    throw error;
  }
  const stop = new AbortController();
  const renewals = (async () => {
    while (!stop.signal.aborted) {
      // An outage is noticed by the next write; all a missed renewal can do is to let others think we are dead.
      await clock.sleep(renewalMs, stop.signal).catch(() => undefined);
      if (!stop.signal.aborted) await ledger.append({ event: 'renewed', turn }).catch(() => undefined);
    }
  })();
  const leave = async () => {
    stop.abort();
    await renewals;
  };
  return {
    turn,
    leave,
    close: async () => {
      await leave();
      return await closed();
    },
  };
}

/** What other entries are open. */
export interface Others {
  /** Turns of processes that may still be alive. */
  readonly turns: readonly OpenTurn[];
  /** Of who feeds the store, those of dead ones included. */
  readonly feeders: readonly Feeding[];
}

/** An open entry of who feeds the store. */
export interface Feeding extends OpenTurn {
  readonly feeds: string;
  /** True where its process is known not to run, or has given no sign of life for a minute. */
  readonly isDead: boolean;
  /** How long it has given no sign of life, ms. */
  readonly silentMs: number;
}

/**
 * The other open entries. Turns of the dead are closed, so that they can write nothing any more; feeders are not, since what they
 * have begun is known to Kafka only. Whoever was closed may have begun to feed after our look, so we look again.
 */
export async function othersThan(store: Store, turn: string, patience: Patience): Promise<Others> {
  const { ledger, liveness } = store;
  for (;;) {
    const { now, turns } = await persist(patience, () => ledger.openTurns());
    const others = turns
      .filter((other) => other.turn !== turn)
      .map((other) => {
        const silentMs = now - other.renewedAt;
        return { ...other, silentMs, isDead: liveness.isDead(other.holder) || silentMs > leaseMs };
      });
    const dead = others.filter(({ feeds, isDead }) => feeds === undefined && isDead);
    for (const other of dead)
      await persist(patience, () => ledger.append({ event: 'closed', turn: other.turn, by: turn }));
    if (dead.length > 0) continue;
    return {
      turns: others.filter(({ feeds }) => feeds === undefined),
      feeders: others.flatMap(({ feeds, ...other }) => (feeds === undefined ? [] : [{ ...other, feeds }])),
    };
  }
}
