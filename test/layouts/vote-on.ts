import { type DetectedLayout, LayoutVote } from '../../shared/layouts/layout-vote.ts';

/** What the layouts make of these paths. */
export function voteOn(paths: Iterable<string>): DetectedLayout {
  const vote = new LayoutVote();
  for (const path of paths) vote.add(path);
  return vote.result();
}
