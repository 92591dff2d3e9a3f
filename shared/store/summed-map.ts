/** SQL that sums a map column by key and leaves out keys whose sum is 0, which `sumMap` keeps; every read goes through here. */
export function summedMap(column: string): string {
  return `mapFilter((key, amount) -> amount != 0, sumMap(${column}))`;
}
