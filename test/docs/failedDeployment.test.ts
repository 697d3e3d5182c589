import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const document = readFileSync(join(__dirname, '../../docs/operations.md'), 'utf8');
const [, script = ''] = /\*\*A first deployment that failed\*\*[\s\S]*?```sh\n([\s\S]*?)```/.exec(document) ?? [];

/** A stack that made two tables, one of which somebody has written to; says what is done to them. */
const PRETENCE = `
changing=
aws() {
  case $2 in
    describe-stacks) echo "$STATUS" ;;
    describe-stack-events) printf 'Holdfast-Empty\\nHoldfast-Used\\n' ;;
    scan) case $4 in Holdfast-Empty) echo 0 ;; *) echo 7 ;; esac ;;
    wait) changing= ;;
    update-table) changing=$4; echo "$2 $4 $5" ;;
    *) if [ "$changing" = "$4" ]; then return 254; fi; echo "$2 $4" ;;
  esac
}
`;

const run = (STATUS: string) =>
  spawnSync('bash', ['-c', PRETENCE + script], { encoding: 'utf8', env: { ...process.env, STATUS } });

test('The tables of a first deployment that failed are deleted as the document says, unless there is something in them', () => {
  const { status, stdout, stderr } = run('ROLLBACK_COMPLETE');
  expect(stdout.trim().split('\n')).toEqual([
    'update-table Holdfast-Empty --no-deletion-protection-enabled',
    'delete-table Holdfast-Empty',
  ]);
  expect(stderr).toBe('Holdfast-Used is not empty, and stays\n');
  expect(status).toBe(0);
});

test.each(['CREATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE'])('Nothing is deleted of a stack that is %s', (status) => {
  expect(run(status)).toMatchObject({ status: 1, stdout: '', stderr: `Holdfast is ${status}: nothing is deleted\n` });
});
