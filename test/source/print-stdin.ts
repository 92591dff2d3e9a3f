/** Prints how standard input is compressed, and its lines. */
import { createBlockPool } from '../../shared/source/block-pool.ts';
import { openSource } from '../../shared/source/open-source.ts';
import { gather } from './gathered.ts';

const source = await openSource('-', createBlockPool());
const { text, error } = await gather(source.blocks({ from: 0 }));
if (error !== undefined) throw error;
process.stdout.write(`${source.compression}\n${text}`);
