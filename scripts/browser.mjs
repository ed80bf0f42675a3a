// Finds a Chromium for the browser tests, or fetches one into a cache folder; nothing is installed into the system. Run it alone to see what it finds.
import { spawn, spawnSync } from 'node:child_process';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createBrotliDecompress } from 'node:zlib';

/** A self-contained headless Chromium for linux-x64, in a package of the registry. Mac and Windows never download it. */
const PORTABLE = '@sparticuz/chromium@153.0.0';

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const SYSTEM = {
  linux: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable', '/usr/bin/microsoft-edge'],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: [process.env['PROGRAMFILES'], process.env['PROGRAMFILES(X86)'], process.env['LOCALAPPDATA']]
    .filter((folder) => folder !== undefined)
    .flatMap((folder) => [join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe'), join(folder, 'Microsoft', 'Edge', 'Application', 'msedge.exe')]),
};

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

let found;
/** One search a process: callers share it. */
export function resolveBrowser() {
  found ??= search();
  return found;
}

async function search() {
  const named = process.env['CHROME_PATH'] || process.env['PLAYWRIGHT_CHROMIUM_EXECUTABLE_PATH'];
  if (named) {
    if (!existsSync(named)) throw new Error(`CHROME_PATH names ${named}, and there is no such file`);
    return answer(named, 'CHROME_PATH');
  }
  const own = await playwrightsOwn();
  if (own) return answer(own, 'playwright');

  const system = (SYSTEM[process.platform] ?? []).find((path) => existsSync(path));
  if (system) return answer(system, 'system');

  const reasons = [];
  if (process.platform === 'linux' && process.arch === 'x64') {
    try {
      return await portable();
    } catch (error) {
      reasons.push(`${PORTABLE}: ${error.message}`);
    }
  }
  const cli = join(root, 'node_modules', 'playwright', 'cli.js');
  const install = spawnSync(process.execPath, [cli, 'install', 'chromium-headless-shell', 'chromium'], { encoding: 'utf8', timeout: 300_000 });
  const fetched = await playwrightsOwn();
  if (fetched) return answer(fetched, 'playwright install');
  reasons.push(`playwright install: ${(install.stderr || install.stdout || String(install.error)).trim().split('\n')[0]}`);

  throw new Error(`The browser tests need a Chromium. Run: ${advice()}   (or name one: CHROME_PATH=…)\n  ${reasons.join('\n  ')}`);
}

function answer(executablePath, source, env = {}) {
  // Under LANG=C it calls its language `en-US@posix`, which Intl does not take.
  return { executablePath, args: [...ARGS], env: { ...process.env, LC_ALL: 'en_US.UTF-8', ...env }, source };
}

function advice() {
  return process.platform === 'linux' && existsSync('/usr/bin/apt-get') ? 'sudo apt-get install -y chromium' : 'npx playwright install chromium';
}

async function playwrightsOwn() {
  try {
    const { chromium } = await import('playwright');
    const path = chromium.executablePath();
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

/** The user's cache, so that a second clone downloads nothing; in node_modules if that cannot be written. */
async function cacheFolder() {
  const user =
    process.env['HOLDFAST_CACHE'] ??
    join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'holdfast');
  for (const folder of [user, join(root, 'node_modules', '.cache', 'holdfast')]) {
    try {
      await mkdir(folder, { recursive: true });
      await rm(await mkdtemp(join(folder, 'try-')), { recursive: true });
      return folder;
    } catch {
      // Not writable: the next one.
    }
  }
  throw new Error('no cache folder can be written');
}

async function portable() {
  const cache = await cacheFolder();
  const home = join(cache, `chromium-${PORTABLE.split('@').at(-1)}`);
  if (!existsSync(join(home, 'chromium'))) await unpack(cache, home);
  return answer(join(home, 'chromium'), PORTABLE, {
    LD_LIBRARY_PATH: [join(home, 'lib'), process.env['LD_LIBRARY_PATH']].filter(Boolean).join(':'),
    FONTCONFIG_PATH: join(home, 'fonts'),
  });
}

/** Everything happens beside its place and is moved there at the end: an interrupted or simultaneous run leaves no half browser. */
async function unpack(cache, home) {
  const work = await mkdtemp(join(cache, 'unpack-'));
  try {
    console.error(`fetching ${PORTABLE} into the cache (once) …`);
    const pack = spawnSync('npm', ['pack', PORTABLE, '--pack-destination', work, '--json', '--silent'], { cwd: work, encoding: 'utf8', timeout: 300_000 });
    const archive = pack.status === 0 ? Object.values(JSON.parse(pack.stdout))[0].filename : undefined;
    if (!archive) throw new Error(`npm pack failed: ${(pack.stderr || pack.stdout || String(pack.error)).trim().split('\n').at(-1)}`);
    await run('tar', ['-xzf', archive.split('/').at(-1), 'package/bin'], work);

    const bin = join(work, 'package', 'bin');
    const ready = join(work, 'ready');
    await mkdir(join(ready, 'fonts'), { recursive: true });
    await pipeline(createReadStream(join(bin, 'chromium.br')), createBrotliDecompress(), createWriteStream(join(ready, 'chromium')));
    await chmod(join(ready, 'chromium'), 0o755);
    for (const [file, into] of [['fonts.tar.br', join(ready, 'fonts')], ['swiftshader.tar.br', ready], ['al2023.tar.br', ready]]) {
      const tar = spawn('tar', ['-x', '-C', into], { stdio: ['pipe', 'ignore', 'inherit'] });
      const isDone = exit(tar);
      await pipeline(createReadStream(join(bin, file)), createBrotliDecompress(), tar.stdin);
      await isDone;
    }
    // The one it brings names folders of another machine: text would have no glyphs.
    const conf = `<dir>${join(home, 'fonts', 'fonts')}</dir><cachedir>${join(home, 'fonts-cache')}</cachedir>`;
    await writeFile(join(ready, 'fonts', 'fonts.conf'), `<?xml version="1.0"?>\n<fontconfig>${conf}<config></config></fontconfig>\n`);
    await rename(ready, home).catch((error) => {
      if (!existsSync(join(home, 'chromium'))) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function run(command, args, cwd) {
  return exit(spawn(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] }));
}

function exit(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${child.spawnfile} ended with ${code}`))));
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { executablePath, source } = await resolveBrowser();
  console.log(`${source}: ${executablePath}`);
}
