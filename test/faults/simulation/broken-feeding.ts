import type { OpenTurn } from '../../../shared/store/ledger.ts';
import type { Store } from '../../../shared/store/store.ts';
import type { Breakage } from './simulate.ts';

/** As `brokenRules`, for the rules that keep replays and who feeds the store apart. */
export const brokenFeeding: Readonly<Record<string, Breakage>> = {
  'replays do not look for feeders': only('replay', (store) =>
    withTurns(store, ({ turns }) => turns.filter(({ feeds }) => feeds === undefined)),
  ),

  'who begins to feed does not take a turn': only('feeder', (store) =>
    withTurns(store, ({ turns }) => turns.filter(({ feeds }) => feeds !== undefined)),
  ),

  'a replay closes the entries of dead feeders': only('replay', (store) =>
    withTurns(store, ({ now, turns }) =>
      turns.map(({ feeds, ...turn }) =>
        feeds === undefined || now - turn.renewedAt > 60_000 ? turn : { ...turn, feeds },
      ),
    ),
  ),

  'who announced that it feeds does not look again': only('feeder', (store) => {
    let hasAnnounced = false;
    const { append } = store.ledger;
    const announcing: Store['ledger']['append'] = (event) => {
      hasAnnounced ||= event.event === 'announced' && event.announcement.feeds !== undefined;
      return append(event);
    };
    const looking = withClosed(store, (turn) => hasAnnounced && !turn.endsWith('.feeds'));
    return { ...looking, ledger: { ...looking.ledger, append: announcing } };
  }),
};

/** Breaks what one kind of process sees. */
function only(kind: 'replay' | 'feeder', breakage: Breakage): Breakage {
  return (store) => (store.liveness.holder.startsWith(kind) ? breakage(store) : store);
}

type Open = Awaited<ReturnType<Store['ledger']['openTurns']>>;

function withTurns(store: Store, shown: (open: Open) => readonly OpenTurn[]): Store {
  const openTurns = async () => {
    const open = await store.ledger.openTurns();
    return { now: open.now, turns: shown(open) };
  };
  return { ...store, ledger: { ...store.ledger, openTurns } };
}

/** Takes some entries for open always. */
function withClosed(store: Store, isTakenForOpen: (turn: string) => boolean): Store {
  const isClosed = async (turn: string) => !isTakenForOpen(turn) && (await store.ledger.isClosed(turn));
  return { ...store, ledger: { ...store.ledger, isClosed } };
}
