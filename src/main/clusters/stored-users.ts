import { type AccountUri, parseAccountUri } from '../../shared/uri/uri.ts';
import type { Profiles } from '../store/profile-store.ts';

/** The profiles with this user among those of their cluster. */
export function withUser(profiles: Profiles, uri: AccountUri): Profiles {
  return changeUsers(profiles, uri, (users, userName) => [...new Set([...users, userName])]);
}

export function withoutUser(profiles: Profiles, uri: AccountUri): Profiles {
  return changeUsers(profiles, uri, (users, userName) => users.filter((user) => user !== userName));
}

function changeUsers(
  profiles: Profiles,
  uri: AccountUri,
  change: (users: readonly string[], userName: string) => string[],
): Profiles {
  const parts = parseAccountUri(uri);
  if (!parts) return profiles;
  return {
    ...profiles,
    clusters: profiles.clusters.map((stored) =>
      stored.address === parts.address ? { ...stored, users: change(stored.users, parts.userName) } : stored,
    ),
  };
}
