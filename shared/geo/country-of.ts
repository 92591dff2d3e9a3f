/**
 * Plug point: address → country. Takes the bytes of the address as logged (may carry port, brackets, zone; may be a host name) and
 * answers an index into `countries` (`countries.ts`); 0 is `ZZ`, unknown. Never throws.
 */
export type CountryOf = (bytes: Uint8Array, start: number, end: number) => number;
