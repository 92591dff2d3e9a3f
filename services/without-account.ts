/**
 * A server's URL as it may be shown: `mark` in place of user and password, or neither where it is empty, and without the `access_token` that
 * the client of ClickHouse takes from a URL. Any other text as it is.
 */
export function withoutAccount(text: string, mark: '(hidden)' | '' = ''): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) return text;
  const { protocol, username, password, host, pathname, searchParams } = url;
  const hasAccount = username !== '' || password !== '';
  if (!hasAccount && !searchParams.has(token)) return text;
  searchParams.delete(token);
  const account = hasAccount && mark !== '' ? `${mark}@` : '';
  const path = pathname === '/' ? '' : pathname;
  return `${protocol}//${account}${host}${path}${url.search}`;
}

const token = 'access_token';
