// The public types of each door, as text under etc/api/: a change of the API shows in review. `--update` writes; without it, a difference fails. Run `npm run build` first.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = join(root, 'etc', 'api');
const temp = join(root, 'node_modules', '.cache', 'holdfast', 'api');
const isUpdate = process.argv.includes('--update');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
mkdirSync(folder, { recursive: true });
mkdirSync(temp, { recursive: true });

const nameOf = (door) => (door === '.' ? 'index' : door.slice(2).replaceAll('/', '-'));
const doors = Object.entries(manifest.exports).filter(([, to]) => typeof to === 'object');
const reports = new Set(doors.map(([door]) => `${nameOf(door)}.api.md`));
const problems = [];
let names = 0;
let forgotten = 0;

for (const [door, to] of doors) {
  const report = `${nameOf(door)}.api.md`;
  if (!existsSync(join(root, to.types))) {
    problems.push(`${door}: ${to.types} is not there; run npm run build`);
    continue;
  }
  const config = ExtractorConfig.prepare({
    packageJsonFullPath: join(root, 'package.json'),
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: join(root, to.types),
      newlineKind: 'lf',
      compiler: {
        overrideTsconfig: {
          compilerOptions: { target: 'ES2022', module: 'ESNext', moduleResolution: 'bundler', lib: ['ES2022', 'DOM', 'DOM.Iterable'], types: ['node'], strict: true, skipLibCheck: true },
          files: [join(root, to.types)],
        },
        skipLibCheck: true,
      },
      apiReport: { enabled: true, reportFileName: report, reportFolder: folder, reportTempFolder: temp },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: 'warning' } },
        extractorMessageReporting: {
          default: { logLevel: 'none' },
          'ae-forgotten-export': { logLevel: 'warning', addToApiReportFile: true },
        },
        tsdocMessageReporting: { default: { logLevel: 'none' } },
      },
    },
  });
  const result = Extractor.invoke(config, {
    localBuild: isUpdate,
    showVerboseMessages: false,
    messageCallback: (message) => {
      message.handled = true;
      if (message.category === 'Compiler' && message.logLevel !== 'none') problems.push(`${door}: ${message.text}`);
    },
  });
  if (result.apiReportChanged && !isUpdate) problems.push(`${door}: the API differs from etc/api/${report}; if that is meant, run: npm run check:api -- --update`);
  // Messages that go into the report are told to no callback: the report is counted.
  if (existsSync(join(temp, report))) {
    const text = readFileSync(join(temp, report), 'utf8');
    names += [...text.matchAll(/^export /gm)].length;
    forgotten += new Set([...text.matchAll(/ae-forgotten-export\) The symbol "(\w+)"/g)].map(([, name]) => name)).size;
  }
}
for (const file of readdirSync(folder)) {
  if (!file.endsWith('.api.md') || reports.has(file)) continue;
  if (isUpdate) rmSync(join(folder, file));
  else problems.push(`etc/api/${file} belongs to no door`);
}

for (const problem of problems) console.log(`api: ${problem}`);
console.log(`${doors.length} doors, ${names} exports, ${forgotten} types used but not exported${problems.length > 0 ? `; ${problems.length} problems` : ''}`);
process.exit(problems.length === 0 ? 0 : 1);
