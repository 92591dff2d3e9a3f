import { expect, test } from 'vitest';
import { commandToCount } from '../../services/collector/draw-summary.ts';

test.each([
  { named: {}, want: 'tallymark ingest --brokers a:9092,b:9092' },
  { named: { topic: 'lines' }, want: 'tallymark ingest --brokers a:9092,b:9092 --topic lines' },
  {
    named: { topic: 'lines', group: 'ours' },
    want: 'tallymark ingest --brokers a:9092,b:9092 --topic lines --group ours',
  },
])(
  'the command that counts what was shipped reads the topic that it was shipped to: $want',
  ({ named, want }) => {
    expect(commandToCount(['a:9092', 'b:9092'], named)).toBe(want);
  },
);
