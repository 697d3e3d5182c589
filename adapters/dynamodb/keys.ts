import { clientPattern, formatGrants, type KeyId, parseGrants } from '../../broker/access';
import type { Key, KeyStore } from '../../broker/ports';
import type { Database } from './database';
import { type Item, number, numberAt, text, textAt } from './items';

/*
 * An API key: `key`, `hash`, `client`, `grants` as JSON, `createdAt`, and `accessUntil` if it expires.
 */

const itemKey = (key: KeyId): Item => ({ key: text(key) });

const toKey = (item: Item): Key => ({
  key: textAt(item, 'key') as KeyId,
  hash: textAt(item, 'hash'),
  client: clientPattern.parse(textAt(item, 'client')),
  grants: parseGrants(textAt(item, 'grants')),
  createdAt: numberAt(item, 'createdAt'),
  ...(item.accessUntil === undefined ? {} : { expiresAt: numberAt(item, 'accessUntil') }),
});

/** The API keys in DynamoDB. The table's stream reports revoked keys. */
export class DynamoKeys implements KeyStore {
  constructor(
    private readonly db: Database,
    private readonly table: string,
  ) {}

  async get(key: KeyId): Promise<Key | undefined> {
    const item = await this.db.get(this.table, itemKey(key));
    return item && toKey(item);
  }

  async add({ key, hash, client, grants, createdAt, expiresAt }: Key): Promise<void> {
    const content = { hash: text(hash), client: text(client), grants: text(formatGrants(grants)) };
    const times = {
      createdAt: number(createdAt),
      ...(expiresAt === undefined ? {} : { accessUntil: number(expiresAt) }),
    };
    await this.db.put({ TableName: this.table, Item: { ...itemKey(key), ...content, ...times } });
  }

  async remove(key: KeyId): Promise<boolean> {
    const removed = await this.db.delete({ TableName: this.table, Key: itemKey(key), ReturnValues: 'ALL_OLD' });
    return removed.done && removed.item !== undefined;
  }

  async list(): Promise<readonly Key[]> {
    const keys: Key[] = [];
    let start: Item | undefined;
    do {
      const page = await this.db.scan({ TableName: this.table, ExclusiveStartKey: start });
      keys.push(...(page.Items ?? []).map(toKey));
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
    return keys.sort((a, b) => a.createdAt - b.createdAt);
  }
}
