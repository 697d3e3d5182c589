import type { AttributeValue } from '@aws-sdk/client-dynamodb';

export type Item = Record<string, AttributeValue>;

/** What stands for `#names` and `:values`. */
export interface Bindings {
  readonly ExpressionAttributeNames?: Record<string, string> | undefined;
  readonly ExpressionAttributeValues?: Record<string, AttributeValue> | undefined;
}

type Operand = (item: Item, bindings: Bindings) => AttributeValue | undefined;
type Condition = (item: Item, bindings: Bindings) => boolean;
type Update = (item: Item, before: Item, bindings: Bindings) => void;

const TOKEN = /\s*([#:]?[A-Za-z_][A-Za-z0-9_]*|<>|<=|>=|[<>=(),+-])/y;

/** Reads the expressions of DynamoDB as far as the adapter uses them; what it does not know it refuses. */
class Reader {
  private readonly tokens: string[] = [];
  private at = 0;

  constructor(private readonly text: string) {
    TOKEN.lastIndex = 0;
    for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) this.tokens.push(match[1] ?? '');
    const read = this.tokens.join('').length;
    if (read !== text.replace(/\s/g, '').length) throw new Error(`not understood: ${text}`);
  }

  get ended(): boolean {
    return this.at >= this.tokens.length;
  }

  peek(): string | undefined {
    return this.tokens[this.at];
  }

  next(): string {
    const token = this.tokens[this.at];
    this.at += 1;
    if (token === undefined) throw new Error(`ends too soon: ${this.text}`);
    return token;
  }

  has(token: string): boolean {
    if (this.peek() !== token) return false;
    this.at += 1;
    return true;
  }

  expect(token: string): void {
    if (!this.has(token)) throw new Error(`expected ${token} before ${this.peek()}: ${this.text}`);
  }

  condition(): Condition {
    const parts = [this.conjunction()];
    while (this.has('OR')) parts.push(this.conjunction());
    return (item, bindings) => parts.some((part) => part(item, bindings));
  }

  private conjunction(): Condition {
    const parts = [this.predicate()];
    while (this.has('AND')) parts.push(this.predicate());
    return (item, bindings) => parts.every((part) => part(item, bindings));
  }

  private predicate(): Condition {
    if (this.has('(')) {
      const inner = this.condition();
      this.expect(')');
      return inner;
    }
    if (this.has('attribute_exists')) return this.existence(true);
    if (this.has('attribute_not_exists')) return this.existence(false);
    if (this.has('contains')) {
      this.expect('(');
      const set = this.operand();
      this.expect(',');
      const member = this.operand();
      this.expect(')');
      return (item, bindings) => (set(item, bindings)?.SS ?? []).includes(member(item, bindings)?.S ?? '');
    }
    const left = this.operand();
    const compare = COMPARISONS[this.next()];
    if (compare === undefined) throw new Error(`no comparison: ${this.text}`);
    const right = this.operand();
    return (item, bindings) => {
      const order = ordered(left(item, bindings), right(item, bindings));
      return order !== undefined && compare(order);
    };
  }

  private existence(wanted: boolean): Condition {
    this.expect('(');
    const operand = this.operand();
    this.expect(')');
    return (item, bindings) => (operand(item, bindings) !== undefined) === wanted;
  }

  operand(): Operand {
    if (this.has('size')) {
      this.expect('(');
      const inner = this.operand();
      this.expect(')');
      return (item, bindings) => {
        const value = inner(item, bindings);
        return value === undefined ? undefined : { N: String((value.SS ?? value.L ?? value.S ?? '').length) };
      };
    }
    if (this.has('if_not_exists')) {
      this.expect('(');
      const known = this.operand();
      this.expect(',');
      const otherwise = this.operand();
      this.expect(')');
      return (item, bindings) => known(item, bindings) ?? otherwise(item, bindings);
    }
    const token = this.next();
    if (token.startsWith(':')) return (_, bindings) => bindings.ExpressionAttributeValues?.[token];
    return (item, bindings) => item[nameOf(token, bindings)];
  }

  updates(): Update[] {
    const updates: Update[] = [];
    while (!this.ended) {
      const section = this.next();
      do updates.push(this.action(section));
      while (this.has(','));
    }
    return updates;
  }

  private action(section: string): Update {
    const path = this.next();
    if (section === 'REMOVE') return (item, _, bindings) => void delete item[nameOf(path, bindings)];
    if (section === 'SET') this.expect('=');
    else if (section !== 'ADD') throw new Error(`no section ${section}: ${this.text}`);
    const operand = this.operand();
    return (item, before, bindings) => {
      const name = nameOf(path, bindings);
      const value = operand(before, bindings);
      if (value !== undefined) item[name] = section === 'SET' ? value : added(before[name], value);
    };
  }
}

const COMPARISONS: Record<string, (order: number) => boolean> = {
  '=': (order) => order === 0,
  '<>': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

/** Negative, 0 or positive; undefined if the two cannot be compared. */
function ordered(a: AttributeValue | undefined, b: AttributeValue | undefined): number | undefined {
  if (a?.N !== undefined && b?.N !== undefined) return Number(a.N) - Number(b.N);
  if (a?.S !== undefined && b?.S !== undefined) return a.S === b.S ? 0 : a.S < b.S ? -1 : 1;
  return undefined;
}

function added(known: AttributeValue | undefined, more: AttributeValue): AttributeValue {
  if (more.SS !== undefined) return { SS: [...new Set([...(known?.SS ?? []), ...more.SS])] };
  return { N: String(Number(known?.N ?? 0) + Number(more.N)) };
}

function nameOf(token: string, { ExpressionAttributeNames: names }: Bindings): string {
  if (!token.startsWith('#')) return token;
  const name = names?.[token];
  if (name === undefined) throw new Error(`${token} stands for nothing`);
  return name;
}

const conditions = new Map<string, Condition>();
const updates = new Map<string, Update[]>();

/** Whether an item meets a condition; without one it does. */
export function meets(expression: string | undefined, item: Item, bindings: Bindings): boolean {
  if (expression === undefined) return true;
  let condition = conditions.get(expression);
  if (condition === undefined) {
    condition = new Reader(expression).condition();
    conditions.set(expression, condition);
  }
  return condition(item, bindings);
}

/** An item after an update expression. */
export function updated(expression: string, before: Item, bindings: Bindings): Item {
  let actions = updates.get(expression);
  if (actions === undefined) {
    actions = new Reader(expression).updates();
    updates.set(expression, actions);
  }
  const item = { ...before };
  for (const action of actions) action(item, before, bindings);
  return item;
}
