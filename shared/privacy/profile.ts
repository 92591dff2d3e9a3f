/** How the person's side of a registry is published: names are a closed list (design: "What is published"). */
export const profileNames = ['standard', 'strict', 'off', 'exact'] as const;
export type ProfileName = (typeof profileNames)[number];

/** What a profile decides about a cell. */
export interface Profile {
  readonly name: ProfileName;
  /** Standard deviation of the noise on a project's cell of a day and of a month, in downloads. */
  readonly sigma: { readonly day: number; readonly month: number };
  /** The same for the cells of the whole registry. */
  readonly siteSigma: { readonly day: number; readonly month: number };
  /** Whole days between the end of a period and its draw. */
  readonly delayDays: { readonly day: number; readonly month: number };
}

/** `exact`: nothing is blurred and everything is due at once; for a private mirror whose operator chooses it. */
const exact: Profile = {
  name: 'exact',
  sigma: { day: 0, month: 0 },
  siteSigma: { day: 0, month: 0 },
  delayDays: { day: 0, month: 0 },
};

/** A profile that this version cannot publish under. The message says what to do. */
export class ProfileUnavailable extends Error {
  override readonly name = 'ProfileUnavailable';
}

/** The profile of this name. Throws `ProfileUnavailable` for those that need noise. */
export function profileNamed(name: ProfileName): Profile {
  if (name === exact.name) return exact;
  throw new ProfileUnavailable(
    `profile ${name} is not available: this version publishes with --profile exact only, which blurs nothing`,
  );
}
