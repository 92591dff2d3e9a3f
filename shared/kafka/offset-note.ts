import { z } from 'zod';
import type { Pins } from '../count/counted-batch.ts';

/**
 * What stands beside a committed offset, as JSON in its metadata (of which brokers take 4,096 bytes):
 *
 *     {"v":1,"c":1200,"g":0,"l":"pypi","i":{"to":1500,"m":[202611],"t":20784,"d":"<geo>"}}
 */
const noteSchema = z.object({
  v: z.literal(1),
  /** Offset up to which batches of this partition are in the store; 0 where none is. */
  c: z.number().int().min(0),
  /** Generation of the topic. */
  g: z.number().int().min(0),
  /** The layout in use, where it was detected. */
  l: z.string().optional(),
  p: z
    .array(z.object({ from: z.number().int(), to: z.number().int(), m: z.array(z.number().int()) }))
    .optional(),
  i: z
    .object({
      to: z.number().int().min(0),
      m: z.array(z.number().int()).optional(),
      t: z.number().int(),
      d: z.string(),
    })
    .optional(),
});

/** A batch that begins at the committed offset and is to be inserted: recorded before its first insert, so that a retry forms the very same. */
export interface OffsetIntent {
  readonly to: number;
  /** `YYYYMM`, ascending; undefined where there were too many to write down. */
  readonly months: readonly number[] | undefined;
  readonly pins: Pins;
}

/**
 * Offsets `[from, to)` of which only some months are counted, and never will be more under that batch: some of its messages were gone when
 * it had to be formed again. Those that are still there are read once more, for the other months.
 */
export interface PartlyCounted {
  readonly from: number;
  readonly to: number;
  /** `YYYYMM`. */
  readonly months: readonly number[];
}

/** What a committed offset says of the batches before it, and of the one that begins there. */
export interface OffsetNote {
  readonly counted: number;
  readonly generation: number;
  readonly layout: string | undefined;
  readonly partly: readonly PartlyCounted[];
  readonly intent: OffsetIntent | undefined;
}

/** So many months fit beside all else: a batch of more (a backfill without order) does without their list. */
const mostMonths = 300;

/** The metadata of a committed offset. */
export function writeNote({ counted, generation, layout, partly, intent }: OffsetNote): string {
  const note: z.infer<typeof noteSchema> = { v: 1, c: counted, g: generation };
  if (layout !== undefined) note.l = layout;
  if (partly.length > 0) note.p = partly.map(({ from, to, months }) => ({ from, to, m: [...months] }));
  if (intent !== undefined) {
    const { to, months, pins } = intent;
    note.i = { to, t: pins.today, d: pins.geo };
    const room = partly.reduce((left, { months: counted }) => left - counted.length, mostMonths);
    if (months !== undefined && months.length <= room) note.i.m = [...months];
  }
  return JSON.stringify(note);
}

/** What the metadata of a committed offset says; undefined where there is none, `strange` where somebody else wrote it. */
export function readNote(metadata: string | null | undefined): OffsetNote | 'strange' | undefined {
  if (metadata === undefined || metadata === null || metadata === '') return undefined;
  const parsed = noteSchema.safeParse(parseJson(metadata));
  if (!parsed.success) return 'strange';
  const { c, g, l, p, i } = parsed.data;
  const partly = (p ?? []).map(({ from, to, m }) => ({ from, to, months: m }));
  const intent = i && { to: i.to, months: i.m, pins: { today: i.t, geo: i.d } };
  return { counted: c, generation: g, layout: l, partly, intent };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
