import type { DropReason } from './drop-reason.ts';

/** What a drop reason is for the operator: a line to look at, or one that a rule set chose away, and why. */
export interface DropMeaning {
  readonly kind: 'malformed' | 'unwanted';
  /** Fits behind "dropped:". */
  readonly words: string;
}

const meanings: Readonly<Record<DropReason, DropMeaning>> = {
  malformed_line: { kind: 'malformed', words: 'not a line of this format' },
  malformed_time: { kind: 'malformed', words: 'no readable time' },
  too_long: { kind: 'malformed', words: 'longer than 64 KiB' },
  future: { kind: 'malformed', words: 'from after tomorrow' },
  internal: { kind: 'unwanted', words: "the CDN's own traffic" },
  method: { kind: 'unwanted', words: 'a method that is no download (HEAD, POST)' },
  status: { kind: 'unwanted', words: 'answered with an error or a redirect' },
  not_modified: { kind: 'unwanted', words: 'answered from a cache (304)' },
  partial: { kind: 'unwanted', words: 'a later part of a file (206)' },
  unknown_layout: { kind: 'unwanted', words: 'of none of the registries' },
  malformed_path: { kind: 'malformed', words: 'a path that cannot name a project' },
  not_artifact: { kind: 'unwanted', words: 'not a file of the registry' },
  sidecar: { kind: 'unwanted', words: 'metadata or a signature beside a file' },
  index: { kind: 'unwanted', words: "a project's list of files" },
  client: { kind: 'unwanted', words: 'a client that the rules leave out' },
  forgotten: { kind: 'unwanted', words: 'of a project that was taken down' },
};

/** The meaning of a reason, for summaries and help. */
export function describeDrop(reason: DropReason): DropMeaning {
  return meanings[reason];
}
