/**
 * A server's URL as it may be shown: `mark` in place of user and password and of the query, or neither where it is empty. The client of ClickHouse takes
 * tokens, headers and settings from a query, and any of these may be secret. Any other text as it is.
 */
export function withoutAccount(text: string, mark: '(hidden)' | '' = ''): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) return text;
  const { protocol, username, password, host, pathname, search } = url;
  const account = mark !== '' && (username !== '' || password !== '') ? `${mark}@` : '';
  const path = pathname === '/' ? '' : pathname;
  const query = mark !== '' && search !== '' ? `?${mark}` : '';
  return `${protocol}//${account}${host}${path}${query}`;
}
