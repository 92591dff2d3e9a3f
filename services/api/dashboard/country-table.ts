import type { BreakdownPiece } from '../../../shared/store/released/read-breakdown.ts';
import { type Html, html, none } from './html.ts';
import { count, countryName, share } from './numbers.ts';
import { bar } from './page.ts';

/** Countries on the page; the CSV has all. */
const listed = 15;

/** Countries with their shares, most downloads first; unknown and unattributed are always shown, so that it adds up. */
export function countryTable({ keys, total, unattributed }: BreakdownPiece): Html {
  const known = keys.filter(({ key }) => key !== 'ZZ');
  const shown = known.slice(0, listed);
  const more = known.slice(listed);
  const most = Math.max(...shown.map(({ downloads }) => downloads), 1);
  const row = (name: string, downloads: number, kind: '' | 'aside') =>
    html`<tr class="${kind}"><th scope="row">${name}</th><td class="bar-cell">${kind === '' ? bar(downloads / most) : none}</td>
<td class="number">${count(downloads)}</td><td class="number">${total === 0 ? '–' : share(downloads / total)}</td></tr>
`;
  const sumOfMore = more.reduce((sum, { downloads }) => sum + downloads, 0);
  const unknown = keys.find(({ key }) => key === 'ZZ')?.downloads ?? 0;
  return html`<table><thead><tr><th scope="col">Country</th><td></td><th scope="col" class="number">Downloads</th><th scope="col" class="number">Share</th></tr></thead>
<tbody>${shown.map(({ key, downloads }) => row(countryName(key), downloads, ''))}
${more.length === 0 ? none : row(`${more.length} more`, sumOfMore, 'aside')}
${row('Unknown', unknown, 'aside')}${row('Unattributed', unattributed, 'aside')}${row('All', total, 'aside')}</tbody></table>
<p class="note">Unknown: the address is in no country. Unattributed: came after the day was published.</p>`;
}
