// One hot Vitest: answers `record` (which tests reach which mutant?) and `run` (does a test notice this mutant?) until its parent ends it. Started by mutate.mjs alone.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createVitest } from 'vitest/node';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Files in the order in which they are given: the likeliest killers first. */
class AsGiven {
  shard(files) {
    return files;
  }
  sort(files) {
    return files;
  }
}

let record = null;
let killer = null;
let ended = [];
const reporter = {
  onTestModuleEnd(module) {
    ended.push(module);
  },
  onTestCaseResult(test) {
    const result = test.result();
    process.send({ type: 'progress' });
    if (result.state === 'failed') killer ??= { test: `${test.module.relativeModuleId} > ${test.fullName}`, error: result.errors?.[0]?.message?.split('\n')[0] ?? '' };
    record?.push({ project: test.project.name, file: test.module.moduleId, id: test.id, ms: test.diagnostic()?.duration ?? 0, state: result.state, name: test.fullName, ...test.meta() });
  },
};

const vitest = await createVitest(
  'test',
  { config: join(root, 'scripts', 'mutation', 'vitest.config.mjs'), watch: false, reporters: [reporter], pool: 'forks', maxWorkers: 1, execArgv: ['--max-old-space-size=768'], update: false, silent: true, sequence: { sequencer: AsGiven } },
  {},
  // Its tests spawn servers and break them: their complaints are no report.
  { stderr: process.stderr, stdout: process.stderr },
);
await vitest.standalone();

function configure({ isolate, bail, timeoutMs }) {
  for (const { config } of [vitest, ...vitest.projects]) {
    config.isolate = isolate;
    config.bail = bail;
    config.testTimeout = timeoutMs;
    config.hookTimeout = timeoutMs;
  }
}

async function answer(message) {
  killer = null;
  ended = [];
  if (message.type === 'list') {
    const specifications = await vitest.globTestSpecifications();
    return { files: specifications.map(({ project, moduleId }) => ({ project: project.name, file: moduleId })) };
  }
  const specifications = message.files.map(({ project, file, testIds }) =>
    vitest.getProjectByName(project).createSpecification(file, testIds === undefined ? undefined : { testIds }),
  );
  if (message.type === 'record') {
    record = [];
    process.env.HOLDFAST_MUTANT = '-1';
    configure({ isolate: true, bail: 0, timeoutMs: 60_000 });
  } else {
    record = null;
    process.env.HOLDFAST_MUTANT = String(message.number);
    configure({ isolate: false, bail: 1, timeoutMs: message.timeoutMs });
  }
  const { unhandledErrors } = await vitest.runTestSpecifications(specifications, false);
  // What `runTestSpecifications` returns knows the modules of former runs too.
  const broken = ended.find((module) => module.state() === 'failed');
  if (killer === null && broken !== undefined) killer = { test: `${broken.relativeModuleId} (as a whole)`, error: broken.errors()[0]?.message?.split('\n')[0] ?? '' };
  if (killer === null && unhandledErrors.length > 0) killer = { test: '(an error outside every test)', error: String(unhandledErrors[0]?.message ?? unhandledErrors[0]).split('\n')[0] };
  return { killer, tests: record };
}

process.on('message', (message) => {
  answer(message).then(
    (result) => process.send({ type: 'answer', ...result }),
    (error) => process.send({ type: 'broken', error: String(error?.stack ?? error) }),
  );
});
process.on('disconnect', () => process.exit(0));
process.send({ type: 'ready' });
