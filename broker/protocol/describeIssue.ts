import type * as z from 'zod/mini';

type Issue = z.core.$ZodIssue;

/** Characters of a name in a path that an error repeats: a client may send a name as long as its frame. */
const SPOKEN_CHARACTERS = 128;

/** What is wrong with one field, as a sentence that begins with the field: `events[0] must not be empty`. */
export function describeIssue(issue: Issue): { message: string; field: string } {
  const path = issue.path.map((part) => inShort(String(part)));
  const spoken = path.reduce((text, part) => (/^\d+$/.test(part) ? `${text}[${part}]` : `${text}.${part}`));
  return { message: `${spoken} ${fault(issue)}`, field: path.join('.') };
}

function inShort(part: string): string {
  if (part.length <= SPOKEN_CHARACTERS) return part;
  return `${[...part].slice(0, SPOKEN_CHARACTERS).join('')}…`;
}

function fault(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? `is missing: expected ${article(issue.expected)}`
        : `must be ${article(issue.expected)}`;
    case 'too_small':
      if (issue.origin === 'array' || issue.origin === 'string')
        return issue.minimum === 1 ? 'must not be empty' : `must have at least ${issue.minimum}`;
      return `must be at least ${issue.minimum}`;
    case 'too_big':
      if (issue.origin === 'array') return `must have at most ${issue.maximum} items`;
      if (issue.origin === 'string') return `must be at most ${issue.maximum} characters`;
      return `must be at most ${issue.maximum}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
    default:
      return issue.message;
  }
}

const ARTICLES: Record<string, string> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a string',
  boolean: 'true or false',
  array: 'an array',
  object: 'an object',
  record: 'an object of strings',
};

const article = (expected: string): string => ARTICLES[expected] ?? expected;
