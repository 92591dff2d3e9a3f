/**
 * Bytes of the longest line that is counted, without its `\n`. Servers refuse request lines over 8 to 32 KiB; what is
 * longer is no log line, and must not be able to fill the memory.
 */
export const LINE_LIMIT = 64 * 1024;
