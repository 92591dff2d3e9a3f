/**
 * Why a line was not counted: a closed list, in the order in which a line meets the guards: its format, its day, the rules
 * for a request, its registry, the rules for a target, and those for a client. Nothing gives `forgotten`: the word is kept
 * for projects that are taken down.
 * *Malformed* lines are to be looked at by the operator, *unwanted* ones were chosen away by a rule set.
 */
export const dropReasons = [
  'malformed_line',
  'malformed_time',
  'too_long',
  'future',
  'internal',
  'method',
  'status',
  'not_modified',
  'partial',
  'unknown_layout',
  'malformed_path',
  'not_artifact',
  'sidecar',
  'index',
  'client',
  'forgotten',
] as const;

/** One of `dropReasons`; also the label of the metric and the key in the books. */
export type DropReason = (typeof dropReasons)[number];
