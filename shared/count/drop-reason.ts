/**
 * Why a line was not counted: a closed list, in the order in which a line meets the guards.
 * *Malformed* lines are to be looked at by the operator, *unwanted* ones were chosen away by a rule set.
 */
export const dropReasons = [
  'malformed_line',
  'malformed_time',
  'malformed_path',
  'too_long',
  'future',
  'method',
  'status',
  'not_modified',
  'partial',
  'not_artifact',
  'sidecar',
  'index',
  'client',
  'internal',
  'unknown_layout',
  'forgotten',
] as const;

/** One of `dropReasons`; also the label of the metric and the key in the books. */
export type DropReason = (typeof dropReasons)[number];
