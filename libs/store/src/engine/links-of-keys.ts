/**
 * A select of the links of a provider, `user_id` and `remote_key`, which carry one of these remote keys; those of purged
 * users are left out. They are found by their users, since a link carries the external key of its user. A stand-in may
 * carry a key that no user could have.
 * @param provider as SQL, e.g. a parameter's name
 * @param keys as SQL, a `text[]`
 */
export function linksOfKeys(provider: string, keys: string): string {
  const links = `links l JOIN users u ON u.id = l.user_id AND u.status <> 'purged'`;
  return `
    SELECT l.user_id, l.remote_key FROM ${links}
    WHERE u.external_key = ANY(${keys}) AND l.provider = ${provider} AND l.remote_key = u.external_key
    UNION ALL
    SELECT l.user_id, l.remote_key FROM ${links}
    WHERE u.is_stand_in AND l.provider = ${provider} AND l.remote_key = ANY(${keys}) AND l.remote_key <> u.external_key`;
}
