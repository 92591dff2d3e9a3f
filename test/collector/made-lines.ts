/** Lines of a made-up log; each names where it comes from, so that none is like another. */
export function madeLines(from: number, count: number, name = 'a'): string {
  return Array.from({ length: count }, (_, index) => {
    const path = `/${name}/${from + index}.tar.gz`;
    return `192.0.2.1 - - [26/Nov/2026:12:00:00 +0000] "GET ${path} HTTP/1.1" 200 1 "-" "curl/8.5.0"\n`;
  }).join('');
}
