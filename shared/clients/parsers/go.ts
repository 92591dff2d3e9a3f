import { byProduct } from '../by-product.ts';

/**
 * `GoModuleMirror/1.0 (+https://proxy.golang.org)`. The `go` command says `Go-http-client/1.1` like any program in Go
 * (before Go 1.4 `Go 1.1 package http`), so it is unknown, and no user agent says which Go it is.
 */
export const go = byProduct('go', {
  gomodulemirror: { class: 'mirror' },
  'go-http-client': { class: 'unknown', installer: 'go-http-client', version: 'none' },
  go: { class: 'unknown', installer: 'go-http-client', version: 'none' },
});
