import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(__dirname, '..', '..', '.github', 'workflows');
const workflows = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const);

/** The rights that a workflow or one of its jobs asks for. */
const rightsOf = (text: string) =>
  [...text.matchAll(/^( *)permissions:\n((?:\1 +.+\n)+)/gm)].map(([, indent = '', rights = '']) => ({
    isOfAll: indent === '',
    rights: rights.trim().split(/\s*\n\s*/),
  }));

test('There is one for every change and one for releases', () => {
  expect(workflows.map(([name]) => name).sort()).toEqual(['ci.yml', 'release.yml']);
});

describe.each(workflows)('%s', (name, text) => {
  test('pins every action by its commit, and says which version that is', () => {
    const uses = [...text.matchAll(/uses: (.*)/g)].map(([, action]) => action);
    expect(uses.length).toBeGreaterThan(0);
    for (const action of uses) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test('asks for no more rights than it uses', () => {
    const rights = rightsOf(text);
    expect(rights.filter(({ isOfAll }) => isOfAll).map((all) => all.rights)).toEqual([['contents: read']]);
    const ofJobs = name === 'release.yml' ? [['contents: read', 'id-token: write']] : [];
    expect(rights.filter(({ isOfAll }) => !isOfAll).map((job) => job.rights)).toEqual(ofJobs);
  });

  test('runs on no event that gives the code of others its rights, and puts none of theirs into a script', () => {
    expect(text).not.toMatch(/pull_request_target|workflow_run|issue_comment/);
    for (const [, script = ''] of text.matchAll(/run: (.*)/g)) expect(script).not.toContain('${{');
    expect(text).not.toMatch(/secrets\./);
  });

  test('leaves no credentials behind for what it runs', () => {
    const checkouts = text.match(/actions\/checkout@/g) ?? [];
    expect(text.match(/persist-credentials: false/g)).toHaveLength(checkouts.length);
  });

  test('runs what a contributor runs', () => {
    expect(text).toContain('run: .ci/run');
  });
});

test('What CI runs audits the packages, at any severity', () => {
  expect(Object.fromEntries(workflows)['ci.yml']).toContain('npm audit --omit=dev --audit-level=low');
});

test('A release is published with its provenance', () => {
  expect(Object.fromEntries(workflows)['release.yml']).toContain('npm publish --provenance');
});
