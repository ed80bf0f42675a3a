/**
 * The ready connections of each user. Most users have one: it is kept without a list, since everything here weighs on each idle connection.
 * Not here: which of two connections of a link stays (connection.machine).
 */
import type { Connection } from './connection.js';
import type { Greeting } from './connection.machine.js';

export interface Roster {
  /** The ready connection of this user, client and link. */
  find(user: string, greeting: Pick<Greeting, 'client' | 'link'>): Connection | undefined;
  count(user: string): number;
  /** Takes the place of the one of the same client and link. */
  add(connection: Connection): void;
  /** Does nothing for a connection that is not there: it was replaced, or it was never ready. */
  remove(connection: Connection): void;
}

export function createRoster(): Roster {
  const users = new Map<string, Connection | readonly Connection[]>();
  const listOf = (user: string): readonly Connection[] => {
    const found = users.get(user);
    return found === undefined ? [] : 'length' in found ? found : [found];
  };
  const put = (user: string, list: readonly Connection[]): void => {
    const [only] = list;
    if (only === undefined) users.delete(user);
    else users.set(user, list.length === 1 ? only : list);
  };
  const find: Roster['find'] = (user, { client, link }) => listOf(user).find(({ greeting }) => greeting?.client === client && greeting.link === link);

  return {
    find,
    count: (user) => listOf(user).length,
    add(connection) {
      const { user, greeting } = connection;
      if (user === null || greeting === null) return;
      const older = find(user.id, greeting);
      put(user.id, [...listOf(user.id).filter((one) => one !== older), connection]);
    },
    remove(connection) {
      const { user } = connection;
      if (user !== null) put(user.id, listOf(user.id).filter((one) => one !== connection));
    },
  };
}
